import type { Seeded } from './seeded.ts';

/** What an entry of the product is given: bytes, as whoever is on the other side would send them. */
export type Input = {
  /** Which of a target's doors it comes in by. */
  readonly sort: string;
  readonly bytes: Uint8Array;
};

export type Judged = {
  /** What came of it, in one of few words: inputs of which something new comes are changed further. */
  readonly outcome: string;
  /** Why that must not be. The words before the first colon say which defect it is. */
  readonly why?: string | undefined;
};

/** An entry of the product, ready to be given inputs one after the other. */
export type Opened = {
  /** Genuine inputs; the others are made of these. */
  readonly samples: readonly Input[];
  /** Words of its language, which are put where they do not belong. */
  readonly words: readonly string[];
  /** An input of the right build with anything in it. */
  readonly draw?: ((random: Seeded) => Input) | undefined;
  /** Throws only where the product does, and then it should not have. */
  /** Milliseconds that one input may take; a second when absent. */
  readonly longest?: number | undefined;
  readonly judge: (input: Input) => Promise<Judged>;
  /** Bytes up to which inputs are grown to see whether time grows faster than they do. */
  readonly largest: number;
  readonly close?: (() => Promise<void>) | undefined;
};

export type Target = {
  readonly name: string;
  /** Always the same one: what a seed finds once it finds again. */
  readonly open: () => Promise<Opened>;
};

const encoder = new TextEncoder();

export const inputOf = (sort: string, value: unknown): Input => ({
  sort,
  bytes: encoder.encode(typeof value === 'string' ? value : JSON.stringify(value)),
});

/** As the product decodes what must be UTF-8; undefined for what is none. */
export const textIn = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** A mark at the beginning, which JSON does not have, is left out as the product leaves it out. */
export const jsonIn = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** What the first lines of an exception say, with which a defect is told from others. */
export const sayThrown = (cause: unknown): string => {
  if (!(cause instanceof Error)) return `it threw: ${String(cause).slice(0, 300)}`;
  const lines = (cause.stack ?? String(cause)).split('\n').map((line) => line.trim());
  const at = lines.find((line) => line.includes('/src/')) ?? lines.find((line) => line.startsWith('at ')) ?? '';
  const place = /([\w.-]+\.\w+):(\d+)/.exec(at)?.slice(1, 3).join(' line ') ?? 'somewhere';
  return `it threw ${cause.name} at ${place}: ${lines.slice(0, 6).join(' | ').slice(0, 1_000)}`;
};
