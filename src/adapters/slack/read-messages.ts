import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Calls, lookups } from './slack-calls.ts';

const message = z.object({
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  edited: z.unknown().optional(),
  files: z.array(z.object({ name: z.string().nullish() })).optional(),
  subtype: z.string().optional(),
  attachments: z.array(z.unknown()).optional(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
});
/** A message as Slack gives it to who asks for metadata. */
export type FoundMessage = z.infer<typeof message>;

const page = z.object({
  messages: z.array(message).default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const perPage = 200;

export type Span = { readonly oldest?: string; readonly latest?: string };

/** Reads what stands in a channel, page by page; throws a setback as other calls do. */
export type ReadMessages = {
  /** The latest first, without replies in threads that stand only there. */
  readonly history: (channel: string, span?: Span) => AsyncGenerator<readonly FoundMessage[]>;
  /** A thread with its head, the oldest first. */
  readonly replies: (channel: string, ts: string) => AsyncGenerator<readonly FoundMessage[]>;
};

export const createReadMessages = (client: WebClient, call: Calls['call']): ReadMessages => {
  async function* pages(ask: (cursor: { readonly cursor?: string }) => Promise<unknown>) {
    let cursor: string | undefined;
    do {
      const asked = cursor === undefined ? {} : { cursor };
      const read = page.parse(await call(lookups, () => ask(asked)));
      yield read.messages;
      cursor = read.response_metadata?.next_cursor;
    } while (cursor !== undefined && cursor !== '');
  }
  const common = { limit: perPage, include_all_metadata: true };
  return {
    history: (channel, span = {}) =>
      pages((cursor) => client.conversations.history({ channel, ...common, ...span, ...cursor })),
    replies: (channel, ts) => pages((cursor) => client.conversations.replies({ channel, ts, ...common, ...cursor })),
  };
};
