import type { Caller, TokenPerson } from '#domain/callers.ts';
import type { Comparison } from '#domain/content/comparison.ts';
import type { ContentRef } from '#domain/content/content.ts';
import type { ObjectVersion } from '#domain/guard/object-version.ts';
import type { IdentityTemplate } from '#domain/identity-template.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Identity, SlackPerson } from '#domain/people.ts';
import type { AccessProbe, KubernetesIdentity, Manifest, ObjectRef, Plan, Target } from '#domain/plan.ts';
import type { Answer, Condition, Facts, Found, GroupSource, Labels, Policy, Risk } from '#domain/policy/policy.ts';
import type { Reach } from '#domain/radius/reach.ts';
import type { Sight } from '#domain/radius/sight.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Step } from '#domain/request/next-step.ts';
import type { Request, Status } from '#domain/request/request.ts';
import type { Result } from '#domain/result.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import type { SealedEdit } from '#domain/seal.ts';
import type { Kind, ResourceType, Sort } from '#kinds/kind.ts';
import type { ReadLog } from './remembered-logs.ts';
import type { Summing } from './summing.ts';
import type { Judged } from './tried.ts';

/** One clock for all processes: Redis `TIME`; where Redis is gone, the API server's `Date`. Never this machine's. */
export type Clock = { readonly now: () => Promise<Temporal.Instant> };

/** What is kept beside a request's log so that it is found again; written in the same step as the log. */
export type RequestIndex = {
  readonly status: Status;
  /** When the next step is due that changes what is so; absent when none is owed. */
  readonly dueAt?: Temporal.Instant;
  /** When people are to be told next. It has an index of its own: no end waits for much that is to be told. */
  readonly newsAt?: Temporal.Instant;
  /** It was taken by break-glass, and nobody has looked at that yet. */
  readonly toReview: boolean;
  /**
   * It was approved by nobody, and counts among what its requester, or the caller that asked, may have of that: a new one is
   * refused when there are as many as this already.
   */
  readonly atMost?: number;
  /** The pipeline or agent that asked: what it has is not what whoever answers for it has. */
  readonly caller?: string;
  /** Whom it concerns, the requester first; at least one. */
  readonly people: readonly PersonId[];
  readonly submittedAt: Temporal.Instant;
};

export type AppendResult =
  | { readonly type: 'appended' }
  /** Another version was expected: somebody else was first. */
  | { readonly type: 'conflict' }
  /** Its requester has as many that nobody approved as they may have. */
  | { readonly type: 'full' }
  /** The same thing (the same form, the same command) was filed before, under this id. */
  | { readonly type: 'filed-before'; readonly id: RequestId };

/**
 * Where the lines of all request logs are. `append` is the only commit point: lines, indices and audit stream in one
 * step, or nothing. The store knows nothing of what the lines say.
 */
export type EventStore = {
  /** The lines in order; none for an id that is not known. */
  readonly read: (id: RequestId) => Promise<readonly string[]>;
  /** `origin` is what a repeated filing has in common with the first; remembered for a day. */
  readonly append: (
    id: RequestId,
    expectedVersion: number,
    lines: readonly string[],
    index: RequestIndex,
    origin?: string,
  ) => Promise<AppendResult>;
  /** What was filed for an origin, as long as that is remembered. Only `append` says so for certain. */
  readonly filedFor: (origin: string) => Promise<RequestId | undefined>;
  /** Ids of which something has to be done at `now` (`dueAt`), the longest overdue first. */
  readonly due: (now: Temporal.Instant, limit: number) => Promise<readonly RequestId[]>;
  /** Ids of which people have to be told at `now` (`newsAt`), the longest overdue first. */
  readonly news: (now: Temporal.Instant, limit: number) => Promise<readonly RequestId[]>;
  /** Ids in a status, the latest first, without the first `skip` of them. */
  readonly inStatus: (status: Status, limit: number, skip?: number) => Promise<readonly RequestId[]>;
  /** How many entries the logs of these requests have; 0 where there is none. */
  readonly lengths: (ids: readonly RequestId[]) => Promise<readonly number[]>;
  /** Ids that concern a person as requester or subject, the latest first. */
  readonly ofPerson: (person: PersonId, limit: number) => Promise<readonly RequestId[]>;
  /** Those of them that are active. */
  readonly activeOf: (person: PersonId, limit: number) => Promise<readonly RequestId[]>;
  /** Ids of what was taken by break-glass and waits to be reviewed, the longest waiting first, without the first `skip` of them. */
  readonly toReview: (limit: number, skip?: number) => Promise<readonly RequestId[]>;
  /** How many requests are pending, in total and by this person; `unasked` are theirs, or the caller's, that count as `atMost` says. */
  readonly countPending: (
    person: PersonId,
    caller?: string,
  ) => Promise<{ readonly total: number; readonly own: number; readonly unasked: number }>;
  /** Ids with events that the Slack side has not shown yet, the longest waiting first. */
  readonly unshown: (limit: number) => Promise<readonly RequestId[]>;
  /** Says that all events up to this version are shown; ignored when there are later ones. */
  readonly markShown: (id: RequestId, version: number) => Promise<void>;
};

