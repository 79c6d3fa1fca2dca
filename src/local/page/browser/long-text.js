// @ts-check
import { copyButton, lineNodes, looksOf, sayDiff } from './diff.js';
import { h } from './dom.js';

/** Shown at once; more than this only when asked for. */
const first = 300;
/** Lines that are built between two frames, and drawn only when they come into sight. */
const atOnce = 250;
/** As `pre` has it in message.css, in pixels. */
const lineHeight = 18.75;

/** @param {number} count */
const counted = (count) => `${count.toLocaleString('en')} lines`;

/**
 * A file's text, as long as it may be: the beginning at once, the rest when asked for, built piece by piece so that the
 * page goes on answering.
 *
 * @param {string} text
 * @param {object} how
 * @param {boolean} how.isDiff
 * @param {boolean} how.isWhole whether all of it is wanted from the beginning
 * @param {() => void} how.wanted told when somebody asks for all of it
 */
export const longText = (text, { isDiff, isWhole, wanted }) => {
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  const looks = isDiff ? looksOf(lines) : null;
  const code = h('code', {});
  const pre = h(
    'pre',
    {
      class: isDiff ? 'diff long' : 'long',
      tabindex: '0',
      role: 'group',
      'aria-label': looks === null ? counted(lines.length) : sayDiff(lines, looks),
    },
    code,
  );

  /** @param {number} from @param {number} to */
  const add = (from, to) => {
    const piece = h(
      'span',
      { class: 'piece' },
      ...lineNodes(lines.slice(from, to), looks?.slice(from, to) ?? null, to >= lines.length),
    );
    piece.style.containIntrinsicBlockSize = `${(to - from) * lineHeight}px`;
    code.append(piece);
  };

  /** @param {number} from */
  const addRest = (from) => {
    const to = Math.min(from + atOnce, lines.length);
    add(from, to);
    if (to < lines.length) requestAnimationFrame(() => addRest(to));
    else pre.removeAttribute('aria-busy');
  };

  const shown = Math.min(first, lines.length);
  add(0, shown);
  const left = h('span', { class: 'quiet' }, `Shows ${shown.toLocaleString('en')} of ${counted(lines.length)}.`);
  const more = h('div', { class: 'file-more' }, left);
  const showAll = () => {
    more.remove();
    pre.setAttribute('aria-busy', 'true');
    addRest(shown);
  };
  const ask = () => {
    showAll();
    wanted();
    pre.focus({ preventScroll: true });
  };
  more.append(h('button', { type: 'button', class: 'link-button', onclick: ask }, `Show all ${counted(lines.length)}`));
  const node = h('div', { class: 'code' }, pre, copyButton(text), shown < lines.length ? more : null);
  if (isWhole && shown < lines.length) showAll();
  return node;
};
