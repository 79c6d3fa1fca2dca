import {
  type Checkpoint,
  checkpointLine,
  type Latest,
  readCheckpoint,
  type Said,
  writeCheckpoint,
} from '#domain/audit/checkpoint.ts';
import type { CheckpointStore } from './checkpoint-ports.ts';
import type { Core } from './ports.ts';

export type CheckpointPorts = Pick<Core, 'clock' | 'store' | 'signer' | 'trust' | 'alarm' | 'heads' | 'readLog'> & {
  readonly checkpoints: CheckpointStore;
  /** The latest that stands in the audit channel. Throws when Slack cannot be asked. */
  readonly latestPosted: () => Promise<Latest | undefined>;
};

/** Behind which line the next checkpoint comes, and what it follows. */
export type Behind = {
  readonly line: string | undefined;
  readonly follows: Latest | undefined;
  readonly atLeast: number;
  /** Redis has an older checkpoint than is known, or another one: what was read of it before may not be there any more. */
  readonly isRestored: boolean;
};

export type CheckpointWriter = {
  /** Compares Redis with the channel. Throws while the channel could not be read once. */
  readonly look: () => Promise<Behind>;
  /** False when another bot was first. */
  readonly write: (behind: Behind, said: Said, now: Temporal.Instant) => Promise<boolean>;
};

const later = (one: Latest | undefined, other: Latest | undefined): Latest | undefined =>
  (other?.number ?? 0) > (one?.number ?? 0) ? other : one;

const isOlder = (latest: Checkpoint, known: Latest): boolean =>
  latest.number < known.number || (latest.number === known.number && latest.hash !== known.hash);

/** Writes checkpoints one behind another, with numbers that neither Redis nor the channel has. */
export const createCheckpointWriter = (ports: CheckpointPorts): CheckpointWriter => {
  const { checkpoints, trust, signer, alarm } = ports;
  /** The latest that this process knows of, by Redis, by the channel, or because it wrote it. */
  let known: Latest | undefined;
  let hasAsked = false;
  return {
    look: async () => {
      // Without the channel nothing is begun: an emptied Redis would use its numbers a second time.
      const posted = await ports.latestPosted().catch((cause: unknown) => {
        if (!hasAsked) throw cause;
        return undefined;
      });
      hasAsked = true;
      known = later(known, posted);
      const line = await checkpoints.latest();
      const stored = line === undefined ? undefined : readCheckpoint(line, trust);
      if (line !== undefined && stored?.isGenuine !== true)
        alarm(
          'The latest checkpoint in Redis is not Hallpass’s: somebody else has written there; run "hallpass audit verify"',
          {},
        );
      const latest = stored?.isGenuine === true ? stored.checkpoint : undefined;
      const isRestored = known !== undefined && (latest === undefined || isOlder(latest, known));
      if (isRestored)
        alarm(
          'Redis has an older checkpoint than the audit channel, or another one: it was emptied, restored or written anew; run "hallpass audit verify"',
          { redis: String(latest?.number ?? 'none'), known: String(known?.number) },
        );
      else known = latest;
      return { line, follows: known, atLeast: (latest?.number ?? 0) + 1, isRestored };
    },
    write: async ({ line, follows, atLeast }, said, now) => {
      const next = writeCheckpoint(follows, said, now, signer, trust, atLeast);
      const covered = next.heads.map(([id, version]) => [id, version] as const);
      if (!(await checkpoints.append(line, checkpointLine(next), covered))) return false;
      known = next;
      return true;
    },
  };
};
