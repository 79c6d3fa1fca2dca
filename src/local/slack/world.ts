import type { Core } from './core.ts';
import type { Deliveries } from './delivery.ts';
import type { PersonKind } from './seed.ts';
import { groupShape, userShape } from './shapes.ts';
import type { Channel, Group, Person } from './state.ts';

/** What happens in a workspace apart from people clicking: somebody leaves, a group changes, a channel is shared. */
export type World = {
  changePerson: (
    userId: string,
    change: Partial<
      Pick<Person, 'kind' | 'realName' | 'displayName' | 'name' | 'email' | 'isEmailConfirmed' | 'teamId'>
    >,
  ) => Promise<void>;
  setKind: (userId: string, kind: PersonKind) => Promise<void>;
  setGroupMembers: (groupId: string, memberIds: string[]) => Promise<void>;
  changeGroup: (groupId: string, change: Partial<Pick<Group, 'handle' | 'name' | 'isDisabled'>>) => Promise<void>;
  changeChannel: (
    channelId: string,
    change: Partial<Pick<Channel, 'name' | 'isArchived' | 'isExternallyShared' | 'connectedTeamIds'>>,
  ) => Promise<void>;
  addToChannel: (channelId: string, userId: string) => Promise<void>;
  removeFromChannel: (channelId: string, userId: string) => Promise<void>;
  setPlan: (plan: 'paid' | 'free') => void;
  setScopes: (scopes: string[]) => void;
};

const must = <T>(found: T | undefined, what: string): T => {
  if (found === undefined) throw new Error(`There is no ${what}.`);
  return found;
};

export const createWorld = (core: Core, deliveries: Deliveries): World => {
  const seconds = () => Math.floor(core.now().epochMilliseconds / 1000);

  const changePerson: World['changePerson'] = async (userId, change) => {
    const person = must(core.state.people.get(userId), `person ${userId}`);
    Object.assign(person, change, { updated: seconds() });
    core.changed('people');
    const user = userShape(person, core.state.app.scopes.includes('users:read.email'));
    await deliveries.sendEvent({ type: 'user_change', user, cache_ts: seconds(), event_ts: core.newTs() });
  };

  const setGroupMembers: World['setGroupMembers'] = async (groupId, memberIds) => {
    const group = must(core.state.groups.get(groupId), `group ${groupId}`);
    const before = group.memberIds;
    const previous = group.updated;
    Object.assign(group, { memberIds: [...memberIds], updated: seconds() });
    core.changed('people');
    const added = memberIds.filter((one) => !before.includes(one));
    const removed = before.filter((one) => !memberIds.includes(one));
    await deliveries.sendEvent({
      type: 'subteam_members_changed',
      subteam_id: groupId,
      team_id: core.state.team.id,
      date_previous_update: previous,
      date_update: group.updated,
      added_users: added,
      added_users_count: String(added.length),
      removed_users: removed,
      removed_users_count: String(removed.length),
      event_ts: core.newTs(),
    });
  };

  const changeGroup: World['changeGroup'] = async (groupId, change) => {
    const group = must(core.state.groups.get(groupId), `group ${groupId}`);
    Object.assign(group, change, { updated: seconds() });
    core.changed('people');
    await deliveries.sendEvent({
      type: 'subteam_updated',
      subteam: groupShape(core.state, group, true),
      event_ts: core.newTs(),
    });
  };

  const channelOf = (channelId: string) => must(core.state.channels.get(channelId), `channel ${channelId}`);

  /** The app hears of a channel only from within it. */
  const tell = async (channel: Channel, event: Record<string, unknown> & { type: string }, before = false) => {
    if (before || channel.members.has(core.state.app.botUserId))
      await deliveries.sendEvent({ ...event, event_ts: core.newTs() });
  };

  const changeChannel: World['changeChannel'] = async (channelId, change) => {
    const channel = channelOf(channelId);
    const before = { ...channel };
    Object.assign(channel, change);
    core.changed('channel');
    if (channel.isArchived !== before.isArchived)
      await tell(channel, { type: channel.isArchived ? 'channel_archive' : 'channel_unarchive', channel: channelId });
    if (channel.name !== before.name)
      await tell(channel, { type: 'channel_rename', channel: { id: channelId, name: channel.name } });
    if (channel.isExternallyShared && !before.isExternallyShared) {
      await tell(channel, {
        type: 'channel_shared',
        channel: channelId,
        connected_team_id: channel.connectedTeamIds[0] ?? '',
      });
    }
  };

  const member = (channel: Channel, userId: string) => ({
    user: userId,
    channel: channel.id,
    channel_type: channel.kind === 'public' ? 'C' : 'G',
    team: core.state.team.id,
  });

  const addToChannel: World['addToChannel'] = async (channelId, userId) => {
    const channel = channelOf(channelId);
    channel.members.add(userId);
    core.changed('channel');
    await tell(channel, { type: 'member_joined_channel', ...member(channel, userId) });
  };

  const removeFromChannel: World['removeFromChannel'] = async (channelId, userId) => {
    const channel = channelOf(channelId);
    const wasThere = channel.members.has(core.state.app.botUserId);
    channel.members.delete(userId);
    core.changed('channel');
    await tell(channel, { type: 'member_left_channel', ...member(channel, userId) }, wasThere);
  };

  return {
    changePerson,
    setKind: (userId, kind) => changePerson(userId, { kind }),
    setGroupMembers,
    changeGroup,
    changeChannel,
    addToChannel,
    removeFromChannel,
    setPlan: (plan) => {
      core.state.plan = plan;
    },
    setScopes: (scopes) => {
      core.state.app = { ...core.state.app, scopes };
    },
  };
};
