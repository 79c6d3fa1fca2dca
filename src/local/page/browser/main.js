// @ts-check
import { readPeople } from './api.js';
import { createComposer } from './composer.js';
import { fill, h } from './dom.js';
import { createHome } from './home.js';
import { createMessageList } from './messages.js';
import { createModal } from './modal.js';
import { badgeOf, channelMark, nameOf, personOf } from './names.js';
import { createSidebar } from './sidebar.js';
import { currentChannel, goTo, messagesOf, onChange, openThread, seen, start } from './store.js';
import { tellNotices } from './toasts.js';
import { markRead } from './unread.js';

/** @import { PageChannel } from '#local/slack/page-api.ts' */

/** @param {PageChannel} channel */
const titleOf = (channel) => {
  if (channel.kind !== 'im') return `${channelMark(channel)} ${channel.name}`;
  return nameOf(personOf(channel.withUserId ?? ''));
};

/** @param {PageChannel} channel */
const aboutChannel = (channel) => {
  const words = [
    channel.kind === 'im' ? '' : `${channel.memberIds.length} members`,
    channel.isExternallyShared ? 'shared with another organisation' : '',
    channel.isArchived ? 'archived' : '',
  ];
  return words.filter((word) => word !== '').join(' · ');
};

/** Why nobody can write here, if so. @param {PageChannel | undefined} channel */
const closedBecause = (channel) => {
  if (channel === undefined) return `${nameOf(personOf(seen.person))} does not see this conversation.`;
  if (channel.isArchived) return 'This channel is archived.';
  return channel.isMember ? '' : 'You are not in this channel: you can read it, but not write here.';
};

const createMain = (/** @type {() => void} */ showSidebar) => {
  const title = h('h1', { dir: 'auto' });
  const about = h('span', { class: 'quiet' });
  const menu = h(
    'button',
    { type: 'button', class: 'icon-button menu-button', 'aria-label': 'Channels and people', onclick: showSidebar },
    '☰',
  );
  const list = createMessageList({ label: 'Messages', isThread: false });
  const composer = createComposer({ label: 'Message or command' });
  const home = createHome();
  const closed = h('p', { class: 'closed' });
  const node = h(
    'main',
    { class: 'main' },
    h('header', { class: 'bar' }, menu, title, about),
    list.node,
    home.node,
    closed,
    composer.node,
  );

  const showChannel = (/** @type {PageChannel | undefined} */ channel) => {
    const why = seen.state === null ? '' : closedBecause(channel);
    closed.textContent = why;
    closed.hidden = why === '';
    const messages = channel
      ? messagesOf(channel.id).filter((one) => one.threadTs === undefined || one.threadTs === one.ts || one.isBroadcast)
      : [];
    list.show(`${seen.person}:${channel?.id ?? ''}`, messages);
    composer.show(
      channel === undefined || why !== ''
        ? null
        : { channelId: channel.id, hint: `Message ${titleOf(channel)} or type /` },
    );
    if (channel && document.visibilityState === 'visible') markRead(channel);
  };

  return {
    node,
    show: () => {
      const isHome = seen.at.type === 'home';
      const channel = currentChannel();
      title.textContent = isHome ? (seen.state?.app.name ?? '') : channel ? titleOf(channel) : '';
      about.textContent = isHome ? 'App' : channel ? aboutChannel(channel) : '';
      const other = channel?.withUserId === undefined ? undefined : personOf(channel.withUserId);
      const badge = other && badgeOf(other);
      if (badge) about.prepend(badge);
      home.node.hidden = !isHome;
      list.node.hidden = isHome;
      if (isHome) {
        home.show();
        composer.show(null);
        closed.hidden = true;
      } else showChannel(channel);
    },
  };
};

const createThread = () => {
  const list = createMessageList({ label: 'Thread', isThread: true });
  const composer = createComposer({ label: 'Reply' });
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
    if (event.key === 'Escape' && !event.defaultPrevented) openThread(null);
  });
  let focused = '';
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
        focused = '';
        return;
      }
      about.textContent = channel ? titleOf(channel) : '';
      list.show(`${seen.person}:${thread.channelId}:${thread.ts}`, messages);
      const isOpen = channel?.isMember && !channel.isArchived;
      composer.show(channel && isOpen ? { channelId: channel.id, threadTs: thread.ts, hint: 'Reply…' } : null);
      if (focused !== thread.ts && seen.state !== null) {
        focused = thread.ts;
        composer.focus();
      }
    },
  };
};

/** On the first look at a workspace: the first channel that the person is in. */
const goSomewhere = () => {
  if (seen.state === null || seen.at.type !== 'channel' || seen.at.id !== '') return;
  const first = seen.state.channels.find(({ isMember, kind }) => isMember && kind !== 'im');
  goTo(first ? { type: 'channel', id: first.id } : { type: 'home' });
};

const run = async () => {
  const root = h('div', { class: 'workspace' });
  const offline = h('div', { class: 'offline', role: 'status', hidden: true });
  const scrim = h('button', {
    type: 'button',
    class: 'scrim',
    'aria-label': 'Close the menu',
    onclick: () => root.classList.remove('menu-open'),
  });
  const sidebar = createSidebar({ chosen: () => root.classList.remove('menu-open') });
  const main = createMain(() => root.classList.toggle('menu-open'));
  const thread = createThread();
  root.append(sidebar.node, scrim, main.node, thread.node);
  fill(document.body, offline, root);
  const modal = createModal();
  onChange(() => {
    goSomewhere();
    const lost = seen.problem ?? (seen.isConnected ? '' : 'Reconnecting to the workspace…');
    offline.textContent = lost;
    offline.hidden = lost === '';
    root.setAttribute('aria-busy', String(seen.state === null));
    main.show();
    thread.show();
    root.classList.toggle('with-thread', !thread.node.hidden);
    sidebar.show();
    modal.show();
    if (seen.state) tellNotices(seen.person, seen.state.notices);
    document.title = `${seen.state?.team.name ?? 'Local workspace'} · ${nameOf(personOf(seen.person))}`;
  });
  document.addEventListener('visibilitychange', () => main.show());
  start((await readPeople()).people.filter(({ kind }) => kind !== 'bot'));
};

run().catch((error) => {
  fill(
    document.body,
    h('p', { class: 'empty' }, `The workspace cannot be reached: ${error instanceof Error ? error.message : 'error'}`),
  );
});
