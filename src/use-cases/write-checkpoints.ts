import {
  type Checkpoint,
  checkpointLine,
  type Head,
  headOf,
  type Latest,
  mostHeads,
  readCheckpoint,
  writeCheckpoint,
} from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import type { CheckpointStore } from './checkpoint-ports.ts';
import type { Core } from './ports.ts';
import { find } from './request-log.ts';

export type CheckpointPorts = Pick<Core, 'clock' | 'store' | 'signer' | 'trust' | 'alarm' | 'heads' | 'readLog'> & {
  readonly checkpoints: CheckpointStore;
  /** The latest that stands in the audit channel. Throws when Slack cannot be asked. */
  readonly latestPosted: () => Promise<Latest | undefined>;
};

/** Nothing waits for longer than this, unless there is nothing to write with. */
const longestWait = Temporal.Duration.from({ minutes: 1 });
/** So often everything is counted, in case an index was lost or edited. */
const stockEvery = Temporal.Duration.from({ hours: 1 });
const perRead = 100;

const hasPassed = (now: Temporal.Instant, since: Temporal.Instant | undefined, duration: Temporal.Duration): boolean =>
  since === undefined || Temporal.Instant.compare(now, since.add(duration)) >= 0;

const later = (one: Latest | undefined, other: Latest | undefined): Latest | undefined =>
  (other?.number ?? 0) > (one?.number ?? 0) ? other : one;

/**
 * Gathers the heads of changed logs into checkpoints: once a minute, and at once when there are as many as one holds. Several
 * bots may do so side by side: one of them writes each number.
 *
 * Which logs have changed stands in an index that is written in the same step as the log. At start and once an hour every log
 * is counted as well, and compared with what the checkpoints say: so what an index has lost is found again.
 */
export const createCheckpoints = (ports: CheckpointPorts): (() => Promise<void>) => {
  const { checkpoints, clock, trust, signer, alarm } = ports;
  /** The latest that this process knows of, by Redis, by the channel, or because it wrote it. */
  let known: Latest | undefined;
  let hasAsked = false;
  let lookedAt: Temporal.Instant | undefined;
  /** Whose logs could not be believed: nothing is written in a hurry for them. */
  const doubted = new Set<RequestId>();
  const stock = createStock(ports);

  /** Behind which line the next one comes, and what it follows. */
  const look = async (
    now: Temporal.Instant,
  ): Promise<{ readonly last: string | undefined; readonly atLeast: number }> => {
    // Without the channel nothing is begun: an emptied Redis would use its numbers a second time.
    const posted = await ports.latestPosted().catch((cause: unknown) => {
      if (!hasAsked) throw cause;
      return undefined;
    });
    hasAsked = true;
    lookedAt = now;
    known = later(known, posted);
    const last = await checkpoints.latest();
    const stored = last === undefined ? undefined : readCheckpoint(last, trust);
    if (last !== undefined && stored?.isGenuine !== true)
      alarm(
        'The latest checkpoint in Redis is not Hallpass’s: somebody else has written there; run "hallpass audit verify"',
        {},
      );
    const latest = stored?.isGenuine === true ? stored.checkpoint : undefined;
    if (known !== undefined && (latest === undefined || isOlder(latest, known))) {
      alarm(
        'Redis has an older checkpoint than the audit channel, or another one: it was emptied, restored or written anew; run "hallpass audit verify"',
        { redis: String(latest?.number ?? 'none'), known: String(known.number) },
      );
      stock.forget();
    } else known = latest;
    return { last, atLeast: (latest?.number ?? 0) + 1 };
  };

  const gather = async (): Promise<readonly Head[]> => {
    const heads: Head[] = [];
    for (let skip = 0; heads.length < mostHeads; skip += mostHeads) {
      const waiting = await checkpoints.waiting(mostHeads, skip);
      for (const { id } of waiting) {
        if (heads.length === mostHeads) break;
        const found = await find(ports, id);
        // What cannot be believed is not vouched for; it has been alarmed.
        if (found.type !== 'found') doubted.add(id);
        else heads.push(headOf(id, found.chain.entries.length, found.chain.head));
      }
      if (waiting.length < mostHeads) break;
    }
    return heads;
  };

  /** False when there is nothing to write any more, or another bot was first. */
  const write = async (now: Temporal.Instant): Promise<boolean> => {
    const heads = await gather();
    if (heads.length === 0) return false;
    const { last, atLeast } = await look(now);
    const next = writeCheckpoint(known, heads, now, signer, trust, atLeast);
    const covered = heads.map(([id, version]) => [id, version] as const);
    if (!(await checkpoints.append(last, checkpointLine(next), covered))) return false;
    known = next;
    return true;
  };

  const isDue = async (now: Temporal.Instant): Promise<boolean> => {
    for (let skip = 0; ; skip += mostHeads) {
      const waiting = await checkpoints.waiting(mostHeads, skip);
      const first = waiting.find(({ id }) => !doubted.has(id));
      if (first !== undefined) return waiting.length === mostHeads || hasPassed(now, first.since, longestWait);
      if (waiting.length < mostHeads) return false;
    }
  };

  return async () => {
    const now = await clock.now();
    if (hasPassed(now, lookedAt, longestWait)) await look(now);
    await stock.take(now);
    while (await isDue(now)) if (!(await write(now))) return;
  };
};

const isOlder = (latest: Checkpoint, known: Latest): boolean =>
  latest.number < known.number || (latest.number === known.number && latest.hash !== known.hash);

/** Counts every log, and lets those wait that are longer, or shorter, than the checkpoints say. */
const createStock = ({ checkpoints, trust, alarm }: CheckpointPorts) => {
  const covered = new Map<RequestId, number>();
  const said = new Set<string>();
  let place = 0;
  let takenAt: Temporal.Instant | undefined;

  const forget = (): void => {
    covered.clear();
    place = 0;
    takenAt = undefined;
  };

  const readOn = async (): Promise<void> => {
    if ((await checkpoints.count()) < place) forget();
    for (;;) {
      const lines = await checkpoints.lines(place, perRead);
      for (const line of lines) {
        const seen = readCheckpoint(line, trust);
        for (const [id, version] of seen?.isGenuine === true ? seen.checkpoint.heads : []) covered.set(id, version);
      }
      place += lines.length;
      if (lines.length < perRead) return;
    }
  };

  return {
    forget,
    take: async (now: Temporal.Instant): Promise<void> => {
      if (!hasPassed(now, takenAt, stockEvery)) return;
      await readOn();
      for await (const batch of checkpoints.lengths()) {
        const changed = batch.filter(([id, length]) => length > 0 && length !== covered.get(id));
        await checkpoints.mark(
          changed.map(([id]) => id),
          now,
        );
        for (const [id, length] of batch) {
          const before = covered.get(id) ?? 0;
          if (length >= before || said.has(id)) continue;
          said.add(id);
          alarm(
            'The log of a request is shorter than a checkpoint says: it was cut or restored; run "hallpass audit verify"',
            {
              request: id,
              entries: String(length),
              checkpoint: String(before),
            },
          );
        }
      }
      takenAt = now;
    },
  };
};
