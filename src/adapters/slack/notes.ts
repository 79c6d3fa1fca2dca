import { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import type { Asked } from '#domain/request/request.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';
import { setbackOf, stop } from './slack-faults.ts';

const place = z.strictObject({ channel: z.string(), ts: z.string() });
/** Where a message is. An empty `ts` is one that cannot be posted and is not tried again. */
export type Place = z.infer<typeof place>;

const attempt = z.strictObject({ channel: z.string(), first: z.iso.datetime(), last: z.iso.datetime() });
/** A post that was begun and of which no answer is noted: it may be there. The times are those of its first and last try. */
export type Attempt = z.infer<typeof attempt>;

const file = z.strictObject({ id: z.string(), asked: z.iso.datetime(), isShared: z.boolean() });
/** A file whose bytes Slack has and which it was asked to share in the thread: when, and whether it is there. */
export type NotedFile = z.infer<typeof file>;

/** What is remembered of a request's messages, by key: `card`, `event:3`, `news:3:U02ABCDEF`. */
const noted = z.strictObject({
  schema: z.literal(1),
  messages: z.record(z.string(), place),
  attempts: z.record(z.string(), attempt),
  /** The version of the request that the card shows; 0 when it must be drawn anew. */
  cardVersion: z.int().min(0),
  permalink: z.string().optional(),
  /** By revision. Absent in notes from before there were any. */
  files: z.record(z.string(), file).optional(),
});
export type Noted = z.infer<typeof noted>;

const nothing: Noted = { schema: 1, messages: {}, attempts: {}, cardVersion: 0 };

export type Notes = {
  readonly now: () => Noted;
  /** Writes what changed; throws a setback when somebody else wrote meanwhile. */
  readonly save: (change: (before: Noted) => Noted) => Promise<void>;
  readonly reload: () => Promise<void>;
};

/**
 * Opens the notes of one request; throws a setback when they cannot be read. They are not signed, so whoever can edit
 * the store can edit them: `believe` leaves out what cannot be true.
 */
export const openNotes = async (
  store: ProjectionStore,
  id: string,
  believe: (found: Noted) => Noted = (found) => found,
): Promise<Notes> => {
  const load = async () => {
    const found = await store.read(id);
    if (found === undefined) return { version: 0, value: nothing };
    return { version: found.version, value: believe(parse(id, found.value)) };
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

export const withFile =
  (revision: number, noted: NotedFile | undefined) =>
  (before: Noted): Noted => {
    const { [String(revision)]: _, ...others } = before.files ?? {};
    return { ...before, files: noted === undefined ? others : { ...others, [String(revision)]: noted } };
  };

const parse = (id: string, value: string): Noted => {
  try {
    return noted.parse(JSON.parse(value));
  } catch (cause) {
    const why = `What was noted of the Slack messages of ${id} cannot be read; nothing more is posted about it until the note is mended or deleted`;
    throw stop({ type: 'blocked', why }, cause);
  }
};

/** Where the cards of these requests stand, as far as they have been posted and the address is one of this workspace. */
export const permalinksOf = async (
  store: ProjectionStore,
  all: readonly Asked[],
  workspace: string | undefined,
): Promise<ReadonlyMap<RequestId, string>> => {
  const found = await Promise.all(
    all.map(async ({ id, approval }) => {
      const notes = await openNotes(store, id).catch(unlessUnreadable);
      return [id, ownPermalink(notes?.now().permalink, approval.channel, workspace)] as const;
    }),
  );
  return new Map(found.flatMap(([id, permalink]) => (permalink === undefined ? [] : [[id, permalink] as const])));
};

/** A list is shown without one link rather than not at all; the projection raises the alarm. */
const unlessUnreadable = (cause: unknown): undefined => {
  if (setbackOf(cause)?.type !== 'blocked') throw cause;
};

/**
 * A noted address, if it leads into this channel of the bot's own workspace: Hallpass must lend its name to no other.
 * Undefined too when the workspace's address is not known: then nothing can be compared.
 */
export const ownPermalink = (
  permalink: string | undefined,
  channel: string,
  workspace: string | undefined,
): string | undefined => {
  const [found, own] = [URL.parse(permalink ?? ''), URL.parse(workspace ?? '')];
  if (found === null || own === null) return undefined;
  // The origin holds scheme, host and port; a user name before the host is not in it.
  const isSafe = found.protocol === 'https:' || found.hostname === '127.0.0.1';
  const isOwn = isSafe && found.origin === own.origin && found.username + found.password === '';
  return isOwn && found.pathname.startsWith(`/archives/${channel}/`) ? permalink : undefined;
};