/** Notes that one projection keeps about one request, or about all of something by a name, such as the timestamps of its messages. Compare-and-set. */
export type ProjectionStore = {
  readonly read: (id: string) => Promise<{ readonly version: number; readonly value: string } | undefined>;
  /** False when the version is not the expected one (0: not there yet). */
  readonly write: (id: string, expectedVersion: number, value: string) => Promise<boolean>;
  /**
   * Runs `work` while nobody else, in any process, works on this request's projection; false when somebody does.
   * The lock is renewed while the work runs and falls within ten seconds after a crash.
   */
  readonly exclusively: (id: string, work: () => Promise<void>) => Promise<boolean>;
};

/**
 * What approvers were shown, by its digest, beside the log of its request. `keep` before the event that names it; kept for
 * longer than anything may last. Throws for a text over `contentLimit`.
 */
export type Contents = {
  readonly keep: (id: RequestId, digest: string, text: string) => Promise<void>;
  /** As it was kept; whether it still has that digest is for the caller to see. */
  readonly read: (id: RequestId, digest: string) => Promise<string | undefined>;
};

/** Characters of a content, before it is compressed. */
export const contentLimit = 3 * 1024 * 1024;

/** What is asked, as far as it must be known to plan it. */
export type DraftInput = {
  readonly request: RequestId;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly ask: Json;
  readonly identity: KubernetesIdentity;
  /** Whether it is taken back after a time. */
  readonly temporary: boolean;
  /** It would keep what this one has changed in force for longer, and change nothing. */
  readonly prolongs?: RequestId | undefined;
  /** It is a direct write that was held; annotations that make no difference to it. */
  readonly held?: { readonly ignore: readonly string[]; readonly scales?: true | undefined } | undefined;
  /** It puts back what was done, which is as risky as this. */
  readonly atLeast?: Risk | undefined;
  /** Names of what was made for the grant that it goes on from: what somebody has by these is new to them. */
  readonly beside?: readonly string[] | undefined;
  /** What conditions of rules may speak of; absent where no rule is looked for. */
  readonly facts?: Facts | undefined;
};

/** What would be done now, and how approvers are shown it. */
export type Draft = {
  readonly namespaceUid: string;
  readonly plan: Pick<Plan, 'create' | 'probes' | 'proofs'>;
  readonly edits: readonly SealedEdit[];
  /** Of a held write, as it would be made now (`fingerprintOf`); absent where that cannot be told. */
  readonly fingerprint?: string | undefined;
  /** Of a held write, the object that it is written to; absent where there is none. */
  readonly from?: ObjectVersion | undefined;
  /** Absent when the ask itself says it all. */
  readonly content?: PackedContent | undefined;
  /** What it reaches, where it changes no object that is there. */
  readonly around?: PackedContent | undefined;
  /** What the conditions of rules say of it; absent where no facts were given. */
  readonly judged?: Judged | undefined;
};

