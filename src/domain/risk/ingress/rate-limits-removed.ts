import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, removedFrom } from './ingress.ts';

const limits = ['limit-connections', 'limit-rps', 'limit-rpm', 'limit-rate'];

export const ingressRateLimitsRemoved: Rule = {
  name: 'ingress-rate-limits-removed',
  severity: 'medium',
  sources: [annotationDocument('rate-limiting')],
  between: (before, after) =>
    removedFrom(before, after, ({ name, value }) => limits.includes(name) && value !== '' && value !== '0').map(
      ({ key, value, path }) => ({
        says: `as much traffic as anybody sends: the limit ${key} is removed, which was ${quoted(value)}`,
        path,
      }),
    ),
};
