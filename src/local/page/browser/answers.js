// @ts-check
/** @import { PageMessage } from '#local/slack/page-api.ts' */
import { h } from './dom.js';
import { goTo, openThread, seen } from './store.js';
import { spansNode } from './text.js';
import { toast } from './toasts.js';

/** Milliseconds until an answer stands where it stays: what one sends oneself scrolls to it. */
const moment = 300;

/** @type {Map<string, Set<string>>} Answers told already or seen before, by person. */
const told = new Map();
/** @type {(() => void)[]} Take away what is told to the person who looks now. */
const shown = [];
let person = '';

/** @param {PageMessage} message */
const keyOf = ({ channelId, ts }) => `${channelId}/${ts}`;

/** @param {PageMessage} message @returns {HTMLElement | null} */
const nodeOf = ({ ts }) => document.querySelector(`.message.ephemeral[data-ts="${CSS.escape(ts)}"]`);

/**
 * Whether it can be read where it stands: most of it is within its list, and nothing lies above it. What newer messages have
 * pushed up, such as the card that was asked for, came into sight: the list follows its end.
 *
 * @param {PageMessage} message
 */
const isInSight = (message) => {
  const node = nodeOf(message);
  const list = node?.closest('.messages');
  if (!node || !list?.checkVisibility()) return false;
  const [its, room] = [node.getBoundingClientRect(), list.getBoundingClientRect()];
  if (its.top < room.top) return true;
  const bottom = Math.min(its.bottom, room.bottom);
  if (bottom - its.top < its.height / 2) return false;
  return node.contains(document.elementFromPoint(its.left + 30, (its.top + bottom) / 2));
};

/** @param {PageMessage} message */
const show = (message) => {
  const channel = seen.state?.channels.find(({ id }) => id === message.channelId);
  const other = channel?.withUserId;
  goTo(other === undefined ? { type: 'channel', id: message.channelId } : { type: 'direct', with: other });
  if (message.threadTs !== undefined) openThread({ channelId: message.channelId, ts: message.threadTs });
  const node = nodeOf(message);
  node?.scrollIntoView({ block: 'nearest' });
  node?.focus({ preventScroll: true });
};

/** @param {PageMessage} message */
const tell = (message) => {
  const go = () => {
    close();
    show(message);
  };
  const button = h('button', { type: 'button', class: 'link-button', onclick: go }, 'Show');
  const close = toast(spansNode(message.spans), 'answer', button);
  shown.push(close);
};

/**
 * Tells what only this person is told, where it came out of sight: the answer to a press on a card further up stands at the
 * end of the channel. Answers from before this page was opened are not told.
 *
 * @param {string} to
 * @param {Record<string, PageMessage[]>} messages
 */
export const tellAnswers = (to, messages) => {
  if (to !== person) {
    for (const close of shown.splice(0)) close();
    person = to;
  }
  const answers = Object.values(messages)
    .flat()
    .filter(({ isEphemeral }) => isEphemeral);
  const before = told.get(to);
  told.set(to, new Set(answers.map(keyOf)));
  if (before === undefined) return;
  for (const answer of answers.filter((one) => !before.has(keyOf(one))))
    setTimeout(() => {
      // Whoever looks by then is told nothing that is for another; that one is when they are back.
      if (seen.person !== to) told.get(to)?.delete(keyOf(answer));
      else if (!isInSight(answer)) tell(answer);
    }, moment);
};
