import type { Redis } from 'ioredis';
import { keys, statuses } from '#adapters/redis/keys.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { readChain, type Trust } from '#domain/request/chain.ts';
import type { Request } from '#domain/request/request.ts';
import type { Result } from '#domain/result.ts';

/** The newest of each status: what a demo shows at once, and what one reading of all of them costs. */
const most = 30;

export type ReadRequest = { readonly id: RequestId; readonly read: Result<Request | undefined, string> };

/** Reads the newest requests from their logs, and the one asked for by its id; believes a log only by its signatures. */
export const createRequestsReader = (
  redis: Redis,
  trust: Trust,
): ((wanted: string | undefined) => Promise<readonly ReadRequest[]>) => {
  /** Logs are verified again only when a line of them is another. */
  let verified = new Map<RequestId, { readonly text: string; readonly read: ReadRequest['read'] }>();

  const idsOf = async (wanted: string | undefined): Promise<readonly RequestId[]> => {
    const lists = await Promise.all(statuses.map((status) => redis.zrevrange(keys.status(status), 0, most - 1)));
    const ids = [...lists.flat(), ...(wanted === undefined ? [] : [wanted])];
    return [...new Set(ids)].flatMap((id) => requestId.safeParse(id).data ?? []);
  };

  const readOne = async (id: RequestId): Promise<ReadRequest & { readonly text: string }> => {
    const lines = await redis.lrange(keys.log(id), 0, -1);
    const text = lines.join('\n');
    const before = verified.get(id);
    if (before?.text === text) return { id, ...before };
    const read = readChain(id, lines, trust);
    return {
      id,
      text,
      read: read.ok
        ? { ok: true, value: read.value?.request }
        : { ok: false, error: `entry ${read.error.version}: ${read.error.why}` },
    };
  };

  return async (wanted) => {
    const all = await Promise.all((await idsOf(wanted)).map(readOne));
    verified = new Map(all.map(({ id, text, read }) => [id, { text, read }]));
    return all;
  };
};
