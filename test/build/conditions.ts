import { compileCondition } from '#domain/policy/condition.ts';
import { compilePattern } from '#domain/policy/pattern.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Result } from '#domain/result.ts';

const sure = <T>(result: Result<T, string>): T => {
  if (result.ok) return result.value;
  throw new Error(result.error);
};

export const everything = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*'] };
/** A rule's match of everything for which a condition holds. */
export const matchIf = (condition: string): Rule['match'] => ({ ...everything, if: sure(compileCondition(condition)) });
export const pattern = (text: string) => sure(compilePattern(text));
