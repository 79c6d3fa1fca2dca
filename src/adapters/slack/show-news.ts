import { z } from 'zod';
import { itself } from '#domain/ids.ts';
import { isOver } from '#domain/request/request.ts';
import { waitingExtension } from '#use-cases/extend-grant.ts';
import type { Core } from '#use-cases/ports.ts';
import { type DirectMessage, directMessages, stuckMessage } from './direct-messages.ts';
import { type Notes, ownPermalink, posted } from './notes.ts';
import { cardOf, channelProblemOf, nowhere, type Step, type Subject, type Tools } from './showing.ts';
import { others } from './slack-calls.ts';
import { faultOf, setbackOf } from './slack-faults.ts';

/** Slack's words for a person who cannot be written to; they need not be told, and nobody has to do anything. */
const unreachable: readonly string[] = [
  'user_disabled',
  'user_not_found',
  'channel_not_found',
  'cannot_dm_bot',
  'is_inactive',
];

/** Tells the people of a request by direct message what they must know. */
export const createShowNews = (tools: Tools, core: Core): Step => {
  const { postOnce, mark, alarmOnce } = tools;

  const tell = async (notes: Notes, key: string, { to, text, blocks, metadata }: DirectMessage): Promise<void> => {
    try {
      await postOnce(notes, { key, channel: to, message: mark({ text, blocks, metadata }) });
    } catch (cause) {
      const fault = setbackOf(cause) === undefined ? faultOf(cause) : undefined;
      if (fault?.type !== 'refused') throw cause;
      if (!unreachable.includes(fault.error))
        alarmOnce('A direct message could not be delivered; check the Messages tab in the app’s settings', {
          channel: to,
          why: fault.error,
        });
      await notes.save(posted(key, nowhere));
    }
  };

  return async (subject) => {
    const { chain, notes, description } = subject;
    const stuck =
      cardOf(notes) === undefined && !isOver(chain.request.state.status)
        ? await channelProblemOf(subject, tools)
        : undefined;
    if (stuck !== undefined && chain.request.asked.requester !== itself)
      await tell(notes, 'stuck', stuckMessage(chain, description));
    const waitsForCard =
      notes.now().messages.card === undefined && stuck === undefined && !isOver(chain.request.state.status);
    if (waitsForCard) return;
    const permalink = await permalinkOf(tools, subject);
    const { state } = chain.request;
    const waiting = state.status === 'active' ? await waitingExtension(core, state) : undefined;
    const moment = { now: await core.clock.now(), mayGoOn: subject.mayGoOn, waiting, offer: subject.offer };
    for (const message of directMessages(chain, description, permalink, moment)) {
      const key = `news:${message.version}:${message.to}`;
      if (notes.now().messages[key] === undefined) await tell(notes, key, message);
    }
  };
};

const answer = z.object({ permalink: z.string() });

/**
 * The card's address, asked once; what is noted of it is used only if it can be checked. Without it messages name the
 * command that shows the request.
 */
const permalinkOf = async (
  { client, calls, workspace }: Tools,
  { notes, chain }: Subject,
): Promise<string | undefined> => {
  const card = cardOf(notes);
  const { permalink } = notes.now();
  const own = ownPermalink(permalink, chain.request.asked.approval.channel, workspace);
  if (own !== undefined || card === undefined) return own;
  // Noted, and nothing known to compare it with: Slack is not asked again at each look.
  if (permalink !== undefined && workspace === undefined) return undefined;
  const asked = calls.call(others, () => client.chat.getPermalink({ channel: card.channel, message_ts: card.ts }));
  const found = answer.safeParse(await asked.catch((cause: unknown) => unlessRefused(cause)));
  if (!found.success) return undefined;
  if (found.data.permalink !== permalink)
    await notes.save((before) => ({ ...before, permalink: found.data.permalink }));
  return found.data.permalink;
};

const unlessRefused = (cause: unknown): undefined => {
  if (setbackOf(cause) !== undefined || faultOf(cause).type !== 'refused') throw cause;
  return undefined;
};
