import { z } from 'zod';
import type { Content } from '#domain/content/content.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Broken, Entry } from '#domain/request/chain.ts';
import type { Conflict, Proof, RequestEvent, Submitted } from '#domain/request/events.ts';
import type { Asked, Request, Status } from '#domain/request/request.ts';
import { type Source, sourceOf } from '#domain/source.ts';
import { type Use, usesIn } from './uses.ts';

/** What approvers were shown: as it was, if that still has the digest that the log names. */
export type ShownThen =
  /** The ask says it all. */
  | { readonly state: 'none' }
  | { readonly state: 'whole'; readonly digest: string; readonly content: Content }
  /** It is not there (any more), or where there is no Redis to read it from. */
  | { readonly state: 'missing'; readonly digest: string }
  /** What is there is not what they saw. */
  | { readonly state: 'altered'; readonly digest: string };

/** Somebody's word on a request. */
export type Vote = {
  readonly at: string;
  readonly by: PersonId;
  /** `leave`: what was found changed shall stay so. */
  readonly vote: 'yes' | 'no' | 'leave';
  readonly revision: number;
  /** They gave it for no longer than this. */
  readonly seconds: number | null;
  readonly reason: string | null;
};

type EndOf = {
  readonly at: string;
  /** The cause of a grant's end, or the status that a request ended in. */
  readonly cause: string;
  readonly by: readonly PersonId[];
  readonly why: string | null;
  /** From the moment it was to end until the cluster confirmed it. */
  readonly lagMilliseconds: number | null;
  /** What the cluster said afterwards. */
  readonly proofs: readonly Proof[];
};

/** Whether a log can be believed, and how far. */
export type LogState = {
  readonly believed: boolean;
  /** False where no keys were at hand: order and hashes alone were looked at. */
  readonly signatures: boolean;
  /** Those that could be read. */
  readonly entries: number;
  /** The hash of the last of them. */
  readonly head: string | null;
  readonly broken: { readonly entry: number; readonly why: string } | null;
};

/** All that an auditor is told of one request; schema 1. Times are instants in ISO 8601, people are ids. */
export type AuditRecord = {
  readonly schema: 1;
  readonly id: RequestId;
  readonly status: Status | 'unreadable';
  readonly log: LogState;
  readonly asked: AskedThen | null;
  readonly shown: ShownThen;
  readonly votes: readonly Vote[];
  readonly decision: Decision | null;
  readonly review: { at: string; by: PersonId; finding: string; note: string } | null;
  readonly applied: Applied | null;
  readonly end: EndOf | null;
  /** Why the end was late, each time it could not be. */
  readonly delays: readonly { readonly at: string; readonly why: string }[];
  readonly used: readonly Use[];
  readonly reverted: readonly { readonly at: string; readonly object: string; readonly how: string }[];
  readonly conflicts: readonly (Omit<Conflict, 'mark' | 'target'> & { readonly at: string; readonly object: string })[];
  readonly settled: readonly { at: string; by: PersonId; choice: string; reason: string }[];
  readonly events: readonly { version: number; at: string; author: string; event: string; hash: string }[];
};

export type AskedThen = {
  readonly at: string;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Where the ask names one. */
  readonly profile: string | null;
  readonly objects: readonly string[];
  readonly by: PersonId;
  readonly for: PersonId;
  readonly source: Source;
  readonly reason: string;
  /** As its people said afterwards, of a held write that came without a reason. */
  readonly explained: string | null;
  readonly ask: Json;
  readonly seconds: number | null;
  readonly startsAt: string | null;
  readonly revision: number;
  /** Absent in logs from before it was written down. */
  readonly risk: string | null;
  readonly follows: { readonly request: RequestId; readonly why: string } | null;
  readonly extends: RequestId | null;
  readonly rule: string;
  readonly policyHash: string;
  readonly quorum: readonly { readonly from: string; readonly count: number }[];
  readonly auto: boolean;
  readonly breakGlass: boolean;
};

type Decision = {
  readonly at: string;
  readonly outcome: 'approved' | 'denied';
  /** Nobody, where the rule approves by itself or it was taken by break-glass. */
  readonly by: readonly PersonId[];
  readonly seconds: number | null;
  readonly reason: string | null;
};

type Applied = {
  readonly at: string;
  /** As it was extended last; null for what is not taken back. */
  readonly expiresAt: string | null;
  /** What Hallpass made for it, and others' objects that it changed. */
  readonly made: readonly string[];
  readonly changed: readonly string[];
};

type Of<T extends RequestEvent['type']> = { readonly at: string; readonly event: Extract<RequestEvent, { type: T }> };

/** Those of some types, in their order. */
const only = <T extends RequestEvent['type']>(entries: readonly Entry[], ...types: readonly T[]): readonly Of<T>[] =>
  entries.flatMap(({ at, event }) =>
    types.some((type) => type === event.type) ? [{ at: at.toString(), event: event as Of<T>['event'] }] : [],
  );

