import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import { exactInstant } from '#domain/instant.ts';
import { canonical, isJsonWithin, type Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Digest } from '#domain/seal.ts';
import { type Author, authorOf, type RequestEvent, requestEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { begin, type Request } from './request.ts';

/** Levels of an event: twice as many as an object in a cluster may have. */
const deepest = 1_000;

/** One line of a request's log, as it is stored: each names the one before by hash and is signed by its author. */
export const storedEntry = z.strictObject({
  schema: z.literal(1),
  request: requestId,
  /** 1 for the first; the version of the request after it. */
  version: z.int().min(1),
  previous: z.string(),
  at: exactInstant,
  author: z.enum(['bot', 'worker']),
  /** Which of the author's keys. */
  key: z.string(),
  event: z.custom<Json>((value) => isJsonWithin(value, deepest), `not JSON, or deeper than ${deepest} levels`),
  signature: z.string(),
});
type StoredEntry = z.infer<typeof storedEntry>;

export type Entry = {
  readonly version: number;
  readonly at: Temporal.Instant;
  readonly author: Author;
  readonly event: RequestEvent;
  readonly hash: string;
};

/** Signs as one process; `key` says with which of its keys. */
export type Signer = { readonly author: Author; readonly key: string; readonly sign: (text: string) => string };

/** What is needed to believe a log: hashing, and whether this author's key made this signature over this text. */
export type Trust = {
  readonly digest: Digest;
  /** `at`: when it says that it was signed. What says no time is not believed of a key that was good until one. */
  readonly verify: (author: Author, key: string, text: string, signature: string, at?: Temporal.Instant) => boolean;
  /** The clusters that a key is believed for; undefined for one that is bound to none. Of a key that is not trusted it says nothing. */
  readonly boundTo: (author: Author, key: string) => readonly string[] | undefined;
};

export type Chain = { readonly request: Request; readonly entries: readonly Entry[]; readonly head: string };

/** Where and why a log cannot be believed. */
export type Broken = { readonly version: number; readonly why: string };

/** Stands as `previous` in the first entry of a log. */
export const genesis = 'genesis';

/**
 * Reads a request's log from its first line, believing nothing: order, hashes, signatures, authors, and the states themselves. `known`
 * is what was read from the first of these very lines before: then only the rest is read.
 */
export const readChain = (
  id: RequestId,
  lines: readonly string[],
  trust: Trust,
  known?: Chain,
): Result<Chain | undefined, Broken> => {
  let chain = known;
  for (const [index, line] of lines.entries()) {
    if (index < (known?.entries.length ?? 0)) continue;
    const entry = readEntry(id, line, index + 1, chain?.head ?? genesis, trust);
    if (!entry.ok) return err({ version: index + 1, why: entry.error });
    const request = step(id, chain?.request, entry.value);
    if (typeof request === 'string') return err({ version: index + 1, why: request });
    chain = { request, entries: [...(chain?.entries ?? []), entry.value], head: entry.value.hash };
  }
  return ok(chain);
};

/** The state after an entry, or why it cannot follow. */
export const step = (
  id: RequestId,
  before: Request | undefined,
  { event, at }: Pick<Entry, 'event' | 'at'>,
): Request | string => {
  if (before === undefined) return event.type === 'submitted' ? begin(id, event, at) : `it starts with "${event.type}"`;
  const after = evolve(before, event, at);
  return 'type' in after ? `"${after.event}" cannot follow "${after.after}"` : after;
};

const readEntry = (
  id: RequestId,
  line: string,
  version: number,
  previous: string,
  trust: Trust,
): Result<Entry, string> => {
  const stored = parse(line);
  if (stored === undefined) return err('it is not an entry of schema 1');
  const { signature, ...signed } = stored;
  if (stored.request !== id) return err(`it belongs to request ${stored.request}`);
  if (stored.version !== version) return err(`it says it is entry ${stored.version}`);
  if (stored.previous !== previous) return err('it does not follow the entry before it');
  const at = Temporal.Instant.from(stored.at);
  if (!trust.verify(stored.author, stored.key, canonical(signed), signature, at))
    return err('its signature is not valid');
  const event = requestEvent.safeDecode(stored.event as z.input<typeof requestEvent>);
  if (!event.success) return err(`its event is not one we know: ${z.prettifyError(event.error)}`);
  if (authorOf(event.data.type) !== stored.author)
    return err(`the ${stored.author} may not write "${event.data.type}"`);
  return ok({
    version,
    at: Temporal.Instant.from(stored.at),
    author: stored.author,
    event: event.data,
    hash: trust.digest(canonical(stored)),
  });
};

/**
 * Reads one line of a log by itself: whether its author signed it, and whether it is an entry that we know. It says nothing of those before
 * it, and so not that it belongs to the log.
 */
export const readLine = (id: RequestId, line: string, trust: Trust): Result<Entry, string> => {
  const stored = parse(line);
  return stored === undefined
    ? err('it is not an entry of schema 1')
    : readEntry(id, line, stored.version, stored.previous, trust);
};

const parse = (line: string): StoredEntry | undefined => {
  try {
    return storedEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** Writes the lines that follow a chain. The events must be able to follow; that is checked here, before anything is stored. */
export const extend = (
  id: RequestId,
  chain: Chain | undefined,
  events: readonly RequestEvent[],
  at: Temporal.Instant,
  signer: Signer,
  trust: Trust,
): { readonly lines: readonly string[]; readonly chain: Chain } => {
  const lines: string[] = [];
  let grown = chain;
  for (const event of events) {
    const signed = {
      schema: 1 as const,
      request: id,
      version: (grown?.entries.length ?? 0) + 1,
      previous: grown?.head ?? genesis,
      at: at.toString(),
      author: signer.author,
      key: signer.key,
      event: requestEvent.encode(event) as Json,
    };
    const entry = { ...signed, signature: signer.sign(canonical(signed)) };
    const line = JSON.stringify(entry);
    const read = readEntry(id, line, signed.version, signed.previous, trust);
    if (!read.ok) throw new Error(`The ${signer.author} wrote an entry that it would not believe: ${read.error}`);
    const request = step(id, grown?.request, read.value);
    if (typeof request === 'string') throw new Error(`Request ${id}: ${request}`);
    lines.push(line);
    grown = { request, entries: [...(grown?.entries ?? []), read.value], head: read.value.hash };
  }
  if (grown === undefined) throw new Error(`Request ${id}: nothing to append`);
  return { lines, chain: grown };
};