/** What approvers are shown, as it is kept, and what the log holds of it: the text has the digest that is named there. */
export type PackedContent = { readonly text: string; readonly ref: ContentRef };

/**
 * Looks at what is live and tries what is asked, without doing it: a worker does, for only it may write, and a dry run is
 * a write to Kubernetes. `err` is the reason why it cannot be, for a person. Throws when nobody answers in time. Of what is
 * drafted `by` one person only a little is under way at a time; what nobody in particular wants waits for no turn.
 */
export type Drafter = (input: DraftInput, by?: PersonId) => Promise<Result<Draft, string>>;

/**
 * What the domain says of whole objects, without keeping the event loop for longer than some ten milliseconds whatever
 * their size. Nobody changes an object after it was examined.
 */
export type Examiner = {
  /** Two states of one object, as `compareStates` says it. */
  readonly compare: (before: Manifest | undefined, after: Manifest | undefined) => Promise<Comparison>;
  /** One state, as `before` and `after` of a comparison say it. */
  readonly digest: (state: Manifest) => Promise<string>;
  /** What is dangerous in them, as `findingsIn` says it. */
  readonly findings: (changes: readonly Change[]) => Promise<readonly Finding[]>;
  /** How far they reach, as `reachOf` says it. */
  readonly reach: (changes: readonly Change[], sight: Sight, unseen: readonly string[]) => Promise<Reach>;
  /** Conditions over objects, each with its facts, in their order. What takes longer than a second has failed. */
  readonly answers: (
    questions: readonly { readonly condition: Condition; readonly facts: Facts }[],
    found: Found,
  ) => Promise<readonly Answer[]>;
};

/**
 * Encrypts what only workers may read again, compressed. `about` binds the text to its place: opened under another
 * one it is not genuine. `open` answers undefined for what no key of ours has closed.
 */
export type Vault = {
  readonly close: (text: string, about: string) => Promise<string>;
  readonly open: (closed: string, about: string) => Promise<string | undefined>;
};

/** The fast path: asks a worker to do a step at its time. Losing or repeating any of it changes nothing. */
export type Jobs = {
  readonly schedule: (id: RequestId, version: number, step: Step, now: Temporal.Instant) => Promise<void>;
  readonly show: (id: RequestId, version: number) => Promise<void>;
};

/** Who people are, by what Slack itself says; never by display name or what a message contains. */
export type Directory = {
  /** Undefined for an id that Slack does not know. Throws when Slack cannot be asked: then the answer is no. */
  readonly person: (id: PersonId) => Promise<SlackPerson | undefined>;
  /** Throws when the members cannot be looked up, or the group is unknown. */
  readonly members: (group: GroupSource) => Promise<ReadonlySet<PersonId>>;
};

export type Review = { readonly allowed: boolean; readonly reason: string };
export type NamespaceInfo = { readonly uid: string; readonly terminating: boolean; readonly labels: Labels };
export type NamedNamespace = { readonly name: string; readonly labels: Labels };

/**
 * The API server's own no, thrown by cluster ports: repeating the call would not help. Everything else that they throw
 * (no connection, a deadline, 429, 5xx) is a fault that passes.
 */
export type ClusterRefusal = Error & { readonly refused: { readonly status: number; readonly call: string } };

export const isClusterRefusal = (error: unknown): error is ClusterRefusal =>
  error instanceof Error && 'refused' in error;

/** What the bot may do with a cluster: look. */
export type ClusterReader = {
  readonly name: string;
  /** All of them, in one call or few. */
  readonly namespaces: () => Promise<readonly NamedNamespace[]>;
  readonly namespace: (name: string) => Promise<NamespaceInfo | undefined>;
  readonly names: (resource: ResourceType, namespace: string) => Promise<readonly string[]>;
  /** Asks the authorizer, with the user's groups. */
  readonly review: (who: KubernetesIdentity, probe: AccessProbe) => Promise<Review>;
};

export type Created = { readonly ref: ObjectRef; readonly existed: boolean; readonly live: Manifest };

