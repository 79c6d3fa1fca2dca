// @ts-check
import { keep, readKept } from './kept.js';

/** @typedef {'light' | 'dark'} Theme */

const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** @returns {Theme} */
const systemTheme = () => (systemDark.matches ? 'dark' : 'light');

/** @type {Theme | null} What somebody chose against their system's own; null follows the system. */
let chosen = null;

/** @returns {Theme} */
export const currentTheme = () => chosen ?? systemTheme();

/** @type {Set<() => void>} */
const listeners = new Set();

const apply = () => {
  if (chosen === null) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const listener of listeners) listener();
};

const recall = () => {
  const kept = readKept('theme');
  chosen = kept === 'light' || kept === 'dark' ? kept : null;
  apply();
};

/** @param {() => void} listener */
export const onTheme = (listener) => {
  listeners.add(listener);
  listener();
};

/** Turns light to dark and back, and remembers it; back at the system's own, the page follows the system again. */
export const toggleTheme = () => {
  const other = currentTheme() === 'dark' ? 'light' : 'dark';
  chosen = other === systemTheme() ? null : other;
  keep('theme', chosen);
  apply();
};

systemDark.addEventListener('change', apply);
// Another tab has chosen.
addEventListener('storage', recall);
recall();
