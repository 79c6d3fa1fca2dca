// @ts-check
import { h } from './dom.js';

/** @typedef {'same' | 'in' | 'out' | 'at' | 'file'} Look */
/** @typedef {{ look: Look, text: string }} Run */

/** @param {string[]} lines @param {number} index */
const isHeader = (lines, index) =>
  ((lines[index] ?? '').startsWith('--- ') && (lines[index + 1] ?? '').startsWith('+++ ')) ||
  ((lines[index] ?? '').startsWith('+++ ') && (lines[index - 1] ?? '').startsWith('--- '));

/**
 * Whether text reads as a diff: it has a pair of header lines, or nothing but signed lines, both added and removed or
 * under a hunk's head. A list in YAML, a table of negative numbers or a `---` between documents is none.
 *
 * @param {string} text
 */
export const looksLikeDiff = (text) => {
  const lines = text.split('\n');
  const some = (/** @type {string} */ sign) => lines.some((line) => line.startsWith(sign));
  if (lines.some((_, index) => isHeader(lines, index))) return true;
  return lines.every((line) => /^(?:[+\- \\]|@@|$)/.test(line)) && ((some('+') && some('-')) || some('@@'));
};

/** @param {string[]} lines @param {number} index @returns {Look} */
const lookOf = (lines, index) => {
  const line = lines[index] ?? '';
  if (isHeader(lines, index)) return 'file';
  if (line.startsWith('@@')) return 'at';
  if (line.startsWith('+')) return 'in';
  return line.startsWith('-') ? 'out' : 'same';
};

/** How each line of a diff looks. @param {string[]} lines @returns {Look[]} */
export const looksOf = (lines) => lines.map((_, index) => lookOf(lines, index));

/**
 * Lines as few elements: neighbours that look the same are one. The text is all there, its ends of line included.
 *
 * @param {string[]} lines
 * @param {Look[] | null} looks null where it is no diff
 * @param {boolean} isLast whether nothing follows, so that the last line has no end
 */
export const lineNodes = (lines, looks, isLast) => {
  if (looks === null) return [lines.join('\n') + (isLast ? '' : '\n')];
  /** @type {Run[]} */
  const runs = [];
  for (const [index, line] of lines.entries()) {
    const look = looks[index] ?? 'same';
    const text = isLast && index === lines.length - 1 ? line : `${line}\n`;
    const run = runs.at(-1);
    if (run?.look === look) run.text += text;
    else runs.push({ look, text });
  }
  return runs.map(({ look, text }) => h('span', { class: `diff-${look}` }, text));
};

/** In words, for those who do not see it at a glance. @param {Look[]} looks */
export const sayDiff = (looks) => {
  const count = (/** @type {Look} */ wanted) => looks.filter((look) => look === wanted).length;
  return `Diff: ${count('in')} added, ${count('out')} removed`;
};

/** A button that copies text as it is. @param {string} text */
export const copyButton = (text) => {
  const button = h('button', { type: 'button', class: 'copy-button' }, 'Copy');
  button.addEventListener('click', async () => {
    const said = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not copied',
    );
    button.textContent = said;
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
  return button;
};

/**
 * Preformatted text. A diff is coloured line by line, keeps its signs, and scrolls sideways where others wrap.
 *
 * @param {string} text
 * @param {boolean} [isDiff]
 */
export const preformatted = (text, isDiff = looksLikeDiff(text)) => {
  if (!isDiff) return h('pre', { tabindex: '0' }, text);
  const lines = text.split('\n');
  const looks = looksOf(lines);
  const pre = h(
    'pre',
    { class: 'diff', tabindex: '0', role: 'group', 'aria-label': sayDiff(looks) },
    h('code', {}, ...lineNodes(lines, looks, true)),
  );
  return h('div', { class: 'code' }, pre, copyButton(text));
};
