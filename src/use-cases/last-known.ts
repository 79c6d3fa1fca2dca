import type { PersonId } from '#domain/ids.ts';
import type { SlackPerson } from '#domain/people.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import type { Directory } from './ports.ts';

/** A directory that goes on by what it was told last. */
export type LastKnown = {
  readonly directory: Directory;
  /** Asks about these now, so that it is known should nobody answer later. Never throws. */
  readonly learn: (people: readonly PersonId[], groups: readonly GroupSource[]) => Promise<void>;
};

type Told<T> = { readonly value: T; readonly at: number };

/**
 * Remembers what a directory says, and says it for it when it throws: for `lasting` milliseconds since it was said, and not at all
 * where that is undefined. `moment` is in milliseconds, of a clock that only goes forward.
 */
export const createLastKnown = (
  { person, members }: Directory,
  lasting: () => number | undefined,
  moment: () => number,
): LastKnown => {
  const people = new Map<PersonId, Told<SlackPerson | undefined>>();
  const groups = new Map<string, Told<ReadonlySet<PersonId>>>();

  const asking = async <K, T>(told: Map<K, Told<T>>, key: K, ask: () => Promise<T>): Promise<T> => {
    try {
      const value = await ask();
      told.set(key, { value, at: moment() });
      return value;
    } catch (cause) {
      const last = told.get(key);
      const most = lasting();
      if (last === undefined || most === undefined || moment() - last.at > most) throw cause;
      return last.value;
    }
  };
  const directory: Directory = {
    person: (id) => asking(people, id, () => person(id)),
    members: (group) => asking(groups, JSON.stringify(group), () => members(group)),
  };
  return {
    directory,
    learn: async (wanted, of) => {
      for (const id of wanted) await directory.person(id).catch(() => undefined);
      for (const group of of) await directory.members(group).catch(() => undefined);
    },
  };
};
