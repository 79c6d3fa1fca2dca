import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import { type Acts, blocksAt, standingAt } from './acts.ts';
import { type Choice, valueFor } from './choices.ts';
import { type Core, findChannel } from './core.ts';
import { createFilling, type Fill, type Filling } from './filling.ts';
import type { Outcome } from './outcome.ts';
import type { FieldValue, PageState, Place } from './page-api.ts';
import { type MessageRef, type ReadMessage, type ReadView, readMessage, readView } from './reading.ts';
import { snapshotFor, visibleMessages } from './snapshot.ts';
import { stackOf } from './views.ts';

/** Which element: by the words on it, or by its ids. Text alone is the usual form. */
export type Target = string | { text?: string; actionId?: string; blockId?: string; value?: string };
export type Surface = MessageRef | { viewId: string };

/** A person's hands and eyes. What cannot be done in Slack's client throws; what the app answers is the outcome. */
export type PersonDriver = Filling & {
  userId: string;
  command: (line: string, options?: { channel?: string; thread?: string }) => Promise<Outcome>;
  say: (text: string, options: { channel: string; thread?: string }) => Promise<Outcome>;
  /** Clicks a button that stands there now. A button with a confirm dialog needs `confirm: true`. */
  click: (surface: Surface, target: Target, options?: { confirm?: boolean }) => Promise<Outcome>;
  /** Clicks a button of a card as it was seen, though it may have changed since: a slow client, or two people at once. */
  clickAsSeen: (seen: ReadMessage, target: Target) => Promise<Outcome>;
  /** Chooses in a select, menu, radio buttons or checkboxes outside a form, by the option's text or value. */
  select: (surface: Surface, target: Target, choice: Choice, options?: { confirm?: boolean }) => Promise<Outcome>;
  openHome: () => Promise<Outcome>;
  home: () => ReadView | undefined;
  /** The modal on top. */
  view: () => ReadView | undefined;
  views: () => ReadView[];
  closeView: (options?: { all?: boolean }) => Promise<Outcome>;
  /** Top-level messages, oldest first; ephemeral ones are read apart. Throws when the person does not see the channel. */
  readChannel: (channel: string) => ReadMessage[];
  /** A thread, its head first. */
  readThread: (head: MessageRef) => ReadMessage[];
  ephemerals: (channel?: string) => ReadMessage[];
  /** What the app wrote to this person directly. */
  dms: () => ReadMessage[];
  message: (ref: MessageRef) => ReadMessage | undefined;
  /** What Slack itself told this person. */
  notices: () => string[];
  state: () => PageState;
};

type Parts = { core: Core; acts: Acts; userId: string };

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

const createHands = ({ core, acts, userId }: Parts) => {
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
  const click: PersonDriver['click'] = async (surface, target, { confirm } = {}) =>
    act(
      surface,
      findOne(blocksOf(surface), target, (element) => element.type === 'button'),
      confirm,
    );
  const select: PersonDriver['select'] = async (surface, target, choice, { confirm } = {}) => {
    const hit = findOne(blocksOf(surface), target, (element) => element.type !== 'button');
    const ids = { place: placeOf(surface), blockId: hit.block.block_id, actionId: hit.element.action_id ?? '' };
    return act(
      surface,
      hit,
      confirm,
      await valueFor(hit.element, choice, (query) => acts.suggest(userId, { ...ids, query })),
    );
  };
  const clickAsSeen: PersonDriver['clickAsSeen'] = async (seen, target) =>
    acts.pressAsSeen(
      userId,
      placeOf(seen),
      findOne(seen.blocks, target, (one) => one.type === 'button'),
    );
  return { click, select, clickAsSeen };
};

const createEyes = ({ core, userId }: Parts) => {
  const channelOf = (name: string) => {
    const channel = findChannel(core.state, name);
    if (channel === undefined) throw new Error(`There is no channel ${name}.`);
    return channel;
  };
  const seen = (name: string) => {
    const channel = channelOf(name);
    if (!snapshotFor(core, userId).channels.some((one) => one.id === channel.id))
      throw new Error(`${userId} does not see ${name}.`);
    return visibleMessages(core, userId, channel).map((one) => readMessage(core, one));
  };
  const mine = () => [...core.state.channels.values()].flatMap((channel) => visibleMessages(core, userId, channel));
  const isTopLevel = (one: ReadMessage) => one.threadTs === undefined || one.threadTs === one.ts;
  const message: PersonDriver['message'] = (ref) => seen(ref.channelId).find((one) => one.ts === ref.ts);
  return {
    channelOf,
    readChannel: (name: string) => seen(name).filter((one) => !one.isEphemeral && isTopLevel(one)),
    readThread: (head: MessageRef) =>
      seen(head.channelId).filter((one) => !one.isEphemeral && (one.ts === head.ts || one.threadTs === head.ts)),
    ephemerals: (name?: string) =>
      mine()
        .filter((one) => one.onlyFor === userId && (name === undefined || one.channelId === channelOf(name).id))
        .map((one) => readMessage(core, one)),
    dms: () =>
      mine()
        .filter(
          (one) => core.state.channels.get(one.channelId)?.kind === 'im' && one.isBot && one.onlyFor === undefined,
        )
        .map((one) => readMessage(core, one)),
    message,
    notices: () => core.state.notices.filter((one) => one.userId === userId).map((one) => one.text),
    state: () => snapshotFor(core, userId),
    view: () => stackOf(core, userId).map(readView).at(-1),
    views: () => stackOf(core, userId).map(readView),
    home: () => {
      const home = core.state.homes.get(userId);
      return home && readView(home);
    },
  };
};

export const createPerson = (parts: Parts): PersonDriver => {
  const { core, acts, userId } = parts;
  const { channelOf, ...eyes } = createEyes(parts);
  const firstChannel = () =>
    [...core.state.channels.values()].find((one) => one.members.has(userId) && one.kind !== 'im')?.id ?? '';
  return {
    userId,
    ...eyes,
    ...createHands(parts),
    ...createFilling({ core, acts, userId, top: eyes.view }),
    command: (line, { channel, thread } = {}) =>
      acts.command(userId, {
        channelId: channel === undefined ? firstChannel() : channelOf(channel).id,
        text: line,
        ...(thread === undefined ? {} : { threadTs: thread }),
      }),
    say: (text, { channel, thread }) =>
      acts.say(userId, {
        channelId: channelOf(channel).id,
        text,
        ...(thread === undefined ? {} : { threadTs: thread }),
      }),
    openHome: () => acts.openHome(userId),
    closeView: ({ all } = {}) => {
      const top = eyes.view();
      if (top === undefined) throw new Error(`${userId} has no modal open.`);
      return acts.closeView(userId, { viewId: top.viewId, ...(all === undefined ? {} : { all }) });
    },
  };
};

export type { Fill };
