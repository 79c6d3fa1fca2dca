import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Clock } from '#use-cases/ports.ts';
import type { Message } from './card.ts';
import { findMessage } from './find-message.ts';
import { type Noted, type Notes, type Place, posted, withoutAttempt } from './notes.ts';
import { withoutProof } from './proven.ts';
import { type Calls, others, postsTo } from './slack-calls.ts';
import { faultOf, setbackOf, stop } from './slack-faults.ts';

/** So long a call that was given up may still be on its way to Slack: the client's own time limit is 5 s. */
const settling = Temporal.Duration.from({ seconds: 8 });

export type Post = {
  readonly key: string;
  /** A channel's or a person's id. */
  readonly channel: string;
  readonly thread?: string;
  /** Also in the channel, beside the thread. */
  readonly isBroadcast?: boolean;
  readonly message: Message;
  /** Posts of the channel's budget to leave for what is more urgent. */
  readonly spare?: number;
  /** What else to note with it. */
  readonly note?: (before: Noted) => Noted;
};

const answer = z.object({ channel: z.string(), ts: z.string() });

export type PostOnce = (notes: Notes, post: Post) => Promise<Place>;

/**
 * Posts a message once, whatever breaks in between: the intent is noted before, the place after. When an earlier
 * attempt may have got through, it is looked for first, and posted anew only when it is not there and cannot arrive
 * any more. Slack has no idempotency key for chat.postMessage; this is instead of one.
 */
export const createPostOnce = (parts: {
  readonly client: WebClient;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly botUser: string;
}): PostOnce => {
  const { client, calls, clock, botUser } = parts;

  const recovered = async (notes: Notes, { key, message, thread }: Post): Promise<Place | undefined> => {
    const attempt = notes.now().attempts[key];
    if (attempt === undefined) return undefined;
    const wanted = { metadata: withoutProof(message.metadata), ...(thread === undefined ? {} : { thread }) };
    const found = await findMessage(client, calls, botUser, attempt, wanted);
    if (found !== undefined) {
      await notes.save(posted(key, found));
      return found;
    }
    const wait = Temporal.Instant.from(attempt.last)
      .add(settling)
      .since(await clock.now())
      .total('milliseconds');
    if (wait <= 0) return undefined;
    throw stop({ type: 'later', milliseconds: Math.ceil(wait), why: 'An earlier attempt to post may still arrive' });
  };

  const send = async (notes: Notes, { key, channel, thread, isBroadcast, message, spare }: Post): Promise<Place> => {
    const { text, blocks, metadata } = message;
    const content = {
      text,
      blocks: [...blocks],
      metadata,
      parse: 'none' as const,
      unfurl_links: false,
      unfurl_media: false,
    };
    const at = (await clock.now()).toString();
    const begin = (before: Noted): Noted => {
      const first = before.attempts[key]?.first ?? at;
      return { ...before, attempts: { ...before.attempts, [key]: { channel, first, last: at } } };
    };
    // Two shapes to the client's types, one to Slack: reply_broadcast means nothing without thread_ts.
    const target =
      thread === undefined
        ? { channel, ...content }
        : isBroadcast === true
          ? { channel, ...content, thread_ts: thread, reply_broadcast: true as const }
          : { channel, ...content, thread_ts: thread };
    const budget = postsTo(channel);
    calls.reserve(budget, spare);
    await notes.save(begin);
    try {
      return answer.parse(await calls.attempt(budget, () => client.chat.postMessage(target)));
    } catch (cause) {
      if (certainlyNotPosted(cause)) await notes.save((before) => withoutAttempt(before, key));
      throw cause;
    }
  };

  /** Our lock fell while we posted and another bot posted too: theirs is noted, so ours goes. */
  const withdrawDouble = async (notes: Notes, key: string, { channel, ts }: Place): Promise<void> => {
    await notes.reload();
    const theirs = notes.now().messages[key];
    if (theirs !== undefined && theirs.ts !== ts) await calls.call(others, () => client.chat.delete({ channel, ts }));
  };

  return async (notes, post) => {
    const known = notes.now().messages[post.key] ?? (await recovered(notes, post));
    if (known !== undefined) return known;
    await calls.ready();
    const place = await send(notes, post);
    const change = posted(post.key, place);
    try {
      await notes.save((before) => post.note?.(change(before)) ?? change(before));
    } catch (cause) {
      if (setbackOf(cause) !== undefined) await withdrawDouble(notes, post.key, place);
      throw cause;
    }
    return place;
  };
};

/** Slack said no, or to wait: then nothing need be looked for. */
const certainlyNotPosted = (cause: unknown): boolean => {
  const setback = setbackOf(cause);
  return setback === undefined ? faultOf(cause).type === 'refused' : setback.type === 'later';
};
