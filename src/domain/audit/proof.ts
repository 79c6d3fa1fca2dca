import { z } from 'zod';
import { canonical } from '#domain/json.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';

/** Which entry of which log a message says. */
export type Said = { readonly request: string; readonly version: number; readonly hash: string };

/** What a message carries to prove that it says what was posted: of its own text a digest, and the bot's signature over all. */
const proof = z.object({ text: z.string(), key: z.string(), signature: z.string() });
export type Proof = z.infer<typeof proof>;

const signedText = ({ request, version, hash }: Said, text: string): string =>
  canonical({ use: 'hallpass.dev/message', request, version, hash, text });

/** Hex digits of a text's digest: 128 bits. */
const digestLength = 32;
export const textDigest = (text: string, { digest }: Pick<Trust, 'digest'>): string =>
  digest(text).slice(0, digestLength);

/** `text` is the message's as a reader sees it. */
export const proveMessage = (said: Said, text: string, signer: Signer, trust: Pick<Trust, 'digest'>): Proof => {
  const digest = textDigest(text, trust);
  return { text: digest, key: signer.key, signature: signer.sign(signedText(said, digest)) };
};

/** What is wrong with a message, posted `at` a time, that says it is an entry's; `unproven`: it is from before there were proofs, or lost its own. */
export const judgeProof = (
  said: Said,
  payload: unknown,
  text: string,
  trust: Trust,
  at: Temporal.Instant,
): 'fine' | 'unproven' | 'its text was edited' | 'its metadata was edited' => {
  const found = proof.safeParse(payload).data;
  if (found === undefined) return hasSome(payload) ? 'its metadata was edited' : 'unproven';
  const isGenuine = trust.verify('bot', found.key, signedText(said, found.text), found.signature, at);
  if (!isGenuine) return 'its metadata was edited';
  return found.text === textDigest(text, trust) ? 'fine' : 'its text was edited';
};

const hasSome = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && ['text', 'key', 'signature'].some((name) => name in payload);
