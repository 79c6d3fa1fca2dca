import type { MessageMetadata } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Attempt } from './notes.ts';
import { type Calls, lookups, others } from './slack-calls.ts';
import { stop } from './slack-faults.ts';

const page = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        user: z.string().optional(),
        metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type Found = z.infer<typeof page>['messages'][number];

/** How far Slack's clock and ours may differ. */
const skew = Temporal.Duration.from({ minutes: 5 });
const perPage = 200;
const mostPages = 50;

export type Wanted = { readonly metadata: MessageMetadata; readonly thread?: string };

/**
 * Looks for a message that a broken-off attempt may have posted, by its metadata and only among those that the bot
 * itself wrote: metadata can be set by any app and counts for nothing by itself. Looks at the time of the attempt alone.
 * The oldest one, when there are several.
 */
export const findMessage = async (
  client: WebClient,
  calls: Calls,
  botUser: string,
  { channel, first, last }: Attempt,
  { metadata, thread }: Wanted,
): Promise<{ readonly channel: string; readonly ts: string } | undefined> => {
  const place = await conversation(client, calls, channel);
  const span = {
    oldest: seconds(first, -1),
    latest: seconds(last, 1),
    inclusive: true,
    limit: perPage,
    include_all_metadata: true,
  };
  const isOurs = ({ user, metadata: has }: Found): boolean =>
    user === botUser && has?.event_type === metadata.event_type && holds(has.event_payload, metadata.event_payload);
  const found: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const asked = { channel: place, ...span, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await calls.call(lookups, () =>
      thread === undefined
        ? client.conversations.history(asked)
        : client.conversations.replies({ ...asked, ts: thread }),
    );
    const read = page.parse(answer);
    found.push(...read.messages.filter(isOurs).map(({ ts }) => ts));
    cursor = read.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '')
      return found.length === 0 ? undefined : { channel: place, ts: found.sort()[0] ?? '' };
  }
  throw stop({
    type: 'blocked',
    why: `Channel ${place} has more than ${perPage * mostPages} messages around one attempt; Hallpass cannot tell whether it posted there`,
  });
};

const opened = z.object({ channel: z.object({ id: z.string() }) });

/** A person's id stands for the conversation with them when posting, but not when reading. */
const conversation = async (client: WebClient, calls: Calls, channel: string): Promise<string> => {
  if (!/^[UW]/.test(channel)) return channel;
  return opened.parse(await calls.call(others, () => client.conversations.open({ users: channel }))).channel.id;
};

const seconds = (instant: string, sign: 1 | -1): string => {
  const at = Temporal.Instant.from(instant);
  const moved = sign === 1 ? at.add(skew) : at.subtract(skew);
  return (moved.epochMilliseconds / 1_000).toFixed(6);
};

const holds = (payload: Readonly<Record<string, unknown>>, wanted: MessageMetadata['event_payload']): boolean =>
  Object.entries(wanted).every(([key, value]) => payload[key] === value);
