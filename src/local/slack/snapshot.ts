import { elementsOf } from '#local/slack/block-kit/walk.ts';
import { type Core, canSee, messagesIn } from './core.ts';
import { initialValue } from './field-values.ts';
import { parseMrkdwn } from './mrkdwn.ts';
import type { FieldValues, PageChannel, PageFile, PageMessage, PagePerson, PageState, PageView } from './page-api.ts';
import { pageBlocks } from './page-blocks.ts';
import type { Channel, Message, Person, View } from './state.ts';
import { stackOf } from './views.ts';

/** What one person's Slack shows. */
export const pagePerson = (person: Person): PagePerson => ({
  id: person.id,
  name: person.name,
  realName: person.realName,
  displayName: person.displayName,
  title: person.title,
  teamId: person.teamId,
  kind: person.kind,
});

const pageChannel = (core: Core, channel: Channel, userId: string): PageChannel => {
  const other = channel.kind === 'im' ? [...channel.members].find((one) => one !== userId) : undefined;
  return {
    id: channel.id,
    name: other === undefined ? channel.name : (core.state.people.get(other)?.name ?? other),
    kind: channel.kind,
    isMember: channel.members.has(userId),
    isArchived: channel.isArchived,
    isExternallyShared: channel.isExternallyShared,
    memberIds: [...channel.members],
    ...(other === undefined ? {} : { withUserId: other }),
  };
};

/** Files never change, and each state of a page tells of all of them. */
const counted = new WeakMap<Uint8Array, number>();

const linesIn = (bytes: Uint8Array): number => {
  const known = counted.get(bytes);
  if (known !== undefined) return known;
  const endings = bytes.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
  const lines = endings + (bytes.at(-1) === 10 || bytes.length === 0 ? 0 : 1);
  counted.set(bytes, lines);
  return lines;
};

const pageFiles = (core: Core, ids: string[]): PageFile[] =>
  ids.flatMap((id) => {
    const file = core.state.files.get(id);
    if (file === undefined) return [];
    const filetype = file.name.split('.').at(-1) ?? '';
    const { name, title, length: size, bytes } = file;
    const lines = bytes === undefined ? 0 : linesIn(bytes);
    return [{ id, name, title, size, lines, filetype, url: `/page/api/file/${id}` }];
  });

export const pageMessage = (core: Core, message: Message): PageMessage => {
  const replies = messagesIn(core.state, message.channelId).filter(
    (one) => one.threadTs === message.ts && one !== message && one.onlyFor === undefined,
  );
  const threadTs = message.threadTs ?? (replies.length > 0 ? message.ts : undefined);
  return {
    channelId: message.channelId,
    ts: message.ts,
    ...(threadTs === undefined ? {} : { threadTs }),
    replyCount: replies.length,
    authorId: message.userId,
    isBot: message.isBot,
    text: message.text,
    spans: parseMrkdwn(message.text),
    blocks: pageBlocks(message.blocks),
    files: pageFiles(core, message.fileIds),
    reactions: message.reactions,
    isEdited: message.editedAt !== undefined,
    isEphemeral: message.onlyFor !== undefined,
    isBroadcast: message.isBroadcast,
    ...(message.metadata === undefined
      ? {}
      : { metadata: { eventType: message.metadata.event_type, eventPayload: message.metadata.event_payload } }),
  };
};

const currentValues = (view: View): FieldValues => {
  const values: FieldValues = {};
  for (const block of view.blocks) {
    for (const element of elementsOf(block)) {
      const id = element.action_id ?? '';
      const value = view.values[block.block_id]?.[id] ?? initialValue(element);
      if (value !== undefined) values[block.block_id] = { ...values[block.block_id], [id]: value };
    }
  }
  return values;
};

export const pageView = (view: View): PageView => ({
  id: view.id,
  type: view.type,
  hash: view.hash,
  title: view.title ?? null,
  submit: view.submit ?? null,
  close: view.close ?? null,
  blocks: pageBlocks(view.blocks),
  values: currentValues(view),
  errors: view.errors,
});

/** The messages of a channel that this person sees, oldest first. */
export const visibleMessages = (core: Core, userId: string, channel: Channel): Message[] =>
  canSee(core.state, userId, channel)
    ? messagesIn(core.state, channel.id).filter((one) => (one.onlyFor ?? userId) === userId)
    : [];

export const snapshotFor = (core: Core, userId: string): PageState => {
  const { state } = core;
  const me = state.people.get(userId);
  if (me === undefined) throw new Error(`Nobody has the id ${userId}.`);
  const channels = [...state.channels.values()].filter((one) => canSee(state, userId, one));
  const home = state.homes.get(userId);
  const notices = state.notices.filter((one) => one.userId === userId);
  return {
    version: core.version(),
    now: core.now().toString(),
    me: pagePerson(me),
    team: { id: state.team.id, name: state.team.name, domain: state.team.domain },
    app: {
      id: state.app.id,
      name: state.app.name,
      botUserId: state.app.botUserId,
      commands: state.app.commands.map(({ shouldEscape: _, ...one }) => one),
    },
    people: [...state.people.values()].map(pagePerson),
    groups: [...state.groups.values()]
      .filter((one) => !one.isDisabled)
      .map(({ id, handle, name, memberIds }) => ({ id, handle, name, memberIds })),
    channels: channels.map((one) => pageChannel(core, one, userId)),
    messages: Object.fromEntries(
      channels.map((one) => [one.id, visibleMessages(core, userId, one).map((message) => pageMessage(core, message))]),
    ),
    views: stackOf(core, userId).map(pageView),
    home: home === undefined ? null : pageView(home),
    notices: notices.map(({ id, at, tone, text, channelId }) => ({
      id,
      at: at.toString(),
      tone,
      text,
      ...(channelId === undefined ? {} : { channelId }),
    })),
  };
};
