/** A process that takes the lock of a request and never lets go. Arguments: address of Redis, id. */
import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { requestId } from '#domain/ids.ts';

const [url = '', id] = process.argv.slice(2);
const redis = connectRedis({ url, profile: 'commit', name: 'lock-holder', onLost: (cause) => console.error(cause) });
await createRedisProjectionStore(redis, 'cards').exclusively(requestId.parse(id), async () => {
  console.log('held');
  await wait(60_000);
});
