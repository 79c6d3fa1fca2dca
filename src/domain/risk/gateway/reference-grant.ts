import { canonical, type Json } from '#domain/json.ts';
import { itemsAt, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { few } from '#domain/text.ts';
import { gatewayDocument, isOfGateway } from './route.ts';

/** Whoever may write such an object in that namespace can use what is here: Services, or Secrets with certificates. */
export const referenceGrant: Rule = {
  name: 'reference-grant',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/referencegrant/'), 'CVE-2021-25740'],
  inside: (object) => {
    if (!isOfGateway(object) || !/^Reference(Grant|Policy)$/.test(object.kind)) return [];
    const to = listAt(object, 'spec', 'to');
    const what = few([...new Set(to.map(sayObjects))], 3) || 'nothing';
    return itemsAt(object, 'spec', 'from').map(({ item, path }) => ({
      key: [item, ...to].map(canonical).join(' '),
      says: `use of ${what} by any ${quoted(textAt(item, 'kind'))} of namespace ${quoted(textAt(item, 'namespace'))}`,
      path,
    }));
  },
};

const sayObjects = (to: Json): string => {
  const name = textAt(to, 'name');
  return `${name === '' ? 'every' : 'the'} ${quoted(textAt(to, 'kind'))}${name === '' ? '' : ` named ${quoted(name)}`}`;
};
