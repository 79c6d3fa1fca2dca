import type { Json } from '#domain/json.ts';
import { itemsIn, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { filtersOf, gatewayDocument } from './route.ts';

/** Headers by which backends know who comes and from where, as proxies before them write. */
const believed =
  /^(authorization|cookie|host|forwarded|remote-|true-client-ip|cf-connecting-ip|x-(auth|authenticated|remote|real-ip|user|webauth|original-|client-|ssl-client|consumer|goog-|amzn-oidc|forwarded-(for|host|user|email|groups|preferred|access|client|uri)))/;

/** A header that a route writes itself may say that everybody is somebody. */
export const routeHeaders: Rule = {
  name: 'route-headers',
  severity: 'medium',
  sources: [gatewayDocument('guides/user-guides/http-header-modifier/')],
  inside: (object) => {
    const filters = filtersOf(object).filter(
      ({ item }) => textAt(item, 'type').toLowerCase() === 'requestheadermodifier',
    );
    return ['set', 'add'].flatMap((how) =>
      itemsIn(filters, 'requestHeaderModifier', how)
        .filter(({ item }) => believed.test(nameOf(item)))
        .map(({ item, path }) => ({
          key: `${nameOf(item)} ${textAt(item, 'value')}`,
          says: `a header that backends may believe, for everybody who comes: ${quoted(nameOf(item))} is ${quoted(textAt(item, 'value'))}`,
          path,
        })),
    );
  },
};

const nameOf = (header: Json): string => textAt(header, 'name').trim().toLowerCase();
