import type { Redis } from 'ioredis';
import { z } from 'zod';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';

const ids = z.array(z.string());

/** All that waits to be shown, whatever stands there. */
export const readUnshown = async (redis: Redis): Promise<readonly string[]> =>
  readAs(ids, keys.unshown, await asking(`read "${keys.unshown}"`, redis.zrange(keys.unshown, '0', '-1')));
