// @ts-check
/** @import { PageChannel, PagePerson } from '#local/slack/page-api.ts' */
import { h } from './dom.js';
import { seen } from './store.js';

/** @param {string} id @returns {PagePerson | undefined} */
export const personOf = (id) =>
  seen.state?.people.find((one) => one.id === id) ?? seen.people.find((one) => one.id === id);

/** The name that others read; a handle only where nothing else is known. @param {PagePerson | undefined} person */
export const nameOf = (person) => {
  if (person === undefined) return 'Somebody';
  if (person.id === seen.state?.app.botUserId) return seen.state.app.name;
  const { displayName, name, realName } = person;
  return displayName !== '' && displayName !== name ? displayName : realName || name;
};

/** @param {string} id @param {string} [label] */
export const userName = (id, label) => {
  const person = personOf(id);
  return person ? nameOf(person) : label || id;
};

/** @param {string} id @param {string} [label] */
export const channelName = (id, label) =>
  seen.state?.channels.find((one) => one.id === id)?.name ?? (label || 'private channel');

/** @param {string} id @param {string} [label] */
export const groupName = (id, label) =>
  seen.state?.groups.find((one) => one.id === id)?.handle ?? (label?.replace(/^@/, '') || id);

/** What stands before a channel's name. @param {PageChannel} channel */
export const channelMark = (channel) => (channel.kind === 'public' ? '#' : '');

/** A lock, drawn: not every machine has a font with one. */
const lock = () => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute(
    'd',
    'M4 7V5a4 4 0 0 1 8 0v2h.5A1.5 1.5 0 0 1 14 8.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 13.5v-5A1.5 1.5 0 0 1 3.5 7zm1.6 0h4.8V5a2.4 2.4 0 0 0-4.8 0z',
  );
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'lock');
  svg.append(path);
  return svg;
};

/** @param {PageChannel['kind']} kind */
export const markNode = (kind) =>
  h('span', { class: 'mark', 'aria-hidden': 'true' }, kind === 'private' ? lock() : kind === 'public' ? '#' : '');

/** @type {Record<PagePerson['kind'], string>} */
const badges = {
  member: '',
  admin: 'admin',
  guest: 'guest',
  'single-channel-guest': 'guest',
  stranger: 'external',
  bot: 'app',
  deleted: 'deactivated',
};

/** @param {PagePerson} person */
export const badgeOf = (person) => {
  const isElsewhere = seen.state !== null && person.teamId !== seen.state.team.id;
  const word = badges[person.kind] || (isElsewhere ? 'external' : '');
  return word === '' ? null : h('span', { class: `badge badge-${word}` }, word);
};

/** @param {string} text */
const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 997, 7);

/** @param {PagePerson | undefined} person @param {string} id */
export const avatar = (person, id) => {
  const words = nameOf(person).split(/\s+/u);
  const initials = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '').join('');
  const isApp = id === seen.state?.app.botUserId;
  const look = isApp ? 'avatar avatar-app' : `avatar hue-${hash(id) % 8}`;
  return h('span', { class: look, 'aria-hidden': 'true' }, isApp ? '✓' : initials.toUpperCase());
};

/** How a conversation is headed. @param {PageChannel} channel */
export const titleOf = (channel) => {
  if (channel.kind !== 'im') return `${channelMark(channel)}${channel.name}`;
  return nameOf(personOf(channel.withUserId ?? ''));
};
