// @ts-check
/** @import { PageFile } from '#local/slack/page-api.ts' */
import { fileAddress, readFile } from './api.js';
import { looksLikeDiff } from './diff.js';
import { fill, h, newId } from './dom.js';
import { longText } from './long-text.js';
import { seen } from './store.js';

/** @type {Map<string, 'beginning' | 'all'>} By person and file: those open stay open when their message is rendered again. */
const open = new Map();

/** @type {Map<string, Promise<string>>} The last few that were read; a file never changes. */
const read = new Map();
const mostRead = 8;

/** @param {number} bytes */
const sizeOf = (bytes) =>
  bytes < 1000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** @param {PageFile} file @param {string} text */
const isDiff = (file, text) =>
  /\.(diff|patch)$/.test(file.name) || file.filetype === 'diff' || (file.lines < 2000 && looksLikeDiff(text));

/** @param {string} key @param {PageFile} file */
const textOf = (key, file) => {
  const text = read.get(key) ?? readFile(seen.person, file);
  read.delete(key);
  read.set(key, text);
  // What could not be read is read anew the next time.
  text.catch(() => read.delete(key));
  for (const old of [...read.keys()].slice(0, -mostRead)) read.delete(old);
  return text;
};

/** @param {PageFile} file */
const about = (file) =>
  [file.name, sizeOf(file.size), file.lines === 1 ? '1 line' : `${file.lines.toLocaleString('en')} lines`].join(' · ');

/** A file that opens in its message, closes again, and can be taken away. @param {PageFile} file */
export const fileNode = (file) => {
  const key = `${seen.person}:${file.id}`;
  const contentId = newId();
  const content = h('div', { id: contentId, class: 'file-content', hidden: true });
  const name = file.title || file.name;
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'file-toggle',
      'aria-expanded': 'false',
      'aria-controls': contentId,
      'data-focus': `file/${file.id}`,
      onclick: () => void flip(),
    },
    h('span', { class: 'file-icon', 'aria-hidden': 'true' }, /\.(diff|patch)$/.test(file.name) ? '±' : '≡'),
    h(
      'span',
      { class: 'file-words' },
      h('span', { class: 'file-name' }, h('bdi', {}, name)),
      h('span', { class: 'quiet' }, about(file)),
    ),
    h('span', { class: 'file-sign', 'aria-hidden': 'true' }),
  );
  const download = h(
    'a',
    {
      class: 'file-download',
      href: fileAddress(seen.person, file),
      download: file.name,
      'aria-label': `Download ${file.name}`,
      'data-focus': `download/${file.id}`,
    },
    'Download',
  );
  const node = h('div', { class: 'file' }, h('div', { class: 'file-head' }, toggle, download), content);

  const show = async () => {
    toggle.setAttribute('aria-expanded', 'true');
    content.hidden = false;
    if (content.childElementCount > 0) return;
    fill(content, h('p', { class: 'quiet' }, 'Loading…'));
    try {
      const text = await textOf(key, file);
      const how = {
        isDiff: isDiff(file, text),
        isWhole: open.get(key) === 'all',
        wanted: () => open.set(key, 'all'),
      };
      fill(content, longText(text, how));
    } catch (error) {
      fill(content, h('p', { class: 'error' }, error instanceof Error ? error.message : 'The file could not be read.'));
    }
  };
  const flip = async () => {
    if (open.has(key)) {
      open.delete(key);
      toggle.setAttribute('aria-expanded', 'false');
      content.hidden = true;
      fill(content);
      return;
    }
    open.set(key, 'beginning');
    await show();
    node.scrollIntoView({ block: 'nearest' });
  };
  if (open.has(key)) void show();
  return node;
};