/** Tells of one request, as far as its log can be read. */
export const recordOf = (
  id: RequestId,
  read: { readonly request: Request | undefined; readonly entries: readonly Entry[] },
  { shown, signatures, broken }: { shown: ShownThen; signatures: boolean; broken: Broken | undefined },
): AuditRecord => {
  const { request, entries } = read;
  const review = request?.review;
  return {
    schema: 1,
    id,
    status: request?.state.status ?? 'unreadable',
    log: {
      believed: broken === undefined,
      signatures,
      entries: entries.length,
      head: entries.at(-1)?.hash ?? null,
      broken: broken === undefined ? null : { entry: broken.version, why: broken.why },
    },
    asked: request === undefined ? null : askedThen(request),
    shown,
    votes: only(entries, 'voted', 'denied', 'conceded').map(voteOf),
    decision: decisionOf(entries),
    review: review === undefined ? null : { ...review, at: review.at.toString() },
    applied: appliedOf(entries),
    end: endOf(entries),
    delays: only(entries, 'end-delayed').map(({ at, event: { why } }) => ({ at, why })),
    used: usesIn(entries),
    reverted: only(entries, 'conflicted', 'ended').flatMap(({ at, event }) =>
      (event.reverted ?? []).map(({ target, how }) => ({ at, object: sayTarget(target), how })),
    ),
    conflicts: only(entries, 'conflicted').flatMap(({ at, event }) =>
      event.conflicts.map(({ target, mark: _, ...rest }) => ({ at, object: sayTarget(target), ...rest })),
    ),
    settled: only(entries, 'settled').map(({ at, event: { by, choice, reason } }) => ({ at, by, choice, reason })),
    events: entries.map(({ version, at, author, event: { type }, hash }) => ({
      version,
      at: at.toString(),
      author,
      event: type,
      hash,
    })),
  };
};

const named = z.looseObject({ profile: z.string().optional(), objects: z.array(z.string()).optional() });

const askedThen = ({ asked, explained }: Request): AskedThen => {
  const { data } = named.safeParse(asked.ask);
  const { approval } = asked;
  return {
    at: asked.submittedAt.toString(),
    kind: asked.kind,
    cluster: asked.cluster,
    namespace: asked.namespace,
    profile: data?.profile ?? null,
    objects: objectsOf(asked, data?.objects ?? []),
    by: asked.requester,
    for: asked.subject,
    source: sourceOf(asked),
    reason: asked.reason,
    explained: explained?.reason ?? null,
    ask: asked.ask,
    seconds: asked.seconds ?? null,
    startsAt: asked.startsAt?.toString() ?? null,
    revision: asked.revision,
    risk: riskOf(asked),
    follows: asked.follows === undefined ? null : { request: asked.follows.request, why: asked.follows.why },
    extends: asked.extends?.request ?? null,
    rule: approval.rule,
    policyHash: approval.policyHash,
    quorum: approval.quorum.map(({ from, count }) => ({ from, count })),
    auto: approval.auto === true,
    breakGlass: approval.breakGlass !== undefined,
  };
};

/** The worst that approvers were shown; null where that was not written down. */
export const riskOf = ({ content, around }: Pick<Submitted, 'content' | 'around'>): string | null =>
  (content ?? around)?.risk ?? null;

const objectsOf = ({ content }: Asked, named: readonly string[]): readonly string[] => [
  ...new Set([...named, ...(content?.targets ?? []).map(sayTarget)]),
];

const voteOf = ({ at, event }: Of<'voted' | 'denied' | 'conceded'>): Vote => ({
  at,
  by: event.by,
  vote: ({ voted: 'yes', denied: 'no', conceded: 'leave' } as const)[event.type],
  revision: event.revision,
  seconds: event.type === 'voted' ? (event.seconds ?? null) : null,
  reason: event.type === 'voted' ? null : event.reason,
});

const decisionOf = (entries: readonly Entry[]): Decision | null => {
  const [found] = only(entries, 'approved', 'denied');
  if (found === undefined) return null;
  const { at, event } = found;
  if (event.type === 'denied') return { at, outcome: 'denied', by: [event.by], seconds: null, reason: event.reason };
  return { at, outcome: 'approved', by: event.by, seconds: event.seconds ?? null, reason: null };
};

const appliedOf = (entries: readonly Entry[]): Applied | null => {
  const [found] = only(entries, 'activated', 'completed');
  if (found === undefined) return null;
  const { at, event } = found;
  const changed = (event.changed ?? []).map(({ op, ...target }) => `${op} ${sayTarget(target)}`);
  if (event.type === 'completed') return { at, expiresAt: null, made: [], changed };
  const prolonged = only(entries, 'prolonged').at(-1)?.event.expiresAt;
  return {
    at: event.startedAt.toString(),
    expiresAt: (prolonged ?? event.expiresAt).toString(),
    made: event.objects.map(sayTarget),
    changed,
  };
};

const endOf = (entries: readonly Entry[]): EndOf | null => {
  const asked = only(entries, 'end-requested').at(-1)?.event;
  const rest = { lagMilliseconds: null, proofs: [] };
  const [found] = only(
    entries,
    'ended',
    'completed',
    'lapsed',
    'withheld',
    'failed',
    'denied',
    'withdrawn',
    'timed-out',
  ).slice(-1);
  if (found === undefined) return null;
  const { at, event } = found;
  switch (event.type) {
    case 'ended': {
      const { cause, why, proofs, lagMilliseconds } = event;
      const isWanted = asked !== undefined && asked.cause === cause;
      return {
        at,
        cause,
        by: isWanted ? [asked.by] : [],
        why: why ?? (isWanted && asked.reason !== '' ? asked.reason : null),
        lagMilliseconds,
        proofs,
      };
    }
    case 'completed':
    case 'timed-out':
      return { at, cause: event.type, by: [], why: null, ...rest };
    case 'lapsed':
    case 'withheld':
      return { at, cause: 'lapsed', by: asked === undefined ? [] : [asked.by], why: event.why, ...rest };
    case 'failed':
      return { at, cause: event.type, by: [], why: event.why, ...rest };
    case 'denied':
      return { at, cause: event.type, by: [event.by], why: event.reason, ...rest };
    case 'withdrawn':
      return { at, cause: event.type, by: [event.by], why: event.why ?? null, ...rest };
  }
};
