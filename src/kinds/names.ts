import type { Problem } from '#domain/problem.ts';

/** Names as people type them, with commas or white space between. */
export const namesIn = (text: string): readonly string[] => text.split(/[\s,]+/).filter((name) => name !== '');

/** Profiles of a settings file whose name another one before them has. */
export const twice = (profiles: readonly { readonly name: string }[]): readonly Problem[] =>
  profiles.flatMap(({ name }, index) =>
    profiles.findIndex((other) => other.name === name) < index
      ? [{ path: ['profiles', index, 'name'], message: `profile "${name}" is there twice; give each its own name` }]
      : [],
  );
