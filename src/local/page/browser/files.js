// @ts-check
/** @import { PageFile } from '#local/slack/page-api.ts' */
import { readFile } from './api.js';
import { fill, h } from './dom.js';
import { preformatted } from './rich-text.js';
import { seen } from './store.js';

/** @type {Set<string>} By person and file: those open stay open when their message is rendered again. */
const open = new Set();

/** @param {number} bytes */
const sizeOf = (bytes) =>
  bytes < 1000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** @param {PageFile} file */
const isDiff = (file) => /\.(diff|patch)$/.test(file.name) || file.filetype === 'diff';

/** A file that opens in place, as text. @param {PageFile} file */
export const fileNode = (file) => {
  const key = `${seen.person}:${file.id}`;
  const content = h('div', { class: 'file-content' });
  const load = async () => {
    if (details.open) open.add(key);
    else open.delete(key);
    if (!details.open) return;
    if (content.childElementCount > 0) return;
    fill(content, h('p', { class: 'quiet' }, 'Loading…'));
    try {
      fill(content, preformatted(await readFile(seen.person, file), isDiff(file)));
      details.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      fill(content, h('p', { class: 'error' }, error instanceof Error ? error.message : 'The file could not be read.'));
    }
  };
  const summary = h(
    'summary',
    {},
    h('span', { class: 'file-icon', 'aria-hidden': 'true' }, '≡'),
    h('span', { class: 'file-name' }, h('bdi', {}, file.title || file.name)),
    h('span', { class: 'quiet' }, `${file.name} · ${sizeOf(file.size)}`),
  );
  const details = h('details', { class: 'file', ontoggle: () => void load() }, summary, content);
  details.open = open.has(key);
  return details;
};
