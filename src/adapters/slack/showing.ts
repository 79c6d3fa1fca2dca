import type { WebClient } from '@slack/web-api';
import type { ContentRef } from '#domain/content/content.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Use } from '#domain/request/events.ts';
import { isOver } from '#domain/request/request.ts';
import { needsReview } from '#domain/request/terms.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import type { Attempts } from '#use-cases/guard-ports.ts';
import type { Alarm } from '#use-cases/ports.ts';
import type { Message } from './card.ts';
import type { Mention } from './mentions.ts';
import type { Noted, Notes, Place } from './notes.ts';
import type { PostOnce } from './post-once.ts';
import type { Calls } from './slack-calls.ts';
import { faultOf, setbackOf, stop } from './slack-faults.ts';

/** A request and what is noted of its messages. */
export type Subject = {
  readonly chain: Chain;
  readonly notes: Notes;
  /** Of a held write: how often it was tried. */
  readonly attempts?: Attempts;
  readonly description?: Description;
  readonly standing?: Standing;
  readonly mention: Mention;
  /** The groups whose people may review it, where that is to be done. */
  readonly reviewers?: readonly string[];
  /** Whether it makes sense to offer that it is extended. */
  readonly mayGoOn: boolean;
  /** The line to type to ask for less the next time, where that would have been enough. */
  readonly offer?: string;
  /** What was opened under the grants that it went on from. */
  readonly before: readonly Use[];
  /** What it does in the cluster, or what an earlier revision would have done; read when it is needed, which it seldom is. */
  readonly content: (of?: ContentRef) => Promise<Shown>;
};

/** Shows one side of a request; throws a setback when that cannot be done now. */
export type Step = (subject: Subject) => Promise<void>;

export type Tools = {
  readonly client: WebClient;
  readonly calls: Calls;
  readonly postOnce: PostOnce;
  /** Signs what a message says of an event, as it is posted. */
  readonly prove: (message: Message) => Message;
  /** Puts the hallmark of all that a message shows into its buttons that give something. */
  readonly mark: (message: Message) => Message;
  /** The workspace's own address, if it is known. */
  readonly workspace: string | undefined;
  /** Why nothing may be written into a channel, with the remedy; answers are kept for a while. */
  readonly channelProblem: (channel: string) => Promise<string | undefined>;
  /** Once for a channel and a reason, until something works there again. */
  readonly alarmOnce: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly fine: (channel: string) => void;
  readonly alarm: Alarm;
};

export const cardKey = 'card';
/** Noted for a message that cannot be posted any more and is not tried again. */
export const nowhere: Place = { channel: '', ts: '' };

/** The card's place, if there is a message there. */
export const cardOf = (notes: Notes): Place | undefined => {
  const card = notes.now().messages[cardKey];
  return card === undefined || card.ts === '' ? undefined : card;
};

const gone: readonly string[] = [
  'message_not_found',
  'thread_not_found',
  'cannot_reply_to_message',
  'cant_update_message',
];

/** Slack says that the message is not there any more, or not ours to change. */
export const isGone = (cause: unknown): boolean => {
  if (setbackOf(cause) !== undefined) return false;
  const fault = faultOf(cause);
  return fault.type === 'refused' && gone.includes(fault.error);
};

/** Somebody deleted the card. What waits for somebody gets a new one; of what is over and done with, nothing more is posted. */
export const forgetCard = async ({ notes, chain }: Subject, { alarmOnce }: Tools): Promise<void> => {
  const { asked } = chain.request;
  const over = isOver(chain.request.state.status) && !needsReview(chain.request);
  alarmOnce('The card of a request was deleted in Slack; an open request gets a new one', {
    request: asked.id,
    channel: asked.approval.channel,
  });
  await notes.save((before): Noted => {
    const { [cardKey]: _, ...others } = before.messages;
    const { permalink: __, ...rest } = before;
    return {
      ...rest,
      cardVersion: over ? chain.entries.length : 0,
      messages: over ? { ...others, [cardKey]: nowhere } : others,
    };
  });
};

/** Tells an administrator what is in the way, and breaks off. */
export const block = ({ chain }: Subject, { alarmOnce }: Tools, why: string, cause?: unknown) => {
  const { id, approval } = chain.request.asked;
  alarmOnce('A request cannot be shown in its channel; /jit show and the App Home still show it', {
    request: id,
    channel: approval.channel,
    why,
  });
  return stop({ type: 'blocked', why }, cause);
};

/** Slack's own no to one message, as something that a person has to look at. */
export const refused = (subject: Subject, tools: Tools, cause: unknown): unknown => {
  if (setbackOf(cause) !== undefined) return cause;
  const fault = faultOf(cause);
  return fault.type === 'refused'
    ? block(subject, tools, `Slack refused a message with "${fault.error}". Look at the bot's log`, cause)
    : cause;
};

/** Throws when nothing must be written into the request's channel: it is gone, archived, shared, or without the bot. */
export const requireChannel = async (subject: Subject, tools: Tools): Promise<void> => {
  const problem = await channelProblemOf(subject, tools);
  if (problem !== undefined) throw block(subject, tools, problem);
};

export const channelProblemOf = ({ chain }: Subject, { channelProblem }: Tools): Promise<string | undefined> =>
  channelProblem(chain.request.asked.approval.channel);
