import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import type { Acts } from './acts.ts';
import { type Choice, valueFor } from './choices.ts';
import type { Core } from './core.ts';
import type { Outcome } from './outcome.ts';
import type { FieldValue, Place } from './page-api.ts';
import type { MessageRef, ReadMessage } from './reading.ts';
import { blocksAt, standingAt } from './standing.ts';

/** Which element: by the words on it, or by its ids. Text alone is the usual form. */
export type Target = string | { text?: string; actionId?: string; blockId?: string; value?: string };
export type Surface = MessageRef | { viewId: string };

export type Hands = {
  /** Clicks a button that stands there now. A button with a confirm dialog needs `confirm: true`. */
  click: (surface: Surface, target: Target, options?: { confirm?: boolean }) => Promise<Outcome>;
  /** Clicks a button of a card as it was seen, though it may have changed since: a slow client, or two people at once. */
  clickAsSeen: (seen: ReadMessage, target: Target) => Promise<Outcome>;
  /** Chooses in a select, menu, radio buttons or checkboxes outside a form, by the option's text or value. */
  select: (surface: Surface, target: Target, choice: Choice, options?: { confirm?: boolean }) => Promise<Outcome>;
};

const labelOf = (block: StoredBlock, element: Element): string => {
  if (element.type === 'button') return element.text.text;
  if (block.type === 'input') return block.label.text;
  if (block.type === 'section' && block.text) return block.text.text;
  return 'placeholder' in element ? (element.placeholder?.text ?? '') : '';
};

const matches = (block: StoredBlock, element: Element, target: Target): boolean => {
  if (typeof target === 'string') return labelOf(block, element) === target || element.action_id === target;
  if (target.text !== undefined && labelOf(block, element) !== target.text) return false;
  if (target.actionId !== undefined && element.action_id !== target.actionId) return false;
  if (target.blockId !== undefined && block.block_id !== target.blockId) return false;
  return target.value === undefined || (element.type === 'button' && element.value === target.value);
};

type Hit = { block: StoredBlock; element: Element };

/** The one element that is meant; throws when there is none or more than one, saying what stands there. */
const findOne = (blocks: StoredBlock[], target: Target, wanted: (element: Element) => boolean): Hit => {
  const all = blocks.flatMap((block) =>
    elementsOf(block)
      .filter(wanted)
      .map((element) => ({ block, element })),
  );
  const hits = all.filter(({ block, element }) => matches(block, element, target));
  const [hit] = hits;
  if (hit !== undefined && hits.length === 1) return hit;
  const standing = all.map(({ block, element }) => `"${labelOf(block, element)}" (${element.action_id})`).join(', ');
  throw new Error(
    `${hits.length === 0 ? 'Nothing' : 'More than one thing'} matches ${JSON.stringify(target)}; there stand: ${standing || 'none'}.`,
  );
};

const placeOf = (surface: Surface): Place =>
  'viewId' in surface
    ? { type: 'view', viewId: surface.viewId }
    : { type: 'message', channelId: surface.channelId, ts: surface.ts };

export const createHands = ({ core, acts, userId }: { core: Core; acts: Acts; userId: string }): Hands => {
  const blocksOf = (surface: Surface): StoredBlock[] => {
    const standing = standingAt(core, userId, placeOf(surface));
    if (standing === undefined) throw new Error(`${userId} does not see ${JSON.stringify(placeOf(surface))}.`);
    return blocksAt(standing);
  };
  const act = async (
    surface: Surface,
    hit: Hit,
    confirm: boolean | undefined,
    value?: FieldValue,
  ): Promise<Outcome> => {
    const asks = 'confirm' in hit.element && hit.element.confirm !== undefined;
    if (asks && confirm !== true)
      throw new Error(`"${labelOf(hit.block, hit.element)}" asks for confirmation: pass { confirm: true }.`);
    const ids = { place: placeOf(surface), blockId: hit.block.block_id, actionId: hit.element.action_id ?? '' };
    return acts.action(userId, {
      ...ids,
      ...(value === undefined ? {} : { value }),
      ...(asks ? { confirmed: true } : {}),
    });
  };
  const click: Hands['click'] = async (surface, target, { confirm } = {}) =>
    act(
      surface,
      findOne(blocksOf(surface), target, (element) => element.type === 'button'),
      confirm,
    );
  const select: Hands['select'] = async (surface, target, choice, { confirm } = {}) => {
    const hit = findOne(blocksOf(surface), target, (element) => element.type !== 'button');
    const ids = { place: placeOf(surface), blockId: hit.block.block_id, actionId: hit.element.action_id ?? '' };
    return act(
      surface,
      hit,
      confirm,
      await valueFor(hit.element, choice, (query) => acts.suggest(userId, { ...ids, query })),
    );
  };
  const clickAsSeen: Hands['clickAsSeen'] = async (seen, target) =>
    acts.pressAsSeen(
      userId,
      placeOf(seen),
      findOne(seen.blocks, target, (one) => one.type === 'button'),
    );
  return { click, select, clickAsSeen };
};
