import type { Core } from './core.ts';
import type { Deliveries } from './delivery.ts';
import type { PersonKind } from './seed.ts';
import { groupShape, userShape } from './shapes.ts';
import type { Channel, Group, Person } from './state.ts';

/** What happens in a workspace apart from people clicking: somebody leaves, a group changes, a channel is shared. */
export type World = {
  changePerson: (
    userId: string,
    change: Partial<Pick<Person, 'kind' | 'realName' | 'displayName' | 'name' | 'email' | 'teamId'>>,
  ) => Promise<void>;
  setKind: (userId: string, kind: PersonKind) => Promise<void>;
  setGroupMembers: (groupId: string, memberIds: string[]) => Promise<void>;
  changeGroup: (groupId: string, change: Partial<Pick<Group, 'handle' | 'name' | 'isDisabled'>>) => Promise<void>;
  changeChannel: (
    channelId: string,
    change: Partial<Pick<Channel, 'name' | 'isArchived' | 'isExternallyShared' | 'connectedTeamIds'>>,
  ) => void;
  addToChannel: (channelId: string, userId: string) => void;
  removeFromChannel: (channelId: string, userId: string) => void;
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
  return {
    changePerson,
    setKind: (userId, kind) => changePerson(userId, { kind }),
    setGroupMembers,
    changeGroup,
    changeChannel: (channelId, change) => {
      Object.assign(channelOf(channelId), change);
      core.changed('channel');
    },
    addToChannel: (channelId, userId) => {
      channelOf(channelId).members.add(userId);
      core.changed('channel');
    },
    removeFromChannel: (channelId, userId) => {
      channelOf(channelId).members.delete(userId);
      core.changed('channel');
    },
    setPlan: (plan) => {
      core.state.plan = plan;
    },
    setScopes: (scopes) => {
      core.state.app = { ...core.state.app, scopes };
    },
  };
};
