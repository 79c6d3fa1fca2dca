// @ts-check
import { h } from './dom.js';
import { isFocusLost, rememberFocus, trapFocus } from './focus.js';

/** @type {[string[], string][]} */
const shortcuts = [
  [['/'], 'Write a message or command'],
  [['g', '1 … 9'], 'Go to a channel or conversation, counted from the top'],
  [['p'], 'Switch person'],
  [['c'], 'Show or hide what is in the cluster'],
  [['t'], 'Light or dark'],
  [['Esc'], 'Close what is open; leave the message box'],
  [['Tab', 'Enter'], 'Reach and press everything'],
  [['?'], 'This help'],
];

const dialog = h('dialog', { class: 'modal help', 'aria-labelledby': 'help-title' });

/** @param {[string[], string]} shortcut */
const row = ([keys, meaning]) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, ...keys.flatMap((key, index) => [index > 0 ? ' ' : null, h('kbd', {}, key)])),
    h('td', {}, meaning),
  );

/** The keys of this page, in a dialog. @param {{ hasCluster: boolean }} page */
export const showHelp = ({ hasCluster }) => {
  if (dialog.open) return;
  const giveBack = rememberFocus();
  const shut = h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Close');
  const rows = shortcuts.filter(([keys]) => hasCluster || keys[0] !== 'c').map(row);
  dialog.replaceChildren(
    h('header', {}, h('h2', { id: 'help-title' }, 'Keyboard')),
    h('div', { class: 'modal-body' }, h('table', { class: 'keys' }, h('tbody', {}, ...rows))),
    h('footer', {}, shut),
  );
  if (!dialog.isConnected) {
    trapFocus(dialog);
    document.body.append(dialog);
  }
  const closed = () => {
    if (isFocusLost(dialog)) giveBack();
  };
  dialog.addEventListener('close', closed, { once: true });
  dialog.showModal();
  shut.focus();
};
