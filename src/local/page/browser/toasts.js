// @ts-check
/** @import { PageNotice } from '#local/slack/page-api.ts' */
import { h } from './dom.js';

const shown = h('div', { class: 'toasts', role: 'alert', popover: 'manual' });

/**
 * Above everything, modals included, where a screen reader hears it.
 *
 * @param {string | Node} text
 * @param {'warning' | 'error' | 'answer'} tone
 * @param {...Node} further what stands behind the text
 * @returns {() => void} takes it away
 */
export const toast = (text, tone, ...further) => {
  const node = h(
    'div',
    { class: `toast toast-${tone}` },
    h('div', { class: 'toast-text', dir: 'auto' }, text),
    further,
  );
  const close = () => {
    node.remove();
    if (shown.childElementCount === 0 && shown.matches(':popover-open')) shown.hidePopover();
  };
  node.append(h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss', onclick: close }, '✕'));
  if (!shown.isConnected) document.body.append(shown);
  // A popover shown again stands above a modal that opened after it.
  if (shown.matches(':popover-open')) shown.hidePopover();
  shown.showPopover();
  shown.append(node);
  setTimeout(close, 12_000);
  return close;
};

/** @type {Map<string, Set<string>>} Notices told already, by person. */
const told = new Map();

/** Tells what is new among Slack's own notices; those from before this page was opened are not. @param {string} person @param {PageNotice[]} notices */
export const tellNotices = (person, notices) => {
  const before = told.get(person);
  if (before) for (const notice of notices) if (!before.has(notice.id)) toast(notice.text, notice.tone);
  told.set(person, new Set(notices.map(({ id }) => id)));
};
