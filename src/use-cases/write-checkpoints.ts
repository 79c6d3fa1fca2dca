import { type Head, headOf, mostHeads } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { type AnchoredLogs, createAnchoredLogs } from './anchored-logs.ts';
import {
  type Behind,
  type CheckpointPorts,
  type CheckpointWriter,
  createCheckpointWriter,
} from './checkpoint-writer.ts';
import { hasPassed } from './has-passed.ts';
import { find } from './request-log.ts';

/** Nothing waits for longer than this, unless there is nothing to write with. */
const longestWait = Temporal.Duration.from({ minutes: 1 });
/** So often everything is counted, in case an index was lost or edited. */
const stockEvery = Temporal.Duration.from({ hours: 1 });

/**
 * Gathers the heads of changed logs into checkpoints: once a minute, and at once when there are as many as one holds. Several
 * bots may do so side by side: one of them writes each number.
 *
 * Which logs have changed stands in an index that is written in the same step as the log. At start and once an hour every log
 * is counted as well, and compared with what the checkpoints say: so what an index has lost is found again.
 */
export const createCheckpoints = (
  ports: CheckpointPorts,
  writer: CheckpointWriter = createCheckpointWriter(ports),
  anchored: AnchoredLogs = createAnchoredLogs(ports),
): (() => Promise<void>) => {
  const { checkpoints, clock } = ports;
  let lookedAt: Temporal.Instant | undefined;
  /** Whose logs could not be believed: nothing is written in a hurry for them. */
  const doubted = new Set<RequestId>();
  const stock = createStock(ports, anchored);

  const look = async (now: Temporal.Instant): Promise<Behind> => {
    const behind = await writer.look();
    lookedAt = now;
    if (behind.isRestored) stock.forget();
    return behind;
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
    return writer.write(await look(now), heads, now);
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

/** Counts every log, and lets those wait that are longer, or shorter, than the checkpoints say. */
const createStock = ({ checkpoints, alarm }: CheckpointPorts, anchored: AnchoredLogs) => {
  const said = new Set<string>();
  let takenAt: Temporal.Instant | undefined;

  const tell = ([id, length]: readonly [RequestId, number]): void => {
    const known = anchored.of(id);
    // What was removed is gone, and is no shorter for that.
    const isRemoved = length === 0 && known?.removal !== undefined;
    if (known === undefined || length >= known.version || isRemoved || said.has(id)) return;
    said.add(id);
    alarm(
      'The log of a request is shorter than a checkpoint says: it was cut or restored; run "hallpass audit verify"',
      { request: id, entries: String(length), checkpoint: String(known.version) },
    );
  };

  return {
    forget: (): void => {
      anchored.forget();
      takenAt = undefined;
    },
    take: async (now: Temporal.Instant): Promise<void> => {
      if (!hasPassed(now, takenAt, stockEvery)) return;
      await anchored.readOn();
      for await (const batch of checkpoints.lengths()) {
        const changed = batch.filter(([id, length]) => length > 0 && length !== anchored.of(id)?.version);
        await checkpoints.mark(
          changed.map(([id]) => id),
          now,
        );
        batch.forEach(tell);
      }
      takenAt = now;
    },
  };
};
