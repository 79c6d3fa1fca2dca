import type { ActionsBlock, KnownBlock } from '@slack/types';
import { z } from 'zod';
import { canonical } from '#domain/json.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { type ButtonValue, givingBy, type MarkedValue, markedValue, parseMarked, unmarked } from './action-ids.ts';
import type { Click } from './click.ts';
import { type Surface, whatShows } from './what-shows.ts';

/** What the bot signs of a surface: nothing else that it signs can be taken for it. */
const signedText = (surface: Surface & { readonly type?: string }, { digest }: Pick<Trust, 'digest'>): string =>
  canonical({
    use: 'hallpass.dev/drawn',
    on: surface.type === 'home' ? 'home' : 'message',
    shows: digest(whatShows(surface, unmarked)),
  });

/**
 * The same message or view with the hallmark of all that it shows in each button that gives something: the bot's signature, which
 * somebody who has only Slack's token can copy, and make for nothing else.
 */
export const hallmarked = <
  S extends { readonly type?: string; readonly text?: string; readonly blocks: readonly KnownBlock[] },
>(
  surface: S,
  signer: Signer,
  trust: Pick<Trust, 'digest'>,
): S => {
  if (!surface.blocks.some((block) => block.type === 'actions' && block.elements.some(gives))) return surface;
  const mark = { key: signer.key, signature: signer.sign(signedText(surface, trust)) };
  const blocks = surface.blocks.map((block) => (block.type === 'actions' ? withMark(block, mark) : block));
  return { ...surface, blocks };
};

type Element = ActionsBlock['elements'][number];
const gives = (element: Element): boolean => element.type === 'button' && givingBy(element.action_id) !== undefined;

const withMark = (block: ActionsBlock, mark: Pick<MarkedValue, 'key' | 'signature'>): ActionsBlock => ({
  ...block,
  elements: block.elements.map((element) =>
    element.type === 'button' && gives(element)
      ? { ...element, value: markedValue(unmarked(element.value ?? ''), mark) }
      : element,
  ),
});

const row = z.object({
  type: z.literal('actions'),
  elements: z.array(z.object({ action_id: z.string().optional(), value: z.string().optional() })),
});

/** The buttons of this action for this request and revision that stand on a surface, with the hallmarks that they carry. */
const marksOn = ({ blocks }: Surface, action: string, { id, revision }: ButtonValue): readonly MarkedValue[] =>
  (Array.isArray(blocks) ? blocks : [])
    .flatMap((block) => row.safeParse(block).data?.elements ?? [])
    .flatMap(({ action_id, value }) => (action_id === action ? (parseMarked(value) ?? []) : []))
    .filter((mark) => mark.id === id && mark.revision === revision);

/**
 * Whether a click stood on what Hallpass drew: then the version of the log that was drawn. Slack tells with each click what stands there
 * now, but for what only one person sees (`unseen`). What counts is the button that stands there and not the one that was sent: somebody
 * else's vote may have had it drawn anew a moment ago. A key that was replaced makes no hallmark any more.
 */
export const judgeSurface = (
  { message, view, container, actions: [pressed] }: Click,
  target: ButtonValue,
  trust: Trust,
): number | 'altered' | 'unseen' => {
  if (container?.is_ephemeral === true) return 'unseen';
  const surface = message ?? (view?.type === 'home' ? view : undefined);
  if (surface === undefined || hasMore(message)) return 'altered';
  const [mark] = marksOn(surface, pressed?.action_id ?? '', target);
  if (mark === undefined) return 'altered';
  return trust.verify('bot', mark.key, signedText(surface, trust), mark.signature) ? mark.version : 'altered';
};

/** Hallpass puts nothing beside the blocks of what it draws: no attachment, no preview of a link, no file. */
const hasMore = (message: Click['message']): boolean =>
  [message?.attachments, message?.files].some((beside) => !isNothing(beside));
const isNothing = (beside: unknown): boolean =>
  beside === undefined || beside === null || (Array.isArray(beside) && beside.length === 0);
