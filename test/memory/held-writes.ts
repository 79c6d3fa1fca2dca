import { lowestOf, type ObjectVersion } from '#domain/guard/object-version.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Attempts, HeldWrites, Intake, Said } from '#use-cases/guard-ports.ts';
import type { Clock } from '#use-cases/ports.ts';

/** What guards and bots share about held writes, in memory, with the bounds of the one in Redis. */
export type MemoryHeldWrites = {
  readonly held: HeldWrites;
  readonly intake: Intake;
  /** Everything that was left for the bot and is not settled, also what it has taken. */
  readonly waiting: () => readonly string[];
  /** As a thief of Redis could: leaves any text for the bot, or says that a write is this request. */
  readonly leave: (entry: string) => void;
  readonly forge: (fingerprint: string, id: RequestId) => void;
  /** Forgets all of it, as a Redis that was emptied. */
  readonly empty: () => void;
};

const most = { waiting: 300, ofAuthor: 30, length: 120_000, note: 4_000, by: 253 } as const;
const seconds = (count: number): Temporal.Duration => Temporal.Duration.from({ seconds: count });
const remember = {
  filed: seconds(3_600),
  author: seconds(60),
  flood: seconds(1_200),
  tried: seconds(3_600),
  shown: seconds(400 * 86_400),
} as const;
const givenUp = seconds(5);
const sameAttempt = seconds(1);

/** Values that are forgotten after a time. */
const createLasting = <T>() => {
  const kept = new Map<string, { readonly value: T; readonly until: Temporal.Instant }>();
  return {
    get: (key: string, now: Temporal.Instant): T | undefined => {
      const found = kept.get(key);
      return found === undefined || Temporal.Instant.compare(now, found.until) >= 0 ? undefined : found.value;
    },
    set: (key: string, value: T, until: Temporal.Instant): void => void kept.set(key, { value, until }),
    /** The same until when, with another value. */
    change: (key: string, value: T): void => {
      const found = kept.get(key);
      if (found !== undefined) kept.set(key, { ...found, value });
    },
    clear: (): void => kept.clear(),
  };
};

type Entry = { readonly text: string; readonly takenAt: Temporal.Instant | undefined };

export const createMemoryHeldWrites = (clock: Clock): MemoryHeldWrites => {
  const index = createLasting<RequestId>();
  const told = createLasting<Said>();
  const filedBy = createLasting<number>();
  const floods = createLasting<true>();
  const tries = createLasting<Attempts>();
  const entries = new Map<string, Entry>();
  const firsts = new Map<string, ObjectVersion>();
  /** Keys of entries that somebody works on. */
  const held = new Set<string>();
  let made = 0;

  const add = (text: string): void => {
    made += 1;
    entries.set(`${made}-0`, { text, takenAt: undefined });
  };
  const hasRoom = (): boolean => entries.size < most.waiting;

  /** In one step, as the script in Redis: nothing happens in between. */
  const fileNow = (
    now: Temporal.Instant,
    { fingerprint, id, instead, author, entry }: Parameters<HeldWrites['file']>[0],
  ): Awaited<ReturnType<HeldWrites['file']>> => {
    const before = index.get(fingerprint, now);
    if (before !== undefined && before !== instead) return { type: 'held', id: before };
    const flood = (of: 'author' | 'all', key: string) => {
      const isNew = floods.get(key, now) === undefined;
      floods.set(key, true, now.add(remember.flood));
      return { type: 'flood', of, isNew } as const;
    };
    if (!hasRoom()) return flood('all', '');
    const filed = filedBy.get(author, now);
    if (filed === undefined) filedBy.set(author, 1, now.add(remember.author));
    else filedBy.change(author, filed + 1);
    if ((filed ?? 0) >= most.ofAuthor) return flood('author', author);
    index.set(fingerprint, id, now.add(remember.filed));
    add(entry);
    return { type: 'filed' };
  };

  const takeNow = (now: Temporal.Instant, count: number) => {
    const isStale = ({ takenAt }: Entry): boolean =>
      takenAt !== undefined && Temporal.Instant.compare(now, takenAt.add(givenUp)) >= 0;
    const stale = [...entries].filter(([key, one]) => isStale(one) && !held.has(key));
    const fresh = [...entries].filter(([, { takenAt }]) => takenAt === undefined);
    const taken = (stale.length > 0 ? stale : fresh).slice(0, count);
    for (const [key, one] of taken) entries.set(key, { ...one, takenAt: now });
    return taken.map(([key, { text }]) => ({ key, entry: text }));
  };

  return {
    held: {
      find: async (fingerprint) => {
        const now = await clock.now();
        const id = index.get(fingerprint, now);
        if (id === undefined) return undefined;
        const said = told.get(id, now);
        return { id, ...(said === undefined ? {} : { said }) };
      },
      said: async (id) => told.get(id, await clock.now()),
      file: async (filing) => {
        const { length } = filing.entry;
        if (length > most.length) throw new Error(`A write of ${length} characters is too long to be filed`);
        return fileNow(await clock.now(), filing);
      },
      note: async (entry) => {
        if (entry.length > most.note) throw new Error(`A note of ${entry.length} characters is too long to be left`);
        const isLeft = hasRoom();
        if (isLeft) add(entry);
        return isLeft;
      },
      admitted: async (object, now) => {
        const lowest = lowestOf(firsts.get(object) ?? now, now);
        firsts.set(object, lowest);
        return lowest;
      },
      tried: async (fingerprint, by) => {
        const now = await clock.now();
        const before = tries.get(fingerprint, now);
        const author = by.slice(0, most.by);
        const isSame = before?.by === author && Temporal.Instant.compare(now, before.last.add(sameAttempt)) < 0;
        const count = (before?.count ?? 0) + (isSame ? 0 : 1);
        tries.set(fingerprint, { count, last: now, by: author }, now.add(remember.tried));
      },
    },
    intake: {
      take: async (count) => takeNow(await clock.now(), count),
      holding: async (taken, work) => {
        for (const key of taken) held.add(key);
        try {
          return await work();
        } finally {
          const now = await clock.now();
          for (const key of taken) {
            held.delete(key);
            const one = entries.get(key);
            if (one !== undefined) entries.set(key, { ...one, takenAt: now });
          }
        }
      },
      giveBack: async (key) => {
        const one = entries.get(key);
        const almost = (await clock.now()).subtract(givenUp).add(seconds(1));
        if (one !== undefined) entries.set(key, { ...one, takenAt: almost });
      },
      settle: async (key) => void entries.delete(key),
      say: async (id, said) => {
        told.set(id, said, (await clock.now()).add(remember.shown));
      },
      refuse: async (fingerprint, id, said, lasting) => {
        const until = (await clock.now()).add(seconds(lasting));
        told.set(id, said, until);
        index.set(fingerprint, id, until);
      },
      keep: async (fingerprint, id) => index.set(fingerprint, id, (await clock.now()).add(remember.shown)),
      attempts: async (fingerprint) => tries.get(fingerprint, await clock.now()),
    },
    waiting: () => [...entries.values()].map(({ text }) => text),
    leave: add,
    forge: (fingerprint, id) => index.set(fingerprint, id, Temporal.Instant.fromEpochMilliseconds(8.64e15)),
    empty: () => {
      for (const one of [index, told, filedBy, tries, entries, firsts]) one.clear();
    },
  };
};
