import { beforeAll, type Checkpoint, readCheckpoint } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import type { CheckpointStore } from './checkpoint-ports.ts';
import { createHeads } from './heads.ts';
import type { Core, Told } from './ports.ts';

export type ToldHeads = {
  /** The longest that a log was by any checkpoint; undefined where none speaks of it. Throws when they cannot be read. */
  readonly of: (id: RequestId) => Promise<Told | undefined>;
  /** The same without what `waitFor` waits for: for what only ends things. */
  readonly ofRedis: (id: RequestId) => Promise<Told | undefined>;
  /** The number up to which what was read has every checkpoint. */
  readonly intact: () => Promise<number>;
  /** Of those that stand in the audit channel, and in Redis no more. */
  readonly learn: (checkpoints: readonly Checkpoint[]) => void;
  /** From now on `of` answers once this is over, which does not fail: what stands elsewhere is being read. */
  readonly waitFor: (reading: Promise<void>) => void;
};

type Parts = Pick<Core, 'trust'> & {
  readonly checkpoints: Pick<CheckpointStore, 'count' | 'lines'>;
  /** A clock that only goes forward, in milliseconds. */
  readonly moment: () => number;
};

const perRead = 100;
/** So many are read at first, the latest: two days where one is written each minute, and far more elsewhere. Each costs 0.1 ms and more. */
const mostBefore = 3_000;
/** Milliseconds. Checkpoints come once a minute. */
const readEvery = 5_000;

/**
 * Knows how long logs were by what bots have signed, so that a process that was just started, and has seen no log itself, believes none
 * that was cut since. What was told once is never forgotten: who cuts logs can cut what stands beside them.
 */
export const createToldHeads = ({ checkpoints, trust, moment }: Parts): ToldHeads => {
  const heads = createHeads();
  let place: number | undefined;
  let last: Checkpoint | undefined;
  let gapAfter: number | undefined;
  let isFromFirst = true;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading = Promise.resolve();
  let elsewhere = Promise.resolve();

  const learn = (one: Checkpoint): void => {
    for (const [id, version, head] of [...one.heads, ...(one.removed ?? [])]) heads.see(id, version, head);
  };
  const take = (line: string): void => {
    const seen = readCheckpoint(line, trust);
    const follows = last?.hash ?? (isFromFirst ? beforeAll : seen?.checkpoint.previous);
    if (seen?.isGenuine !== true || seen.checkpoint.previous !== follows) gapAfter ??= last?.number ?? 0;
    if (seen?.isGenuine !== true) return;
    learn(seen.checkpoint);
    last = seen.checkpoint;
  };
  const readOn = async (): Promise<void> => {
    const count = await checkpoints.count();
    if (place === undefined || count < place) {
      place = Math.max(0, count - mostBefore);
      isFromFirst = place === 0;
      last = undefined;
    }
    for (;;) {
      const lines = await checkpoints.lines(place, perRead);
      lines.forEach(take);
      place += lines.length;
      if (lines.length < perRead) return;
    }
  };
  const fresh = (): Promise<void> => {
    if (moment() - readAt < readEvery) return reading;
    readAt = moment();
    reading = readOn().catch((cause: unknown) => {
      readAt = Number.NEGATIVE_INFINITY;
      throw cause;
    });
    return reading;
  };
  return {
    of: async (id) => {
      await Promise.all([fresh(), elsewhere]);
      return heads.seen(id);
    },
    ofRedis: async (id) => {
      await fresh();
      return heads.seen(id);
    },
    intact: async () => {
      await fresh();
      return gapAfter ?? last?.number ?? 0;
    },
    learn: (some) => some.forEach(learn),
    waitFor: (other) => {
      elsewhere = other;
    },
  };
};
