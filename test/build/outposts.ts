import { generateKeyPairSync } from 'node:crypto';
import { keyIdOf, signerOf, trustOf } from '#adapters/keys/ed25519.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';

/** A guard or watcher more, whose key is trusted beside all others, for these clusters alone. */
export const anotherOutpost = (
  trust: Trust,
  author: Extract<Author, 'guard' | 'watcher'>,
  clusters: readonly string[] | undefined,
): { readonly signer: Signer; readonly trust: Trust } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const nobody = { bot: new Map(), worker: new Map(), guard: new Map(), watcher: new Map() };
  const own = trustOf({ ...nobody, [author]: new Map([[keyIdOf(publicKey), { key: publicKey, clusters }]]) });
  return {
    signer: signerOf(author, privateKey),
    trust: {
      ...trust,
      verify: (...given) => own.verify(...given) || trust.verify(...given),
      boundTo: (of, key) => own.boundTo(of, key) ?? trust.boundTo(of, key),
    },
  };
};
