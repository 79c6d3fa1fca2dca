// @ts-check
/** @import { FieldValue, FieldValues, OutcomeAnswer, PageText, Place } from '#local/slack/page-api.ts' */
import { sendAction, suggest } from './api.js';
import { refresh, seen } from './store.js';
import { toast } from './toasts.js';

/**
 * One input on the page. `input` is what a label names and focus goes to.
 *
 * @typedef {{ node: HTMLElement, input: HTMLElement, read: () => FieldValue }} Field
 */

/**
 * Where blocks stand: a message or a view, with the inputs that are on it now.
 *
 * @typedef {object} Surface
 * @property {Place} place
 * @property {FieldValues} values what its inputs begin with
 * @property {Record<string, string>} errors by block id
 * @property {(blockId: string) => boolean} filled told when an input with an error holds something; whether the error goes then
 * @property {Map<string, Map<string, Field>>} fields by block id and action id
 */

/** @param {Place} place @param {FieldValues} [values] @param {Record<string, string>} [errors] @param {Surface['filled']} [filled] @returns {Surface} */
export const createSurface = (place, values = {}, errors = {}, filled = () => false) => ({
  place,
  values,
  errors,
  filled,
  fields: new Map(),
});

/** @param {Surface} surface @param {string} blockId @param {string} actionId @param {Field} field */
export const addField = (surface, blockId, actionId, field) => {
  const fields = surface.fields.get(blockId) ?? new Map();
  surface.fields.set(blockId, fields.set(actionId, field));
};

/** What all inputs hold now. @param {Surface} surface @returns {FieldValues} */
export const readValues = (surface) => {
  /** @type {FieldValues} */
  const values = {};
  for (const [blockId, fields] of surface.fields) {
    values[blockId] = Object.fromEntries([...fields].map(([actionId, field]) => [actionId, field.read()]));
  }
  return values;
};

/**
 * Tells the app that something was pressed or chosen. A failure is told by Slack's own notice; what was not even sent,
 * here.
 *
 * @param {Surface} surface
 * @param {{ blockId: string, actionId: string, value?: FieldValue, confirmed?: boolean }} what
 * @returns {Promise<OutcomeAnswer>}
 */
export const act = async (surface, what) => {
  const values = surface.place.type === 'view' ? { values: readValues(surface) } : {};
  const outcome = await sendAction(seen.person, { place: surface.place, ...what, ...values });
  if (outcome.status === 'not-sent') toast(outcome.message ?? 'It was not sent.', 'error');
  await refresh();
  return outcome;
};

/** @param {Surface} surface @param {string} blockId @param {string} actionId */
export const suggester = (surface, blockId, actionId) => (/** @type {string} */ query) =>
  suggest(seen.person, { place: surface.place, blockId, actionId, query });

/** @typedef {{ title?: PageText, text: PageText, confirm?: PageText, deny?: PageText, style?: 'primary' | 'danger' }} Confirm */
