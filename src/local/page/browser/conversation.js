// @ts-check
/** @import { PageChannel } from '#local/slack/page-api.ts' */
import { createComposer } from './composer.js';
import { fill, h } from './dom.js';
import { createEmpty } from './empty.js';
import { createHome } from './home.js';
import { createMessageList } from './messages.js';
import { badgeOf, markNode, nameOf, personOf, titleOf } from './names.js';
import { currentChannel, messagesOf, seen } from './store.js';
import { markRead } from './unread.js';

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

/** The middle: a channel, a direct conversation or the app's Home. @param {{ showSidebar: () => void, tools: HTMLElement }} bar */
export const createConversation = ({ showSidebar, tools }) => {
  const title = h('h1', { dir: 'auto' });
  const about = h('span', { class: 'quiet' });
  const menu = h(
    'button',
    { type: 'button', class: 'icon-button menu-button', 'aria-label': 'Channels and people', onclick: showSidebar },
    '☰',
  );
  const list = createMessageList({ label: 'Messages', isThread: false });
  const composer = createComposer({
    label: 'Message or command',
    sent: list.toEnd,
    left: () => list.node.focus(),
  });
  const home = createHome();
  const closed = h('p', { class: 'closed' });
  const empty = createEmpty({ put: composer.put });
  const node = h(
    'main',
    { class: 'main' },
    h('header', { class: 'bar' }, menu, title, about, tools),
    list.node,
    empty.node,
    home.node,
    closed,
    composer.node,
  );

  let focused = '';

  const showChannel = (/** @type {PageChannel | undefined} */ channel) => {
    const why = seen.state === null ? '' : closedBecause(channel);
    closed.textContent = why;
    closed.hidden = why === '';
    const messages = channel
      ? messagesOf(channel.id).filter((one) => one.threadTs === undefined || one.threadTs === one.ts || one.isBroadcast)
      : [];
    empty.show(messages.length === 0 && channel !== undefined && why === '');
    list.show(`${seen.person}:${channel?.id ?? ''}`, messages);
    composer.show(
      channel === undefined || why !== ''
        ? null
        : { channelId: channel.id, hint: `Message ${titleOf(channel)} or type /` },
    );
    if (channel && document.visibilityState === 'visible') markRead(channel);
    const place = `${seen.person}:${channel?.id ?? ''}`;
    if (place !== focused && seen.state !== null && matchMedia('(hover: hover)').matches) composer.focus();
    if (seen.state !== null) focused = place;
  };

  return {
    node,
    focus: composer.focus,
    show: () => {
      const isHome = seen.at.type === 'home';
      const channel = currentChannel();
      if (channel === undefined)
        title.textContent = isHome ? (seen.state?.app.name ?? '') : seen.state ? 'Not visible' : '';
      else if (channel.kind === 'private') fill(title, markNode('private'), channel.name);
      else title.textContent = titleOf(channel);
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
        empty.show(false);
      } else showChannel(channel);
    },
  };
};
