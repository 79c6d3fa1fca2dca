import { z } from 'zod';
import { addMessage, type Core, messagesIn, removeMessage } from '#local/slack/core.ts';
import { checkContent, maxPostText } from '#local/slack/message-content.ts';
import { addressOf } from '#local/slack/seed.ts';
import { messageShape } from '#local/slack/shapes.ts';
import type { Message } from '#local/slack/state.ts';
import { type Answer, flag, json, method, refuse, ts } from './method.ts';
import { knownChannel, ownChannel, postingChannel } from './reach.ts';

const content = {
  text: z.string().optional(),
  blocks: json(z.unknown()).optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
  parse: z.enum(['none', 'full']).optional(),
  link_names: flag.optional(),
  mrkdwn: flag.optional(),
};

export const botMessage = (
  core: Core,
  channelId: string,
  said: { text: string; blocks: Message['blocks'] },
): Message => ({
  channelId,
  ts: core.newTs(),
  userId: core.state.app.botUserId,
  isBot: true,
  text: said.text,
  blocks: said.blocks,
  fileIds: [],
  reactions: [],
  isBroadcast: false,
  values: new Map(),
});

/** A message that a thread can hang under. */
const threadProblem = (core: Core, channelId: string, threadTs: string | undefined): string | undefined => {
  if (threadTs === undefined) return undefined;
  const parent = messagesIn(core.state, channelId).find((one) => one.ts === threadTs && one.onlyFor === undefined);
  if (parent === undefined) return 'thread_not_found';
  return parent.threadTs !== undefined && parent.threadTs !== parent.ts ? 'cannot_reply_to_message' : undefined;
};

const postMessage = method({
  scopes: ['chat:write'],
  args: {
    channel: z.string().min(1),
    ...content,
    thread_ts: ts.optional(),
    reply_broadcast: flag.optional(),
    metadata: json(z.unknown()).optional(),
  },
  run: (core, args): Answer => {
    const reach = postingChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const checked = checkContent(core, args, maxPostText);
    if (!checked.ok) return refuse(checked.error, checked.messages);
    const problem = threadProblem(core, reach.channel.id, args.thread_ts);
    if (problem !== undefined) return refuse(problem);
    const message: Message = {
      ...botMessage(core, reach.channel.id, checked.content),
      ...(args.thread_ts === undefined ? {} : { threadTs: args.thread_ts }),
      ...(checked.content.metadata === undefined ? {} : { metadata: checked.content.metadata }),
      isBroadcast: args.reply_broadcast === true && args.thread_ts !== undefined,
    };
    addMessage(core, message);
    return { ok: true, channel: reach.channel.id, ts: message.ts, message: messageShape(core, message, true) };
  },
});

const postEphemeral = method({
  scopes: ['chat:write'],
  args: { channel: z.string().min(1), user: z.string().min(1), ...content, thread_ts: ts.optional() },
  run: (core, args): Answer => {
    const reach = ownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    if (reach.channel.isArchived) return refuse('is_archived');
    if (!reach.channel.members.has(args.user)) return refuse('user_not_in_channel');
    const checked = checkContent(core, args, maxPostText);
    if (!checked.ok) return refuse(checked.error, checked.messages);
    const problem = threadProblem(core, reach.channel.id, args.thread_ts);
    if (problem !== undefined) return refuse(problem);
    const threadTs = args.thread_ts === undefined ? {} : { threadTs: args.thread_ts };
    const message: Message = {
      ...botMessage(core, reach.channel.id, checked.content),
      onlyFor: args.user,
      ...threadTs,
    };
    addMessage(core, message);
    return { ok: true, message_ts: message.ts };
  },
});

const deleteMessage = method({
  scopes: ['chat:write'],
  args: { channel: z.string().min(1), ts },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const message = messagesIn(core.state, reach.channel.id).find(
      (one) => one.ts === args.ts && one.onlyFor === undefined,
    );
    if (message === undefined) return refuse('message_not_found');
    if (message.userId !== core.state.app.botUserId) return refuse('cant_delete_message');
    const hasReplies = messagesIn(core.state, reach.channel.id).some(
      (one) => one.threadTs === message.ts && one !== message,
    );
    if (hasReplies) {
      // Slack keeps the head of a thread as a tombstone so that the replies still hang somewhere.
      Object.assign(message, { text: 'This message was deleted.', blocks: [], fileIds: [] });
      delete message.metadata;
      core.changed('message');
    } else removeMessage(core, message);
    return { ok: true, channel: reach.channel.id, ts: args.ts };
  },
});

const getPermalink = method({
  scopes: [],
  args: { channel: z.string().min(1), message_ts: ts },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const message = messagesIn(core.state, reach.channel.id).find(
      (one) => one.ts === args.message_ts && one.onlyFor === undefined,
    );
    if (message === undefined) return refuse('message_not_found');
    const base = `${addressOf(core.state.team)}archives/${reach.channel.id}/p${args.message_ts.replace('.', '')}`;
    const isReply = message.threadTs !== undefined && message.threadTs !== message.ts;
    const permalink = isReply ? `${base}?thread_ts=${message.threadTs}&cid=${reach.channel.id}` : base;
    return { ok: true, channel: reach.channel.id, permalink };
  },
});

const addReaction = method({
  scopes: ['reactions:write'],
  args: { channel: z.string().min(1), timestamp: ts, name: z.string().min(1) },
  run: (core, args): Answer => {
    const reach = ownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error === 'not_in_channel' ? 'not_in_channel' : reach.error);
    if (!/^[a-z0-9_+'-]+$/.test(args.name)) return refuse('invalid_name');
    const message = messagesIn(core.state, reach.channel.id).find(
      (one) => one.ts === args.timestamp && one.onlyFor === undefined,
    );
    if (message === undefined) return refuse('message_not_found');
    const me = core.state.app.botUserId;
    const found = message.reactions.find((one) => one.name === args.name);
    if (found?.userIds.includes(me)) return refuse('already_reacted');
    if (found) found.userIds.push(me);
    else message.reactions.push({ name: args.name, userIds: [me] });
    core.changed('message');
    return { ok: true };
  },
});

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.delete': deleteMessage,
  'chat.getPermalink': getPermalink,
  'reactions.add': addReaction,
};
