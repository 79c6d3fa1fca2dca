// @ts-check
import { fill, h, newId } from './dom.js';

/** @typedef {{ value: string, text: string, note: string }} Item */
/** @typedef {{ label: string, items: Item[] }[]} Choices */

/** @type {Map<string, string>} What a chosen value reads as, also after its form was rendered again. */
const texts = new Map();

/** @param {Choices} choices @param {string} query @returns {Choices} */
const filtered = (choices, query) => {
  const wanted = query.trim().toLowerCase();
  const fits = (/** @type {Item} */ item) => `${item.text} ${item.note}`.toLowerCase().includes(wanted);
  return choices
    .map(({ label, items }) => ({ label, items: items.filter(fits) }))
    .filter(({ items }) => items.length > 0);
};

/**
 * A select that one types into: single or multiple, with its options at hand or asked for while typing.
 *
 * Follows the combobox pattern of the ARIA Authoring Practices: arrows move, Enter chooses, Esc closes the list only.
 *
 * @param {object} setting
 * @param {string} setting.id
 * @param {Choices | ((query: string) => Promise<Choices>)} setting.choices
 * @param {boolean} setting.isMany
 * @param {number | undefined} setting.most how many may be chosen
 * @param {number} setting.least how many characters before it asks
 * @param {string} setting.placeholder
 * @param {string[]} setting.chosen
 * @param {Item[] | undefined} setting.known options chosen at first
 * @param {() => void} setting.changed
 */
export const createCombobox = ({ id, choices, isMany, most, least, placeholder, chosen, known, changed }) => {
  const listId = newId();
  let values = [...chosen];
  /** @type {Item[]} */
  let offered = [];
  let active = -1;
  let asked = 0;

  const local = typeof choices === 'function' ? [] : choices;
  for (const item of [...local.flatMap(({ items }) => items), ...(known ?? [])]) texts.set(item.value, item.text);
  const textOf = (/** @type {string} */ value) => texts.get(value) ?? value;

  const input = h('input', {
    id,
    class: 'combobox-input',
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': listId,
    oninput: () => void open(),
    onclick: () => void open(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event),
    onblur: () => close(),
  });
  const chips = h('span', { class: 'chips' });
  const clear = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Clear', onclick: () => choose(null) },
    '✕',
  );
  const list = h('div', {
    id: listId,
    class: 'combobox-list',
    role: 'listbox',
    hidden: true,
    'aria-multiselectable': isMany ? 'true' : null,
  });
  // Pressing an option must not take the focus from the input, which would close the list first.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  const box = h(
    'div',
    { class: 'combobox-box control', onclick: () => input.focus() },
    chips,
    input,
    isMany ? null : clear,
  );
  const node = h('div', { class: 'combobox' }, box, list);

  const show = () => {
    const removing = (/** @type {string} */ value) => () => choose(value);
    fill(
      chips,
      isMany
        ? values.map((value) =>
            h(
              'span',
              { class: 'chip' },
              h('bdi', {}, textOf(value)),
              h('button', { type: 'button', 'aria-label': `Remove ${textOf(value)}`, onclick: removing(value) }, '✕'),
            ),
          )
        : [],
    );
    input.value = isMany || values[0] === undefined ? '' : textOf(values[0]);
    input.placeholder = values.length === 0 ? placeholder : '';
    clear.hidden = values.length === 0;
  };

  /** @param {string | null} value chosen, or taken back when it was; null clears all */
  const choose = (value) => {
    if (value === null) values = [];
    else if (!isMany) values = [value];
    else if (values.includes(value)) values = values.filter((one) => one !== value);
    else if (most === undefined || values.length < most) values = [...values, value];
    close();
    show();
    changed();
  };

  const close = () => {
    asked += 1;
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    input.value = isMany || values[0] === undefined ? '' : textOf(values[0]);
  };

  /** @param {Item} item @param {number} index */
  const optionNode = (item, index) =>
    h(
      'div',
      {
        id: `${listId}-${index}`,
        class: 'combobox-option',
        role: 'option',
        'aria-selected': values.includes(item.value) ? 'true' : 'false',
        onclick: () => choose(item.value),
      },
      h('bdi', {}, item.text),
      item.note === '' ? null : h('small', {}, item.note),
    );

  /** @param {Choices} found */
  const offer = (found) => {
    offered = found.flatMap(({ items }) => items);
    for (const item of offered) texts.set(item.value, item.text);
    let index = 0;
    const nodes = found.flatMap(({ label, items }) => [
      label === '' ? null : h('div', { class: 'combobox-group', role: 'presentation' }, label),
      ...items.map((item) => optionNode(item, index++)),
    ]);
    fill(list, offered.length === 0 ? h('div', { class: 'combobox-note' }, 'No results') : nodes);
    list.scrollIntoView({ block: 'nearest' });
    move(
      offered.length === 0
        ? -1
        : Math.max(
            0,
            offered.findIndex(({ value }) => values.includes(value)),
          ),
    );
  };

  /** @param {number} to */
  const move = (to) => {
    list.querySelector('.active')?.classList.remove('active');
    active = to;
    const option = document.getElementById(`${listId}-${to}`);
    if (option === null) return input.removeAttribute('aria-activedescendant');
    option.classList.add('active');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  };

  const note = (/** @type {string} */ text) => fill(list, h('div', { class: 'combobox-note' }, text));

  const open = async () => {
    // What stands in a single select is its choice, not a search.
    const query = !isMany && values[0] !== undefined && input.value === textOf(values[0]) ? '' : input.value;
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    if (typeof choices !== 'function') return offer(filtered(choices, query));
    if (query.length < least) return note(`Type ${least} or more characters to search.`);
    asked += 1;
    const mine = asked;
    note('Searching…');
    try {
      const found = await choices(query);
      if (mine === asked) offer(found);
    } catch (error) {
      if (mine === asked) note(error instanceof Error ? error.message : 'The options could not be loaded.');
    }
  };

  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const isOpen = !list.hidden;
    const item = offered[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (!isOpen) void open();
      else if (offered.length > 0) move((active + step + offered.length) % offered.length);
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      if (item) choose(item.value);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === 'Backspace' && input.value === '' && isMany) {
      const last = values.at(-1);
      if (last !== undefined) choose(last);
    }
  };

  show();
  return { node, input, read: () => [...values] };
};
