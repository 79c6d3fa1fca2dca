/**
 * The layer table of biome.json, applied to every way of importing.
 *
 * Biome 2.5 does not see `import('…').T`, template literals and `require()` in a module; this does.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';

type ImportRule = { options: { patterns: { group: string[] }[] } };
type Rules = { style?: { noRestrictedImports?: ImportRule } };
type Biome = { linter: { rules: Rules }; overrides: { includes: string[]; linter?: { rules: Rules } }[] };

const biome: Biome = JSON.parse(readFileSync(new URL('../biome.json', import.meta.url), 'utf8'));

const groupOf = (rules: Rules | undefined): string[] | undefined =>
  rules?.style?.noRestrictedImports?.options.patterns.flatMap(({ group }) => group);

/** As in .gitignore: the last glob that matches decides, and `!` takes back. */
const matches = (globs: string[], path: string): boolean => {
  const last = globs.findLast((glob) => matchesGlob(path, glob.replace(/^!/, '')));
  return last !== undefined && !last.startsWith('!');
};

/** The patterns that hold for a file: those of the last override that matches it. */
const patternsFor = (file: string): string[] => {
  let patterns = groupOf(biome.linter.rules) ?? [];
  for (const { includes, linter } of biome.overrides) {
    if (matches(includes, file)) patterns = groupOf(linter?.rules) ?? patterns;
  }
  return patterns;
};

/** `./` and `../` as ordinary names: globs neither match leading dots with `**` nor keep a `./`. */
const asPath = (text: string): string =>
  text.replace(
    /(^!?|\/)(\.{1,2})(?=\/)/g,
    (_, before: string, dots: string) => before + (dots === '.' ? 'here' : 'up'),
  );

const allows = (patterns: string[], specifier: string): boolean => !matches(patterns.map(asPath), asPath(specifier));

const importing = /(?:^|[\s;(<|&:=,])(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]+)\1/gm;

/** Every module that a source names, in order; comments and plain strings do not count. */
export const importsOf = (source: string): string[] =>
  [...source.replace(/^\s*\/\/.*$/gm, '').matchAll(importing)].map((match) => match[2] ?? '');

/** Those imports of a source that its place in the layers does not allow. */
export const forbiddenImports = (file: string, source: string): string[] => {
  const patterns = patternsFor(file);
  return importsOf(source).filter((specifier) => !allows(patterns, specifier));
};

/** All sources of the product and its tests, by their path from the root. */
export const sourceFiles = (root: string): { file: string; source: string }[] =>
  globSync(['src/**/*.{ts,js}', 'test/**/*.ts'], { cwd: root })
    // This check's own tests hold planted leaks as text.
    .filter((file) => file !== 'test/layers.test.ts' && file !== 'test/reporter.test.ts')
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
