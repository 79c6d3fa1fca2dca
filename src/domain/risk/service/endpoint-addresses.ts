import type { Manifest } from '#domain/plan.ts';
import { asText, type Item, itemsAt, itemsIn, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { few } from '#domain/text.ts';

/** A controller writes these; by hand they take traffic of a Service anywhere, also to another namespace's pods. */
export const endpointAddresses: Rule = {
  name: 'endpoint-addresses',
  severity: 'high',
  sources: ['CVE-2021-25740'],
  inside: (object) => {
    const { addresses, path } = addressesOf(object);
    if (addresses.length === 0) return [];
    const all = [...new Set(addresses)].sort();
    const says = `traffic of a Service for addresses written by hand: ${few(all.map(quoted), 3)}`;
    return [{ key: all.join(' '), says, path }];
  },
};

const addressesOf = (object: Manifest) => {
  const { apiVersion, kind } = object;
  const texts = (items: readonly Item[]): readonly string[] => items.map(({ item }) => asText(item));
  if (kind === 'EndpointSlice' && apiVersion.startsWith('discovery.k8s.io/'))
    return { addresses: texts(itemsIn(itemsAt(object, 'endpoints'), 'addresses')), path: ['endpoints'] };
  const subsets = kind === 'Endpoints' && apiVersion === 'v1' ? itemsAt(object, 'subsets') : [];
  const hosts = ['addresses', 'notReadyAddresses'].flatMap((field) => itemsIn(subsets, field));
  return { addresses: hosts.map(({ item }) => textAt(item, 'ip') || textAt(item, 'hostname')), path: ['subsets'] };
};
