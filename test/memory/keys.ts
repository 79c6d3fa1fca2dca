import { generateKeyPairSync } from 'node:crypto';
import { keyIdOf, signerOf, trustOf } from '#adapters/keys/ed25519.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';

export type MemoryKeys = { readonly signer: (author: Author) => Signer; readonly trust: Trust };

/** Real Ed25519 keys that are written nowhere. */
export const createMemoryKeys = (): MemoryKeys => {
  const pairs = {
    bot: generateKeyPairSync('ed25519'),
    worker: generateKeyPairSync('ed25519'),
    guard: generateKeyPairSync('ed25519'),
    watcher: generateKeyPairSync('ed25519'),
  };
  const trusted = (author: Author) => new Map([[keyIdOf(pairs[author].publicKey), { key: pairs[author].publicKey }]]);
  return {
    signer: (author) => signerOf(author, pairs[author].privateKey),
    trust: trustOf({
      bot: trusted('bot'),
      worker: trusted('worker'),
      guard: trusted('guard'),
      watcher: trusted('watcher'),
    }),
  };
};
