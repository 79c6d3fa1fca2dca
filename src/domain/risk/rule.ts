import type { Manifest } from '#domain/plan.ts';
import type { Place, Severity } from './finding.ts';

/**
 * Something dangerous in an object. The same key before and after a change means that it was there and stays, and so
 * does a wider one before: keys of dangers that hold this one too, as all ports hold one.
 */
export type Danger = Loss & { readonly key: string; readonly wider?: readonly string[] };

/** What a change takes away, as what that brings. What it says goes on after "Introduces", without a full stop. */
export type Loss = { readonly says: string; readonly path: Place };

/**
 * A rule looks at what an object is (`inside`), or at what a change takes away (`between`; without `after` it is a
 * deletion). Pure; any JSON may be in the objects.
 */
export type Rule = {
  readonly name: string;
  readonly severity: Severity;
  /** From where the danger is known: CVE ids, or addresses of documents. At least one. */
  readonly sources: readonly [string, ...string[]];
} & (
  | { readonly inside: (object: Manifest) => readonly Danger[] }
  | { readonly between: (before: Manifest, after: Manifest | undefined) => readonly Loss[] }
);
