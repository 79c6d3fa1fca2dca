import type { PageChange } from './page-api.ts';
import type { Seed } from './seed.ts';
import { type Channel, type Message, type Notice, type State, stateFrom } from './state.ts';
import { createTriggers, type Triggers } from './triggers.ts';

/** Real waiting (the app's 3 seconds, retries of events); a story's clock need not move for it. */
export type Timers = { after: (milliseconds: number, act: () => void) => () => void };

export const realTimers: Timers = {
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    // A retry that is minutes away keeps no process alive.
    if (milliseconds > 10_000) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Something the app did that Slack would not have taken; a story should end without any. */
export type Problem = { what: string; detail: unknown };

export type Core = {
  state: State;
  now: () => Temporal.Instant;
  timers: Timers;
  newId: (prefix: string) => string;
  newTs: () => string;
  triggers: Triggers;
  problems: Problem[];
  problem: (what: string, detail?: unknown) => void;
  changed: (kind: PageChange['kind']) => void;
  subscribe: (listener: (change: PageChange) => void) => () => void;
  version: () => number;
  notice: (notice: Omit<Notice, 'id' | 'at'>) => void;
  /** Where the workspace is reached from outside; response urls and uploads hang under it. */
  baseUrl: { value: string };
  /** Makes an address for one Socket Mode connection; undefined while no link has Socket Mode. */
  socketUrl: { make: (() => string) | undefined };
};

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Message timestamps are unique and rise, whatever the clock does. */
const createTs = (now: () => Temporal.Instant) => {
  let last = 0n;
  return () => {
    const micros = now().epochNanoseconds / 1000n;
    last = micros > last ? micros : last + 1n;
    return `${last / 1_000_000n}.${String(last % 1_000_000n).padStart(6, '0')}`;
  };
};

export type CoreOptions = { seed: Seed; now: () => Temporal.Instant; random: () => number; timers: Timers };

export const createCore = ({ seed, now, random, timers }: CoreOptions): Core => {
  const state = stateFrom(seed, Math.floor(now().epochMilliseconds / 1000));
  const listeners = new Set<(change: PageChange) => void>();
  const problems: Problem[] = [];
  let version = 0;
  let counter = 0;
  const newId = (prefix: string) => {
    counter += 1;
    const tail = Array.from({ length: 7 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
    return `${prefix}${counter.toString(36).toUpperCase().padStart(3, '0')}${tail}`;
  };
  const changed: Core['changed'] = (kind) => {
    version += 1;
    for (const listener of listeners) listener({ version, kind });
  };
  return {
    state,
    now,
    timers,
    newId,
    newTs: createTs(now),
    triggers: createTriggers(now, newId),
    problems,
    problem: (what, detail) => {
      problems.push({ what, detail });
    },
    changed,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    notice: (notice) => {
      state.notices.push({ ...notice, id: newId('N'), at: now() });
      changed('notice');
    },
    baseUrl: { value: 'https://slack.local' },
    socketUrl: { make: undefined },
  };
};

export const messagesIn = (state: State, channelId: string): Message[] => state.messages.get(channelId) ?? [];

export const addMessage = (core: Core, message: Message): void => {
  core.state.messages.set(message.channelId, [...messagesIn(core.state, message.channelId), message]);
  core.changed('message');
};

export const removeMessage = (core: Core, message: Message): void => {
  core.state.messages.set(
    message.channelId,
    messagesIn(core.state, message.channelId).filter((one) => one !== message),
  );
  core.changed('message');
};

/** The direct conversation of these two, made when first needed. */
export const directChannel = (core: Core, one: string, other: string): Channel => {
  const found = [...core.state.channels.values()].find(
    (channel) => channel.kind === 'im' && channel.members.has(one) && channel.members.has(other),
  );
  if (found) return found;
  const channel: Channel = {
    id: core.newId('D'),
    name: '',
    kind: 'im',
    members: new Set([one, other]),
    isArchived: false,
    isExternallyShared: false,
    connectedTeamIds: [],
    created: Math.floor(core.now().epochMilliseconds / 1000),
  };
  core.state.channels.set(channel.id, channel);
  core.changed('channel');
  return channel;
};

/** A channel of the seed by id, or by name with or without `#`. */
export const findChannel = (state: State, idOrName: string): Channel | undefined =>
  state.channels.get(idOrName) ??
  [...state.channels.values()].find((one) => one.kind !== 'im' && one.name === idOrName.replace(/^#/, ''));

/** Whether a person sees a channel: public ones for members of the team, others only from within; guests and strangers only from within. */
export const canSee = (state: State, userId: string, channel: Channel): boolean => {
  if (channel.members.has(userId)) return true;
  const person = state.people.get(userId);
  return (
    channel.kind === 'public' &&
    (person?.kind === 'member' || person?.kind === 'admin') &&
    person.teamId === state.team.id
  );
};
