import type { Manifest } from '#domain/plan.ts';
import type { Sort } from '#kinds/kind.ts';
import { scanObjects } from './foreign.ts';
import type { RawClient } from './raw-client.ts';

type Known = { readonly since: number; readonly objects: Promise<readonly unknown[]> };

/**
 * Lists that several want within a short time are asked for once, while they are on their way and as long as they are young
 * enough for who asks. What was read by one function is not given to who reads by another.
 */
export const createSharedScan = (client: RawClient) => {
  const known = new Map<(object: Manifest) => unknown, Map<string, Known>>();

  return <T>(
    of: Sort,
    namespace: string | undefined,
    read: (object: Manifest) => T,
    atMostOld = 0,
  ): Promise<readonly T[]> => {
    const now = performance.now();
    const key = `${of.group}/${of.version}/${of.resource} ${namespace ?? ''}`;
    const lists = known.get(read) ?? new Map<string, Known>();
    const there = lists.get(key);
    // Read by this very function, so they are what it makes.
    if (there !== undefined && now - there.since < atMostOld) return there.objects as Promise<readonly T[]>;
    const objects = scanObjects(client, of, namespace, read);
    if (atMostOld === 0) return objects;
    known.set(read, lists);
    const mine: Known = { since: now, objects };
    lists.set(key, mine);
    const forget = (): void => {
      if (lists.get(key) === mine) lists.delete(key);
    };
    objects.catch(forget);
    setTimeout(forget, atMostOld).unref();
    return objects;
  };
};
