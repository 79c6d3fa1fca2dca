import { z } from 'zod';
import { ActionElement, InputElement, SectionAccessory } from './elements.ts';
import { RichPart } from './rich-text.ts';
import { anyText, BlockId, plainText } from './texts.ts';

/** The blocks Hallpass uses, with Slack's limits (docs.slack.dev/reference/block-kit/blocks). Any other type is refused. */
const block = { block_id: BlockId.optional() };

export const Block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('section'),
    ...block,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: SectionAccessory.optional(),
    expand: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('header'), ...block, text: plainText(150) }),
  z.strictObject({ type: z.literal('context'), ...block, elements: z.array(anyText(3000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('actions'), ...block, elements: z.array(ActionElement).min(1).max(25) }),
  z.strictObject({ type: z.literal('divider'), ...block }),
  z.strictObject({
    type: z.literal('input'),
    ...block,
    label: plainText(2000),
    element: InputElement,
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('rich_text'), ...block, elements: z.array(RichPart).min(1) }),
  z.strictObject({ type: z.literal('markdown'), ...block, text: z.string().min(1).max(12_000) }),
]);
export type Block = z.infer<typeof Block>;

/** A block as stored: Slack fills in every id that the app left out. */
export type StoredBlock = Block & { block_id: string };
