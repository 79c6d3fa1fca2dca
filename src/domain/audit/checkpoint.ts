import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import { exactInstant } from '#domain/instant.ts';
import { canonical } from '#domain/json.ts';
import { longestRetention } from '#domain/policy/retention.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';

/** Heads and removals in one checkpoint: as many as a message in Slack holds. */
export const mostHeads = 150;
/** Hex digits of a head: 128 bits. */
const headLength = 32;
/** Stands as `previous` in the first of all. */
export const beforeAll = 'genesis';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const head = z.tuple([requestId, z.int().min(1), z.string().regex(/^[0-9a-f]{32}$/)]);
/** A request, its version, and the beginning of the hash of the entry that it ended with. */
export type Head = z.infer<typeof head>;

/**
 * How far logs had grown, as the bot saw it, and which are removed from then on: each checkpoint names the one before by hash.
 * Where nothing is removed, neither `removed` nor `retention` is there.
 */
const storedCheckpoint = z
  .strictObject({
    schema: z.literal(1),
    number: z.int().min(1),
    previous: z.union([hash, z.literal(beforeAll)]),
    at: exactInstant,
    heads: z.array(head),
    removed: z.array(head).min(1).exactOptional(),
    /** Days that a log was kept, by the policy. */
    retention: z.int().min(0).max(longestRetention).exactOptional(),
    key: z.string().regex(/^[0-9a-f]{1,64}$/),
    signature: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/),
  })
  .refine(({ heads, removed = [] }) => {
    const count = heads.length + removed.length;
    return count >= 1 && count <= mostHeads;
  })
  .refine(({ removed, retention }) => (removed === undefined) === (retention === undefined));
type Stored = z.infer<typeof storedCheckpoint>;
export type Checkpoint = Stored & { readonly hash: string };

/** What is kept of the latest one to go on from. */
export type Latest = { readonly number: number; readonly hash: string };

export const headOf = (id: RequestId, version: number, entryHash: string): Head => [
  id,
  version,
  entryHash.slice(0, headLength),
];

export const isHead = (entryHash: string, head: string): boolean => entryHash.slice(0, headLength) === head;

const textOf = ({ signature: _, ...said }: Stored): string =>
  canonical({ use: 'hallpass.dev/checkpoint', checkpoint: said });

/** What a checkpoint says: how far logs had grown, or also which are removed, each as it is then, and after how many days. */
export type Said =
  | readonly Head[]
  | { readonly heads: readonly Head[]; readonly removed: readonly Head[]; readonly retention: number };

/** Makes the checkpoint that follows another. */
export const writeCheckpoint = (
  latest: Latest | undefined,
  said: Said,
  at: Temporal.Instant,
  signer: Signer,
  trust: Pick<Trust, 'digest'>,
  /** Where Redis has numbers that nobody knows of, they are not used a second time. */
  atLeast = 1,
): Checkpoint => {
  const unsigned: Stored = storedCheckpoint.parse({
    schema: 1,
    number: Math.max(atLeast, (latest?.number ?? 0) + 1),
    previous: latest?.hash ?? beforeAll,
    at: at.toString(),
    ...('removed' in said ? said : { heads: said }),
    key: signer.key,
    signature: 'none',
  });
  const stored = { ...unsigned, signature: signer.sign(textOf(unsigned)) };
  return { ...stored, hash: trust.digest(canonical(stored)) };
};

export const checkpointLine = ({ hash: _, ...stored }: Checkpoint): string => JSON.stringify(stored);

/** A checkpoint as it stands somewhere; `isGenuine`: the bot has signed it. Undefined for what is none. */
export type SeenCheckpoint = { readonly checkpoint: Checkpoint; readonly isGenuine: boolean };

const seen = (value: unknown, { digest, verify }: Trust): SeenCheckpoint | undefined => {
  const stored = storedCheckpoint.safeParse(value).data;
  if (stored === undefined) return undefined;
  return {
    checkpoint: { ...stored, hash: digest(canonical(stored)) },
    isGenuine: verify('bot', stored.key, textOf(stored), stored.signature, Temporal.Instant.from(stored.at)),
  };
};

export const readCheckpoint = (line: string, trust: Trust): SeenCheckpoint | undefined => {
  try {
    return seen(JSON.parse(line), trust);
  } catch {
    return undefined;
  }
};

const opening = /^hallpass\.dev\/checkpoint (\d{1,15})$/;

/** All of it as lines of text, for a channel: an auditor verifies it from there alone. */
export const checkpointText = ({
  number,
  previous,
  at,
  heads,
  removed = [],
  retention,
  key,
  signature,
}: Checkpoint): readonly string[] => [
  `hallpass.dev/checkpoint ${number}`,
  `previous ${previous}`,
  `at ${at}`,
  ...heads.map((one) => one.join(' ')),
  ...(retention === undefined ? [] : [`retention ${retention}`]),
  ...removed.map((one) => `removed ${one.join(' ')}`),
  `key ${key}`,
  `signature ${signature}`,
];

/** Finds every checkpoint in a text, whatever stands around them. */
export const checkpointsIn = (text: string, trust: Trust): readonly SeenCheckpoint[] => {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const starts = lines.flatMap((line, index) => (opening.test(line) ? [index] : []));
  return starts.flatMap((start, nth) => {
    const found = seen(fieldsOf(lines.slice(start, starts[nth + 1])), trust);
    return found === undefined ? [] : [found];
  });
};

const fieldsOf = (lines: readonly string[]): unknown => {
  const fieldOf = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const headsIn = (some: readonly string[]): readonly unknown[] =>
    some.flatMap((line) => {
      const [id = '', version = '', hash = '', ...rest] = line.split(' ');
      return rest.length === 0 && /^\d{1,9}$/.test(version) && hash !== '' ? [[id, Number(version), hash]] : [];
    });
  const removal = 'removed ';
  const removed = headsIn(lines.filter((line) => line.startsWith(removal)).map((line) => line.slice(removal.length)));
  const retention = fieldOf('retention');
  return {
    schema: 1,
    number: Number(opening.exec(lines[0] ?? '')?.[1]),
    previous: fieldOf('previous'),
    at: fieldOf('at'),
    heads: headsIn(lines),
    ...(removed.length === 0 ? {} : { removed }),
    ...(retention === undefined ? {} : { retention: Number(retention) }),
    key: fieldOf('key'),
    signature: fieldOf('signature'),
  };
};
