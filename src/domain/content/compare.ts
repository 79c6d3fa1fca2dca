import { canonical, type Json } from '#domain/json.ts';
import { type Manifest, sayTarget, targetOf } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import { oneLine } from '#domain/text.ts';
import type { Comparison, PathEdit } from './comparison.ts';
import { deltaOf } from './delta.ts';
import { masked } from './mask.ts';
import { normalise } from './normalise.ts';
import { renderLines } from './render.ts';
import { diffLines } from './unified.ts';

/**
 * What is different between two states of one object: for machines by path, for people as a diff. The same states give the
 * same bytes, on every machine and however long it takes. `edits` hold values of Secrets as they are; `diff` never does.
 */
export const compareStates = (
  before: Manifest | undefined,
  after: Manifest | undefined,
  digest: Digest,
): Comparison => {
  const [was, is] = [before && normalise(before), after && normalise(after)];
  const edits = editsBetween(was, is);
  return {
    edits,
    delta: digest(canonical(edits.map(unplaced))),
    ...(was === undefined ? {} : { before: digest(canonical(was)) }),
    ...(is === undefined ? {} : { after: digest(canonical(is)) }),
    ...(edits.length === 0 ? { diff: '', added: 0, removed: 0 } : shown(was, is)),
  };
};

/** Digest of one state alone: `before` and `after` of its comparisons. */
export const digestState = (state: Manifest, digest: Digest): string => digest(canonical(normalise(state)));

/** Where an item of a keyed list stands moves when somebody adds another one: that makes no other difference. */
const unplaced = ({ at: _, ...edit }: PathEdit): Json => edit;

const editsBetween = (was: Manifest | undefined, is: Manifest | undefined): readonly PathEdit[] => {
  if (was !== undefined && is !== undefined) return deltaOf(was, is);
  if (is !== undefined) return [{ path: [], after: is }];
  return was === undefined ? [] : [{ path: [], before: was }];
};

const shown = (was: Manifest | undefined, is: Manifest | undefined): Pick<Comparison, 'diff' | 'added' | 'removed'> => {
  const { before, after } = masked({ before: was, after: is });
  const { hunks, added, removed } = diffLines(linesOf(before), linesOf(after));
  const header = [`--- ${nameOf(before) ?? '(not there)'}`, `+++ ${nameOf(after) ?? '(deleted)'}`];
  return { diff: [...header, ...hunks].join('\n'), added, removed };
};

const linesOf = (state: Json | undefined): readonly string[] => (state === undefined ? [] : renderLines(state));

/** Names of some kinds may hold anything but a slash. */
const nameOf = (state: Manifest | undefined): string | undefined => state && oneLine(sayTarget(targetOf(state)));
