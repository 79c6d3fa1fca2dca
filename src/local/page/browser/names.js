// @ts-check
/** @import { PageChannel, PagePerson } from '#local/slack/page-api.ts' */
import { h } from './dom.js';
import { seen } from './store.js';

/** @param {string} id @returns {PagePerson | undefined} */
export const personOf = (id) =>
  seen.state?.people.find((one) => one.id === id) ?? seen.people.find((one) => one.id === id);

/** @param {PagePerson | undefined} person */
export const nameOf = (person) => person?.displayName || person?.realName || person?.name || 'Somebody';

/** @param {string} id @param {string} [label] */
export const userName = (id, label) => nameOf(personOf(id) ?? undefined).replace(/^Somebody$/, label || id);

/** @param {string} id @param {string} [label] */
export const channelName = (id, label) =>
  seen.state?.channels.find((one) => one.id === id)?.name ?? (label || 'private channel');

/** @param {string} id @param {string} [label] */
export const groupName = (id, label) =>
  seen.state?.groups.find((one) => one.id === id)?.handle ?? (label?.replace(/^@/, '') || id);

/** What stands before a channel's name. @param {PageChannel} channel */
export const channelMark = (channel) => (channel.kind === 'private' ? '🔒' : channel.kind === 'im' ? '' : '#');

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
