import type { RequestId } from '#domain/ids.ts';
import { type Message, renderCard } from './card.ts';
import type { Noted, Place } from './notes.ts';
import {
  cardKey,
  cardOf,
  forgetCard,
  isGone,
  refused,
  requireChannel,
  type Step,
  type Subject,
  type Tools,
} from './showing.ts';
import { updates } from './slack-calls.ts';

/** Posts a request's card, or brings the one there is to the newest state: what lies between is never drawn. */
export const createShowCard = (tools: Tools): Step => {
  const { client, calls, postOnce, mark, fine, alarm } = tools;
  const said = new Set<RequestId>();

  const draw = async ({
    chain,
    description,
    standing,
    attempts,
    mayGoOn,
    before,
    content,
  }: Omit<Subject, 'notes'>): Promise<Message> => {
    const shown = await content();
    const { id } = chain.request.asked;
    if (shown.type === 'unreadable' && !said.has(id)) {
      said.add(id);
      alarm('What a request changes was altered or is gone from the store; nobody can approve it', { request: id });
    }
    const drawn = renderCard({
      chain,
      shown,
      mayGoOn,
      before,
      ...(description === undefined ? {} : { description }),
      ...(standing === undefined ? {} : { standing }),
      ...(attempts === undefined ? {} : { attempts }),
    });
    return mark(drawn);
  };

  const post = async (subject: Subject): Promise<void> => {
    const { channel } = subject.chain.request.asked.approval;
    const version = subject.chain.entries.length;
    const note = (before: Noted): Noted => ({ ...before, cardVersion: version });
    const message = await draw(subject);
    await postOnce(subject.notes, { key: cardKey, channel, message, note });
    fine(channel);
  };

  const update = async ({ chain, notes, ...rest }: Subject, { channel, ts }: Place): Promise<void> => {
    const version = chain.entries.length;
    const { text, blocks, metadata } = await draw({ chain, ...rest });
    await calls.call(updates, () => client.chat.update({ channel, ts, text, blocks: [...blocks], metadata }));
    try {
      await notes.save((before) => ({ ...before, cardVersion: version }));
    } catch (cause) {
      // Another bot drew it too, and ours, maybe the older state, came last: it is drawn once more.
      await notes.reload();
      await notes.save((before) => ({ ...before, cardVersion: 0 }));
      throw cause;
    }
    fine(chain.request.asked.approval.channel);
  };

  const bringUpToDate = async (subject: Subject): Promise<void> => {
    const { chain, notes } = subject;
    // Posted now, or found again after an attempt that broke off: then it may show an older state.
    if (notes.now().messages[cardKey] === undefined) await post(subject);
    const card = cardOf(notes);
    if (card !== undefined && notes.now().cardVersion < chain.entries.length) await update(subject, card);
  };

  return async (subject) => {
    const { messages, cardVersion } = subject.notes.now();
    if (messages[cardKey] !== undefined && cardVersion >= subject.chain.entries.length) return;
    await requireChannel(subject, tools);
    try {
      await bringUpToDate(subject);
    } catch (cause) {
      if (!isGone(cause)) throw refused(subject, tools, cause);
      await forgetCard(subject, tools);
      await bringUpToDate(subject);
    }
  };
};
