// @ts-check
/** @import { PageChannel } from '#local/slack/page-api.ts' */
/** @import { At } from './store.js' */
import { h, keyed } from './dom.js';
import { avatar, markNode, nameOf, personOf } from './names.js';
import { createPeopleSwitch } from './people.js';
import { currentChannel, goTo, seen } from './store.js';
import { unreadCount } from './unread.js';

/** @typedef {{ key: string, name: string, kind: PageChannel['kind'], at: At, isCurrent: boolean, unread: number, isQuiet: boolean, withId: string }} Row */

/** @param {PageChannel} channel @returns {Row} */
const rowOf = (channel) => {
  const isDirect = channel.kind === 'im' && channel.withUserId !== undefined;
  return {
    key: channel.id,
    name: isDirect ? nameOf(personOf(channel.withUserId ?? '')) : channel.name,
    kind: channel.kind,
    at: isDirect ? { type: 'direct', with: channel.withUserId ?? '' } : { type: 'channel', id: channel.id },
    isCurrent: currentChannel()?.id === channel.id,
    unread: unreadCount(channel),
    isQuiet: channel.isArchived || !channel.isMember,
    withId: channel.withUserId ?? '',
  };
};

/** @returns {Row[]} */
const appRows = () => {
  if (seen.state === null) return [];
  const { app } = seen.state;
  const isCurrent = seen.at.type === 'home';
  return [
    {
      key: 'home',
      name: `${app.name} Home`,
      kind: 'im',
      at: { type: 'home' },
      isCurrent,
      unread: 0,
      isQuiet: false,
      withId: app.botUserId,
    },
  ];
};

/** @param {Row} row @param {() => void} chosen */
const rowNode = (row, chosen) =>
  h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: `place${row.unread > 0 ? ' unread' : ''}${row.isQuiet ? ' quiet' : ''}`,
        'aria-current': row.isCurrent ? 'page' : null,
        'data-focus': 'place',
        onclick: () => {
          goTo(row.at);
          chosen();
        },
      },
      row.withId === '' ? markNode(row.kind) : avatar(personOf(row.withId), row.withId),
      h('span', { class: 'place-name' }, h('bdi', {}, row.name)),
      row.unread > 0 ? h('span', { class: 'count', 'aria-label': `${row.unread} unread` }, String(row.unread)) : null,
    ),
  );

/** @param {string} title @param {() => void} chosen */
const section = (title, chosen) => {
  const list = h('ul', { 'aria-label': title });
  const node = h('section', {}, h('h2', {}, title), list);
  return {
    node,
    /** @param {Row[]} rows */
    show: (rows) => {
      node.hidden = rows.length === 0;
      keyed(list, rows, { key: ({ key }) => key, print: (row) => row, render: (row) => rowNode(row, chosen) });
    },
  };
};

/** Workspace, person, channels, direct conversations and the app. @param {{ chosen: () => void }} options `chosen`: a place was picked */
export const createSidebar = ({ chosen }) => {
  const people = createPeopleSwitch();
  const team = h('div', { class: 'team' });
  const channels = section('Channels', chosen);
  const directs = section('Direct messages', chosen);
  const apps = section('Apps', chosen);
  const lists = h('div', { class: 'places' }, channels.node, directs.node, apps.node);
  return {
    node: h('nav', { class: 'sidebar', 'aria-label': 'Workspace' }, people.node, team, lists),
    switchPerson: people.open,
    /** Goes to a place by where it stands in the list, counted from 1. @param {number} number */
    pick: (number) => {
      const place = lists.querySelectorAll('.place')[number - 1];
      if (place instanceof HTMLElement) place.click();
    },
    show: () => {
      people.show();
      const all = seen.state?.channels ?? [];
      team.textContent = seen.state?.team.name ?? '';
      channels.show(all.filter(({ kind }) => kind !== 'im').map(rowOf));
      directs.show(all.filter(({ kind }) => kind === 'im').map(rowOf));
      apps.show(appRows());
    },
  };
};
