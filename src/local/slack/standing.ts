import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import { type Core, canSee, messagesIn } from './core.ts';
import type { FieldValue, FieldValues, Place } from './page-api.ts';
import type { Channel, Message, View } from './state.ts';
import { stackOf } from './views.ts';

/** A surface with elements on it. */
export type Standing = { type: 'message'; message: Message; channel: Channel } | { type: 'view'; view: View };

export type Found =
  | { ok: true; standing: Standing; block: StoredBlock; element: Element }
  | { ok: false; message: string };

/** A surface as it stands now, if this person can see it. */
export const standingAt = (core: Core, userId: string, place: Place): Standing | undefined => {
  if (place.type === 'view') {
    const view = core.state.views.get(place.viewId);
    const isOnTop = view !== undefined && (view.type === 'home' || stackOf(core, userId).at(-1) === view);
    return view?.userId === userId && isOnTop ? { type: 'view', view } : undefined;
  }
  const channel = core.state.channels.get(place.channelId);
  if (channel === undefined || !canSee(core.state, userId, channel)) return undefined;
  const message = messagesIn(core.state, channel.id).find(
    (one) => one.ts === place.ts && (one.onlyFor ?? userId) === userId,
  );
  return message && { type: 'message', message, channel };
};

export const blocksAt = (standing: Standing): StoredBlock[] =>
  standing.type === 'view' ? standing.view.blocks : standing.message.blocks;

/** What was there when the person looked, and is no more when the press arrives: the app is not told of it. */
const gone = 'It changed while you looked; nothing was recorded. Read it again.';

export const findElement = (
  core: Core,
  userId: string,
  at: { place: Place; blockId: string; actionId: string },
): Found => {
  const standing = standingAt(core, userId, at.place);
  if (standing === undefined)
    return { ok: false, message: 'This message or view is gone, or this person does not see it.' };
  const block = blocksAt(standing).find((one) => one.block_id === at.blockId);
  const element = block && elementsOf(block).find((one) => one.action_id === at.actionId);
  if (block === undefined || element === undefined) return { ok: false, message: gone };
  return { ok: true, standing, block, element };
};

export const mergeValues = (before: FieldValues, after: FieldValues): FieldValues => {
  const merged: FieldValues = { ...before };
  for (const [blockId, values] of Object.entries(after)) merged[blockId] = { ...merged[blockId], ...values };
  return merged;
};

export const storeValues = (standing: Standing, userId: string, values: FieldValues): void => {
  if (standing.type === 'view') standing.view.values = mergeValues(standing.view.values, values);
  else standing.message.values.set(userId, mergeValues(standing.message.values.get(userId) ?? {}, values));
};

/** Whether the people and channels in a value are ones that Slack's client would list to this person. */
export const isListed = (core: Core, userId: string, value: FieldValue): boolean => {
  const isPerson = (id: string) => {
    const person = core.state.people.get(id);
    return person !== undefined && person.kind !== 'deleted';
  };
  const isChannel = (id: string) => {
    const channel = core.state.channels.get(id);
    return channel !== undefined && canSee(core.state, userId, channel);
  };
  if ('user' in value) return value.user === null || isPerson(value.user);
  if ('users' in value) return value.users.every(isPerson);
  if ('conversation' in value) return value.conversation === null || isChannel(value.conversation);
  return true;
};
