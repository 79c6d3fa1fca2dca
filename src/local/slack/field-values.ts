import type { Block } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import type { FieldValue, FieldValues } from './page-api.ts';

type Option = { text: { type: string; text: string }; value: string };

/** The options that stand in an element; empty for those that the app or the workspace fills. */
export const optionsIn = (element: Element): Option[] => {
  if (element.type === 'external_select' || element.type === 'multi_external_select') return [];
  const grouped = 'option_groups' in element ? (element.option_groups ?? []).flatMap((group) => group.options) : [];
  const plain = 'options' in element ? (element.options ?? []) : [];
  return [...plain, ...grouped];
};

/** What an element holds before anyone touched it; `undefined` for what holds nothing (buttons, menus). */
export const initialValue = (element: Element): FieldValue | undefined => {
  switch (element.type) {
    case 'button':
    case 'overflow':
      return undefined;
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { option: element.initial_option?.value ?? null };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { options: (element.initial_options ?? []).map((one) => one.value) };
    case 'users_select':
      return { user: element.initial_user ?? null };
    case 'multi_users_select':
      return { users: element.initial_users ?? [] };
    case 'conversations_select':
      return { conversation: element.initial_conversation ?? null };
    case 'channels_select':
      return { conversation: element.initial_channel ?? null };
    case 'plain_text_input':
    case 'number_input':
      return { text: element.initial_value ?? null };
    case 'datepicker':
      return { date: element.initial_date ?? null };
    case 'timepicker':
      return { time: element.initial_time ?? null };
    case 'datetimepicker':
      return { dateTime: element.initial_date_time ?? null };
  }
};

/** Options an external select was offered, by value: Slack sends the whole option back. */
const offered = new WeakMap<Element, Map<string, Option>>();
export const rememberOffered = (element: Element, options: Option[]): void => {
  offered.set(
    element,
    new Map([...(offered.get(element) ?? []), ...options.map((one): [string, Option] => [one.value, one])]),
  );
};

export const findOption = (element: Element, value: string): Option | undefined => {
  const standing = optionsIn(element).find((one) => one.value === value);
  if (standing) return standing;
  const initial = [
    ...('initial_option' in element && element.initial_option ? [element.initial_option] : []),
    ...('initial_options' in element ? (element.initial_options ?? []) : []),
  ].find((one) => one.value === value);
  return initial ?? offered.get(element)?.get(value);
};

/** A value in the shape of Slack's `state.values` and of an action. */
export const slackValue = (element: Element, value: FieldValue): Record<string, unknown> => {
  if ('option' in value)
    return { selected_option: value.option === null ? null : (findOption(element, value.option) ?? null) };
  if ('options' in value) return { selected_options: value.options.flatMap((one) => findOption(element, one) ?? []) };
  if ('user' in value) return { selected_user: value.user };
  if ('users' in value) return { selected_users: value.users };
  if ('conversation' in value)
    return element.type === 'channels_select'
      ? { selected_channel: value.conversation }
      : { selected_conversation: value.conversation };
  if ('date' in value) return { selected_date: value.date };
  if ('time' in value) return { selected_time: value.time };
  if ('dateTime' in value) return { selected_date_time: value.dateTime };
  return { value: value.text };
};

/** `state.values` of a surface: every element that holds a value, touched or not. */
export const stateValues = (
  blocks: (Block & { block_id: string })[],
  values: FieldValues,
): Record<string, Record<string, unknown>> => {
  const result: Record<string, Record<string, unknown>> = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const id = element.action_id ?? '';
      const value = values[block.block_id]?.[id] ?? initialValue(element);
      if (value === undefined) continue;
      result[block.block_id] = {
        ...result[block.block_id],
        [id]: { type: element.type, ...slackValue(element, value) },
      };
    }
  }
  return result;
};

/** Keeps what people typed for the elements that still stand under the same ids and type, as Slack does on an update. */
export const keepValues = (
  before: (Block & { block_id: string })[],
  after: (Block & { block_id: string })[],
  values: FieldValues,
): FieldValues => {
  const kept: FieldValues = {};
  for (const block of after) {
    const old = before.find((one) => one.block_id === block.block_id);
    for (const element of old === undefined ? [] : elementsOf(block)) {
      const id = element.action_id ?? '';
      const same =
        old === undefined
          ? undefined
          : elementsOf(old).find((one) => one.action_id === id && one.type === element.type);
      const value = values[block.block_id]?.[id];
      if (same === undefined || value === undefined) continue;
      rememberOffered(element, [...(offered.get(same)?.values() ?? [])]);
      kept[block.block_id] = { ...kept[block.block_id], [id]: value };
    }
  }
  return kept;
};
