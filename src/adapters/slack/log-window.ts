import type { Button, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Chain } from '#domain/request/chain.ts';
import { actions, buttonValue, type Giving, sureForm } from './action-ids.ts';
import { section } from './blocks.ts';
import type { Message } from './card.ts';
import { conflictsIn } from './conflicts.ts';
import { askLess } from './less-form.ts';
import type { Sight } from './sight.ts';
import { askWhy } from './why-form.ts';

/** A request as its log stands, and the card that is drawn of it now. */
export type Look = { readonly chain: Chain; readonly card: Message };

const leads: Readonly<Record<Exclude<Sight, 'genuine'>, string>> = {
  altered:
    '🚨 *What you clicked on is not as Hallpass drew it, so your click does not count.* Somebody may have changed it. Here is what is really asked, from the log. If that is not what you read, close this and tell your administrators; they are warned already.',
  older:
    '⚠️ *Something has happened since this was drawn, so your click does not count.* Here is how it stands now. Read it, and decide here.',
  unseen:
    'Slack does not tell Hallpass what a message shows that only you see. Here is what is asked, from the log: decide here.',
};

/**
 * The window behind a click on what cannot be shown to be what Hallpass drew: the card as the log has it, over the form by which the same
 * thing is done. Only who receives what people click can open a window, so who has the bot's token alone can draw none. Pure.
 */
export const logWindow = (act: Giving, sight: Exclude<Sight, 'genuine'>, look: Look): ModalView => {
  const form = formOf(act, look);
  return { ...form, blocks: [section(leads[sight]), ...readable(look.card), ...form.blocks] };
};

/** The card without its buttons, but for the look at all of it. */
const readable = ({ blocks }: Message): readonly KnownBlock[] =>
  blocks.flatMap((block): readonly KnownBlock[] => {
    if (block.type !== 'actions') return [block];
    const elements = block.elements.filter(({ action_id }) => action_id === actions.whole);
    return elements.length === 0 ? [] : [{ ...block, elements }];
  });

const formOf = (act: Giving, { chain, card }: Look): ModalView => {
  const { asked } = chain.request;
  const value = buttonValue(asked);
  if (act === 'own') return askSure(act, value, { title: 'Is this write yours?', yes: 'It is mine: apply it' });
  const button = buttonOn(card, act);
  if (button === undefined) return past;
  if (act === 'approveLess') return askLess(value, asked.seconds);
  if (act !== 'approve') return askWhy(act, value, conflictsIn(chain));
  const { confirm } = button;
  return askSure(act, value, {
    title: asked.drift === undefined ? 'Approve this?' : 'Put this back?',
    yes: confirm?.confirm?.text ?? button.text.text,
    ...(confirm === undefined ? {} : { last: { type: 'section', text: confirm.text } }),
  });
};

/** Nothing is offered where the card offers nothing. */
const past: ModalView = {
  type: 'modal',
  title: { type: 'plain_text', text: 'As it stands now' },
  close: { type: 'plain_text', text: 'Close' },
  blocks: [],
};

const buttonOn = ({ blocks }: Message, act: Giving): Button | undefined =>
  blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .filter((element) => element.type === 'button')
    .find(({ action_id }) => action_id === actions[act]);

const sure = z.object({ act: z.enum(['approve', 'own']), value: z.string() });
export type SureAct = z.infer<typeof sure>['act'];

/** What a window that was sent is about; throws for one that we did not write. */
export const readSure = (metadata: string): z.infer<typeof sure> => sure.parse(JSON.parse(metadata));

const askSure = (
  act: SureAct,
  value: string,
  { title, yes, last }: { readonly title: string; readonly yes: string; readonly last?: KnownBlock },
): ModalView => ({
  type: 'modal',
  callback_id: sureForm,
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: yes },
  close: { type: 'plain_text', text: 'Cancel' },
  private_metadata: JSON.stringify({ act, value }),
  blocks: last === undefined ? [] : [last],
});
