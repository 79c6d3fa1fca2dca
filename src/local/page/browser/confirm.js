// @ts-check
/** @import { PageConfirm } from '#local/slack/page-api.ts' */
import { h, newId } from './dom.js';
import { isFocusLost, rememberFocus, trapFocus } from './focus.js';
import { textNode, wordsOf } from './text.js';

/**
 * Asks before acting, as a confirm object says. Esc is no.
 *
 * @param {PageConfirm} confirm
 * @returns {Promise<boolean>}
 */
export const askConfirm = (confirm) =>
  new Promise((resolve) => {
    const [titleId, textId] = [newId(), newId()];
    const dialog = h('dialog', { class: 'modal confirm', 'aria-labelledby': titleId, 'aria-describedby': textId });
    const look = confirm.style === 'danger' ? 'button danger' : 'button primary';
    const yes = h(
      'button',
      { type: 'button', class: look, onclick: () => dialog.close('yes') },
      wordsOf(confirm.confirm, 'Yes'),
    );
    const no = h(
      'button',
      { type: 'button', class: 'button', onclick: () => dialog.close() },
      wordsOf(confirm.deny, 'Cancel'),
    );
    const text = textNode(confirm.text);
    text.id = textId;
    dialog.append(
      h('header', {}, h('h2', { id: titleId }, wordsOf(confirm.title, 'Are you sure?'))),
      h('div', { class: 'modal-body' }, text),
      h('footer', {}, no, yes),
    );
    const giveBack = rememberFocus();
    trapFocus(dialog);
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (isFocusLost(dialog)) giveBack();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
