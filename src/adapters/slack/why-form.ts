import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Conflict } from '#domain/request/events.ts';
import { fieldAction, whyForm } from './action-ids.ts';
import { richText } from './blocks.ts';
import { conflictLines } from './conflicts.ts';

/** What needs a reason, each by a button of its own. */
export const whyActs = ['deny', 'accept', 'revoke', 'keep', 'restore', 'review', 'explain'] as const;
export type WhyAct = (typeof whyActs)[number];

/** Characters of a reason; what Slack lets nobody type is refused all the same. */
export const longestWhy = 500;

const words: Readonly<Record<WhyAct, { readonly title: string; readonly submit: string }>> = {
  deny: { title: 'Deny the request', submit: 'Deny' },
  accept: { title: 'Accept it as it is', submit: 'Accept' },
  revoke: { title: 'Revoke it', submit: 'Revoke' },
  keep: { title: 'Keep as it is now', submit: 'Keep' },
  restore: { title: 'Restore as it was', submit: 'Restore' },
  review: { title: 'Review break-glass', submit: 'Review' },
  explain: { title: 'Why the write is made', submit: 'Say so' },
};

/** Where that is not whoever asked. */
const readers: Partial<Record<WhyAct, string>> = {
  explain: 'Whoever decides will read it.',
  accept: 'Whoever asks later will read it.',
};

const metadata = z.object({ act: z.enum(whyActs), value: z.string() });

/** What a form that was sent is about; throws for one that we did not write. */
export const readWhy = (text: string): z.infer<typeof metadata> => metadata.parse(JSON.parse(text));

/** Asks for the reason of a decision; of one between two states of an object, with what they are. */
export const askWhy = (act: WhyAct, value: string, conflicts: readonly Conflict[]): ModalView => ({
  type: 'modal',
  callback_id: whyForm,
  title: { type: 'plain_text', text: words[act].title },
  submit: { type: 'plain_text', text: words[act].submit },
  close: { type: 'plain_text', text: 'Cancel' },
  private_metadata: JSON.stringify({ act, value }),
  blocks: [
    ...explained(act, conflicts),
    ...(act === 'review' ? [finding] : []),
    {
      type: 'input',
      block_id: 'reason|',
      label: { type: 'plain_text', text: 'Why' },
      hint: {
        type: 'plain_text',
        text: readers[act] ?? 'The person who asked will read it.',
      },
      element: { type: 'plain_text_input', action_id: fieldAction('reason'), multiline: true, max_length: longestWhy },
    },
  ],
});

const finding: KnownBlock = {
  type: 'input',
  block_id: 'finding|',
  label: { type: 'plain_text', text: 'What do you make of it' },
  element: {
    type: 'static_select',
    action_id: fieldAction('finding'),
    options: [
      { value: 'justified', text: { type: 'plain_text', text: 'It was right to take it without asking' } },
      { value: 'not-justified', text: { type: 'plain_text', text: 'It should not have been taken without asking' } },
    ],
  },
};

const meaning = {
  keep: 'These places stay as somebody else made them; all else is taken back already.',
  restore: 'These places become again what they were before, over what somebody else made of them.',
} as const;

const explained = (act: WhyAct, conflicts: readonly Conflict[]): readonly KnownBlock[] => {
  if (act !== 'keep' && act !== 'restore') return [];
  return [
    { type: 'section', text: { type: 'plain_text', text: meaning[act] } },
    ...(conflicts.length === 0 ? [] : [richText(conflictLines(conflicts, 6_000))]),
  ];
};
