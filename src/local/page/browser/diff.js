// @ts-check
import { h } from './dom.js';

/** @typedef {'same' | 'in' | 'out' | 'at' | 'file'} Look */

/** Begins what is the rest of a line that was too long for one block. */
const goesOn = '↪ ';

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

/** Whether text may be the rest of a diff that began in a block before it. @param {string} text */
export const goesOnAsDiff = (text) => text.split('\n').every((line) => /^(?:[+\- \\]|@@|↪ )/.test(line));

/** @param {string[]} lines @param {number} index @param {Look} before @returns {Look} */
const lookOf = (lines, index, before) => {
  const line = lines[index] ?? '';
  if (isHeader(lines, index)) return 'file';
  if (line.startsWith(goesOn)) return before;
  if (line.startsWith('@@')) return 'at';
  if (line.startsWith('+')) return 'in';
  return line.startsWith('-') ? 'out' : 'same';
};

/** How each line of a diff looks. @param {string[]} lines @param {Look} [before] of the line before the first one @returns {Look[]} */
export const looksOf = (lines, before = 'same') => {
  /** @type {Look[]} */
  const looks = [];
  for (const index of lines.keys()) looks.push(lookOf(lines, index, looks.at(-1) ?? before));
  return looks;
};

/**
 * One element a line, so that each can hang where it wraps. The text is all there, its ends of line included.
 *
 * @param {string[]} lines
 * @param {Look[] | null} looks null where it is no diff
 * @param {boolean} isLast whether nothing follows, so that the last line has no end
 */
export const lineNodes = (lines, looks, isLast) => {
  if (looks === null) return [lines.join('\n') + (isLast ? '' : '\n')];
  return lines.map((line, index) =>
    h(
      'span',
      { class: `diff-line diff-${looks[index] ?? 'same'}` },
      isLast && index === lines.length - 1 ? line : `${line}\n`,
    ),
  );
};

/** In words, for those who do not see it at a glance. @param {string[]} lines @param {Look[]} looks */
export const sayDiff = (lines, looks) => {
  const count = (/** @type {Look} */ wanted) =>
    looks.filter((look, index) => look === wanted && !lines[index]?.startsWith(goesOn)).length;
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
 * Preformatted text. A diff is coloured line by line and keeps its signs.
 *
 * @param {string} text
 * @param {boolean} [isDiff]
 * @param {Look} [before] how the line before looks, where it goes on
 */
export const preformatted = (text, isDiff = looksLikeDiff(text), before = 'same') => {
  if (!isDiff) return h('pre', { tabindex: '0' }, text);
  const lines = text.split('\n');
  const looks = looksOf(lines, before);
  const pre = h(
    'pre',
    { class: 'diff', tabindex: '0', role: 'group', 'aria-label': sayDiff(lines, looks) },
    h('code', {}, ...lineNodes(lines, looks, true)),
  );
  return h('div', { class: 'code' }, pre, copyButton(text));
};
