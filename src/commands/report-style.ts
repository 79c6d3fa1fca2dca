/** Dark on white, nothing said by colour alone, figures aligned by their digits, and pages of A4 on which no table loses its heading. */
export const reportStyle = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --faint: #f5f6f8; }
* { box-sizing: border-box; }
html { background: #fff; }
body {
  margin: 0 auto; padding: 3rem 2rem 4rem; max-width: 64rem; color: var(--ink); background: #fff;
  font: 0.9375rem/1.5 system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0 0 0.25rem; font-size: 1.75rem; font-weight: 600; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 2.75rem 0 0.75rem; font-size: 1.125rem; font-weight: 600; line-height: 1.3; }
h3 { margin: 1.5rem 0 0.5rem; font-size: 0.9375rem; font-weight: 600; }
p { margin: 0 0 0.75rem; max-width: 46rem; }
.period { margin: 0; font-size: 1.125rem; color: var(--soft); }
.facts { margin: 1.25rem 0 0; display: grid; grid-template-columns: max-content 1fr; gap: 0.125rem 1.25rem; font-size: 0.875rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.figures { margin: 2rem 0 0; padding: 0; display: grid; grid-template-columns: repeat(4, 1fr); border-top: 2px solid var(--ink); border-bottom: 1px solid var(--line); }
.figures div { padding: 0.75rem 1rem 0.875rem 0; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { font-size: 0.8125rem; line-height: 1.35; color: var(--soft); }
.figures dd { margin: 0; font-size: 1.625rem; font-weight: 600; line-height: 1.25; letter-spacing: -0.01em; }
table { width: 100%; border-collapse: collapse; font-size: 0.8125rem; line-height: 1.4; }
thead { display: table-header-group; }
th { padding: 0 0.75rem 0.375rem 0; text-align: left; vertical-align: bottom; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--ink); overflow-wrap: normal; }
td { padding: 0.375rem 0.75rem 0.375rem 0; vertical-align: top; border-bottom: 1px solid var(--line); unicode-bidi: isolate; white-space: pre-line; }
th:last-child, td:last-child { padding-right: 0; }
th.figure, td.figure { text-align: right; white-space: nowrap; }
td.id, th.id, time { white-space: nowrap; }
td { overflow-wrap: break-word; }
td.words { min-width: 9rem; overflow-wrap: anywhere; }
td.name { min-width: 6.5rem; overflow-wrap: anywhere; }
.person { display: inline-block; white-space: nowrap; }
tr.total td { font-weight: 600; border-top: 1px solid var(--ink); }
span.id { color: var(--soft); font-size: 0.9em; }
.none { color: var(--soft); }
.note, .empty { color: var(--soft); font-size: 0.875rem; }
table + .note, table + p { margin-top: 0.625rem; }
.alert { padding: 0.5rem 0.875rem; border-left: 4px solid var(--ink); background: var(--faint); font-weight: 600; }
ul { margin: 0 0 0.75rem; padding-left: 1.25rem; font-size: 0.875rem; }
li { margin: 0.125rem 0; unicode-bidi: isolate; }
code, .hash { font-family: ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', Consolas, monospace; font-size: 0.92em; }
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-left { content: 'Hallpass audit report'; font: 8pt sans-serif; color: #57606a; } @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; color: #57606a; } }
@media screen and (max-width: 44rem) { .figures { grid-template-columns: repeat(2, 1fr); } main { overflow-x: auto; } }
@media print {
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  h1 { font-size: 20pt; }
  h2 { margin-top: 18pt; font-size: 12pt; break-after: avoid; }
  h2 + p { break-after: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding-right: 6pt; }
  time { white-space: normal; }
  td.words { min-width: 70pt; }
  td.name { min-width: 50pt; }
  tr, .figures, .facts, .alert { break-inside: avoid; }
  .figures dd { font-size: 15pt; }
  p, li { orphans: 3; widows: 3; }
}
`;
