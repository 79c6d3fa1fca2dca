import { canonical, type Json } from '#domain/json.ts';
import { itemsAt, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, isOfGateway } from './route.ts';

/** Whoever may write such an object in that namespace can use what is here: Services, or Secrets with certificates. */
export const referenceGrant: Rule = {
  name: 'reference-grant',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/referencegrant/')],
  inside: (object) => {
    if (!isOfGateway(object) || !/^Reference(Grant|Policy)$/.test(object.kind)) return [];
    return itemsAt(object, 'spec', 'from').flatMap(({ item: from, path }) => {
      const who = `any ${quoted(textAt(from, 'kind'))} of namespace ${quoted(textAt(from, 'namespace'))}`;
      return listAt(object, 'spec', 'to').map((to) => ({
        key: canonical([from, to]),
        says: `use of ${sayObjects(to)} by ${who}`,
        path,
      }));
    });
  },
};

const sayObjects = (to: Json): string => {
  const [kind, name] = [quoted(textAt(to, 'kind')), textAt(to, 'name')];
  return name === '' ? `every ${kind}` : `the ${kind} named ${quoted(name)}`;
};
