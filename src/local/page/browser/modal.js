// @ts-check
/** @import { PageView } from '#local/slack/page-api.ts' */
import { closeView, submit } from './api.js';
import { fill, h } from './dom.js';
import { rememberFocus, trapFocus } from './focus.js';
import { refresh, seen } from './store.js';
import { wordsOf } from './text.js';
import { createViewBody } from './view.js';

/** The stack of modals; the one on top is shown. */
export const createModal = () => {
  const title = h('h2', { id: 'modal-title' });
  const back = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Back', onclick: () => void close(false) },
    '←',
  );
  const cross = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => void close(true) },
    '✕',
  );
  const body = h('div', { class: 'modal-body' });
  const trouble = h('div', { class: 'modal-trouble', role: 'alert', hidden: true });
  const cancel = h('button', { type: 'button', class: 'button', onclick: () => void close(false) });
  const send = h('button', { type: 'submit', class: 'button primary' });
  const form = h(
    'form',
    { novalidate: true },
    h('header', {}, back, title, cross),
    body,
    trouble,
    h('footer', {}, cancel, send),
  );
  const dialog = h('dialog', { class: 'modal', 'aria-labelledby': 'modal-title' }, form);
  /** @type {PageView | null} */
  let top = null;
  /** @type {Record<string, string>} What Slack's own client finds wrong, by block id; the app's errors come with the view. */
  let problems = {};
  const content = createViewBody(body, (blockId) => {
    if (!(blockId in problems)) return false;
    delete problems[blockId];
    return true;
  });
  /** @type {Set<string>} Closed here; the workspace may not say so yet. */
  const closing = new Set();
  let giveBack = () => false;
  trapFocus(dialog);
  document.body.append(dialog);

  const complain = (/** @type {string} */ text) => {
    trouble.textContent = text;
    trouble.hidden = text === '';
  };

  /** @param {boolean} isAll the whole stack */
  const close = async (isAll) => {
    if (top === null) return;
    const { id } = top;
    for (const view of isAll ? (seen.state?.views ?? []) : [top]) closing.add(view.id);
    showTop();
    await closeView(seen.person, { viewId: id, ...(isAll ? { all: true } : {}) });
    await refresh();
    closing.clear();
    showTop();
  };

  const submitTop = async () => {
    if (top === null || top.submit === null || form.getAttribute('aria-busy') === 'true') return;
    const { id } = top;
    complain('');
    form.setAttribute('aria-busy', 'true');
    const outcome = await submit(seen.person, { viewId: id, values: content.read() });
    form.removeAttribute('aria-busy');
    if (outcome.status === 'not-sent') problems = outcome.fieldErrors ?? {};
    else problems = {};
    const isExplained = Object.keys(outcome.fieldErrors ?? {}).length > 0;
    if (outcome.status !== 'acknowledged' && !isExplained && top?.id === id)
      complain(outcome.message ?? 'We had some trouble connecting. Try again?');
    await refresh();
    showTop();
    if (top?.id === id) dialog.querySelector('[aria-invalid]')?.scrollIntoView({ block: 'center' });
    const invalid = dialog.querySelector('[aria-invalid]');
    if (invalid instanceof HTMLElement && isExplained) invalid.focus();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submitTop();
  });
  // Enter in a line submits; in a text of several lines it takes Ctrl or Cmd.
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    void close(false);
  });

  /** @param {PageView} view */
  const focusFirst = (view) => {
    const inputs = view.blocks.filter((block) => block.type === 'input');
    const wanted = inputs.find(({ element }) => 'focus_on_load' in element && element.focus_on_load) ?? inputs[0];
    const node =
      wanted && body.querySelector(`[data-block="${CSS.escape(wanted.block_id)}"] :is(input, textarea, button)`);
    (node instanceof HTMLElement ? node : view.submit === null ? cancel : send).focus();
  };

  const showTop = () => {
    const stack = (seen.state?.views ?? []).filter(({ id }) => !closing.has(id));
    const view = stack.at(-1) ?? null;
    if (view?.id !== top?.id) {
      problems = {};
      complain('');
    }
    top = view;
    if (view === null) {
      const wasOpen = dialog.open;
      dialog.close();
      if (wasOpen) giveBack();
      return;
    }
    title.textContent = wordsOf(view.title);
    back.hidden = stack.length < 2;
    fill(cancel, wordsOf(view.close, view.submit === null ? 'Close' : 'Cancel'));
    fill(send, wordsOf(view.submit));
    send.hidden = view.submit === null;
    const isOther = content.show(view, { ...view.errors, ...problems });
    if (!dialog.open) {
      giveBack = rememberFocus();
      dialog.showModal();
    }
    if (isOther) focusFirst(view);
  };

  return { show: showTop };
};
