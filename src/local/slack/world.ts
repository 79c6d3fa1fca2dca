import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import { checkBlocks } from '#local/slack/block-kit/check.ts';
import { addMessage, type Core, messagesIn, removeMessage } from './core.ts';
import type { Deliveries } from './delivery.ts';
import type { PersonKind } from './seed.ts';
import { groupShape, userShape } from './shapes.ts';
import type { Channel, Group, Metadata, Person } from './state.ts';

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
  /**
   * What an administrator's compliance tool, or whoever broke into Slack, can do with anybody's message: it bears no mark of
   * it, unless that is wanted, and the app hears nothing.
   */
  editMessage: (
    place: { channelId: string; ts: string },
    change: { text?: string; blocks?: unknown; metadata?: Metadata | undefined; isMarked?: boolean },
  ) => void;
  deleteMessage: (place: { channelId: string; ts: string }) => void;
  /** Puts a message where it never was said, in anybody's name; its timestamp is answered. */
  forgeMessage: (
    as: { userId: string; isBot: boolean },
    message: { channelId: string; threadTs?: string; text: string; blocks?: unknown; metadata?: Metadata },
  ) => string;
};

const stored = (core: Core, blocks: unknown): StoredBlock[] => {
  const checked = checkBlocks(blocks, 'message', () => core.newId(''));
  if (!checked.ok) throw new Error(`These are no blocks: ${checked.messages.join(', ')}`);
  return checked.blocks;
};

const inWords = (text: string) => [
  { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] },
];

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

  const messageAt = ({ channelId, ts }: { channelId: string; ts: string }) =>
    must(
      messagesIn(core.state, channelId).find((one) => one.ts === ts),
      `message ${ts} in ${channelId}`,
    );

  const editMessage: World['editMessage'] = (place, change) => {
    const { text, blocks, metadata, isMarked } = change;
    const message = messageAt(place);
    if (text !== undefined) message.text = text;
    if (blocks !== undefined) message.blocks = stored(core, blocks);
    else if (text !== undefined && message.blocks.length > 0) message.blocks = stored(core, inWords(text));
    if (metadata !== undefined) message.metadata = metadata;
    else if ('metadata' in change) delete message.metadata;
    if (isMarked === true) message.editedAt = core.newTs();
    core.changed('message');
  };

  const forgeMessage: World['forgeMessage'] = ({ userId, isBot }, { channelId, threadTs, text, blocks, metadata }) => {
    const ts = core.newTs();
    addMessage(core, {
      channelId: channelOf(channelId).id,
      ts,
      ...(threadTs === undefined ? {} : { threadTs }),
      userId,
      isBot,
      text,
      blocks: blocks === undefined ? [] : stored(core, blocks),
      ...(metadata === undefined ? {} : { metadata }),
      fileIds: [],
      reactions: [],
      isBroadcast: false,
      values: new Map(),
    });
    return ts;
  };

  return {
    editMessage,
    deleteMessage: (place) => removeMessage(core, messageAt(place)),
    forgeMessage,
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
