import { compileCondition } from '#domain/policy/condition.ts';
import { compilePattern } from '#domain/policy/pattern.ts';
import type { Facts, Rule } from '#domain/policy/policy.ts';
import type { Result } from '#domain/result.ts';

const sure = <T>(result: Result<T, string>): T => {
  if (result.ok) return result.value;
  throw new Error(result.error);
};

export const everything = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*'] };
/** A rule's match of everything for which a condition holds. */
export const matchIf = (condition: string): Rule['match'] => ({ ...everything, if: sure(compileCondition(condition)) });
export const pattern = (text: string) => sure(compilePattern(text));

/** Alice asks for a change of an Ingress, for ten minutes. */
export const facts: Facts = {
  request: {
    kind: 'change',
    cluster: 'prod',
    namespace: 'shop-front',
    profiles: ['ingresses'],
    objects: ['shop'],
    seconds: 600,
    breakGlass: false,
    reason: 'OPS-12 checkout',
    subject: 'U0ALICE',
    source: 'slack',
  },
  requester: { id: 'U0ALICE', groups: ['engineers'] },
  now: '2026-11-26T10:00:00Z',
};