/** An object with Hallpass's label, as found in the cluster. */
export type Managed = { readonly ref: ObjectRef; readonly live: Manifest };

/** A write with a resourceVersion or an absence that is not so any more: it was not done. */
export type Moved = { readonly type: 'moved' };
export type Written = { readonly type: 'written'; readonly live: Manifest };

/** Whose write it is: under this name the API server keeps who owns which field. */
export type WriteOptions = { readonly manager: string };

/** What is kept of some objects that were listed. */
export type PageReader<T> = (page: readonly Managed[]) => Promise<readonly T[]>;

type OfSorts = Lagging & { readonly sorts?: readonly Sort[] };

/** What the worker may do with a cluster. */
export type ClusterWriter = ClusterReader & {
  /** All objects of a sort, whole; in one namespace or all. */
  readonly list: (of: Sort, namespace?: string) => Promise<readonly Manifest[]>;
  /**
   * The same, each object read as it comes: thousands of them are never held whole, nor read in one go. An answer that is at
   * most so many milliseconds old will do; asked for anew when absent.
   */
  readonly scan: <T>(
    of: Sort,
    namespace: string | undefined,
    read: (object: Manifest) => T,
    atMostOld?: number,
  ) => Promise<readonly T[]>;
  /**
   * What an object that is not ours would become: a dry run of creating it, or, where it has a resourceVersion, of
   * replacing that very version. Nothing is changed.
   */
  readonly tryWrite: (manifest: Manifest, options: WriteOptions) => Promise<Written | Moved>;
  /** The same, done. Without a resourceVersion it only creates: nothing is ever overwritten unseen. */
  readonly write: (manifest: Manifest, options: WriteOptions) => Promise<Written | Moved>;
  /** What the deletion of an object that is not ours would meet; refusals are thrown. */
  readonly tryDelete: (ref: ObjectRef) => Promise<void>;
  /** Deletes this version of an object that is not ours, giving its pods their time, and waits until it is gone. */
  readonly delete: (ref: ObjectRef, resourceVersion: string) => Promise<'deleted' | 'gone' | 'moved'>;
  /**
   * Has the object with this uid deleted, whatever its version, and does not wait for its end: it has its own time for that. `gone`
   * also when it is being deleted already, and when another one has its name.
   */
  readonly beginDelete: (ref: ObjectRef) => Promise<'begun' | 'gone'>;
  /** Replaces who owns which field (`metadata.managedFields`), if the object is still at this version. */
  readonly setOwners: (target: Target, resourceVersion: string, managedFields: Json) => Promise<Written | Moved>;
  /** The journals (Secrets with Hallpass's label) in their namespace that match a label selector, by their metadata alone. */
  readonly journals: (namespace: string, selector: string, options?: Lagging) => Promise<readonly Managed[]>;

  /** The API server's clock, from the `Date` header of an answer at most a second old. Whole seconds. */
  readonly time: () => Promise<Temporal.Instant>;
  /** Creates an object; one of the same name that is there already is answered as it is, with `existed`. */
  readonly create: (manifest: Manifest) => Promise<Created>;
  /** Deletes exactly this object (precondition on its uid) and waits until it is gone. Repeating it is harmless. */
  readonly remove: (ref: ObjectRef) => Promise<'removed' | 'gone' | 'replaced'>;
  /** Adds these annotations to an object that we made, leaving the others as they are. */
  readonly annotate: (ref: Omit<ObjectRef, 'uid'>, annotations: Readonly<Record<string, string>>) => Promise<void>;
  /** An object with a number that JavaScript would alter is a refusal, unless it is looked at only and never written back. */
  readonly get: (
    ref: Omit<ObjectRef, 'uid'>,
    options?: { readonly onlyToLook?: boolean },
  ) => Promise<Managed | undefined>;
  /**
   * Everything that Hallpass made (its label) and that matches, by its metadata alone; of all sorts or of these, in all
   * namespaces and cluster-wide, as permitted.
   */
  readonly managed: (selector: string, options?: OfSorts) => Promise<readonly Managed[]>;
  /** The same, page by page as it comes: of a hundred thousand no more is held than what is read of them. A page may be read twice. */
  readonly scanManaged: <T>(selector: string, read: PageReader<T>, options?: OfSorts) => Promise<readonly T[]>;
  /** The markers (ConfigMaps with Hallpass's label) in their namespace. */
  readonly markers: (namespace: string) => Promise<readonly Managed[]>;
};

