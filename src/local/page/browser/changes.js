// @ts-check

/** @typedef {{ text: string, look: 'same' | 'new' | 'gone' }} Line */

/** Beyond so many pairs of lines the middle is told as gone and new, which takes no time. */
const mostPairs = 250_000;

/** @param {string[]} before @param {string[]} after @returns {number[][]} of each rest of both, how many lines they share in order */
const sharedLengths = (before, after) => {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [row = [], next = []] = [lengths[i], lengths[i + 1]];
      row[j] = before[i] === after[j] ? next[j + 1] + 1 : Math.max(next[j], row[j + 1]);
    }
  return lengths;
};

/** @param {string[]} texts @param {Line['look']} look @returns {Line[]} */
const all = (texts, look) => texts.map((text) => ({ text, look }));

/** @param {string[]} before @param {string[]} after @returns {Line[]} */
const middle = (before, after) => {
  if (before.length * after.length > mostPairs) return [...all(before, 'gone'), ...all(after, 'new')];
  const lengths = sharedLengths(before, after);
  /** @type {Line[]} */
  const lines = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      lines.push({ text: after[j] ?? '', look: 'same' });
      i += 1;
      j += 1;
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) {
      lines.push({ text: before[i] ?? '', look: 'gone' });
      i += 1;
    } else {
      lines.push({ text: after[j] ?? '', look: 'new' });
      j += 1;
    }
  }
  return [...lines, ...all(before.slice(i), 'gone'), ...all(after.slice(j), 'new')];
};

/** What became of some lines: those that stayed, and where others went or came. @param {string[]} before @param {string[]} after @returns {Line[]} */
export const changesBetween = (before, after) => {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...all(after.slice(0, head), 'same'),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...all(after.slice(after.length - tail), 'same'),
  ];
};
