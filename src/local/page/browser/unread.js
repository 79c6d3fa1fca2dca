// @ts-check
/** @import { PageChannel, PageMessage } from '#local/slack/page-api.ts' */
import { messagesOf, seen } from './store.js';

const storageKey = 'hallpass-read';

/** @returns {Record<string, string>} */
const readAll = () => {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '{}');
  } catch {
    return {};
  }
};

/** @type {Record<string, string>} By person and channel, the last message that was on the screen. */
const lastRead = readAll();

/** @param {string} channelId */
const keyOf = (channelId) => `${seen.person}:${channelId}`;

/** @param {PageMessage} message */
const isInChannel = (message) =>
  message.threadTs === undefined || message.threadTs === message.ts || message.isBroadcast;

/** How many messages of others this person has not seen. @param {PageChannel} channel */
export const unreadCount = (channel) => {
  if (!channel.isMember) return 0;
  const last = lastRead[keyOf(channel.id)] ?? '0';
  return messagesOf(channel.id).filter((one) => isInChannel(one) && one.ts > last && one.authorId !== seen.person)
    .length;
};

/** Call it when a channel is shown: everything in it is read now. @param {PageChannel} channel */
export const markRead = (channel) => {
  const last = messagesOf(channel.id).at(-1)?.ts;
  if (last === undefined || lastRead[keyOf(channel.id)] === last) return;
  lastRead[keyOf(channel.id)] = last;
  sessionStorage.setItem(storageKey, JSON.stringify(lastRead));
};
