import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { dependencies, allowScripts } = z
  .object({ dependencies: z.record(z.string(), z.string()), allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(read('package.json')));
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.literal(true).optional(),
        resolved: z.string().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')));
const installed = Object.entries(packages).filter(([path]) => path !== '');

test('each dependency of the running product is named with what it is for, and no other', () => {
  const text = read('docs/dependencies.md');
  const named = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  expect(named.toSorted()).toEqual(Object.keys(dependencies).toSorted());
});

test('each is pinned to one version, and each package below to its hash', () => {
  for (const [name, version] of Object.entries(dependencies))
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
});

test('nothing runs at its installation', () => {
  const scripts = installed.flatMap(([path, { hasInstallScript }]) => (hasInstallScript === true ? [path] : []));
  expect(scripts).toEqual(['node_modules/msgpackr-extract']);
  expect(allowScripts).toEqual({ 'msgpackr-extract': false });
});

test('no licence wants more than to be named', () => {
  const permissive = [
    'MIT',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    '0BSD',
    'MPL-2.0',
    'Unlicense',
    'PSF-2.0',
    'MIT OR Apache-2.0',
  ];
  expect(
    installed
      .filter(([, { license }]) => license === undefined || !permissive.includes(license))
      .map(([path, { license }]) => [path, license]),
  ).toEqual([]);
});
