/**
 * A process that answers drafts. Arguments: address of Redis, folder of keys, milliseconds that each takes. Prints
 * `ready`, then a line per draft that it began.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createDraftServer } from '#adapters/bullmq/drafts.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { ok } from '#domain/result.ts';

const [url = '', folder = '', takes = '0'] = process.argv.slice(2);
const onLost = (cause: Error): void => console.error(cause);
const connect = (profile: 'commit' | 'consume') => connectRedis({ url, profile, name: 'drafts', onLost });
const keys = createKeys(folder, ['worker']);
if (!keys.ok) throw new Error(keys.error.join('\n'));
const commit = connect('commit');
createDraftServer(
  { commit, consume: connect('consume') },
  { signer: keys.value.signer('worker'), trust: keys.value.trust, clock: createRedisClock(commit) },
  async ({ request }) => {
    console.log(request);
    await wait(Number(takes));
    return ok({ namespaceUid: `by ${process.pid}`, plan: { create: [], probes: [], proofs: [] }, edits: [] });
  },
  (cause) => console.error(cause),
);
console.log('ready');
