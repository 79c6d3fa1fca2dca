import { isSameJson } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, quoted, textAt } from './read.ts';
import type { Loss } from './rule.ts';

/** What there is to say where something in an object is another than before; null is as good as nothing. */
export const changedAt = (before: Manifest, after: Manifest, path: readonly string[], says: string): readonly Loss[] =>
  isSameJson(at(before, ...path) ?? null, at(after, ...path) ?? null) ? [] : [{ says, path }];

/** The same of a text, with what it was and what it is. */
export const textChangedAt = (
  before: Manifest,
  after: Manifest,
  path: readonly string[],
  says: string,
): readonly Loss[] => {
  const [was, is] = [textAt(before, ...path), textAt(after, ...path)];
  return changedAt(before, after, path, `${says} goes from ${quoted(was)} to ${quoted(is)}`);
};
