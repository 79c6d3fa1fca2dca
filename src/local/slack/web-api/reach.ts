import { type Core, directChannel } from '#local/slack/core.ts';
import type { Channel } from '#local/slack/state.ts';
import { has } from './method.ts';

export type Reach = { ok: true; channel: Channel } | { ok: false; error: string };

/** A channel the bot may know of: a private or direct one only from within. By id; names are not taken, as ids are what holds. */
export const knownChannel = (core: Core, id: string): Reach => {
  const channel = core.state.channels.get(id);
  if (channel === undefined) return { ok: false, error: 'channel_not_found' };
  if (channel.kind !== 'public' && !channel.members.has(core.state.app.botUserId))
    return { ok: false, error: 'channel_not_found' };
  return { ok: true, channel };
};

/** A channel that the bot is in. */
export const ownChannel = (core: Core, id: string): Reach => {
  const known = knownChannel(core, id);
  if (!known.ok || known.channel.members.has(core.state.app.botUserId)) return known;
  return { ok: false, error: 'not_in_channel' };
};

/** Whether the bot shares the team or a channel with a person; others it cannot see. */
export const canSeePerson = (core: Core, userId: string): boolean => {
  const person = core.state.people.get(userId);
  if (person === undefined) return false;
  if (person.teamId === core.state.team.id) return true;
  return [...core.state.channels.values()].some((channel) => channel.isExternallyShared && channel.members.has(userId));
};

/** The direct conversation with a person, as posting to a user id or opening one gives it. */
export const directWith = (core: Core, userId: string): Reach => {
  const person = core.state.people.get(userId);
  if (person === undefined || !canSeePerson(core, userId)) return { ok: false, error: 'user_not_found' };
  if (person.kind === 'deleted') return { ok: false, error: 'user_disabled' };
  if (person.kind === 'bot') return { ok: false, error: 'cannot_dm_bot' };
  return { ok: true, channel: directChannel(core, core.state.app.botUserId, userId) };
};

/** Where a message may be posted. */
export const postingChannel = (core: Core, id: string): Reach => {
  const direct = /^[UW]/.test(id) ? directWith(core, id) : undefined;
  if (direct && !direct.ok)
    return direct.error === 'cannot_dm_bot' ? direct : { ok: false, error: 'channel_not_found' };
  const reach = direct ?? knownChannel(core, id);
  if (!reach.ok) return reach;
  if (reach.channel.isArchived) return { ok: false, error: 'is_archived' };
  if (reach.channel.kind === 'im' && !core.state.app.isMessagesTabEnabled)
    return { ok: false, error: 'messages_tab_disabled' };
  const isIn = reach.channel.members.has(core.state.app.botUserId);
  return isIn || has(core, 'chat:write.public') ? reach : { ok: false, error: 'not_in_channel' };
};

const kinds = { public: 'channels', private: 'groups', im: 'im' } as const;
export const scopeFor = (channel: Channel, what: 'read' | 'history'): string => `${kinds[channel.kind]}:${what}`;
