import type { z } from 'zod';
import { canonical } from '#domain/json.ts';
import { storedEntry, type Trust } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent, requestEvent } from '#domain/request/events.ts';

/** One line of a log by itself, whatever stands around it. */
export type SeenEntry =
  | { readonly type: 'unreadable'; readonly why: string }
  | {
      readonly type: 'entry';
      readonly request: string;
      readonly version: number;
      readonly previous: string;
      readonly hash: string;
      readonly at: string;
      /** Absent where it is not what its author would write; then `why` says by what. */
      readonly event?: RequestEvent | undefined;
      readonly why?: string | undefined;
    };

/** Reads a line, believing nothing. Costs a verification of a signature, some 0.1 ms. */
export const seeEntry = (line: string, { digest, verify }: Trust): SeenEntry => {
  const stored = storedIn(line);
  if (stored === undefined) return { type: 'unreadable', why: 'it is no entry of a log any more' };
  const { signature, ...signed } = stored;
  const { request, version, previous, at, author, key } = stored;
  const seen = { type: 'entry', request, version, previous, at, hash: digest(canonical(stored)) } as const;
  if (!verify(author, key, canonical(signed), signature)) return { ...seen, why: 'its signature is not valid' };
  const event = requestEvent.safeDecode(stored.event as z.input<typeof requestEvent>);
  if (!event.success) return { ...seen, why: 'its event is not one that Hallpass knows' };
  if (authorOf(event.data.type) !== author) return { ...seen, why: `the ${author} may not write "${event.data.type}"` };
  return { ...seen, event: event.data };
};

const storedIn = (line: string): z.infer<typeof storedEntry> | undefined => {
  try {
    return storedEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};
