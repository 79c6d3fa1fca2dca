import type { Problem } from '#domain/problem.ts';
import { quoted } from '#domain/risk/read.ts';
import { cut } from '#domain/text.ts';

/** Names as people type them, with commas or white space between. */
export const namesIn = (text: string): readonly string[] => text.split(/[\s,]+/).filter((name) => name !== '');

/** Profiles of a settings file whose name another one before them has. */
export const twice = (profiles: readonly { readonly name: string }[]): readonly Problem[] =>
  profiles.flatMap(({ name }, index) =>
    profiles.findIndex((other) => other.name === name) < index
      ? [{ path: ['profiles', index, 'name'], message: `profile "${name}" is there twice; give each its own name` }]
      : [],
  );

/** A name can have 253 characters, and twenty of them stand on a card. What is no name is in quotes: it is not to be read as ours. */
export const sayName = (name: string): string =>
  /^[A-Za-z0-9._:-]*$/.test(name) ? cut(name, longestName) : quoted(name, longestName);

const longestName = 60;
