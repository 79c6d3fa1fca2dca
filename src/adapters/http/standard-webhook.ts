import { createHmac } from 'node:crypto';
import { err, ok, type Result } from '#domain/result.ts';

export type SigningKey = Uint8Array;

/** Bytes of a key, as the Standard Webhooks specification wants them (1.0.0, "Signature scheme"). */
const [shortest, longest] = [24, 64];
const prefix = 'whsec_';
const how = 'Make one with `echo "whsec_$(openssl rand -base64 32)"`.';

/**
 * Reads the keys of a file, each on its line: `whsec_` and base64. Two while one is replaced: then each message has a signature by
 * either. What is wrong is said without the text of a key.
 */
export const parseSigningKeys = (text: string): Result<readonly SigningKey[], string> => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return err(`holds no key. ${how}`);
  if (lines.length > 2) return err(`holds ${lines.length} keys. Leave the one that is used, and the one before it.`);
  const keys = lines.map(keyOf);
  const problem = keys.find((key) => !key.ok);
  return problem === undefined ? ok(keys.flatMap((key) => (key.ok ? [key.value] : []))) : problem;
};

const keyOf = (line: string): Result<SigningKey, string> => {
  const encoded = line.slice(prefix.length);
  if (!line.startsWith(prefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    return err(`holds a line that is no key: it is not "${prefix}" and base64. ${how}`);
  const key = Buffer.from(encoded, 'base64');
  return key.length < shortest || key.length > longest
    ? err(`holds a key of ${key.length} bytes; it has to have ${shortest} to ${longest}. ${how}`)
    : ok(key);
};

/** The headers that prove a message, by each of these keys; `seconds` since the epoch is when it is sent, anew for each try. */
export const signedHeaders = (
  { id, body }: { readonly id: string; readonly body: string },
  keys: readonly SigningKey[],
  seconds: number,
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': keys
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`)
    .join(' '),
});
