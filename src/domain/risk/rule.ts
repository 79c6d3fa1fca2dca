import type { Manifest } from '#domain/plan.ts';

/** Something dangerous in an object. The same key before and after a change means that it was there and stays. */
export type Danger = { readonly key: string; readonly says: string };

/**
 * A rule looks at what an object is (`inside`), or at what a change takes away (`between`; without `after` it is a
 * deletion). What it says goes on after "Introduces" or "Keeps", without a full stop.
 */
export type Rule = {
  readonly name: string;
  readonly severity: 'critical' | 'high';
} & (
  | { readonly inside: (object: Manifest) => readonly Danger[] }
  | { readonly between: (before: Manifest, after: Manifest | undefined) => readonly string[] }
);
