import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importsOf } from '#test/layers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = { '#domain/': 'src/domain/', '#kinds/': 'src/kinds/', '#use-cases/': 'src/use-cases/' };
const places = { ...folders, '#adapters/': 'src/adapters/', '#src/': 'src/', './': 'src/commands/' };

const pathOf = (from: string, name: string): string | undefined => {
  if (name.startsWith('./')) return `${from.slice(0, from.lastIndexOf('/') + 1)}${name.slice(2)}`;
  const found = Object.entries(places).find(([start]) => name.startsWith(start));
  return found && `${found[1]}${name.slice(found[0].length)}`;
};

/** Every source of ours that runs with one; what is imported as a type alone is gone by then. */
const loadedWith = (first: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const left = [first];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (found.has(path) || !existsSync(join(root, path))) continue;
    const source = readFileSync(join(root, path), 'utf8');
    found.set(path, source);
    for (const name of importsOf(source.replaceAll(/^import type [^;]*;$/gm, '')))
      left.push(...[pathOf(path, name) ?? []].flat());
  }
  return found;
};

const decides = /api-decisions\.ts$|act-on-request\.ts$|\/decide\.ts$/;

test('what speaks for agents does not even load what decides', () => {
  const loaded = loadedWith('src/commands/mcp.ts');
  expect([...loaded.keys()]).toContain('src/adapters/http/api-call.ts');
  expect([...loaded.keys()].filter((path) => decides.test(path))).toEqual([]);
  for (const name of ['mcp.ts', 'mcp-server.ts', 'mcp-answers.ts', 'mcp-shapes.ts', 'mcp-words.ts'])
    expect(loaded.get(`src/commands/${name}`)).not.toMatch(/approve['"`(:/]|deny|revoke['"`(:/]/);
  const client = loaded.get('src/adapters/http/api-client.ts');
  expect(client).not.toMatch(/approve|deny|revoke/);
});

test('what decides on the command line is found by the same look', () => {
  expect([...loadedWith('src/commands/decide.ts').keys()].filter((path) => decides.test(path))).toContain(
    'src/adapters/http/api-decisions.ts',
  );
});
