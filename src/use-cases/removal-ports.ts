import { type Latest, mostHeads } from '#domain/audit/checkpoint.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Status } from '#domain/request/request.ts';
import type { OtherClocks } from './agreeing-clocks.ts';
import type { Anchored } from './anchored-logs.ts';
import type { CheckpointPorts } from './checkpoint-writer.ts';
import type { Core } from './ports.ts';

/** A log as it must still be to be removed, and by what the rest is found that is kept for its request. */
export type LogToRemove = {
  readonly id: RequestId;
  readonly entries: number;
  /** In whose lists it stands, the requester first. */
  readonly people: readonly [PersonId, ...PersonId[]];
  readonly caller?: string | undefined;
  /** Digests of what approvers were shown. */
  readonly contents: readonly string[];
  /** Under what a held write may be looked up. */
  readonly held: readonly string[];
};

/** Where logs stand, with everything that is kept beside them. */
export type RemovalStore = {
  /** Requests in a status that were submitted before a moment, the first that was submitted first. */
  readonly submittedBefore: (
    status: Status,
    moment: Temporal.Instant,
    limit: number,
    skip: number,
  ) => Promise<readonly RequestId[]>;
  /** Whether something of a request is still to be done, told, shown, reviewed, or in a checkpoint. */
  readonly isAwaited: (id: RequestId) => Promise<boolean>;
  /**
   * Removes a log and all that is kept for its request, in one step or not at all; from then on nothing is filed under its id.
   * `changed`: it has another length; `awaited`: as `isAwaited` says; `gone`: somebody else was first.
   */
  readonly remove: (log: LogToRemove) => Promise<'removed' | 'gone' | 'changed' | 'awaited'>;
  /** Takes what is older than a moment out of the stream of all entries, in which the lines stand a second time. */
  readonly trimStream: (before: Temporal.Instant) => Promise<void>;
};

/** A checkpoint in the audit channel, and when Slack has taken its message. */
export type Posted = Latest & { readonly at: Temporal.Instant };

export type RemovalPorts = CheckpointPorts &
  Pick<Core, 'settings'> & {
    readonly removals: RemovalStore;
    readonly clocks: OtherClocks;
    /** What stands in the audit channel of the day from a moment on. Throws when Slack cannot be asked. */
    readonly postedSince: (moment: Temporal.Instant) => Promise<readonly Posted[]>;
    readonly info: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  };

/** A request that is over, and what checkpoints know of its log. */
export type Candidate = { readonly id: RequestId; readonly anchored: Anchored };

/**
 * So much later than it could be each step is done. A log is recorded later, for Slack's clock may differ from that of Redis; and
 * removed later, for an audit that had read the checkpoints before still has to find it.
 */
export const margin = Temporal.Duration.from({ hours: 1 });
/** Logs whose removal is recorded in a round, and that are removed in one: nothing else waits for long. */
export const mostInRound = 10 * mostHeads;
