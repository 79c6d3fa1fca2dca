import { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';
import { stop } from './slack-faults.ts';

const place = z.strictObject({ channel: z.string(), ts: z.string() });
/** Where a message is. An empty `ts` is one that cannot be posted and is not tried again. */
export type Place = z.infer<typeof place>;

const attempt = z.strictObject({ channel: z.string(), first: z.iso.datetime(), last: z.iso.datetime() });
/** A post that was begun and of which no answer is noted: it may be there. The times are those of its first and last try. */
export type Attempt = z.infer<typeof attempt>;

/** What is remembered of a request's messages, by key: `card`, `event:3`, `news:3:U02ABCDEF`. */
const noted = z.strictObject({
  schema: z.literal(1),
  messages: z.record(z.string(), place),
  attempts: z.record(z.string(), attempt),
  /** The version of the request that the card shows; 0 when it must be drawn anew. */
  cardVersion: z.int().min(0),
  permalink: z.string().optional(),
});
export type Noted = z.infer<typeof noted>;

const nothing: Noted = { schema: 1, messages: {}, attempts: {}, cardVersion: 0 };

export type Notes = {
  readonly now: () => Noted;
  /** Writes what changed; throws a setback when somebody else wrote meanwhile. */
  readonly save: (change: (before: Noted) => Noted) => Promise<void>;
  readonly reload: () => Promise<void>;
};

/** Opens the notes of one request. */
export const openNotes = async (store: ProjectionStore, id: RequestId): Promise<Notes> => {
  const load = async () => {
    const found = await store.read(id);
    if (found === undefined) return { version: 0, value: nothing };
    return { version: found.version, value: noted.parse(JSON.parse(found.value)) };
  };
  let current = await load();
  return {
    now: () => current.value,
    save: async (change) => {
      const value = change(current.value);
      if (!(await store.write(id, current.version, JSON.stringify(value))))
        throw stop({ type: 'later', milliseconds: 500, why: 'Another bot took over the messages of this request' });
      current = { version: current.version + 1, value };
    },
    reload: async () => {
      current = await load();
    },
  };
};

/** A change that says where a message is, and that nothing is open about it any more. */
export const posted =
  (key: string, where: Place) =>
  (before: Noted): Noted => ({ ...withoutAttempt(before, key), messages: { ...before.messages, [key]: where } });

export const withoutAttempt = (before: Noted, key: string): Noted => {
  const { [key]: _, ...attempts } = before.attempts;
  return { ...before, attempts };
};

/** Where the cards of these requests stand, as far as they have been posted. */
export const permalinksOf = async (
  store: ProjectionStore,
  ids: readonly RequestId[],
): Promise<ReadonlyMap<RequestId, string>> => {
  const found = await Promise.all(ids.map(async (id) => [id, (await openNotes(store, id)).now().permalink] as const));
  return new Map(found.flatMap(([id, permalink]) => (permalink === undefined ? [] : [[id, permalink] as const])));
};
