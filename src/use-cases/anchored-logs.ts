import { type Head, isHead, readCheckpoint } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import type { CheckpointPorts } from './checkpoint-writer.ts';

/** How a log was when a checkpoint was written. */
export type Anchor = { readonly version: number; readonly head: string; readonly at: Temporal.Instant };
/** How it was when its removal was recorded, and in which checkpoint. */
export type RecordedRemoval = Anchor & { readonly number: number };
export type Anchored = Anchor & { readonly removal?: RecordedRemoval };

/** What the checkpoints in Redis say of each log; what is not genuine among them says nothing. */
export type AnchoredLogs = {
  /** Reads those that were added since. */
  readonly readOn: () => Promise<void>;
  readonly forget: () => void;
  /** The latest of one log. */
  readonly of: (id: RequestId) => Anchored | undefined;
};

const perRead = 100;

export const createAnchoredLogs = ({
  checkpoints,
  trust,
}: Pick<CheckpointPorts, 'checkpoints' | 'trust'>): AnchoredLogs => {
  const known = new Map<RequestId, Anchored>();
  let place = 0;
  const forget = (): void => {
    known.clear();
    place = 0;
  };
  const take = (line: string): void => {
    const seen = readCheckpoint(line, trust);
    if (seen?.isGenuine !== true) return;
    const { heads, removed = [], number, ...checkpoint } = seen.checkpoint;
    const at = Temporal.Instant.from(checkpoint.at);
    for (const head of heads) known.set(head[0], { ...known.get(head[0]), ...anchorOf(head, at, known.get(head[0])) });
    for (const head of removed) {
      const removal = { ...anchorOf(head, at), number };
      known.set(head[0], { ...(known.get(head[0]) ?? anchorOf(head, at)), removal });
    }
  };
  return {
    forget,
    of: (id) => known.get(id),
    readOn: async () => {
      if ((await checkpoints.count()) < place) forget();
      for (;;) {
        const lines = await checkpoints.lines(place, perRead);
        lines.forEach(take);
        place += lines.length;
        if (lines.length < perRead) return;
      }
    },
  };
};

/** The time is the latest that was said of it: nothing that says it is older makes it older. */
const anchorOf = ([, version, head]: Head, at: Temporal.Instant, before?: Anchor): Anchor => ({
  version,
  head,
  at: before !== undefined && Temporal.Instant.compare(before.at, at) > 0 ? before.at : at,
});

/** Whether the removal of a log is recorded as checkpoints know it now. */
export const isRecorded = ({ version, head, removal }: Anchored): boolean =>
  removal !== undefined && removal.version === version && removal.head === head;

/** Whether a log is the one that was seen then. */
export const isAsSeen = (
  { version, head }: Anchor,
  chain: { readonly entries: readonly unknown[]; readonly head: string },
): boolean => chain.entries.length === version && isHead(chain.head, head);
