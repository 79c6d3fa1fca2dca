import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';

/**
 * `until`: it was replaced then, and is believed only for what says that it was signed before. `clusters`: what is signed by it is
 * believed for these alone.
 */
export type TrustedKey = {
  readonly key: KeyObject;
  readonly until?: Temporal.Instant | undefined;
  readonly clusters?: readonly string[] | undefined;
};
/** The public keys that are believed, by author and key id. An author has several while one is being replaced. */
export type TrustedKeys = Readonly<Record<Author, ReadonlyMap<string, TrustedKey>>>;

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Believes every signature: for a report of somebody who has no keys, in which order and hashes count. Never to act on. */
export const unsigned: Trust = { digest, verify: () => true, boundTo: () => undefined };

/** The first 16 hex digits of the SHA-256 of the public key's SPKI (RFC 8410) in DER; the same for both halves. */
export const keyIdOf = (key: KeyObject): string => {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
};

/** Signs with an Ed25519 private key; the signature is base64url. */
export const signerOf = (author: Author, privateKey: KeyObject): Signer => ({
  author,
  key: keyIdOf(privateKey),
  sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
});

/** Signatures that were found good are remembered, the latest so many: some 15 MB. */
const remembered = 50_000;

/**
 * Believes what these keys signed, each for its own author only. Never throws: what cannot be read is not valid.
 *
 * A log is read several times in its life, and a verification costs 0.1 ms against 2 µs for a hash: what one key was
 * seen to have signed, to the last byte, is not verified again.
 */
export const trustOf = (trusted: TrustedKeys): Trust => {
  const good = new Map<string, string>();
  const isGood = (publicKey: KeyObject, text: string, signature: string): boolean => {
    const bytes = Buffer.from(signature, 'base64url');
    // One spelling only: node skips what is not base64url, so that edited text would decode to the same bytes.
    if (bytes.toString('base64url') !== signature) return false;
    return verify(null, Buffer.from(text), publicKey, bytes);
  };
  return {
    digest,
    verify: (author, key, text, signature, at) => {
      try {
        const known = trusted[author].get(key);
        if (known === undefined || !wasGood(known, at)) return false;
        const signed = `${author} ${key} ${signature}`;
        const hash = digest(text);
        if (good.get(signed) === hash) return true;
        if (!isGood(known.key, text, signature)) return false;
        const [oldest] = good.size < remembered ? [] : good.keys();
        if (oldest !== undefined) good.delete(oldest);
        good.set(signed, hash);
        return true;
      } catch {
        return false;
      }
    },
    boundTo: (author, key) => trusted[author].get(key)?.clusters,
  };
};

const wasGood = ({ until }: TrustedKey, at: Temporal.Instant | undefined): boolean =>
  until === undefined || (at !== undefined && Temporal.Instant.compare(at, until) <= 0);
