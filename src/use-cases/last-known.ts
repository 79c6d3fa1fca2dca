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
type Memory<K, T> = {
  readonly told: Map<K, Told<T>>;
  /** Who was asked about last, and is not answered yet: what is forgotten meanwhile, the answer may not know yet. */
  readonly underWay: Map<K, object>;
};

const createMemory = <K, T>(): Memory<K, T> => ({ told: new Map(), underWay: new Map() });
const forget = <K, T>({ told, underWay }: Memory<K, T>, key: K): void => {
  told.delete(key);
  underWay.delete(key);
};

/** Remembers what a directory says, and says it for it while it does not answer, for as long as that counts. */
export const createLastKnown = (
  { person, members }: Directory,
  { lasting, moment, isNoAnswer }: LastKnownParts,
): LastKnown => {
  const people = createMemory<PersonId, SlackPerson | undefined>();
  const groups = createMemory<string, ReadonlySet<PersonId>>();

  const ask = async <K, T>({ told, underWay }: Memory<K, T>, key: K, question: () => Promise<T>): Promise<T> => {
    const mine = {};
    underWay.set(key, mine);
    const isLast = (): boolean => underWay.get(key) === mine;
    try {
      const value = await question();
      if (isLast()) told.set(key, { value, at: moment() });
      return value;
    } finally {
      if (isLast()) underWay.delete(key);
    }
  };
  const askOrKnow = async <K, T>(memory: Memory<K, T>, key: K, question: () => Promise<T>): Promise<T> => {
    try {
      return await ask(memory, key, question);
    } catch (cause) {
      const last = isNoAnswer(cause) ? memory.told.get(key) : undefined;
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
    forgetPerson: (id) => forget(people, id as PersonId),
    forgetGroup: (id) => forget(groups, JSON.stringify({ type: 'slack-group', id })),
  };
};
