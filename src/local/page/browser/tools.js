// @ts-check
import { h } from './dom.js';
import { currentTheme, onTheme, toggleTheme } from './theme.js';

/** @param {string} label @param {string} sign @param {() => void} press */
const tool = (label, sign, press) =>
  h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick: press }, sign);

/** The buttons at the top right: the cluster, light or dark, help. @param {{ hasCluster: boolean, panel: () => void, help: () => void }} acts */
export const createTools = ({ hasCluster, panel, help }) => {
  const theme = tool('', '', toggleTheme);
  onTheme(() => {
    const isDark = currentTheme() === 'dark';
    const words = isDark ? 'Switch to light' : 'Switch to dark';
    theme.textContent = isDark ? '☀' : '☾';
    theme.setAttribute('aria-label', words);
    theme.title = `${words} (t)`;
  });
  const cluster = h(
    'button',
    {
      type: 'button',
      class: 'tool-button',
      hidden: !hasCluster,
      'aria-label': 'In the cluster',
      title: 'In the cluster (c)',
      onclick: panel,
    },
    h('span', { class: 'tool-sign', 'aria-hidden': 'true' }, '⎈'),
    h('span', { class: 'tool-words' }, 'In the cluster'),
  );
  return {
    node: h('div', { class: 'tools' }, cluster, theme, tool('Keyboard help', '?', help)),
    focusPanel: () => cluster.focus(),
    /** @param {boolean} isOpen */
    showPanel: (isOpen) => cluster.setAttribute('aria-pressed', String(isOpen)),
  };
};
