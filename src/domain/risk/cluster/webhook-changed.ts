import { isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, quoted, textAt } from '#domain/risk/read.ts';
import type { Loss, Rule } from '#domain/risk/rule.ts';
import { type Webhook, webhookDocument, webhooksOf } from './webhook.ts';

/** What it looks at, with what the API server fills in where nothing is said. */
const looked: readonly (readonly [field: string, unsaid: Json])[] = [
  ['rules', []],
  ['namespaceSelector', {}],
  ['objectSelector', {}],
  ['matchConditions', []],
];

/** A check that the cluster relied on may not be there any more, or somebody else's. */
export const webhookChanged: Rule = {
  name: 'webhook-changed',
  severity: 'critical',
  sources: [webhookDocument('failure-policy'), webhookDocument('matching-requests-rules')],
  between: (before, after) => {
    const is = new Map((after === undefined ? [] : webhooksOf(after)).map((one) => [one.name, one]));
    return webhooksOf(before).flatMap((was) => {
      const now = is.get(was.name);
      const gone = `objects that no webhook ${quoted(was.name)} checks any more: it is ${after === undefined ? 'deleted' : 'removed'}`;
      if (after === undefined || now === undefined)
        return [{ says: gone, path: after === undefined ? [] : ['webhooks'] }];
      return lossesOf([was, policyOf(was, before)], [now, policyOf(now, after)]);
    });
  },
};

type Judged = readonly [webhook: Webhook, failurePolicy: string];

const lossesOf = ([was, policy]: Judged, [{ name, raw, path }, newPolicy]: Judged): readonly Loss[] => [
  ...(policy === 'fail' && newPolicy === 'ignore'
    ? [
        {
          says: `objects that go unchecked when webhook ${quoted(name)} does not answer: failurePolicy is Ignore`,
          path: [...path, 'failurePolicy'],
        },
      ]
    : []),
  ...looked
    .filter(([field, unsaid]) => !isSameJson(at(was.raw, field) ?? unsaid, at(raw, field) ?? unsaid))
    .map(([field]) => ({
      says: `objects that webhook ${quoted(name)} may not check any more, by a change of ${field}`,
      path: [...path, field],
    })),
  ...(['service', 'url'].every((field) =>
    isSameJson(at(was.raw, 'clientConfig', field) ?? null, at(raw, 'clientConfig', field) ?? null),
  )
    ? []
    : [
        {
          says: `objects of everybody for another service: webhook ${quoted(name)} asks somebody else`,
          path: [...path, 'clientConfig'],
        },
      ]),
];

/** Until v1 it was Ignore where nothing is said. */
const policyOf = ({ raw }: Webhook, { apiVersion }: Manifest): string =>
  textAt(raw, 'failurePolicy').toLowerCase() || (apiVersion.endsWith('/v1') ? 'fail' : 'ignore');
