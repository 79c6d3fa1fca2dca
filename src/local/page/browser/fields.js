// @ts-check
/** @import { FieldValue, PageElement, PageOption, SuggestAnswer } from '#local/slack/page-api.ts' */
/** @import { Field } from './surface.js' */
/** @import { Choices, Item } from './combobox.js' */
import { createCombobox } from './combobox.js';
import { h, newId } from './dom.js';
import { channelMark, nameOf } from './names.js';
import { seen } from './store.js';
import { textNode, wordsOf } from './text.js';

/**
 * @typedef {object} Setting
 * @property {string} [id] of the input, for its label
 * @property {string} [labelId] of what names a group
 * @property {FieldValue | undefined} value what it begins with
 * @property {(query: string) => Promise<SuggestAnswer>} suggest
 * @property {() => void} changed a person chose something
 */

/** @typedef {Exclude<PageElement, { type: 'button' | 'overflow' }>} FieldElement */

/** @param {FieldValue | undefined} value @returns {string[]} */
const chosenOf = (value) =>
  value === undefined
    ? []
    : Object.values(value).flatMap((one) => (Array.isArray(one) ? one : one === null ? [] : [String(one)]));

/** @param {PageOption} option @returns {Item} */
const itemOf = (option) => ({ value: option.value, text: wordsOf(option.text), note: wordsOf(option.description) });

/** @param {{ options?: PageOption[] | undefined, option_groups?: { label: import('#local/slack/page-api.ts').PageText, options: PageOption[] }[] | undefined }} from @returns {Choices} */
const choicesOf = ({ options = [], option_groups: groups = [] }) => [
  { label: '', items: options.map(itemOf) },
  ...groups.map((group) => ({ label: wordsOf(group.label), items: group.options.map(itemOf) })),
];

/** @returns {Choices} */
const peopleChoices = () => [
  {
    label: '',
    items: (seen.state?.people ?? [])
      .filter(({ kind }) => kind !== 'deleted')
      .map((person) => ({ value: person.id, text: nameOf(person), note: `@${person.name}` })),
  },
];

/** @returns {Choices} */
const channelChoices = () => [
  {
    label: '',
    items: (seen.state?.channels ?? [])
      .filter(({ isArchived, kind }) => !isArchived && kind !== 'im')
      .map((channel) => ({ value: channel.id, text: `${channelMark(channel)} ${channel.name}`.trim(), note: '' })),
  },
];

/** @param {FieldElement} element @param {Setting} setting @param {string} type @returns {Field} */
const textField = (element, setting, type) => {
  const isLong = element.type === 'plain_text_input' && element.multiline === true;
  const attributes = {
    id: setting.id ?? newId(),
    class: 'control',
    placeholder: 'placeholder' in element ? wordsOf(element.placeholder) : '',
    autocomplete: 'off',
    dir: 'auto',
    onchange: setting.changed,
  };
  const input = isLong
    ? h('textarea', { ...attributes, rows: 4 })
    : h('input', { ...attributes, type, inputmode: element.type === 'number_input' ? 'decimal' : null });
  input.value = chosenOf(setting.value)[0] ?? '';
  return { node: input, input, read: () => ({ text: input.value === '' ? null : input.value }) };
};

/** @param {FieldElement} element @param {Setting} setting @param {(text: string | null) => FieldValue} read @param {string} type @returns {Field} */
const pickerField = (element, setting, read, type) => {
  const input = h('input', { id: setting.id ?? newId(), class: 'control', type, onchange: setting.changed });
  const first = chosenOf(setting.value)[0] ?? '';
  const isMoment = element.type === 'datetimepicker' && first !== '';
  input.value = isMoment ? localMoment(Number(first)) : first;
  return { node: input, input, read: () => read(input.value === '' ? null : input.value) };
};

/** As `<input type="datetime-local">` wants it. @param {number} epochSeconds */
const localMoment = (epochSeconds) => {
  const date = new Date((epochSeconds - new Date(epochSeconds * 1000).getTimezoneOffset() * 60) * 1000);
  return date.toISOString().slice(0, 16);
};

