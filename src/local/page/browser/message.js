// @ts-check
/** @import { PageMessage } from '#local/slack/page-api.ts' */
import { tamper } from './api.js';
import { blockNodes } from './blocks.js';
import { h } from './dom.js';
import { fileNode } from './files.js';
import { avatar, badgeOf, nameOf, personOf } from './names.js';
import { chooseRequest, openThread, requestOf, seen } from './store.js';
import { createSurface } from './surface.js';
import { emoji, isolated, spansNode } from './text.js';
import { messageTime } from './time.js';

/** @param {PageMessage} message @param {boolean} isInThread */
const footer = (message, isInThread) => {
  if (isInThread) return null;
  const open = () => openThread({ channelId: message.channelId, ts: message.threadTs ?? message.ts });
  if (message.isBroadcast)
    return h('button', { type: 'button', class: 'thread-link', onclick: open, 'data-focus': 'thread' }, 'View thread');
  if (message.replyCount === 0) return null;
  const words = message.replyCount === 1 ? '1 reply' : `${message.replyCount} replies`;
  return h('button', { type: 'button', class: 'thread-link', onclick: open, 'data-focus': 'thread' }, words);
};

/** @param {PageMessage} message */
const replyButton = (message) =>
  h(
    'button',
    {
      type: 'button',
      class: 'reply-button',
      'aria-label': 'Reply in thread',
      title: 'Reply in thread',
      'data-focus': 'reply',
      onclick: () => openThread({ channelId: message.channelId, ts: message.ts }),
    },
    '↩ Reply',
  );

/**
 * For administrators: other words in anybody's message, or none any more, as a tool for compliance can. Slack marks nothing, and
 * "hallpass audit verify" names it.
 *
 * @param {PageMessage} message
 */
const tamperButton = (message) =>
  h(
    'button',
    {
      type: 'button',
      class: 'reply-button tamper-button',
      'aria-label': 'Tamper with this message',
      title: 'Put other words here, unmarked; none deletes it',
      'data-focus': 'tamper',
      onclick: async () => {
        const { channelId, ts } = message;
        const words = window.prompt('What should stand here instead? Nothing deletes the message.', '');
        if (words === null) return;
        await tamper(seen.person, words === '' ? { channelId, ts, isDeleted: true } : { channelId, ts, text: words });
      },
    },
    '✎ Tamper',
  );

/** @param {PageMessage} message @param {import('./surface.js').Surface} surface */
const content = (message, surface) => {
  const isShared = message.text === '' && message.blocks.length === 0;
  return [
    ...(message.blocks.length > 0 ? blockNodes(message.blocks, surface) : isShared ? [] : [spansNode(message.spans)]),
    ...(message.isEdited ? [h('span', { class: 'edited' }, '(edited)')] : []),
    ...message.files.map(fileNode),
    ...(message.reactions.length > 0
      ? [
          h(
            'div',
            { class: 'reactions' },
            ...message.reactions.map(({ name, userIds }) =>
              h('span', { class: 'reaction' }, emoji(name), ` ${userIds.length}`),
            ),
          ),
        ]
      : []),
  ];
};

/** One message as Slack shows it. @param {PageMessage} message @param {{ isInThread: boolean }} where */
export const messageNode = (message, { isInThread }) => {
  const author = personOf(message.authorId);
  const surface = createSurface({ type: 'message', channelId: message.channelId, ts: message.ts });
  const name = nameOf(author);
  const request = requestOf(message);
  const look = () => seen.hasCluster && request !== null && chooseRequest(request);
  return h(
    'article',
    {
      class: message.isEphemeral ? 'message ephemeral' : 'message',
      'data-ts': message.ts,
      'data-request': request,
      tabindex: '-1',
      onclick: look,
      'aria-label': `Message from ${name}`,
    },
    avatar(author, message.authorId),
    h(
      'div',
      { class: 'message-main' },
      message.isEphemeral ? h('div', { class: 'only-you' }, 'Only visible to you') : null,
      message.isBroadcast ? h('div', { class: 'only-you' }, 'also sent to the channel') : null,
      h(
        'div',
        { class: 'message-head' },
        h('strong', { class: 'author' }, isolated(name)),
        author && badgeOf(author),
        messageTime(message.ts),
      ),
      ...content(message, surface),
      footer(message, isInThread),
    ),
    seen.state?.me.kind === 'admin' && !message.isEphemeral ? tamperButton(message) : null,
    isInThread || message.isEphemeral || message.isBroadcast ? null : replyButton(message),
  );
};
