import type { Chain, Entry } from '#domain/request/chain.ts';
import { needsNobody } from '#domain/request/terms.ts';
import { cameToNothing } from './asked-groups.ts';
import type { Place } from './notes.ts';
import { contentOf } from './revisions.ts';
import { cardOf, forgetCard, isGone, refused, requireChannel, type Step, type Subject, type Tools } from './showing.ts';
import { stop } from './slack-faults.ts';
import { renderEvent } from './thread.ts';

/** Left in a channel's budget for cards, which people wait for. */
const spareForCards = 1;

const keyOf = (version: number): string => `event:${version}`;

/** Somebody has to settle it, and a card that is updated tells nobody: then the channel reads it too. */
const isOpenConflict = ({ event, version }: Entry, { request: { state }, entries }: Chain): boolean =>
  event.type === 'conflicted' &&
  state.status === 'active' &&
  state.settled === undefined &&
  !entries.some((one) => one.version > version && one.event.type === 'conflicted');

/** Nobody was asked, so that everybody who would have been has to be told, unless nothing came of it. */
const isTaken = ({ event }: Entry, { request }: Chain): boolean =>
  event.type === 'approved' && request.asked.approval.breakGlass !== undefined && !cameToNothing(request);

/** Nobody agreed to the grant who could be told by a message of their own. */
const isUnaskedMisuse = ({ event }: Entry, { request }: Chain): boolean =>
  (event.type === 'misused' || (event.type === 'tripped' && event.does === 'revoke')) &&
  needsNobody(request.asked.approval);

/** Posts what is missing of a request's thread: one message for each event, in the order of the log. */
export const createShowThread = (tools: Tools): Step => {
  const post = async (
    { chain, notes, description, standing, mention, reviewers, offer, before, content }: Subject,
    { channel, ts }: Place,
  ): Promise<void> => {
    for (const entry of chain.entries) {
      const key = keyOf(entry.version);
      if (notes.now().messages[key] !== undefined) continue;
      const of = contentOf(entry.event);
      const shown = of === undefined ? undefined : await content(of);
      const message = tools.prove(
        renderEvent(entry, chain, { description, standing, shown, mention, reviewers, offer, before }),
      );
      await tools.postOnce(notes, {
        key,
        channel,
        thread: ts,
        message,
        spare: spareForCards,
        isBroadcast: isOpenConflict(entry, chain) || isTaken(entry, chain) || isUnaskedMisuse(entry, chain),
      });
    }
  };

  return async (subject) => {
    const { chain, notes } = subject;
    const card = cardOf(notes);
    const complete = chain.entries.every(({ version }) => notes.now().messages[keyOf(version)] !== undefined);
    if (card === undefined || complete) return;
    await requireChannel(subject, tools);
    try {
      await post(subject, card);
    } catch (cause) {
      if (!isGone(cause)) throw refused(subject, tools, cause);
      await forgetCard(subject, tools);
      throw stop({ type: 'later', milliseconds: 100, why: 'The card was deleted' }, cause);
    }
  };
};