/**
 * `mayLag`: what the API server has in its cache will do. That costs it a fraction, and lags behind by milliseconds, or by
 * minutes where something is wrong with it: only for who looks again, and acts on nothing without having got it anew.
 */
export type Lagging = { readonly mayLag?: boolean };

/** Tells an administrator what should not have happened. Constant message, variable fields; never throws. */
export type Alarm = (message: string, fields: Readonly<Record<string, string>>) => void;

/** All that the policy folder says, read and checked as a whole; replaced as a whole. */
export type Settings = {
  readonly policy: Policy;
  readonly identities: readonly Identity[];
  readonly identityTemplate?: IdentityTemplate | undefined;
  /** Pipelines and agents that ask over the API. */
  readonly callers?: readonly Caller[];
  /** People who are known over the API. */
  readonly tokenPeople?: readonly TokenPerson[];
  readonly kinds: readonly Kind[];
};

/**
 * How far this process has seen each request's log, and the hash of the last entry that it saw. A log that is shorter
 * later, or another one, was cut or restored.
 */
export type Heads = {
  readonly seen: (id: RequestId) => { readonly version: number; readonly hash: string } | undefined;
  readonly see: (id: RequestId, version: number, hash: string) => void;
};

/** What both processes have. */
/** A version of a log, and the beginning of the hash of the entry that it ended with. */
export type Told = { readonly version: number; readonly hash: string };

export type Core = {
  readonly clock: Clock;
  readonly store: EventStore;
  readonly jobs: Jobs;
  readonly signer: Signer;
  readonly trust: Trust;
  readonly alarm: Alarm;
  readonly heads: Heads;
  /** How long a log was at least, by what bots have signed of it. Throws when that cannot be looked up. Absent: nobody is asked. */
  readonly told?: (id: RequestId) => Promise<Told | undefined>;
  /** Counts what was committed, for whoever watches over Hallpass. Never throws. */
  readonly countCommitted?: (request: Request, events: readonly RequestEvent[], at: Temporal.Instant) => void;
  /** Reads logs, and may remember them; each is read from its first line when absent. */
  readonly readLog?: ReadLog;
  readonly settings: () => Settings;
  /**
   * The e-mail address that Slack has confirmed to be that of a full member of our own workspace, and of nobody else there; looked up
   * by this process itself. Undefined for others; throws when Slack does not say. Absent where this process cannot ask.
   */
  readonly addressOf?: ((person: PersonId) => Promise<string | undefined>) | undefined;
};

export type BotPorts = Core & {
  readonly directory: Directory;
  readonly clusters: ReadonlyMap<string, ClusterReader>;
  readonly contents: Contents;
  readonly draft: Drafter;
  /** Says to guards which request a held write is now. */
  readonly keepHeld: (fingerprint: string, id: RequestId) => Promise<void>;
  /** Random bytes from the system's generator. */
  readonly random: (count: number) => Uint8Array;
  /** The namespace that Hallpass lives in: nobody may ask for anything there. */
  readonly home: string;
};

export type WorkerPorts = Core & {
  /** As `told`, asked only before something is applied: what is in force ends, whatever was cut. */
  readonly toldBefore?: Core['told'];
  readonly clusters: ReadonlyMap<string, ClusterWriter>;
  /** The namespace that Hallpass lives in; its markers are in one beside it. */
  readonly home: string;
  /** The namespaces that the worker is bound in: what it makes elsewhere it could not find again. */
  readonly managed: readonly string[];
  readonly examiner: Examiner;
  readonly vault: Vault;
  readonly summing: Summing;
  /** Waits; resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
};
