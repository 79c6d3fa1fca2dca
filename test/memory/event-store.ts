import type { PersonId, RequestId } from '#domain/ids.ts';
import type { AppendResult, Clock, EventStore, RequestIndex } from '#use-cases/ports.ts';

type Kept = { lines: readonly string[]; index: RequestIndex; unshownSince: Temporal.Instant | undefined };

const remember = Temporal.Duration.from({ hours: 24 });

const hasPassed = (now: Temporal.Instant, since: Temporal.Instant, duration: Temporal.Duration): boolean =>
  Temporal.Instant.compare(now, since.add(duration)) >= 0;

/** Everything the Redis event store promises, in memory. Lines can be edited through `tamper`, as a thief of Redis could. */
export type MemoryEventStore = EventStore & {
  readonly tamper: (id: RequestId, edit: (lines: readonly string[]) => readonly string[]) => void;
  /** Removes what has so many entries, in one step. */
  readonly forget: (id: RequestId, entries: number) => 'removed' | 'gone' | 'changed';
  readonly submittedAt: (id: RequestId) => Temporal.Instant | undefined;
  /** Whether something of it is to be done, told, shown or reviewed. */
  readonly isAwaited: (id: RequestId) => boolean;
  /** All of it as it is now, to be put back later. */
  readonly snapshot: () => () => void;
};

export const createMemoryEventStore = (clock: Clock): MemoryEventStore => {
  const requests = new Map<RequestId, Kept>();
  const removed = new Set<RequestId>();
  const origins = new Map<string, { readonly id: RequestId; readonly at: Temporal.Instant }>();

  const filedBefore = (origin: string | undefined, now: Temporal.Instant): RequestId | undefined => {
    const before = origin === undefined ? undefined : origins.get(origin);
    return before === undefined || hasPassed(now, before.at, remember) ? undefined : before.id;
  };

  const upTo = (
    now: Temporal.Instant,
    limit: number,
    at: (kept: Kept) => Temporal.Instant | undefined,
  ): readonly RequestId[] => {
    const isDue = (time: Temporal.Instant | undefined): boolean =>
      time !== undefined && Temporal.Instant.compare(time, now) <= 0;
    return ordered(requests, at, (kept) => isDue(at(kept))).slice(0, limit);
  };
  const oldest = (limit: number, matches: (kept: Kept) => boolean, skip = 0): readonly RequestId[] =>
    ordered(requests, ({ index }) => index.submittedAt, matches).slice(skip, skip + Math.max(0, limit));
  const latest = (limit: number, matches: (kept: Kept) => boolean, skip = 0): readonly RequestId[] =>
    ordered(requests, ({ index }) => index.submittedAt, matches)
      .reverse()
      .slice(skip, skip + Math.max(0, limit));

  const unaskedBy = (person: PersonId | undefined, caller: string | undefined): number =>
    [...requests.values()].filter(
      ({ index }) =>
        index.atMost !== undefined && index.caller === caller && (caller !== undefined || requester(index) === person),
    ).length;

  const append = (
    now: Temporal.Instant,
    id: RequestId,
    version: number,
    lines: readonly string[],
    index: RequestIndex,
    origin?: string,
  ): AppendResult => {
    const before = filedBefore(origin, now);
    if (before !== undefined) return { type: 'filed-before', id: before };
    const kept = requests.get(id);
    if ((kept?.lines.length ?? 0) !== version || (version === 0 && removed.has(id))) return { type: 'conflict' };
    if (kept === undefined && index.atMost !== undefined && unaskedBy(requester(index), index.caller) >= index.atMost)
      return { type: 'full' };
    requests.set(id, { lines: [...(kept?.lines ?? []), ...lines], index, unshownSince: kept?.unshownSince ?? now });
    if (origin !== undefined) origins.set(origin, { id, at: now });
    return { type: 'appended' };
  };

  return {
    read: async (id) => requests.get(id)?.lines ?? [],
    append: async (...appended) => append(await clock.now(), ...appended),
    filedFor: async (origin) => filedBefore(origin, await clock.now()),
    lengths: async (ids) => ids.map((id) => requests.get(id)?.lines.length ?? 0),
    due: async (now, limit) => upTo(now, limit, ({ index }) => index.dueAt),
    news: async (now, limit) => upTo(now, limit, ({ index }) => index.newsAt),
    inStatus: async (status, limit, skip) => latest(limit, ({ index }) => index.status === status, skip),
    toReview: async (limit, skip) => oldest(limit, ({ index }) => index.toReview, skip),
    ofPerson: async (person, limit) => latest(limit, ({ index }) => index.people.includes(person)),
    activeOf: async (person, limit) =>
      latest(limit, ({ index }) => index.status === 'active' && index.people.includes(person)),
    countPending: async (person, caller) => {
      const pending = [...requests.values()].filter(({ index }) => index.status === 'pending');
      const own = pending.filter(({ index }) => requester(index) === person).length;
      return { total: pending.length, own, unasked: unaskedBy(person, caller) };
    },
    unshown: async (limit) =>
      ordered(
        requests,
        ({ unshownSince }) => unshownSince,
        ({ unshownSince }) => unshownSince !== undefined,
      ).slice(0, limit),
    markShown: async (id, version) => {
      const kept = requests.get(id);
      if (kept?.lines.length === version) kept.unshownSince = undefined;
    },
    tamper: (id, edit) => {
      const kept = requests.get(id);
      if (kept !== undefined) kept.lines = edit(kept.lines);
    },
    forget: (id, entries) => {
      const length = requests.get(id)?.lines.length ?? 0;
      if (length === 0) return 'gone';
      if (length !== entries) return 'changed';
      requests.delete(id);
      removed.add(id);
      return 'removed';
    },
    submittedAt: (id) => requests.get(id)?.index.submittedAt,
    isAwaited: (id) => {
      const kept = requests.get(id);
      if (kept === undefined) return false;
      const { dueAt, newsAt, toReview } = kept.index;
      return dueAt !== undefined || newsAt !== undefined || toReview || kept.unshownSince !== undefined;
    },
    snapshot: () => {
      const all = [...requests].map(([id, kept]) => [id, { ...kept }] as const);
      return () => {
        requests.clear();
        for (const [id, kept] of all) requests.set(id, { ...kept });
      };
    },
  };
};

const requester = ({ people }: RequestIndex): PersonId | undefined => people[0];

/** Ids by time and then by id, as in a sorted set of Redis. */
const ordered = (
  requests: ReadonlyMap<RequestId, Kept>,
  at: (kept: Kept) => Temporal.Instant | undefined,
  matches: (kept: Kept) => boolean,
): RequestId[] => {
  const time = (kept: Kept): number => at(kept)?.epochMilliseconds ?? 0;
  return [...requests]
    .filter(([, kept]) => matches(kept))
    .sort(([one, first], [other, second]) => time(first) - time(second) || (one < other ? -1 : 1))
    .map(([id]) => id);
};
