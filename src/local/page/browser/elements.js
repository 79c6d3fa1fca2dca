// @ts-check
/** @import { PageElement, PageOption } from '#local/slack/page-api.ts' */
/** @import { Surface } from './surface.js' */
import { askConfirm } from './confirm.js';
import { h } from './dom.js';
import { createField } from './fields.js';
import { act, addField, suggester } from './surface.js';
import { link, wordsOf } from './text.js';

/** @typedef {Extract<PageElement, { type: 'button' }>} Button */
/** @typedef {Extract<PageElement, { type: 'overflow' }>} Overflow */

/**
 * Shows that a press is on its way, and what came of it: the warning sign stands exactly where the app did not answer.
 *
 * @param {HTMLElement} pressed
 * @param {() => Promise<{ status: string, message?: string }>} press
 */
const whilePressed = async (pressed, press) => {
  if (pressed.getAttribute('aria-busy') === 'true') return;
  pressed.parentElement?.querySelector('.not-acknowledged')?.remove();
  pressed.setAttribute('aria-busy', 'true');
  const outcome = await press();
  pressed.removeAttribute('aria-busy');
  if (outcome.status !== 'failed') return;
  const why = outcome.message ?? 'The app did not answer.';
  pressed.after(h('span', { class: 'not-acknowledged', role: 'img', 'aria-label': why, title: why }, '⚠'));
};

/** @param {Button} element @param {string} blockId @param {Surface} surface */
const buttonNode = (element, blockId, surface) => {
  const { action_id: actionId, confirm } = element;
  const look = `button${element.style ? ` ${element.style}` : ''}`;
  const press = async () => {
    if (confirm !== undefined && !(await askConfirm(confirm))) return;
    await whilePressed(button, () => act(surface, { blockId, actionId, ...(confirm ? { confirmed: true } : {}) }));
  };
  const words = wordsOf(element.text);
  const button = element.url === undefined ? h('button', { type: 'button' }, words) : link(element.url, words);
  button.className = look;
  button.dataset.focus = `${blockId}/${actionId}`;
  if (element.accessibility_label) button.setAttribute('aria-label', element.accessibility_label);
  button.addEventListener('click', () => void press());
  return button;
};

/** @param {Overflow} element @param {string} blockId @param {Surface} surface */
const overflowNode = (element, blockId, surface) => {
  const choose = async (/** @type {PageOption} */ option) => {
    details.open = false;
    if (element.confirm !== undefined && !(await askConfirm(element.confirm))) return;
    const confirmed = element.confirm ? { confirmed: true } : {};
    const call = { blockId, actionId: element.action_id, value: { option: option.value }, ...confirmed };
    await whilePressed(summary, () => act(surface, call));
  };
  const summary = h('summary', { class: 'button', 'aria-label': 'More actions' }, '⋯');
  const items = element.options.map((option) =>
    h('button', { type: 'button', class: 'menu-item', onclick: () => void choose(option) }, wordsOf(option.text)),
  );
  const shut = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || !details.open) return;
    event.preventDefault();
    details.open = false;
    summary.focus();
  };
  const details = h('details', { class: 'overflow', onkeydown: shut }, summary, h('div', { class: 'menu' }, ...items));
  return details;
};

/** What acts at once: a button, a menu, or a select outside of an input block. @param {PageElement} element @param {string} blockId @param {Surface} surface */
export const elementNode = (element, blockId, surface) => {
  if (element.type === 'button') return buttonNode(element, blockId, surface);
  if (element.type === 'overflow') return overflowNode(element, blockId, surface);
  const { action_id: actionId, confirm } = element;
  const changed = async () => {
    if (confirm !== undefined && !(await askConfirm(confirm))) return;
    const call = { blockId, actionId, value: field.read(), ...(confirm ? { confirmed: true } : {}) };
    await whilePressed(field.node, () => act(surface, call));
  };
  const field = createField(element, {
    value: surface.values[blockId]?.[actionId],
    suggest: suggester(surface, blockId, actionId),
    changed: () => void changed(),
  });
  addField(surface, blockId, actionId, field);
  field.input.dataset.focus = `${blockId}/${actionId}`;
  field.input.setAttribute('aria-label', 'placeholder' in element ? wordsOf(element.placeholder, actionId) : actionId);
  return h('div', { class: 'acting-field' }, field.node);
};
