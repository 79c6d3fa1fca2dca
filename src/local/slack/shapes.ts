import type { Core } from './core.ts';
import { messagesIn } from './core.ts';
import { stateValues } from './field-values.ts';
import type { Channel, Group, Message, Person, State, UploadedFile, View } from './state.ts';

/** The workspace's records in the shapes of Slack's API. */
export const userShape = (person: Person, withEmail: boolean): Record<string, unknown> => {
  const isMember = person.kind === 'member' || person.kind === 'admin';
  const profile = {
    title: person.title,
    real_name: person.realName,
    real_name_normalized: person.realName,
    display_name: person.displayName,
    display_name_normalized: person.displayName,
    team: person.teamId,
    ...(withEmail && person.email !== undefined ? { email: person.email } : {}),
  };
  const base = {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    deleted: person.kind === 'deleted',
    profile,
    is_bot: person.kind === 'bot',
    is_app_user: false,
    updated: person.updated,
    ...(person.enterpriseId === undefined
      ? {}
      : { enterprise_user: { id: person.id, enterprise_id: person.enterpriseId, enterprise_name: '' } }),
  };
  // Slack leaves the roles of deleted users out: what is absent must not be read as "no".
  if (person.kind === 'deleted') return base;
  return {
    ...base,
    real_name: person.realName,
    tz: 'Europe/Berlin',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    is_admin: person.kind === 'admin',
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.kind === 'guest' || person.kind === 'single-channel-guest',
    is_ultra_restricted: person.kind === 'single-channel-guest',
    ...(person.kind === 'stranger' ? { is_stranger: true } : {}),
    ...(isMember ? { is_email_confirmed: person.isEmailConfirmed ?? true } : {}),
    who_can_share_contact_card: 'EVERYONE',
  };
};

export const channelShape = (state: State, channel: Channel, forUser: string): Record<string, unknown> => {
  const isIm = channel.kind === 'im';
  const base = {
    id: channel.id,
    created: channel.created,
    is_channel: channel.kind === 'public',
    is_group: false,
    is_im: isIm,
    is_mpim: false,
    is_private: channel.kind !== 'public',
    is_archived: channel.isArchived,
    is_org_shared: false,
    is_shared: channel.isExternallyShared,
    is_ext_shared: channel.isExternallyShared,
    is_pending_ext_shared: false,
    context_team_id: state.team.id,
    updated: channel.created * 1000,
  };
  if (isIm) return { ...base, user: [...channel.members].find((one) => one !== forUser) ?? forUser, priority: 0 };
  return {
    ...base,
    name: channel.name,
    name_normalized: channel.name,
    is_general: channel.name === 'general',
    is_member: channel.members.has(forUser),
    unlinked: 0,
    creator: [...channel.members][0] ?? '',
    shared_team_ids: [state.team.id, ...channel.connectedTeamIds],
    connected_team_ids: channel.connectedTeamIds,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  };
};

export const groupShape = (state: State, group: Group, withUsers: boolean): Record<string, unknown> => ({
  id: group.id,
  team_id: state.team.id,
  is_usergroup: true,
  is_subteam: true,
  name: group.name,
  description: '',
  handle: group.handle,
  is_external: false,
  date_create: group.created,
  date_update: group.updated,
  date_delete: group.isDisabled ? group.updated : 0,
  auto_type: null,
  auto_provision: false,
  created_by: state.app.botUserId,
  updated_by: state.app.botUserId,
  deleted_by: null,
  prefs: { channels: [], groups: [] },
  user_count: group.memberIds.length,
  ...(withUsers ? { users: group.memberIds } : {}),
});

export const fileShape = (core: Core, file: UploadedFile): Record<string, unknown> => ({
  id: file.id,
  name: file.name,
  title: file.title,
  mimetype: 'text/plain',
  filetype: file.name.includes('.') ? file.name.split('.').at(-1) : 'text',
  size: file.length,
  mode: 'hosted',
  user: core.state.app.botUserId,
  ...conversationsOf(core.state, file),
  url_private: `${core.baseUrl.value}/files/${file.id}/${encodeURIComponent(file.name)}`,
  permalink: `${core.baseUrl.value}/files/${file.id}`,
});

/** Slack lists the conversations of a file by their sort. */
const conversationsOf = ({ channels }: State, { channelIds }: UploadedFile): Record<string, string[]> => {
  const ofKind = (kind: Channel['kind']) => channelIds.filter((id) => channels.get(id)?.kind === kind);
  return { channels: ofKind('public'), groups: ofKind('private'), ims: ofKind('im') };
};

/** The messages that show a file, as `files.info` tells them: by sort of conversation, then by its id. Direct ones are not told. */
export const sharesOf = (core: Core, file: UploadedFile): Record<string, Record<string, unknown[]>> => {
  const shares: Record<string, Record<string, unknown[]>> = {};
  for (const id of file.channelIds) {
    const channel = core.state.channels.get(id);
    if (channel === undefined || channel.kind === 'im') continue;
    const messages = messagesIn(core.state, id).filter(({ fileIds }) => fileIds.includes(file.id));
    const told = messages.map(({ ts, threadTs }) => ({
      ts,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      channel_name: channel.name,
      team_id: core.state.team.id,
      share_user_id: core.state.app.botUserId,
    }));
    if (told.length > 0) shares[channel.kind] = { ...shares[channel.kind], [id]: told };
  }
  return shares;
};

/** A message as history shows it: metadata only for those who ask for it. */
export const messageShape = (core: Core, message: Message, withMetadata: boolean): Record<string, unknown> => {
  const { app, team } = core.state;
  const replies = messagesIn(core.state, message.channelId).filter(
    (one) => one.threadTs === message.ts && one.ts !== message.ts && one.onlyFor === undefined,
  );
  const isParent = replies.length > 0;
  return {
    type: 'message',
    user: message.userId,
    ts: message.ts,
    text: message.text,
    team: team.id,
    ...(message.isBot ? { bot_id: app.botId, app_id: app.id } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs !== undefined || isParent ? { thread_ts: message.threadTs ?? message.ts } : {}),
    ...(isParent
      ? {
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((one) => one.userId))],
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.isBroadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(message.editedAt === undefined ? {} : { edited: { user: message.userId, ts: message.editedAt } }),
    ...(message.reactions.length > 0
      ? {
          reactions: message.reactions.map((one) => ({
            name: one.name,
            users: one.userIds,
            count: one.userIds.length,
          })),
        }
      : {}),
    ...(message.fileIds.length > 0
      ? { files: message.fileIds.flatMap((id) => core.state.files.get(id) ?? []).map((file) => fileShape(core, file)) }
      : {}),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
};

export const viewShape = (core: Core, view: View): Record<string, unknown> => ({
  id: view.id,
  team_id: core.state.team.id,
  type: view.type,
  blocks: view.blocks,
  private_metadata: view.privateMetadata,
  callback_id: view.callbackId,
  state: { values: stateValues(view.blocks, view.values) },
  hash: view.hash,
  title: view.title ?? null,
  clear_on_close: view.clearOnClose,
  notify_on_close: view.notifyOnClose,
  close: view.close ?? null,
  submit: view.submit ?? null,
  previous_view_id: view.previousId,
  root_view_id: view.rootId,
  app_id: core.state.app.id,
  external_id: view.externalId,
  app_installed_team_id: core.state.team.id,
  bot_id: core.state.app.botId,
});
