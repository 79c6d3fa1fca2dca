import { type Checkpoint, type Head, isHead, readCheckpoint } from '#domain/audit/checkpoint.ts';
import { isTakenBack } from '#domain/audit/judge-removals.ts';
import type { RequestId } from '#domain/ids.ts';
import type { CheckpointPorts } from './checkpoint-writer.ts';

/** How a log was when a checkpoint was written. */
export type Anchor = { readonly version: number; readonly head: string; readonly at: Temporal.Instant };
/** How it was when its removal was recorded, in which checkpoint, and under a retention of how many days. */
export type RecordedRemoval = Anchor & Pick<Checkpoint, 'number' | 'hash'> & { readonly retention: number };
export type Anchored = Anchor & {
  /** What was said of it before, a version and a head in each line: one text, for there are many logs. */
  readonly earlier: string;
  readonly removal?: RecordedRemoval;
};

/** What the checkpoints in Redis say of each log; what is not genuine among them says nothing. */
export type AnchoredLogs = {
  /** Reads those that were added since. */
  readonly readOn: () => Promise<void>;
  readonly forget: () => void;
  /** The latest of one log. */
  readonly of: (id: RequestId) => Anchored | undefined;
  /** Whether any removal was ever recorded. */
  readonly hasRemovals: () => boolean;
};

const perRead = 100;

export const createAnchoredLogs = ({
  checkpoints,
  trust,
}: Pick<CheckpointPorts, 'checkpoints' | 'trust'>): AnchoredLogs => {
  const known = new Map<RequestId, Anchored>();
  let place = 0;
  let hasRemovals = false;
  const forget = (): void => {
    known.clear();
    place = 0;
    hasRemovals = false;
  };
  const take = (line: string): void => {
    const seen = readCheckpoint(line, trust);
    if (seen?.isGenuine !== true) return;
    const { heads, removed = [], retention = 0, number, hash, ...checkpoint } = seen.checkpoint;
    const at = Temporal.Instant.from(checkpoint.at);
    for (const head of heads) known.set(head[0], anchoredBy(head, at, known.get(head[0])));
    for (const head of removed) {
      const removal = { ...anchorOf(head, at), number, hash, retention };
      // What was said before was compared when that was recorded.
      known.set(head[0], { ...(known.get(head[0]) ?? anchorOf(head, at)), earlier: '', removal });
      hasRemovals = true;
    }
  };
  return {
    forget,
    of: (id) => known.get(id),
    hasRemovals: () => hasRemovals,
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

const anchoredBy = (head: Head, at: Temporal.Instant, before: Anchored | undefined): Anchored => {
  const anchor = anchorOf(head, at, before);
  if (before === undefined) return { ...anchor, earlier: '' };
  const isSaidAgain = before.version === anchor.version && before.head === anchor.head;
  const said = `${before.version} ${before.head}`;
  const earlier = isSaidAgain ? before.earlier : [before.earlier, said].filter((one) => one !== '').join('\n');
  const { removal } = before;
  return removal === undefined || isTakenBack(removal, anchor.version, anchor.head)
    ? { ...anchor, earlier }
    : { ...anchor, earlier, removal };
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

type Seen = { readonly entries: readonly { readonly hash: string }[]; readonly head: string };

/** Whether a log still has each entry with which it ended when a checkpoint was written. */
export const isAsTold = ({ version, head, earlier }: Anchored, { entries }: Seen): boolean =>
  [...earlier.split('\n'), `${version} ${head}`].every((one) => {
    const [of, said = ''] = one.split(' ');
    return one === '' || isHead(entries[Number(of) - 1]?.hash ?? '', said);
  });

/** Whether a log is the one that was seen then, or has only grown since. */
export const isGrownFrom = ({ version, head }: Anchor, { entries }: Seen): boolean =>
  isHead(entries[version - 1]?.hash ?? '', head);

/** Whether a log is the one that was seen then. */
export const isAsSeen = ({ version, head }: Anchor, chain: Seen): boolean =>
  chain.entries.length === version && isHead(chain.head, head);
