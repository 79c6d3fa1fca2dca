import { z } from 'zod';
import type { ObjectVersion } from '#domain/guard/object-version.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import type { GrantUses } from './grant-uses.ts';
import type { JustDeleted } from './just-deleted.ts';
import type { LostGrants } from './lost-grants.ts';
import type { Core, NamespaceInfo } from './ports.ts';
import type { RecentRefusals } from './recent-refusals.ts';
import type { ReadLog } from './remembered-logs.ts';

/** What the bot tells people about a write that was filed, beside its log. It lets nothing in. */
export const said = z.strictObject({
  /** Why it became no request, and for whom that is so (`writerMark`). */
  refused: z.string().optional(),
  by: z.string().optional(),
  /** Where its card is, or the channel that it comes to. */
  where: z.string().optional(),
});
export type Said = z.infer<typeof said>;

/** `held`: it was filed before, under this id. `flood`: more than that is not taken in; `isNew`: nobody was told of it yet. */
export type Filed =
  | { readonly type: 'filed' }
  | { readonly type: 'held'; readonly id: RequestId }
  | { readonly type: 'flood'; readonly of: 'author' | 'all'; readonly isNew: boolean };

/** Where a guard looks up and files what it holds. Nothing that is found here lets anything in: the log has to say so. */
export type HeldWrites = {
  /** The request that a write became last. */
  readonly find: (fingerprint: string) => Promise<{ readonly id: RequestId; readonly said?: Said } | undefined>;
  readonly said: (id: RequestId) => Promise<Said | undefined>;
  /**
   * Files a write under an id for the bot to take in, if it is held under none yet, or still under `instead`; and counts it
   * among what its author may file in a minute.
   */
  readonly file: (filing: {
    readonly fingerprint: string;
    readonly id: RequestId;
    readonly instead?: RequestId | undefined;
    readonly author: string;
    readonly entry: string;
  }) => Promise<Filed>;
  /** Leaves something else for the bot; what is urgent waits behind nothing else. False where there is no room. */
  readonly note: (entry: string, urgent?: boolean) => Promise<boolean>;
  /** The earliest that an object of a request was when it was let through (`lowestOf`), with what it is now. */
  readonly admitted: (key: string, now: ObjectVersion) => Promise<ObjectVersion>;
  /** Counts an attempt at what is held. */
  readonly tried: (fingerprint: string, by: string) => Promise<void>;
};

/** How often what is held was tried, and by whom last. */
export type Attempts = { readonly count: number; readonly last: Temporal.Instant; readonly by: string };

/** What guards have left for the bot. An entry that is neither settled nor held for five seconds is handed out again. */
export type Intake = {
  readonly take: (most: number) => Promise<readonly { readonly key: string; readonly entry: string }[]>;
  /** Does something with entries that were taken; none of them is handed out to anybody else meanwhile. */
  readonly holding: <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;
  readonly settle: (key: string) => Promise<void>;
  /** What could not be done is handed out again a second later, not after five. */
  readonly giveBack: (key: string) => Promise<void>;
  readonly say: (id: RequestId, said: Said) => Promise<void>;
  /** Says why a write became no request, for so many seconds: then it is filed anew. */
  readonly refuse: (fingerprint: string, id: RequestId, said: Said, seconds: number) => Promise<void>;
  /** Remembers for as long as a log may matter which request a write became. */
  readonly keep: (fingerprint: string, id: RequestId) => Promise<void>;
  readonly attempts: (fingerprint: string) => Promise<Attempts | undefined>;
};

/** What a guard may do with a cluster: look at what is Hallpass's own there, and at whether a namespace is going. */
export type GuardedCluster = {
  readonly name: string;
  readonly namespace: (name: string) => Promise<NamespaceInfo | undefined>;
  /** The API server's clock. */
  readonly time: () => Promise<Temporal.Instant>;
  /** A ConfigMap beside Hallpass's home. */
  readonly own: (namespace: string, name: string) => Promise<Manifest | undefined>;
};

export type GuardPorts = Pick<Core, 'clock' | 'store' | 'signer' | 'trust' | 'alarm' | 'heads' | 'settings'> & {
  readonly cluster: GuardedCluster;
  readonly held: HeldWrites;
  readonly readLog: ReadLog;
  /** Without it each write is looked up. */
  readonly recent?: RecentRefusals;
  readonly lostGrants: LostGrants;
  readonly grantUses: GrantUses;
  readonly justDeleted: JustDeleted;
  /** Random bytes from the system's generator. */
  readonly random: (count: number) => Uint8Array;
  /** The namespace that Hallpass lives in. */
  readonly home: string;
  /** As whom the worker writes in this cluster. */
  readonly worker: string;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Marks values of Secrets under the key that only guards and workers have; absent where there is none. */
  readonly mark?: Digest;
};
