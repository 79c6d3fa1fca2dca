// @ts-check
import { createComposer } from './composer.js';
import { h } from './dom.js';
import { rememberFocus } from './focus.js';
import { createMessageList } from './messages.js';
import { titleOf } from './names.js';
import { messagesOf, openThread, seen } from './store.js';

/** The thread on the right. */
export const createThread = () => {
  const list = createMessageList({ label: 'Thread', isThread: true });
  const composer = createComposer({ label: 'Reply', sent: list.toEnd });
  const about = h('span', { class: 'quiet' });
  const cross = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Close thread', onclick: () => openThread(null) },
    '✕',
  );
  const node = h(
    'aside',
    { class: 'thread', 'aria-label': 'Thread' },
    h('header', { class: 'bar' }, h('h2', {}, 'Thread'), about, cross),
    list.node,
    composer.node,
  );
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    openThread(null);
  });
  let focused = '';
  let giveBack = () => false;
  return {
    node,
    show: () => {
      const { thread } = seen;
      const channel = thread && seen.state?.channels.find(({ id }) => id === thread.channelId);
      const messages = thread
        ? messagesOf(thread.channelId).filter(({ ts, threadTs }) => ts === thread.ts || threadTs === thread.ts)
        : [];
      node.hidden = !thread || (seen.state !== null && messages.length === 0);
      if (!thread || node.hidden) {
        if (focused !== '' && (document.activeElement === document.body || node.contains(document.activeElement)))
          giveBack();
        focused = '';
        return;
      }
      about.textContent = channel ? titleOf(channel) : '';
      list.show(`${seen.person}:${thread.channelId}:${thread.ts}`, messages);
      const isOpen = channel?.isMember && !channel.isArchived;
      composer.show(channel && isOpen ? { channelId: channel.id, threadTs: thread.ts, hint: 'Reply…' } : null);
      if (focused !== thread.ts && seen.state !== null) {
        if (focused === '') giveBack = rememberFocus();
        focused = thread.ts;
        composer.focus();
      }
    },
  };
};
