import type { Element } from '#local/slack/block-kit/elements.ts';
import { optionsIn } from './field-values.ts';
import type { Suggestions } from './outcome.ts';
import type { FieldValue, PageOption } from './page-api.ts';

/** What a person picks or types: an option's text or value, several of them, a text, a number, an instant; null clears. */
export type Choice = string | string[] | number | Temporal.Instant | null;

type Option = { text: { text: string }; value: string };
type Suggest = (query: string) => Promise<Suggestions>;

const pick = (options: Option[], wanted: string): string => {
  const byText = options.filter((one) => one.text.text === wanted);
  const found = byText.length === 1 ? byText[0] : options.find((one) => one.value === wanted);
  if (found) return found.value;
  throw new Error(
    `There is no option "${wanted}"; there are: ${options.map((one) => `"${one.text.text}"`).join(', ') || 'none'}.`,
  );
};

const offeredOptions = async (suggest: Suggest, wanted: string): Promise<PageOption[]> => {
  const offered = await suggest(wanted);
  return [...offered.options, ...offered.groups.flatMap((group) => group.options)];
};

const listOf = (choice: Choice): string[] => (Array.isArray(choice) ? choice : choice === null ? [] : [String(choice)]);
const wordOf = (choice: Choice): string | null => (choice === null ? null : String(choice));

/** Turns a choice into what the element holds. An external select is asked first, with the choice as what is typed. */
export const valueFor = async (element: Element, choice: Choice, suggest: Suggest): Promise<FieldValue> => {
  const word = wordOf(choice);
  switch (element.type) {
    case 'button':
      throw new Error('A button holds no value: click it.');
    case 'overflow':
    case 'static_select':
    case 'radio_buttons':
      return { option: word === null ? null : pick(optionsIn(element), word) };
    case 'external_select':
      return { option: word === null ? null : pick(await offeredOptions(suggest, word), word) };
    case 'multi_static_select':
    case 'checkboxes':
      return { options: listOf(choice).map((one) => pick(optionsIn(element), one)) };
    case 'multi_external_select': {
      const options: string[] = [];
      for (const one of listOf(choice)) options.push(pick(await offeredOptions(suggest, one), one));
      return { options };
    }
    case 'users_select':
      return { user: word };
    case 'multi_users_select':
      return { users: listOf(choice) };
    case 'conversations_select':
    case 'channels_select':
      return { conversation: word };
    case 'plain_text_input':
    case 'number_input':
      return { text: word };
    case 'datepicker':
      return { date: word };
    case 'timepicker':
      return { time: word };
    case 'datetimepicker':
      return {
        dateTime:
          choice instanceof Temporal.Instant
            ? Math.floor(choice.epochMilliseconds / 1000)
            : typeof choice === 'number'
              ? choice
              : null,
      };
  }
};
