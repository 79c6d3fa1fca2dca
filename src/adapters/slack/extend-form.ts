import type { View } from '@slack/types';
import { err, ok, type Result } from '#domain/result.ts';
import { extendForm, fieldAction } from './action-ids.ts';
import { readLength } from './typed-request.ts';
import { asTyped } from './typed-text.ts';

const longest = { duration: 20, reason: 1_000 } as const;

/** Asks how long a grant is to go on, and why; `value` is that of the button. */
export const askExtension = (value: string): View => ({
  type: 'modal',
  callback_id: extendForm,
  title: { type: 'plain_text', text: 'Extend it' },
  submit: { type: 'plain_text', text: 'Ask' },
  close: { type: 'plain_text', text: 'Cancel' },
  private_metadata: value,
  blocks: [
    {
      type: 'section',
      text: {
        type: 'plain_text',
        text: 'It has to be approved again. Until then nothing changes; then it goes on without a break.',
      },
    },
    field('duration', 'For how much longer', 'Like 30m. Empty: as long as the rule gives when nothing is said.'),
    field('reason', 'Why', 'Approvers will read it. Empty: for the same reason as before.'),
  ],
});

const field = (name: keyof typeof longest, label: string, hint: string) => ({
  type: 'input' as const,
  block_id: `${name}|`,
  optional: true,
  label: { type: 'plain_text' as const, text: label },
  hint: { type: 'plain_text' as const, text: hint },
  element: {
    type: 'plain_text_input' as const,
    action_id: fieldAction(name),
    multiline: name === 'reason',
    max_length: longest[name],
  },
});

export type TypedExtension = { readonly duration?: string; readonly reason?: string };

/** Reads what is typed behind the id: `for 30m because checkout is still slow`, each part or neither. */
export const readExtension = (words: string): Result<TypedExtension, string> => {
  const typed = /^(?:for\s+(\S+))?\s*(?:because\s+([\s\S]+))?$/i.exec(asTyped(words).trim());
  if (typed === null)
    return err('Write it like `/jit extend k7m2-qx for 30m because …`; "for" and "because" may be left out.');
  const [, duration, reason] = typed;
  return ok({
    ...(duration === undefined ? {} : { duration: readLength(duration) }),
    ...(reason === undefined ? {} : { reason }),
  });
};
