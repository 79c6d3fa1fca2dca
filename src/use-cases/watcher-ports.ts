import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Core } from './ports.ts';
import type { ReadLog } from './remembered-logs.ts';

/** What watchers have seen of a grant, together: each thing once, whoever reports it, and however often. */
export type Seen = {
  /**
   * Adds one, by what names it, with its time, and answers with those that were seen within so many milliseconds of it, before or
   * after; a bounded number of them, the latest.
   */
  readonly add: (
    of: { readonly grant: RequestId; readonly rule: string },
    what: string,
    at: Temporal.Instant,
    within: number,
  ) => Promise<readonly { readonly what: string; readonly at: number }[]>;
  /** Remembers for all watchers, for as long as a grant may matter, who a user of the cluster is. */
  readonly know: (user: string, person: PersonId) => Promise<void>;
  readonly whoIs: (user: string) => Promise<PersonId | undefined>;
};

/** Where a watcher leaves what it has seen, for the bot. */
export type Reports = {
  /** False where there is no room. `urgent` is taken in before everything that is only held, used, or told. */
  readonly leave: (entry: string, urgent: boolean) => Promise<boolean>;
  /** Says that audit events come from a cluster. */
  readonly watching: (cluster: string, now: Temporal.Instant) => Promise<void>;
};

export type WatcherPorts = Pick<Core, 'clock' | 'store' | 'signer' | 'trust' | 'alarm' | 'heads' | 'settings'> & {
  readonly cluster: string;
  /** The namespace that Hallpass lives in. */
  readonly home: string;
  readonly readLog: ReadLog;
  readonly seen: Seen;
  readonly reports: Reports;
  /** A clock that only goes forward, in milliseconds. */
  readonly moment: () => number;
  /** Waits; resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
};
