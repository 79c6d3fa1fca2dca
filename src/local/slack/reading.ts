import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import type { Core } from './core.ts';
import { optionsIn } from './field-values.ts';
import type { Mention } from './mrkdwn.ts';
import { blocksText, mentionsOf, messageText } from './plain-text.ts';
import type { Message, Metadata, View } from './state.ts';

/** A surface as one person sees it at one moment, for stories to assert on. */
export type ReadButton = {
  text: string;
  actionId: string;
  blockId: string;
  value?: string;
  url?: string;
  style?: 'primary' | 'danger';
  needsConfirm: boolean;
};
export type ReadInput = {
  label: string;
  blockId: string;
  actionId: string;
  type: string;
  isOptional: boolean;
  options: string[];
  error?: string;
};
export type MessageRef = { channelId: string; ts: string };

export type ReadMessage = MessageRef & {
  authorId: string;
  threadTs?: string;
  /** What a person reads: the blocks, or the text where there are none. */
  shown: string;
  /** The top-level text, as a notification shows it. */
  text: string;
  blocks: StoredBlock[];
  buttons: ReadButton[];
  mentions: Mention[];
  /** A reply in a thread that stands in the channel too. */
  isBroadcast: boolean;
  files: { id: string; name: string; title: string; content: string }[];
  isEphemeral: boolean;
  isEdited: boolean;
  /** People do not see it; an app that asks for it does. */
  metadata?: Metadata;
};

export type ReadView = {
  viewId: string;
  type: 'modal' | 'home';
  title: string;
  submit?: string;
  callbackId: string;
  privateMetadata: string;
  shown: string;
  blocks: StoredBlock[];
  buttons: ReadButton[];
  inputs: ReadInput[];
  errors: Record<string, string>;
};

const buttonsOf = (blocks: StoredBlock[]): ReadButton[] =>
  blocks.flatMap((block) =>
    elementsOf(block).flatMap((element): ReadButton[] => {
      if (element.type !== 'button') return [];
      const { value, url, style } = element;
      const optional = {
        ...(value === undefined ? {} : { value }),
        ...(url === undefined ? {} : { url }),
        ...(style === undefined ? {} : { style }),
      };
      return [
        {
          text: element.text.text,
          actionId: element.action_id ?? '',
          blockId: block.block_id,
          needsConfirm: element.confirm !== undefined,
          ...optional,
        },
      ];
    }),
  );

const optionTexts = (element: Element) => optionsIn(element).map((one) => one.text.text);

const inputsOf = (view: View): ReadInput[] =>
  view.blocks.flatMap((block): ReadInput[] => {
    if (block.type !== 'input') return [];
    const error = view.errors[block.block_id];
    const { element } = block;
    const shared = {
      label: block.label.text,
      blockId: block.block_id,
      actionId: element.action_id ?? '',
      type: element.type,
      isOptional: block.optional === true,
    };
    return [{ ...shared, options: optionTexts(element), ...(error === undefined ? {} : { error }) }];
  });

const contentOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? '' : new TextDecoder().decode(bytes));

export const readMessage = (core: Core, message: Message): ReadMessage => ({
  channelId: message.channelId,
  ts: message.ts,
  authorId: message.userId,
  ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
  shown: messageText(message),
  text: message.text,
  blocks: structuredClone(message.blocks),
  buttons: buttonsOf(message.blocks),
  mentions: mentionsOf(message),
  files: message.fileIds
    .flatMap((id) => core.state.files.get(id) ?? [])
    .map(({ id, name, title, bytes }) => ({ id, name, title, content: contentOf(bytes) })),
  isEphemeral: message.onlyFor !== undefined,
  isBroadcast: message.isBroadcast,
  isEdited: message.editedAt !== undefined,
  ...(message.metadata === undefined ? {} : { metadata: structuredClone(message.metadata) }),
});

export const readView = (view: View): ReadView => ({
  viewId: view.id,
  type: view.type,
  title: view.title?.text ?? '',
  ...(view.submit === undefined ? {} : { submit: view.submit.text }),
  callbackId: view.callbackId,
  privateMetadata: view.privateMetadata,
  shown: blocksText(view.blocks),
  blocks: structuredClone(view.blocks),
  buttons: buttonsOf(view.blocks),
  inputs: inputsOf(view),
  errors: { ...view.errors },
});
