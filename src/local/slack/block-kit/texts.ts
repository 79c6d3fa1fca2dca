import { z } from 'zod';

/**
 * Slack's composition objects with their limits (docs.slack.dev/reference/block-kit/composition-objects).
 * Every object is strict: an unknown key is refused, as Slack refuses it.
 */
export const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });

export const mrkdwnText = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwnText(max)]);

export const Confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});

const optionOf = <T extends z.ZodType>(text: T) =>
  z.strictObject({ text, value: z.string().min(1).max(150), description: plainText(75).optional() });

/** Options of selects are plain text; those of radio buttons and checkboxes may be mrkdwn. */
export const SelectOption = optionOf(plainText(75));
export type SelectOption = z.infer<typeof SelectOption>;
export const ChoiceOption = optionOf(anyText(75));
export const OverflowOption = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
  url: z.url().max(3000).optional(),
});
export const OptionGroup = z.strictObject({ label: plainText(75), options: z.array(SelectOption).min(1).max(100) });
export type OptionGroup = z.infer<typeof OptionGroup>;

export const ActionId = z.string().min(1).max(255);
export const BlockId = z.string().max(255);
