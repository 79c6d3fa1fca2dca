// @ts-check
import { focusMarked } from './dom.js';

/**
 * Remembers what has the focus. The answer gives it back: to the same element, to the one that stands for it after its
 * message was rendered anew, or at least to that message; it says whether it could.
 */
export const rememberFocus = () => {
  const was = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const mark = was?.dataset.focus;
  const message = was?.closest('[data-ts]');
  const place = message instanceof HTMLElement ? message.dataset.ts : undefined;
  return () => {
    if (was !== null && was !== document.body && was.isConnected) {
      was.focus({ preventScroll: true });
      if (document.activeElement === was) return true;
    }
    const now = place === undefined ? null : document.querySelector(`[data-ts="${CSS.escape(place)}"]`);
    if (!(now instanceof HTMLElement)) return false;
    if (mark !== undefined && focusMarked(now, mark)) return true;
    now.focus({ preventScroll: true });
    return document.activeElement === now;
  };
};

/**
 * Whether nothing has the focus now that a dialog is shut. Dialogs tell of their end a moment later: by then somebody may have
 * gone on by a key, and is left where they are.
 *
 * @param {HTMLElement} dialog
 */
export const isFocusLost = (dialog) =>
  document.activeElement === null ||
  document.activeElement === document.body ||
  dialog.contains(document.activeElement);

const reachable = 'a[href], button, input, textarea, select, summary, [tabindex="0"]';

/** @param {HTMLElement} root @returns {HTMLElement[]} */
const stopsIn = (root) =>
  [...root.querySelectorAll(reachable)].flatMap((one) =>
    one instanceof HTMLElement &&
    !one.hasAttribute('disabled') &&
    one.tabIndex >= 0 &&
    one.checkVisibility({ visibilityProperty: true })
      ? [one]
      : [],
  );

/** Tab goes round within: a browser's own dialog lets it out to the browser's bars. @param {HTMLElement} root */
export const trapFocus = (root) =>
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = stopsIn(root);
    const [first, last] = [stops[0], stops.at(-1)];
    const at = document.activeElement;
    if (event.shiftKey ? at !== first && at !== root : at !== last) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
