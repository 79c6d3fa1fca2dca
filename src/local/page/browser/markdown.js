// @ts-check
import { preformatted } from './diff.js';
import { h } from './dom.js';
import { withEmoji } from './emoji.js';
import { link } from './text.js';

/** The first of these in a line; what stands between is plain. */
const inline =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|(?<![\w*])\*([^\s*][^*]*)\*|(?<!\w)_([^\s_][^_]*)_(?!\w)|~~(.+?)~~|\[([^\]]+)\]\(([^)\s]+)\)|<(https?:[^>\s]+)>/u;

/** @param {string} text @returns {(Node | string)[]} */
const inlineNodes = (text) => {
  const found = inline.exec(text);
  if (found === null) return [withEmoji(text)];
  const [whole, , code, bold, bold2, italic, italic2, strike, label, target, bare] = found;
  const strong = bold ?? bold2;
  const slanted = italic ?? italic2;
  const address = target ?? bare ?? '';
  const node =
    code !== undefined
      ? h('code', {}, code)
      : strong !== undefined
        ? h('strong', {}, ...inlineNodes(strong))
        : slanted !== undefined
          ? h('em', {}, ...inlineNodes(slanted))
          : strike !== undefined
            ? h('s', {}, ...inlineNodes(strike))
            : link(address, label ?? address);
  return [withEmoji(text.slice(0, found.index)), node, ...inlineNodes(text.slice(found.index + whole.length))];
};

/** @typedef {{ pattern: RegExp, node: (lines: string[]) => HTMLElement }} Kind */

/** @param {RegExp} mark @param {'ul' | 'ol'} tag @returns {Kind} */
const list = (mark, tag) => ({
  pattern: mark,
  node: (lines) => h(tag, {}, ...lines.map((line) => h('li', {}, ...inlineNodes(line.replace(mark, ''))))),
});

/** @param {string} line */
const cells = (line) =>
  line
    .replace(/^\s*\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim());

/** @type {Kind[]} Lines that belong together, by how each begins. */
const kinds = [
  list(/^\s*[-*+] +/, 'ul'),
  list(/^\s*\d+[.)] +/, 'ol'),
  {
    pattern: /^> ?/,
    node: (lines) => h('blockquote', {}, ...blockNodes(lines.map((line) => line.replace(/^> ?/, '')))),
  },
  {
    pattern: /^\s*\|/,
    node: (lines) => {
      const [head = '', ...rows] = lines.filter((line) => !/^[\s|:-]+$/.test(line));
      const row = (/** @type {string} */ line, /** @type {'th' | 'td'} */ tag) =>
        h('tr', {}, ...cells(line).map((cell) => h(tag, {}, ...inlineNodes(cell))));
      return h('table', {}, h('thead', {}, row(head, 'th')), h('tbody', {}, ...rows.map((line) => row(line, 'td'))));
    },
  },
];

/** @param {string[]} lines @returns {HTMLElement[]} */
const blockNodes = (lines) => {
  /** @type {HTMLElement[]} */
  const nodes = [];
  let at = 0;
  /** @param {(line: string) => boolean} belongs */
  const take = (belongs) => {
    const from = at;
    while (at < lines.length && belongs(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  const special = (/** @type {string} */ line) =>
    /^(```|#{1,6} |\s*$)/.test(line) || kinds.some(({ pattern }) => pattern.test(line));
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const kind = kinds.find(({ pattern }) => pattern.test(line));
    if (line.startsWith('```')) {
      at += 1;
      const isDiff = /^```\s*diff\s*$/.test(line) || undefined;
      nodes.push(preformatted(take((one) => !one.startsWith('```')).join('\n'), isDiff));
      at += 1;
    } else if (/^#{1,6} /.test(line)) {
      nodes.push(h('p', {}, h('strong', {}, ...inlineNodes(line.replace(/^#+ /, '')))));
      at += 1;
    } else if (kind) nodes.push(kind.node(take((one) => kind.pattern.test(one))));
    else if (line.trim() === '') at += 1;
    else nodes.push(h('p', {}, ...inlineNodes(take((one) => !special(one)).join('\n'))));
  }
  return nodes;
};

/** The markdown block: as much of Markdown as Slack shows. @param {string} text */
export const markdownNode = (text) =>
  h('div', { class: 'text markdown', dir: 'auto' }, ...blockNodes(text.split('\n')));
