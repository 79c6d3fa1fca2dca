import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { ingressOf } from '#test/build/ingresses.ts';

/** Two states of one object to be compared. */
export type States = { readonly what: string; readonly before: Manifest; readonly after: Manifest };

const someChanged = (rules: number): States => ({
  what: 'ten rules changed',
  before: ingressOf(rules, () => 'web'),
  after: ingressOf(rules, (index) => (index % Math.ceil(rules / 10) === 1 ? 'other' : 'web')),
});

const allChanged = (rules: number): States => ({
  what: 'all rules changed',
  before: ingressOf(rules, (index) => `a-${index}`),
  after: ingressOf(rules, (index) => `b-${index}`),
});

const words = (spec: Json): Manifest => ({ ...ingressOf(0, String), spec });

/** Nothing in common but words: the worst for whoever looks for the shortest difference. */
const wordsMixed = (count: number): States => {
  const list = (prime: number, of: number) =>
    words({ words: Array.from({ length: count }, (_, index) => `w-${(index * prime) % of}`) });
  return { what: 'words mixed', before: list(7_919, 13), after: list(104_729, 11) };
};

const oneText = (lines: number): States => {
  const text = (count: number) => words({ text: 'line of a text\n'.repeat(count) });
  return { what: 'one text', before: text(lines), after: text(lines - 1) };
};

// Made when they are needed: what else a process holds is looked through by the garbage collector each time.

/** Ingresses of 5,000 lines: eight each rule. */
export const long = [() => someChanged(624), () => allChanged(624)] as const;

/** A megabyte of JSON each, about. */
export const large = [
  () => someChanged(8_500),
  () => allChanged(8_000),
  () => wordsMixed(100_000),
  () => oneText(65_000),
] as const;
