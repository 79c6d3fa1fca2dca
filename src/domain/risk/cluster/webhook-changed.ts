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
      return lossesOf(judgedOf(was, before), judgedOf(now, after));
    });
  },
};

type Judged = { readonly webhook: Webhook; readonly failure: string; readonly match: string };

const lossesOf = (before: Judged, after: Judged): readonly Loss[] => {
  const { webhook: was } = before;
  const { name, raw, path } = after.webhook;
  const isOther = (field: string): boolean =>
    !isSameJson(at(was.raw, 'clientConfig', field) ?? null, at(raw, 'clientConfig', field) ?? null);
  return [
    ...(before.failure === 'fail' && after.failure === 'ignore'
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
    ...(before.match === 'equivalent' && after.match === 'exact'
      ? [
          {
            says: `objects that webhook ${quoted(name)} does not check in other versions of their API: matchPolicy is Exact`,
            path: [...path, 'matchPolicy'],
          },
        ]
      : []),
    // Where it must answer, that it cannot be asked any more is seen at once; rotated keys are nothing unusual there.
    ...(after.failure === 'ignore' && isOther('caBundle')
      ? [
          {
            says: `objects that go unchecked if webhook ${quoted(name)} has not the key of another caBundle: failurePolicy is Ignore`,
            path: [...path, 'clientConfig', 'caBundle'],
          },
        ]
      : []),
    ...(!['service', 'url'].some(isOther)
      ? []
      : [
          {
            says: `objects of everybody for another service: webhook ${quoted(name)} asks somebody else`,
            path: [...path, 'clientConfig'],
          },
        ]),
  ];
};

/** Until v1 it was Ignore, and Exact, where nothing is said. */
const judgedOf = (webhook: Webhook, { apiVersion }: Manifest): Judged => {
  const isNew = apiVersion.endsWith('/v1');
  return {
    webhook,
    failure: textAt(webhook.raw, 'failurePolicy').toLowerCase() || (isNew ? 'fail' : 'ignore'),
    match: textAt(webhook.raw, 'matchPolicy').toLowerCase() || (isNew ? 'equivalent' : 'exact'),
  };
};
