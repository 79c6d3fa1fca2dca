import type { PersonId } from '#domain/ids.ts';
import { type Target, targetKey } from '#domain/plan.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { createRecent } from './recent.ts';

/**
 * How dangerous was what somebody's grant just let them delete: `kubectl replace --force` deletes an object and makes it again.
 * Whoever does that adds no danger to what was there, and is not to lose the grant for it. It lets nothing in: the review of a deletion
 * may be made up, and what it says was there with it.
 */
export type JustDeleted = {
  readonly remember: (person: PersonId, target: Target, dangers: readonly Finding[]) => void;
  /** Whether all these are dangers of what this person just deleted there. */
  readonly had: (person: PersonId, target: Target, dangers: readonly Finding[]) => boolean;
};

/** Milliseconds. */
const lasting = 60_000;
/** Deletions that are remembered, and dangers of each. */
const most = { deletions: 500, dangers: 100 } as const;

/** `moment` is a clock that only goes forward, in milliseconds. */
export const createJustDeleted = (moment: () => number): JustDeleted => {
  const deleted = createRecent<ReadonlySet<string>>(moment, lasting, most.deletions);
  const keyOf = (person: PersonId, target: Target): string => `${person} ${targetKey(target)}`;
  return {
    remember: (person, target, dangers) =>
      deleted.set(keyOf(person, target), new Set(dangers.slice(0, most.dangers).map(nameOf))),
    had: (person, target, dangers) => {
      const had = deleted.get(keyOf(person, target));
      return had !== undefined && dangers.every((one) => had.has(nameOf(one)));
    },
  };
};

/** The same danger, wherever in the object it stands. */
const nameOf = ({ rule, severity, says }: Finding): string => `${rule} ${severity} ${says.slice(0, 500)}`;
