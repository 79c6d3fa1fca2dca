// @ts-check
/** @import { PageMessage } from '#local/slack/page-api.ts' */
import { h, keyed } from './dom.js';
import { messageNode } from './message.js';
import { seen } from './store.js';
import { dateOfTs, dayName } from './time.js';

/** @typedef {{ type: 'day', name: string, key: string } | { type: 'message', message: PageMessage }} Row */

/** @param {PageMessage[]} messages @returns {Row[]} */
const withDays = (messages) => {
  /** @type {Row[]} */
  const rows = [];
  let day = '';
  for (const message of messages) {
    const key = dateOfTs(message.ts).toDateString();
    if (key !== day) rows.push({ type: 'day', name: dayName(dateOfTs(message.ts)), key });
    day = key;
    rows.push({ type: 'message', message });
  }
  return rows;
};

/** Names that messages show can change; a message is rendered again when one does. */
const namesPrint = () => seen.state?.people.map(({ displayName, realName }) => displayName || realName);

/** @type {Map<string, number>} Where each list stands, from its beginning; those at their end, which they follow, are not in it. */
const scrolled = new Map();

/**
 * A list of messages that follows its end, keeps its place otherwise, and tells screen readers what arrives.
 *
 * @param {{ label: string, isThread: boolean }} what
 */
export const createMessageList = ({ label, isThread }) => {
  const rows = h('div', { class: 'rows' });
  const node = h(
    'div',
    { class: 'messages', role: 'log', 'aria-label': label, 'aria-live': 'polite', tabindex: '0' },
    rows,
  );
  let shown = '';

  const fromEnd = () => node.scrollHeight - node.scrollTop - node.clientHeight;
  node.addEventListener('scroll', () => {
    if (fromEnd() < 24) scrolled.delete(shown);
    else if (shown !== '') scrolled.set(shown, node.scrollTop);
  });
  const settle = () => {
    node.scrollTop = scrolled.get(shown) ?? node.scrollHeight;
  };
  // A file that opens or a window that narrows changes the height without a new message.
  new ResizeObserver(() => {
    if (!scrolled.has(shown)) settle();
  }).observe(node);

  return {
    node,
    /** Goes to the newest message and follows again, so that an answer is seen when it comes. */
    toEnd: () => {
      scrolled.delete(shown);
      settle();
    },
    /** @param {string} place what names this list, for its scroll position @param {PageMessage[]} messages */
    show: (place, messages) => {
      const isOther = place !== shown;
      shown = place;
      // A whole other list is not news to be read out.
      node.setAttribute('aria-live', isOther ? 'off' : 'polite');
      keyed(
        rows,
        isThread
          ? messages.map((message) => ({ type: /** @type {const} */ ('message'), message }))
          : withDays(messages),
        {
          key: (row) =>
            row.type === 'day'
              ? row.key
              : `${seen.person}:${row.message.channelId}:${row.message.ts}:${row.message.isEphemeral}`,
          print: (row) => (row.type === 'day' ? row.name : [row.message, namesPrint()]),
          render: (row) =>
            row.type === 'day'
              ? h('div', { class: 'day', role: 'separator' }, h('span', {}, row.name))
              : messageNode(row.message, { isInThread: isThread }),
        },
      );
      settle();
    },
  };
};
