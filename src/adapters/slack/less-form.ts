import type { ModalView } from '@slack/types';
import { fieldAction, lessForm } from './action-ids.ts';
import { sayLength } from './nouns.ts';

/** Asks an approver for how long at most; `value` is that of the button, `seconds` what was asked. */
export const askLess = (value: string, seconds: number | undefined): ModalView => ({
  type: 'modal',
  callback_id: lessForm,
  title: { type: 'plain_text', text: 'Approve for less' },
  submit: { type: 'plain_text', text: 'Approve' },
  close: { type: 'plain_text', text: 'Cancel' },
  private_metadata: value,
  blocks: [
    {
      type: 'input',
      block_id: 'duration|',
      label: { type: 'plain_text', text: 'For how long at most' },
      hint: {
        type: 'plain_text',
        text: `${seconds === undefined ? '' : `Asked for ${sayLength(seconds)}. `}Like 15m. This is your approval, for no longer than that; the least that anybody gives counts.`,
      },
      element: { type: 'plain_text_input', action_id: fieldAction('duration'), max_length: 20 },
    },
  ],
});
