import { asText, at, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isGateway } from './gateway.ts';
import { gatewayDocument } from './route.ts';

/** It may be one that more can reach, or that belongs to something else. */
export const gatewayAddresses: Rule = {
  name: 'gateway-addresses',
  severity: 'medium',
  sources: [gatewayDocument('reference/api-types/gateway/')],
  inside: (object) =>
    (isGateway(object) ? itemsAt(object, 'spec', 'addresses') : []).flatMap(({ item, path }) => {
      const address = asText(at(item, 'value') ?? '');
      return address === ''
        ? []
        : [{ key: address, says: `a Gateway that takes the address ${quoted(address)}`, path: [...path, 'value'] }];
    }),
};