/** @param {Extract<PageElement, { type: 'radio_buttons' | 'checkboxes' }>} element @param {Setting} setting @returns {Field} */
const choiceField = (element, setting) => {
  const isOne = element.type === 'radio_buttons';
  const chosen = chosenOf(setting.value);
  const name = newId();
  const inputs = element.options.map((option) => {
    const input = h('input', {
      type: isOne ? 'radio' : 'checkbox',
      name,
      value: option.value,
      onchange: setting.changed,
    });
    input.checked = chosen.includes(option.value);
    return { option, input };
  });
  const rows = inputs.map(({ option, input }) =>
    h(
      'label',
      { class: 'choice' },
      input,
      h(
        'span',
        {},
        textNode(option.text, 'span'),
        option.description ? h('small', {}, textNode(option.description, 'span')) : null,
      ),
    ),
  );
  const node = h(
    'div',
    { class: 'choices', role: isOne ? 'radiogroup' : 'group', 'aria-labelledby': setting.labelId },
    ...rows,
  );
  const read = () => inputs.filter(({ input }) => input.checked).map(({ option }) => option.value);
  return { node, input: node, read: () => (isOne ? { option: read()[0] ?? null } : { options: read() }) };
};

/**
 * @param {FieldElement} element
 * @param {Setting} setting
 * @param {Choices | ((query: string) => Promise<Choices>)} choices
 * @param {(chosen: string[]) => FieldValue} read
 * @returns {Field}
 */
const selectField = (element, setting, choices, read) => {
  const isMany = element.type.startsWith('multi_');
  const box = createCombobox({
    id: setting.id ?? newId(),
    choices,
    isMany,
    most: 'max_selected_items' in element ? element.max_selected_items : undefined,
    least: 'min_query_length' in element ? (element.min_query_length ?? 3) : typeof choices === 'function' ? 3 : 0,
    placeholder: 'placeholder' in element ? wordsOf(element.placeholder, 'Choose…') : 'Choose…',
    chosen: chosenOf(setting.value),
    known:
      'initial_options' in element
        ? element.initial_options?.map(itemOf)
        : 'initial_option' in element && element.initial_option
          ? [itemOf(element.initial_option)]
          : [],
    changed: setting.changed,
  });
  return { node: box.node, input: box.input, read: () => read(box.read()) };
};

/** @param {(query: string) => Promise<SuggestAnswer>} suggest @returns {(query: string) => Promise<Choices>} */
const remote = (suggest) => async (query) => {
  const { options, groups, message } = await suggest(query);
  if (message !== undefined) throw new Error(message);
  return choicesOf({ options, option_groups: groups });
};

/** @param {string[]} chosen @returns {FieldValue} */
const oneOption = (chosen) => ({ option: chosen[0] ?? null });

/** The control of an element, whichever it is. @param {FieldElement} element @param {Setting} setting @returns {Field} */
export const createField = (element, setting) => {
  switch (element.type) {
    case 'plain_text_input':
    case 'number_input':
      return textField(element, setting, 'text');
    case 'radio_buttons':
    case 'checkboxes':
      return choiceField(element, setting);
    case 'static_select':
      return selectField(element, setting, choicesOf(element), oneOption);
    case 'multi_static_select':
      return selectField(element, setting, choicesOf(element), (options) => ({ options }));
    case 'external_select':
      return selectField(element, setting, remote(setting.suggest), oneOption);
    case 'multi_external_select':
      return selectField(element, setting, remote(setting.suggest), (options) => ({ options }));
    case 'users_select':
      return selectField(element, setting, peopleChoices(), (chosen) => ({ user: chosen[0] ?? null }));
    case 'multi_users_select':
      return selectField(element, setting, peopleChoices(), (users) => ({ users }));
    case 'conversations_select':
    case 'channels_select':
      return selectField(element, setting, channelChoices(), (chosen) => ({ conversation: chosen[0] ?? null }));
    case 'datepicker':
      return pickerField(element, setting, (date) => ({ date }), 'date');
    case 'timepicker':
      return pickerField(element, setting, (time) => ({ time }), 'time');
    case 'datetimepicker':
      return pickerField(
        element,
        setting,
        (text) => ({ dateTime: text === null ? null : Math.floor(new Date(text).getTime() / 1000) }),
        'datetime-local',
      );
  }
};
