import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

type Keys = { readonly bot: Signer; readonly worker: Signer; readonly trust: Trust };

/** Fresh keys of a bot and a worker, and what believes them both. */
export const createKeys = (): Keys => {
  const publicKeys = new Map<string, KeyObject>();
  const signer = (author: Author): Signer => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = `${author}-1`;
    publicKeys.set(`${author}/${key}`, publicKey);
    return { author, key, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64') };
  };
  const trust: Trust = {
    digest,
    verify: (author, key, text, signature) => {
      const known = publicKeys.get(`${author}/${key}`);
      return known !== undefined && verify(null, Buffer.from(text), known, Buffer.from(signature, 'base64'));
    },
  };
  return { bot: signer('bot'), worker: signer('worker'), trust };
};
