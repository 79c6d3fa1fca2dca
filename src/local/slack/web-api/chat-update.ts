import { z } from 'zod';
import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import { type Core, messagesIn } from '#local/slack/core.ts';
import { keepValues } from '#local/slack/field-values.ts';
import { type Content, checkContent, maxUpdateText } from '#local/slack/message-content.ts';
import { messageShape } from '#local/slack/shapes.ts';
import type { Message } from '#local/slack/state.ts';
import { type Answer, flag, json, method, refuse, ts } from './method.ts';
import { knownChannel } from './reach.ts';

/** "Rich-text blocks cannot be replaced with non-rich-text blocks": the one of the same id, or all of a message's. */
export const isMismatch = (before: StoredBlock[], after: StoredBlock[]): boolean => {
  const rich = before.filter((block) => block.type === 'rich_text');
  if (rich.length === 0 || after.length === 0) return false;
  const changed = rich.some((block) =>
    after.some((one) => one.block_id === block.block_id && one.type !== 'rich_text'),
  );
  return changed || !after.some((block) => block.type === 'rich_text');
};

const isEmptyObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** Puts new content into a message; also what a response url does with `replace_original`. */
export const replaceContent = (
  core: Core,
  message: Message,
  content: Content,
  options: { keepBlocks: boolean },
): void => {
  const blocks = options.keepBlocks ? message.blocks : content.blocks;
  for (const [person, values] of message.values) message.values.set(person, keepValues(message.blocks, blocks, values));
  const isTextOnly = blocks.length === 0;
  Object.assign(message, { text: content.text, blocks });
  // Slack marks a message as edited only when its plain text was.
  if (isTextOnly) message.editedAt = core.newTs();
  if (content.metadata !== undefined) message.metadata = content.metadata;
  core.changed('message');
};

const update = method({
  scopes: ['chat:write'],
  args: {
    channel: z.string().min(1),
    ts,
    text: z.string().optional(),
    blocks: json(z.unknown()).optional(),
    metadata: json(z.unknown()).optional(),
    parse: z.enum(['none', 'full']).optional(),
    link_names: flag.optional(),
    reply_broadcast: flag.optional(),
  },
  run: (core, args): Answer => {
    const reach = knownChannel(core, args.channel);
    if (!reach.ok) return refuse(reach.error);
    if (reach.channel.isArchived) return refuse('is_inactive');
    const message = messagesIn(core.state, reach.channel.id).find(
      (one) => one.ts === args.ts && one.onlyFor === undefined,
    );
    if (message === undefined) return refuse('message_not_found');
    if (message.userId !== core.state.app.botUserId) return refuse('cant_update_message');
    // An empty list takes the blocks away; a text alone does so too; neither keeps them.
    const keepBlocks = args.blocks === undefined && args.text === undefined;
    const metadata = isEmptyObject(args.metadata) ? undefined : args.metadata;
    const text = keepBlocks ? message.text : args.text;
    const checked = checkContent(core, { text, blocks: args.blocks, metadata }, maxUpdateText);
    if (!checked.ok) return refuse(checked.error, checked.messages);
    if (!keepBlocks && isMismatch(message.blocks, checked.content.blocks)) return refuse('block_mismatch');
    replaceContent(core, message, checked.content, { keepBlocks });
    if (isEmptyObject(args.metadata)) delete message.metadata;
    return {
      ok: true,
      channel: reach.channel.id,
      ts: message.ts,
      text: message.text,
      message: messageShape(core, message, true),
    };
  },
});

export const chatUpdateMethods = { 'chat.update': update };
