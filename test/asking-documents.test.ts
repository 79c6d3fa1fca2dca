import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { callerLine } from '#domain/callers.ts';
import { readRequestLine } from '#src/commands/request-line.ts';
import { outcomes } from '#src/commands/request-status.ts';

const page = (name: string): string => readFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), 'utf8');
const pages = { cli: page('cli.md'), ci: page('ci.md'), agents: page('agents.md'), check: page('check.md') };

/** The words of a line of shell, as far as documents write it. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** Lines that ask, without what stands around them. */
const asking = Object.values(pages)
  .flatMap((text) => [...text.matchAll(/```(?:sh|yaml)\n(.*?)```/gs)])
  .flatMap(([, block = '']) => block.split('\n'))
  .flatMap((line) => /(?:hallpass request|cli\.ts request|kubectl jit(?= access)) (.*)$/.exec(line)?.[1] ?? [])
  .map((line) => line.replace(/ *(\|\||#).*$/, ''));

describe('what documents say of asking', () => {
  test.each(asking)('is understood: %s', (line) => {
    expect(readRequestLine(wordsOf(line))).toMatchObject({ ok: true });
  });

  test('is there at all', () => {
    expect(asking.length).toBeGreaterThan(6);
  });

  test('has each exit status once, and no other', () => {
    const [, table = ''] = /## Exit status\n(.*?)\n## /s.exec(pages.cli) ?? [];
    const said = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, status]) => Number(status));
    expect(said).toEqual(Object.values(outcomes).toSorted((one, other) => one - other));
  });

  test('has callers as identities.yaml may have them', () => {
    const blocks = [pages.ci, pages.agents].flatMap((text) => [...text.matchAll(/^( *)```yaml\n(.*?)```/gms)]);
    const callers = blocks.flatMap(([, indent = '', block = '']) =>
      parseAllDocuments(block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')).flatMap(
        (one): unknown[] => one.toJS()?.callers ?? [],
      ),
    );
    expect(callers).toHaveLength(5);
    for (const one of callers) expect(callerLine.safeParse(one)).toMatchObject({ success: true });
  });
});
