import type { Redis } from 'ioredis';

/** All of a Redis as it is now; answers what puts it back, as a restored backup does. */
export const takeSnapshot = async (admin: Redis): Promise<() => Promise<void>> => {
  const names = await admin.keys('*');
  const held = await Promise.all(
    names.map(async (name) => [name, await admin.dumpBuffer(name), Math.max(0, await admin.pttl(name))] as const),
  );
  return async () => {
    await admin.flushall();
    // Whoever runs meanwhile may have made some of them again.
    for (const [name, bytes, left] of held) if (bytes !== null) await admin.restore(name, left, bytes, 'REPLACE');
  };
};
