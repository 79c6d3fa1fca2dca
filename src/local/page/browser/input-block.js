// @ts-check
/** @import { FieldValue, PageBlock } from '#local/slack/page-api.ts' */
/** @import { Surface } from './surface.js' */
import { h, newId } from './dom.js';
import { createField } from './fields.js';
import { act, addField, suggester } from './surface.js';
import { textNode } from './text.js';

/** Groups are named by a legend-like label; a single control by a `for`. */
const grouped = new Set(['radio_buttons', 'checkboxes']);

/** @param {FieldValue} value */
const isEmpty = (value) =>
  Object.values(value).every((one) => one === null || one === '' || (Array.isArray(one) && one.length === 0));

/** Where the app is told while one types, Enter tells it and does not submit. @param {HTMLElement} input */
const tellOnEnter = (input) => {
  if (!(input instanceof HTMLInputElement) || input.role === 'combobox') return;
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    input.dispatchEvent(new Event('change'));
  });
};

/** An input with its label, hint and the error under it. @param {Extract<PageBlock, { type: 'input' }>} block @param {Surface} surface */
export const inputBlock = (block, surface) => {
  const { element } = block;
  if (element.type === 'button' || element.type === 'overflow') return h('div', { class: 'block' });
  const [labelId, inputId, noteId] = [newId(), newId(), newId()];
  const error = surface.errors[block.block_id];
  const { action_id: actionId } = element;
  const changed = async () => {
    clearWhenFilled();
    if (block.dispatch_action) await act(surface, { blockId: block.block_id, actionId, value: field.read() });
  };
  const field = createField(element, {
    id: inputId,
    labelId,
    value: surface.values[block.block_id]?.[actionId],
    suggest: suggester(surface, block.block_id, actionId),
    changed: () => void changed(),
  });
  addField(surface, block.block_id, actionId, field);
  if (block.dispatch_action) tellOnEnter(field.input);
  field.input.dataset.focus = `${block.block_id}/${actionId}`;
  field.input.setAttribute('aria-describedby', noteId);
  if (error !== undefined) field.input.setAttribute('aria-invalid', 'true');
  if (block.optional !== true && !grouped.has(element.type)) field.input.setAttribute('aria-required', 'true');
  const name = textNode(block.label, 'span');
  const optional = block.optional ? h('span', { class: 'optional' }, ' (optional)') : null;
  const label = grouped.has(element.type)
    ? h('div', { class: 'label', id: labelId }, name, optional)
    : h('label', { class: 'label', id: labelId, for: inputId }, name, optional);
  const complaint = error === undefined ? null : h('div', { class: 'error', role: 'alert' }, error);
  const clearWhenFilled = () => {
    if (!complaint?.isConnected || isEmpty(field.read()) || !surface.filled(block.block_id)) return;
    complaint.remove();
    field.input.removeAttribute('aria-invalid');
    node.classList.remove('invalid');
  };
  const node = h(
    'div',
    {
      class: error === undefined ? 'block input' : 'block input invalid',
      'data-block': block.block_id,
      oninput: clearWhenFilled,
    },
    label,
    field.node,
    h('div', { id: noteId }, complaint, block.hint ? h('div', { class: 'hint' }, textNode(block.hint, 'span')) : null),
  );
  return node;
};
