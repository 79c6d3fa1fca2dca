import { z } from 'zod';
import { isJson } from '#domain/content/tree.ts';
import { requestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import { objectRef } from '#domain/plan.ts';
import { risks } from '#domain/policy/policy.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { type Author, drift, mostObserved, use } from '#domain/request/events.ts';
import { mostEvidence, useRules } from '#domain/watch/suspicion.ts';
import { misuses } from './protection.ts';

/** Stands where nobody has said why. */
export const noReason = 'No reason was given with the write.';

const operation = z.enum(['create', 'update', 'delete']);
const intent = z.strictObject({
  reason: z.string().optional(),
  ticket: z.string().optional(),
  commit: z.string().optional(),
  pipeline: z.string().optional(),
});
export type Intent = z.infer<typeof intent>;

/** A write that was held, for the bot to make a request of. What it says of its author proves nothing. */
const heldEntry = z.strictObject({
  type: z.literal('held'),
  id: requestId,
  cluster: z.string(),
  fingerprint: z.string(),
  user: z.string(),
  operation,
  profile: z.string(),
  protection: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** Content alone, raw. */
  after: z.custom<Json>(isJson).optional(),
  /** Instead of it: only how many there are. */
  replicas: z.int().min(0).optional(),
  intent,
  /** As what the same write is approved, which does not let it through as it came. */
  earlier: requestId.optional(),
  /** Why it is not to wait for anybody. */
  breakGlass: z.string().optional(),
});
export type HeldEntry = z.infer<typeof heldEntry>;

/** A write that a grant covers, and that was let through. */
const usedEntry = z.strictObject({
  type: z.literal('used'),
  id: requestId,
  operation,
  target: objectRef.omit({ uid: true }),
  risk: z.enum(risks),
  /** What the object was and what the write makes of it (`stateMark`); absent for a part of it. */
  from: z.string().optional(),
  to: z.string().optional(),
});
export type UsedEntry = z.infer<typeof usedEntry>;

/** What is protected is another than was agreed to last. Left by a worker, which looks. */
const driftedEntry = z.strictObject({
  type: z.literal('drifted'),
  id: requestId,
  cluster: z.string(),
  profile: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** What would put it back, as in a held write. */
  operation,
  after: z.custom<Json>(isJson).optional(),
  /** `stateMark` of what was agreed to, and of what was found. */
  from: z.string(),
  to: z.string(),
  drift,
});
export type DriftedEntry = z.infer<typeof driftedEntry>;

/** That is no more: it was put back, or has become something else. */
const settledEntry = z.strictObject({ type: z.literal('drift-over'), id: requestId, why: z.string() });

/** Of what was worse than the card: so many findings are told, so long each. */
export const mostWorse = { findings: 3, characters: 200 } as const;

/** A write that was refused, because it is worse than what the card of its author's grant showed. Of its content only what findings name. */
const misusedEntry = z.strictObject({
  type: z.literal('misused'),
  id: requestId,
  cluster: z.string(),
  operation,
  target: objectRef.omit({ uid: true }),
  risk: z.enum(misuses),
  findings: z.array(z.string().max(mostWorse.characters)).max(mostWorse.findings),
  fingerprint: z.string().max(200).optional(),
});
export type MisusedEntry = z.infer<typeof misusedEntry>;

/** What a watcher has seen of a grant's use that looks wrong. What comes of it is for the bot's own policy to say. */
const trippedEntry = z.strictObject({
  type: z.literal('tripped'),
  id: requestId,
  cluster: z.string(),
  rule: z.enum(useRules),
  evidence: z.array(z.string().max(mostEvidence.characters)).max(mostEvidence.lines),
});
export type TrippedEntry = z.infer<typeof trippedEntry>;

/** What was done with a grant, as a watcher has seen it; the bot keeps of it what is new. */
const observedEntry = z.strictObject({
  type: z.literal('observed'),
  id: requestId,
  cluster: z.string(),
  uses: z.array(use).min(1).max(mostObserved),
});
export type ObservedEntry = z.infer<typeof observedEntry>;

const entry = z.discriminatedUnion('type', [
  heldEntry,
  usedEntry,
  misusedEntry,
  driftedEntry,
  settledEntry,
  trippedEntry,
  observedEntry,
]);
export type GuardEntry = z.infer<typeof entry>;

const signedEntry = z.strictObject({ entry: z.custom<Json>(isJson), key: z.string(), signature: z.string() });
const textOf = (said: Json): string => canonical({ use: 'hallpass.dev/intake', entry: said });

/** Who alone may leave it: a taken guard reports nothing that it does not hold. */
const authorOf = ({ type }: GuardEntry): Author => {
  switch (type) {
    case 'held':
    case 'used':
    case 'misused':
      return 'guard';
    case 'drifted':
    case 'drift-over':
      return 'worker';
    case 'tripped':
    case 'observed':
      return 'watcher';
  }
};

/** Characters of an entry as it is written: one may hold an object as large as a request, and a note only names some. */
export const mostWritten = { entry: 120_000, note: 4_000 } as const;

/** Writes an entry as it is left for the bot. */
export const writeEntry = (said: GuardEntry, signer: Signer): string => {
  const plain = entry.encode(said) as Json;
  return JSON.stringify({ entry: plain, key: signer.key, signature: signer.sign(textOf(plain)) });
};

/** What was left, with whose key has signed it. */
export type Left = { readonly said: GuardEntry; readonly by: Author; readonly key: string };

/**
 * Believes only what was signed by whom it is for to say: whoever writes into Redis files nothing. Undefined for anything else. Which
 * clusters that key is good for is for whoever knows what it is about.
 */
export const readEntry = (text: string, trust: Trust): Left | undefined => {
  try {
    const read = signedEntry.safeParse(JSON.parse(text)).data;
    const found = entry.safeParse(read?.entry).data;
    if (read === undefined || found === undefined) return undefined;
    const by = authorOf(found);
    const isGenuine = trust.verify(by, read.key, textOf(read.entry as Json), read.signature);
    return isGenuine ? { said: found, by, key: read.key } : undefined;
  } catch {
    return undefined;
  }
};
