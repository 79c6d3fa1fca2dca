import { z } from 'zod';
import { type Core, messagesIn } from '#local/slack/core.ts';
import { channelShape, messageShape } from '#local/slack/shapes.ts';
import type { Channel, Message } from '#local/slack/state.ts';
import { type Answer, count, flag, has, method, missingScope, pageOf, refuse, ts } from './method.ts';
import { directWith, knownChannel, ownChannel, scopeFor } from './reach.ts';

const page = { cursor: z.string().optional(), limit: count.optional() };
const readScopes = ['channels:read', 'groups:read', 'im:read'];
const historyScopes = ['channels:history', 'groups:history', 'im:history'];
const span = { oldest: z.string().optional(), latest: z.string().optional(), inclusive: flag.optional() };

const info = method({
  scopes: readScopes,
  args: { channel: z.string().min(1), include_locale: flag.optional(), include_num_members: flag.optional() },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const needed = scopeFor(reach.channel, 'read');
    if (!has(core, needed)) return missingScope(core, needed);
    const members = args.include_num_members === true ? { num_members: reach.channel.members.size } : {};
    return { ok: true, channel: { ...channelShape(core.state, reach.channel, core.state.app.botUserId), ...members } };
  },
});

type Span = { oldest?: string | undefined; latest?: string | undefined; inclusive?: boolean | undefined };
const within = (message: Message, { oldest, latest, inclusive }: Span) => {
  const at = Number(message.ts);
  const from = oldest === undefined ? Number.NEGATIVE_INFINITY : Number(oldest);
  const to = latest === undefined ? Number.POSITIVE_INFINITY : Number(latest);
  return inclusive === true ? at >= from && at <= to : at > from && at < to;
};

const pageOfMessages = (
  core: Core,
  found: Message[],
  args: { cursor?: string | undefined; limit?: number | undefined; include_all_metadata?: boolean | undefined },
): Answer => {
  const paged = pageOf(found, args.cursor, args.limit, 999);
  if (!paged.ok) return refuse(paged.error);
  return {
    ok: true,
    messages: paged.items.map((one) => messageShape(core, one, args.include_all_metadata === true)),
    has_more: paged.next !== '',
    ...(paged.next === '' ? {} : { response_metadata: { next_cursor: paged.next } }),
  };
};

const history = method({
  scopes: historyScopes,
  args: { channel: z.string().min(1), ...page, ...span, include_all_metadata: flag.optional() },
  run: (core, args): Answer => {
    const reach = ownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const needed = scopeFor(reach.channel, 'history');
    if (!has(core, needed)) return missingScope(core, needed);
    const shown = messagesIn(core.state, reach.channel.id).filter(
      (one) =>
        one.onlyFor === undefined &&
        (one.threadTs === undefined || one.threadTs === one.ts || one.isBroadcast) &&
        within(one, args),
    );
    return pageOfMessages(core, shown.toReversed(), args);
  },
});

const replies = method({
  scopes: historyScopes,
  args: { channel: z.string().min(1), ts, ...page, ...span, include_all_metadata: flag.optional() },
  run: (core, args): Answer => {
    const reach = ownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const needed = scopeFor(reach.channel, 'history');
    if (!has(core, needed)) return missingScope(core, needed);
    const all = messagesIn(core.state, reach.channel.id).filter((one) => one.onlyFor === undefined);
    const asked = all.find((one) => one.ts === args.ts);
    if (asked === undefined) return refuse('thread_not_found');
    const head = asked.threadTs ?? asked.ts;
    return pageOfMessages(
      core,
      all.filter((one) => one.ts === head || (one.threadTs === head && within(one, args))),
      args,
    );
  },
});

const members = method({
  scopes: readScopes,
  args: { channel: z.string().min(1), ...page },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    const needed = scopeFor(reach.channel, 'read');
    if (!has(core, needed)) return missingScope(core, needed);
    const paged = pageOf([...reach.channel.members], args.cursor, args.limit);
    if (!paged.ok) return refuse(paged.error);
    return { ok: true, members: paged.items, response_metadata: { next_cursor: paged.next } };
  },
});

const open = method({
  scopes: ['im:write'],
  args: {
    users: z.string().optional(),
    channel: z.string().optional(),
    return_im: flag.optional(),
    prevent_creation: flag.optional(),
  },
  run: (core, args): Answer => {
    if (args.users === undefined && args.channel === undefined) return refuse('users_list_not_supplied');
    const users = (args.users ?? '').split(',').filter((one) => one !== '');
    // Group conversations need mpim:write, which Hallpass does not ask for.
    if (users.length > 1) return missingScope(core, 'mpim:write');
    const reach = args.channel === undefined ? directWith(core, users[0] ?? '') : knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    if (reach.channel.kind !== 'im') return refuse('method_not_supported_for_channel_type');
    return {
      ok: true,
      channel:
        args.return_im === true
          ? channelShape(core.state, reach.channel, core.state.app.botUserId)
          : { id: reach.channel.id },
    };
  },
});

const kindOf = { public_channel: 'public', private_channel: 'private', im: 'im', mpim: 'mpim' } as const;
const isKind = (name: string): name is keyof typeof kindOf => name in kindOf;
const scopeOfKind = {
  public_channel: 'channels:read',
  private_channel: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
} as const;

const list = method({
  scopes: readScopes,
  args: { types: z.string().optional(), exclude_archived: flag.optional(), ...page },
  run: (core, args): Answer => {
    const types = (args.types ?? 'public_channel').split(',').map((one) => one.trim());
    const known = types.filter(isKind);
    if (known.length !== types.length) return refuse('invalid_types');
    const lacking = known.map((one) => scopeOfKind[one]).find((scope) => !has(core, scope));
    if (lacking !== undefined) return missingScope(core, lacking);
    const me = core.state.app.botUserId;
    const isWanted = (channel: Channel) =>
      known.some((one) => kindOf[one] === channel.kind) &&
      (channel.kind === 'public' || channel.members.has(me)) &&
      !(args.exclude_archived === true && channel.isArchived);
    const paged = pageOf([...core.state.channels.values()].filter(isWanted), args.cursor, args.limit);
    if (!paged.ok) return refuse(paged.error);
    return {
      ok: true,
      channels: paged.items.map((one) => channelShape(core.state, one, me)),
      response_metadata: { next_cursor: paged.next },
    };
  },
});

const join = method({
  scopes: ['channels:join'],
  args: { channel: z.string().min(1) },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    if (reach.channel.kind !== 'public') return refuse('method_not_supported_for_channel_type');
    if (reach.channel.isArchived) return refuse('is_archived');
    reach.channel.members.add(core.state.app.botUserId);
    core.changed('channel');
    return { ok: true, channel: channelShape(core.state, reach.channel, core.state.app.botUserId) };
  },
});

export const conversationMethods = {
  'conversations.info': info,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.members': members,
  'conversations.open': open,
  'conversations.list': list,
  'conversations.join': join,
};
