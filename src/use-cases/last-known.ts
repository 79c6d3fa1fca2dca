import type { PersonId } from '#domain/ids.ts';
import type { SlackPerson } from '#domain/people.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import type { Directory } from './ports.ts';

/** A directory that goes on by what it was told last. */
export type LastKnown = {
  /** Asks, and remembers what it is told; throws where it is not told. */
  readonly asked: Directory;
  /** The same, but what was said last counts while nobody answers. */
  readonly directory: Directory;
  /**
   * Asks about these, one after the other, so that it is known should nobody answer later. `pause` resolves when the next may be asked
   * about; rejects when it does.
   */
  readonly learn: (
    people: readonly PersonId[],
    groups: readonly GroupSource[],
    pause: () => Promise<void>,
  ) => Promise<void>;
  /** What was said of them is not so any more. */
  readonly forgetPerson: (id: string) => void;
  readonly forgetGroup: (id: string) => void;
};

export type LastKnownParts = {
  /** Milliseconds for which what was said counts; undefined: not at all. */
  readonly lasting: () => number | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly moment: () => number;
  /** Whether a fault is that nobody answered at all. An answer that is no help is an answer. */
  readonly isNoAnswer: (cause: unknown) => boolean;
};

type Told<T> = { readonly value: T; readonly at: number };

/** Remembers what a directory says, and says it for it while it does not answer, for as long as that counts. */
export const createLastKnown = (
  { person, members }: Directory,
  { lasting, moment, isNoAnswer }: LastKnownParts,
): LastKnown => {
  const people = new Map<PersonId, Told<SlackPerson | undefined>>();
  const groups = new Map<string, Told<ReadonlySet<PersonId>>>();

  const ask = async <K, T>(told: Map<K, Told<T>>, key: K, question: () => Promise<T>): Promise<T> => {
    const value = await question();
    told.set(key, { value, at: moment() });
    return value;
  };
  const askOrKnow = async <K, T>(told: Map<K, Told<T>>, key: K, question: () => Promise<T>): Promise<T> => {
    try {
      return await ask(told, key, question);
    } catch (cause) {
      const last = isNoAnswer(cause) ? told.get(key) : undefined;
      const most = lasting();
      if (last === undefined || most === undefined || moment() - last.at > most) throw cause;
      return last.value;
    }
  };
  const by = (way: typeof ask): Directory => ({
    person: (id) => way(people, id, () => person(id)),
    members: (group) => way(groups, JSON.stringify(group), () => members(group)),
  });
  const asked = by(ask);
  return {
    asked,
    directory: by(askOrKnow),
    learn: async (wanted, of, pause) => {
      for (const id of wanted) {
        await asked.person(id).catch(() => undefined);
        await pause();
      }
      for (const group of of) {
        await asked.members(group).catch(() => undefined);
        await pause();
      }
    },
    forgetPerson: (id) => void people.delete(id as PersonId),
    forgetGroup: (id) => void groups.delete(JSON.stringify({ type: 'slack-group', id })),
  };
};
