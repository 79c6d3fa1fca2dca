import { formatDuration } from '#domain/duration.ts';
import type { PersonId } from '#domain/ids.ts';
import { visible } from '#domain/text.ts';

/** HTML that is safe to put into a page as it is. */
export type Html = { readonly html: string };

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whatever somebody wrote, to be looked at: no markup in it works, and what hides or reorders is made visible. */
export const text = (written: string): Html => ({
  html: visible(written).replace(/[&<>"']/g, (one) => escapes[one] ?? ''),
});

const none: Html = { html: '<span class="none">–</span>' };

/** What stands in a cell: words somebody wrote, a number, or markup of our own. */
export type Cell = string | number | Html | null;

const cellHtml = (cell: Cell): string => {
  if (cell === null || cell === '') return none.html;
  if (typeof cell === 'number') return number(cell);
  return typeof cell === 'string' ? text(cell).html : cell.html;
};

export const number = (value: number): string => value.toLocaleString('en-US');

/** `figure`: aligned by its digits; `id`, `name`, `words`: how wide it is, and where it may break. */
export type Column = { readonly name: string; readonly as?: 'figure' | 'id' | 'name' | 'words' };

/** A table, or the sentence that there is nothing. */
export const table = (columns: readonly Column[], rows: readonly (readonly Cell[])[], empty: string): Html => {
  if (rows.length === 0) return { html: `<p class="empty">${text(empty).html}</p>` };
  const classOf = ({ as }: Column): string => (as === undefined ? '' : ` class="${as}"`);
  const head = columns.map((column) => `<th scope="col"${classOf(column)}>${text(column.name).html}</th>`).join('');
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((cell, index) => `<td${classOf(columns[index] ?? { name: '' })}>${cellHtml(cell)}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return { html: `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>` };
};

export const paragraph = (words: string, kind?: 'note' | 'alert'): Html => ({
  html: `<p${kind === undefined ? '' : ` class="${kind}"`}>${text(words).html}</p>`,
});

export const list = (items: readonly string[]): Html => ({
  html: items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${text(item).html}</li>`).join('')}</ul>`,
});

export const section = (title: string, ...parts: readonly Html[]): Html => ({
  html: `<section>\n<h2>${text(title).html}</h2>\n${parts.map(({ html }) => html).join('\n')}\n</section>`,
});

/** In UTC, to the second. */
export const sayTime = (at: string): Html => ({
  html: `<time datetime="${text(at).html}">${text(at.slice(0, 10)).html} ${text(at.slice(11, 19)).html}</time>`,
});

/** As in `27 ms`, `1.2 s`, `3m20s`. */
export const sayMilliseconds = (milliseconds: number): string => {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return saySeconds(milliseconds / 1_000);
};

/** The two largest units of it. */
export const saySeconds = (seconds: number): string => {
  const unit = [86_400, 3_600, 60].find((one) => seconds >= one) ?? 1;
  const step = { 86400: 3_600, 3600: 60, 60: 1, 1: 1 }[unit] ?? 1;
  return formatDuration(Temporal.Duration.from({ seconds: Math.round(seconds / step) * step }));
};

/** People are ids in the log; a name is beside it only where somebody has brought names along. */
export const createSayPerson =
  (names: ReadonlyMap<PersonId, string>) =>
  (person: PersonId): Html => {
    const name = names.get(person);
    const id = `<span class="person">${text(person).html}</span>`;
    return { html: name === undefined ? id : `${text(name).html} <span class="id">${id}</span>` };
  };
export type SayPerson = ReturnType<typeof createSayPerson>;
