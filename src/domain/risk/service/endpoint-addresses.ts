import type { Manifest } from '#domain/plan.ts';
import { asText, type Item, itemsAt, itemsIn, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';

/** A controller writes these; by hand they take traffic of a Service anywhere, also to another namespace's pods. */
export const endpointAddresses: Rule = {
  name: 'endpoint-addresses',
  severity: 'high',
  sources: ['CVE-2021-25740'],
  inside: (object) =>
    addressesOf(object).map(({ item, path }) => {
      const address = textAt(item, 'ip') || textAt(item, 'hostname') || asText(item);
      return { key: address, says: `traffic of a Service to an address written by hand: ${quoted(address)}`, path };
    }),
};

const addressesOf = (object: Manifest): readonly Item[] => {
  const { apiVersion, kind } = object;
  if (kind === 'EndpointSlice' && apiVersion.startsWith('discovery.k8s.io/'))
    return itemsIn(itemsAt(object, 'endpoints'), 'addresses');
  const subsets = kind === 'Endpoints' && apiVersion === 'v1' ? itemsAt(object, 'subsets') : [];
  return ['addresses', 'notReadyAddresses'].flatMap((field) => itemsIn(subsets, field));
};
