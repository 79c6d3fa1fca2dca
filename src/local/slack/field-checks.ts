import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { findOption, initialValue } from './field-values.ts';
import type { FieldValue, FieldValues } from './page-api.ts';

const isEmpty = (value: FieldValue): boolean =>
  Object.values(value).every((one) => one === null || one === '' || (Array.isArray(one) && one.length === 0));

const textProblem = (element: Element, text: string): string | undefined => {
  if (element.type === 'plain_text_input') {
    const most = element.max_length ?? 3000;
    if (text.length > most) return `Please use no more than ${most} characters`;
    if (text.length < (element.min_length ?? 0)) return `Please use at least ${element.min_length} characters`;
    if (element.multiline !== true && text.includes('\n')) return 'Please use one line';
  }
  if (element.type === 'number_input') {
    const pattern = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
    if (!pattern.test(text)) return 'Please enter a valid number';
    if (element.min_value !== undefined && Number(text) < Number(element.min_value))
      return `Please enter a number of at least ${element.min_value}`;
    if (element.max_value !== undefined && Number(text) > Number(element.max_value))
      return `Please enter a number of at most ${element.max_value}`;
  }
  return undefined;
};

/** Whether a value is of the kind this element holds; a driver's or page's mistake, not a person's. */
export const fits = (element: Element, value: FieldValue): boolean => {
  const initial = initialValue(element);
  if (element.type === 'overflow')
    return 'option' in value && value.option !== null && element.options.some((one) => one.value === value.option);
  if (initial === undefined) return false;
  if (Object.keys(initial)[0] !== Object.keys(value)[0]) return false;
  if ('option' in value) return value.option === null || findOption(element, value.option) !== undefined;
  if ('options' in value) return value.options.every((one) => findOption(element, one) !== undefined);
  return true;
};

const valueProblem = (element: Element, value: FieldValue, isOptional: boolean): string | undefined => {
  if (isEmpty(value)) return isOptional ? undefined : 'Please complete this required field.';
  if (!fits(element, value)) return 'Please choose one of the options';
  if ('max_selected_items' in element && element.max_selected_items !== undefined) {
    const chosen = 'options' in value ? value.options.length : 'users' in value ? value.users.length : 0;
    if (chosen > element.max_selected_items) return `Please choose no more than ${element.max_selected_items}`;
  }
  return 'text' in value && value.text !== null ? textProblem(element, value.text) : undefined;
};

/** What Slack's own client says before it sends a form; empty when it would send it. By block id. */
export const formProblems = (blocks: StoredBlock[], values: FieldValues): Record<string, string> => {
  const problems: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== 'input') continue;
    const value = values[block.block_id]?.[block.element.action_id ?? ''] ?? initialValue(block.element);
    const problem = value === undefined ? undefined : valueProblem(block.element, value, block.optional ?? false);
    if (problem !== undefined) problems[block.block_id] = problem;
  }
  return problems;
};
