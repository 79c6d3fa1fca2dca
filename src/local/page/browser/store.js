// @ts-check
/** @import { PageChannel, PageMessage, PeopleAnswer, PageState } from '#local/slack/page-api.ts' */
import { openHome, readState } from './api.js';
import { listen } from './live.js';

/**
 * Where the person looks. A direct conversation is named by the other one, so that switching people keeps the place.
 *
 * @typedef {{ type: 'channel', id: string } | { type: 'direct', with: string } | { type: 'home' }} At
 */

/**
 * @typedef {object} Seen
 * @property {PeopleAnswer['people']} people who can be switched to
 * @property {boolean} hasCluster whether this workspace can tell what stands in a cluster
 * @property {PeopleAnswer['examples']} examples commands to begin with
 * @property {string | null} request the one whose card or thread is looked at
 * @property {string} person whose client this is
 * @property {PageState | null} state what that person's Slack holds; null while it is read
 * @property {At} at
 * @property {{ channelId: string, ts: string } | null} thread the one open on the right
 * @property {boolean} isConnected
 * @property {string | null} problem why the state could not be read
 */

/** @type {Seen} */
export const seen = {
  people: [],
  hasCluster: false,
  examples: [],
  request: null,
  person: '',
  state: null,
  at: { type: 'home' },
  thread: null,
  isConnected: true,
  problem: null,
};

/** @type {Set<() => void>} */
const listeners = new Set();
let stopListening = () => {};

/** @param {() => void} listener */
export const onChange = (listener) => listeners.add(listener);
const tell = () => {
  for (const listener of listeners) listener();
};

/** @type {Promise<void> | null} */
let reading = null;
let mustReadAgain = false;

const readOnce = async () => {
  mustReadAgain = false;
  const { person } = seen;
  try {
    const state = await readState(person);
    // One reading at a time, so a later answer is never older; a restarted workspace counts from the beginning.
    if (person === seen.person) {
      const isFirst = seen.state === null;
      seen.state = state;
      // The address may name a thread before it is known what it is about.
      if (isFirst && seen.thread !== null) seen.request = requestBehind(seen.thread);
    }
    seen.problem = null;
  } catch (error) {
    seen.problem = error instanceof Error ? error.message : 'The workspace cannot be read.';
  }
};

const readAll = async () => {
  do await readOnce();
  while (mustReadAgain);
  reading = null;
  tell();
};

/**
 * Reads the state again; while that lasts, further wishes become one more reading. Ends when a reading has ended that began
 * after the wish: who waits for it sees what they have done.
 */
export const refresh = () => {
  mustReadAgain = reading !== null;
  reading ??= readAll();
  return reading;
};

const remember = () => {
  const parameters = new URLSearchParams({ as: seen.person, at: placeWord(seen.at) });
  if (seen.thread) parameters.set('thread', `${seen.thread.channelId}/${seen.thread.ts}`);
  history.replaceState(null, '', `#${parameters}`);
};

/** @param {At} at */
const placeWord = (at) => (at.type === 'channel' ? at.id : at.type === 'direct' ? `@${at.with}` : 'home');

/**
 * Becomes another person; the place stays.
 *
 * @param {string} person
 */
export const become = (person) => {
  stopListening();
  seen.person = person;
  seen.state = null;
  remember();
  tell();
  stopListening = listen(person, {
    changed: () => void refresh(),
    connected: (isConnected) => {
      if (isConnected === seen.isConnected) return;
      seen.isConnected = isConnected;
      tell();
    },
  });
  if (seen.at.type === 'home') void openHome(person);
};

/** @param {At} at */
export const goTo = (at) => {
  const isSame = placeWord(at) === placeWord(seen.at);
  seen.at = at;
  if (!isSame) {
    seen.thread = null;
    seen.request = null;
  }
  if (at.type === 'home') void openHome(seen.person);
  remember();
  tell();
};

/** The request that a message of Hallpass is about. @param {PageMessage | undefined} message @returns {string | null} */
export const requestOf = (message) => {
  const request = message?.metadata?.eventPayload.request;
  return typeof request === 'string' ? request : null;
};

/** @param {{ channelId: string, ts: string }} thread */
const requestBehind = (thread) => requestOf(messagesOf(thread.channelId).find(({ ts }) => ts === thread.ts));

/** Looks at one request, or at none in particular. @param {string | null} request */
export const chooseRequest = (request) => {
  if (request === seen.request) return;
  seen.request = request;
  tell();
};

/** @param {{ channelId: string, ts: string } | null} thread */
export const openThread = (thread) => {
  seen.thread = thread;
  seen.request = thread === null ? null : requestBehind(thread);
  remember();
  tell();
};

/** The channel that stands in the middle, if this person sees it. @returns {PageChannel | undefined} */
export const currentChannel = () => {
  const { at, state } = seen;
  if (at.type === 'home' || state === null) return undefined;
  if (at.type === 'channel') return state.channels.find((one) => one.id === at.id);
  return state.channels.find((one) => one.kind === 'im' && one.withUserId === at.with);
};

/** @param {string} channelId @returns {PageMessage[]} */
export const messagesOf = (channelId) => seen.state?.messages[channelId] ?? [];

/**
 * Takes up the person, place and thread that the address names, or else these.
 *
 * @param {PeopleAnswer} workspace
 */
export const start = ({ people, hasCluster, examples }) => {
  const named = new URLSearchParams(location.hash.slice(1));
  seen.people = people;
  seen.hasCluster = hasCluster;
  seen.examples = examples;
  const wanted = people.find((one) => one.id === named.get('as')) ?? people[0];
  if (wanted === undefined) throw new Error('There is nobody in this workspace.');
  const at = named.get('at') ?? '';
  seen.at = at.startsWith('@')
    ? { type: 'direct', with: at.slice(1) }
    : at === 'home'
      ? { type: 'home' }
      : { type: 'channel', id: at };
  const [channelId, ts] = (named.get('thread') ?? '').split('/');
  seen.thread = channelId && ts ? { channelId, ts } : null;
  become(wanted.id);
};
