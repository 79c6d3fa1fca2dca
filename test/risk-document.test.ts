import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isCve } from '#domain/risk/finding.ts';
import { rules } from '#domain/risk/rules.ts';

test('docs/risk.md lists every rule with its severity and from where it is known, and no other', () => {
  const text = readFileSync(new URL('../docs/risk.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `') && !line.startsWith('| `/'));
  const link = (source: string): string =>
    isCve(source) ? `[${source}](https://www.cve.org/CVERecord?id=${source})` : `<${source}>`;
  const expected = rules
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, severity, sources }) => `| \`${name}\` | ${severity} | ${sources.map(link).join(', ')} |`);
  expect(rows).toEqual(expected);
});
