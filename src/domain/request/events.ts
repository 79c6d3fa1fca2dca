import { z } from 'zod';
import { contentRef, operation } from '#domain/content/content.ts';
import { objectVersion } from '#domain/guard/object-version.ts';
import { completions, misuses } from '#domain/guard/protection.ts';
import { personId, requestId } from '#domain/ids.ts';
import { accessProbe, objectRef, target } from '#domain/plan.ts';
import { risks } from '#domain/policy/policy.ts';
import { sources } from '#domain/source.ts';
import { mostEvidence, watchRules } from '#domain/watch/suspicion.ts';
import { instant } from './instant.ts';
import { mostRights, right } from './rights.ts';
import { rolledOut } from './rollout.ts';
import { summedUp } from './summary.ts';

const seconds = z.int().positive();
const revision = z.int().min(1);

/** The rule that decides on a request, as it was when it was filed. Once another one decides by the policy, nobody can approve it. */
export const approvalRule = z.strictObject({
  rule: z.string(),
  policyHash: z.string(),
  quorum: z.array(z.strictObject({ from: z.string(), count: z.int().min(1), step: z.int().min(1).optional() })).min(1),
  channel: z.string(),
  /** How a revert that met somebody else's edit may be settled; both ways when absent. */
  settle: z.array(z.enum(['keep', 'restore'])).optional(),
  /** It was approved at once; the quorum's groups may still take it back. */
  auto: z.literal(true).optional(),
  /** Groups whose people do not decide, whatever other groups they are in. */
  never: z.array(z.string()).optional(),
  /** An approval counts only from who has just proven who they are outside of Slack. */
  stepUp: z.literal(true).optional(),
  /**
   * It was taken by break-glass: approved at once, by nobody. Its groups are told, and reminded so often (seconds) until one
   * of them has reviewed it.
   */
  breakGlass: z.strictObject({ remindEvery: seconds }).optional(),
  /** So often (seconds) those whose turn it is are reminded while it waits. */
  remindEvery: seconds.optional(),
  /** Once it has waited so long (seconds), the people of these groups may decide in the place of any other. */
  escalate: z.strictObject({ after: seconds, to: z.array(z.string()).min(1) }).optional(),
  /** The rules before it, in order, and why each did not decide; the first of them, where there are many. */
  passed: z.array(z.strictObject({ rule: z.string(), why: z.string() })).optional(),
});
export type ApprovalRule = z.infer<typeof approvalRule>;

/**
 * A direct write that was held and became this request. It names nobody: `by` tells whether somebody is the one who wrote it.
 */
export const held = z.strictObject({
  /** Of the write itself (`fingerprintOf`): the same for each attempt. */
  fingerprint: z.string(),
  /** `writerMark` of the user who wrote it. */
  by: z.string(),
  /** What a pipeline or controller is called that wrote it; absent for a person. */
  writer: z.string().optional(),
  /** It puts back by itself what others change. */
  selfHeals: z.literal(true).optional(),
  complete: z.array(z.enum(completions)).min(1),
  /** An approval waits so long (seconds) to be used. */
  retryWithin: seconds,
  /** Annotations that make no difference. */
  ignore: z.array(z.string()),
  /** Digest of the object as it shall be (`contentMark`); absent for a deletion. */
  after: z.string().optional(),
  /** The object that it is written to, as a worker saw it when this was filed; absent where there was none. */
  from: objectVersion.optional(),
  /** As what the same write was approved when it came in a way that this did not fit: it lets through what it fits all the same. */
  earlier: requestId.optional(),
  /** Of a write that only sets how many there are, which has no `after`. */
  replicas: z.int().min(0).optional(),
});
export type HeldWrite = z.infer<typeof held>;

/** How what is protected was found to be another than was agreed to last, by no request. */
export const drift = z.strictObject({
  what: z.enum(['created', 'changed', 'deleted']),
  /** Of the write that would put it back (`fingerprintOf`). */
  fingerprint: z.string(),
  /** Annotations that make no difference. */
  ignore: z.array(z.string()),
  /** How many there are is not put back: anybody may say that. */
  scales: z.literal(true).optional(),
  /** Field managers that own what is another now, as the API server says. */
  by: z.array(z.string()),
  /** What is more dangerous by it than before, in words. */
  dangers: z.array(z.string()),
  risk: z.enum(risks),
  /** Hallpass cannot write such objects, and so not put it back. */
  byAuthor: z.literal(true).optional(),
});
export type Drift = z.infer<typeof drift>;

/** What a review may find: it was right to take it without asking, or it was not. */
export const findings = ['justified', 'not-justified'] as const;
export type Finding = (typeof findings)[number];

const submitted = z.strictObject({
  type: z.literal('submitted'),
  kind: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  requester: personId,
  subject: personId,
  /** Absent in logs from before it was written down; see `sourceOf`. */
  source: z.enum(sources).optional(),
  /**
   * The pipeline or agent that asks over the API, on the account of the requester. `own`: what it asks for is for itself in the cluster,
   * and not for the subject.
   */
  caller: z
    .strictObject({ name: z.string(), agent: z.literal(true).optional(), own: z.literal(true).optional() })
    .optional(),
  /** What is asked, in the words of its kind. */
  ask: z.json(),
  reason: z.string(),
  /** Absent for what is not taken back. */
  seconds: seconds.optional(),
  /** It is applied no earlier, however early it is approved. Absent: as soon as it is approved. */
  startsAt: instant.optional(),
  approval: approvalRule,
  seal: z.string(),
  revision,
  respondBy: instant,
  /** What approvers are shown beside the ask, for kinds that change what is there. */
  content: contentRef.optional(),
  /** What approvers are shown of what it reaches, where it changes no object that is there. */
  around: contentRef.optional(),
  /** Filed for another request that came to nothing or was ended early, and why. */
  follows: z
    .strictObject({
      request: requestId,
      why: z.string(),
      /** It had been in force. */
      ended: z.literal(true).optional(),
    })
    .optional(),
  /** Absent for what somebody asked for. */
  held: held.optional(),
  /** Nobody asked: something was changed, and shall be put back or accepted. */
  drift: drift.optional(),
  /** Goes on from another grant without a break; `seconds` are those beyond its end. */
  extends: z
    .strictObject({
      request: requestId,
      /** Of the first grant of all that were extended one by another. */
      startedAt: instant,
      /** When the one that is extended would end. */
      expiresAt: instant,
    })
    .optional(),
});

/**
 * How a grant came to its end; `unsafe`: it would have done other than was approved, so it was not left in force;
 * `extended`: another one, approved anew, goes on from it; `misused`: it was used for something worse than its card showed;
 * `tripped`: what was seen of its use, or of whose it is, looks wrong.
 */
export const endCause = z.enum(['expired', 'done', 'revoked', 'unsafe', 'extended', 'misused', 'tripped']);
export type EndCause = z.infer<typeof endCause>;

/** An object that was changed and is not Hallpass's own. */
export const changedRef = objectRef.extend({ op: operation });
export type ChangedRef = z.infer<typeof changedRef>;

/** What became of a changed object at the end. */
export const reverted = z.strictObject({
  target,
  /**
   * `restored`: the fields are as they were; `removed`: it had been created; `created`: it had been deleted; `already`:
   * somebody had taken it back before; `gone`: it is not there any more, or another one of its name; `kept`: as somebody
   * else made it, by decision.
   */
  how: z.enum(['restored', 'removed', 'created', 'already', 'gone', 'kept']),
});
export type Reverted = z.infer<typeof reverted>;

/** A place that somebody else changed while a temporary change was in force; values as short visible text, secrets masked. */
export const conflict = z.strictObject({
  target,
  /** As people read it: `spec.rules[host=shop.acme.test].http.paths`. */
  path: z.string(),
  before: z.string(),
  applied: z.string(),
  now: z.string(),
  /** Digest of the whole value as it is now: only what was shown is written over. */
  mark: z.string().optional(),
  /** Field managers that own it now, as the API server says. */
  by: z.array(z.string()),
});
export type Conflict = z.infer<typeof conflict>;

/** What the cluster said after the removal: nothing allows it any more, or another binding still does. */
export const proof = z.strictObject({ probe: z.string(), stillAllowedBy: z.string().optional() });
export type Proof = z.infer<typeof proof>;

/** Something that was done with a grant, as the API server reported it; without a name it was done to all of them, or to none. */
export const use = z.strictObject({
  verb: z.string().max(40),
  group: z.string().max(100),
  resource: z.string().max(100),
  subresource: z.string().max(100).optional(),
  namespace: z.string().max(63).optional(),
  name: z.string().max(253).optional(),
  /** Another binding than the grant's own is what the API server says allowed it: it would have been allowed without the grant too. */
  allowedBy: z.string().max(300).optional(),
  /** It began and did not end with its answer: a watch, a log that is followed, a command or a port in a pod. Kubernetes cuts none of these. */
  stream: z.literal(true).optional(),
});
export type Use = z.infer<typeof use>;

/** Different uses of one grant that its log tells. */
export const mostObserved = 100;

/** What becomes of the pods of its workloads is to be told; logs from before that lack it. */
const rolls = z.literal(true).optional();

/** All that can happen to a request. Written by the bot, but for those that say what was done in a cluster: the worker's. */
export const requestEvent = z.discriminatedUnion('type', [
  submitted,
  /** `seconds`: for no longer than this, which is less than was asked. */
  z.strictObject({
    type: z.literal('voted'),
    by: personId,
    revision,
    seconds: seconds.optional(),
    /** They had just proven who they are outside of Slack. */
    confirmed: z.literal(true).optional(),
  }),
  /** `auto`: by the rule itself or by break-glass, and by nobody. */
  z.strictObject({
    type: z.literal('approved'),
    by: z.array(personId),
    auto: z.literal(true).optional(),
    revision,
    /** The least that one of those who voted gave, where that is less than was asked. */
    seconds: seconds.optional(),
    applyBy: instant,
  }),
  z.strictObject({ type: z.literal('denied'), by: personId, revision, reason: z.string() }),
  /** They want what was found to stay as it is; `denied` once enough of them do. */
  z.strictObject({ type: z.literal('conceded'), by: personId, revision, reason: z.string() }),
  z.strictObject({ type: z.literal('withdrawn'), by: personId, why: z.string().optional() }),
  /** Whoever answers for a held write that came without a reason says why it is made. */
  z.strictObject({ type: z.literal('explained'), by: personId, reason: z.string() }),
  z.strictObject({ type: z.literal('timed-out') }),
  /** Those who have not decided, or not reviewed what was taken by break-glass, are to be told once more. */
  z.strictObject({ type: z.literal('reminded') }),
  /** It has waited so long that others may decide too; they are to be told. */
  z.strictObject({ type: z.literal('escalated') }),
  /** Somebody has looked at what was taken by break-glass, and what they make of it. */
  z.strictObject({ type: z.literal('reviewed'), by: personId, finding: z.enum(findings), note: z.string() }),
  /** While it waited, what it would change moved: a new revision with a new content, and no votes. */
  z.strictObject({ type: z.literal('revised'), revision, seal: z.string(), content: contentRef, why: z.string() }),
  /** A reviewer has opened the whole of what does not fit on the card. */
  z.strictObject({ type: z.literal('seen'), by: personId, revision }),
  z.strictObject({
    type: z.literal('activated'),
    startedAt: instant,
    expiresAt: instant,
    objects: z.array(objectRef),
    /** Whose access it is in the cluster, as `identityMark`. */
    identity: z.string(),
    /** What must be denied once it has ended; kept here so that the end needs no file that may have changed. */
    proofs: z.array(accessProbe),
    changed: z.array(changedRef).optional(),
    rolls,
    /** What it lets somebody do. Where that is said, its end is to be summed up; logs from before that lack it. */
    rights: z.array(right).min(1).max(mostRights).optional(),
  }),
  /** What is not taken back was done. */
  z.strictObject({ type: z.literal('completed'), changed: z.array(changedRef), rolls }),
  /** `moved`: it is no longer what was approved, so that it has to be asked for anew. */
  z.strictObject({
    type: z.literal('lapsed'),
    why: z.string(),
    moved: z.literal(true).optional(),
    /** Something of it had been made already, and is taken away again. */
    made: z.literal(true).optional(),
  }),
  /** Shortly before it begins: its people still are who they were when it was approved. */
  z.strictObject({
    type: z.literal('confirmed'),
    /** Of a held write: they say that it is theirs, and want Hallpass to do it. */
    by: personId.optional(),
  }),
  /** They are not, so it does not begin. */
  z.strictObject({ type: z.literal('withheld'), why: z.string() }),
  /** The request that was filed for a lapsed one. */
  z.strictObject({ type: z.literal('followed'), request: requestId }),
  z.strictObject({ type: z.literal('failed'), why: z.string() }),
  z.strictObject({
    type: z.literal('end-requested'),
    by: personId,
    cause: z.enum(['done', 'revoked']),
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('end-delayed'), why: z.string() }),
  /** Somebody whose grant this is wrote directly to what is protected, and was let through. */
  z.strictObject({
    type: z.literal('used'),
    operation,
    target,
    risk: z.enum(risks),
    /** What the object was and what the write made of it (`stateMark`); absent for a part of it. */
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  /**
   * Somebody whose grant this is tried something directly that is worse than what its card showed, and was refused. It is to be
   * ended for that, unless it was taken by break-glass.
   */
  z.strictObject({
    type: z.literal('misused'),
    operation,
    target,
    risk: z.enum(misuses),
    /** What of it is worse, in words; the first of them. */
    findings: z.array(z.string()),
    /** Of the write itself (`fingerprintOf`). */
    fingerprint: z.string().optional(),
  }),
  /** Its use, or whose it is, looks wrong by a rule of the policy's `watch`. `revoke`: it is to be ended for that. */
  z.strictObject({
    type: z.literal('tripped'),
    rule: z.enum(watchRules),
    does: z.enum(['revoke', 'warn']),
    /** What was seen, in words. */
    evidence: z.array(z.string().max(mostEvidence.characters)).max(mostEvidence.lines),
    /** Of whose it is, whom it is about; absent for what was done with it. */
    about: z.array(personId).min(1).max(2).optional(),
  }),
  /** What was done with it, each the first time. May come when it has ended. */
  z.strictObject({ type: z.literal('observed'), uses: z.array(use).min(1).max(mostObserved) }),
  /** Its people are to be told that it ends soon. */
  z.strictObject({ type: z.literal('warned') }),
  /** A request was filed that shall go on from this grant. */
  z.strictObject({ type: z.literal('extension-asked'), by: personId, request: requestId }),
  /** That request is in force, so this grant is to be ended; `by` had asked for it. */
  z.strictObject({ type: z.literal('extended'), by: personId, request: requestId }),
  /** What it has changed stays so for longer: that request was approved, which `by` had asked for. */
  z.strictObject({ type: z.literal('prolonged'), by: personId, request: requestId, expiresAt: instant }),
  /** The grant that this one extends is being ended, or has ended by itself. */
  z.strictObject({ type: z.literal('took-over'), request: requestId }),
  /** What could be taken back is; these places are not, because somebody else changed them. A person has to settle it. */
  z.strictObject({ type: z.literal('conflicted'), conflicts: z.array(conflict).min(1), reverted: z.array(reverted) }),
  /** `keep`: as it is now; `restore`: as it was before, over what somebody else made of it. */
  z.strictObject({
    type: z.literal('settled'),
    by: personId,
    choice: z.enum(['keep', 'restore']),
    reason: z.string(),
  }),
  z.strictObject({
    type: z.literal('ended'),
    cause: endCause,
    /** For `unsafe`: what would have been otherwise. */
    why: z.string().optional(),
    reverted: z.array(reverted).optional(),
    proofs: z.array(proof),
    /** From the moment it was to end until the cluster confirmed it. */
    lagMilliseconds: z.int().min(0),
  }),
  /** What was used of it, what was not, and what became of the objects in its scope. Comes once, when it has ended. */
  summedUp,
  rolledOut,
]);
export type RequestEvent = z.infer<typeof requestEvent>;
export type Submitted = Extract<RequestEvent, { type: 'submitted' }>;

/** The processes that sign, each with a key of its own. Guard and watcher write no log: what they sign, the bot takes in. */
export type Author = 'bot' | 'worker' | 'guard' | 'watcher';

/** Whose signature an event needs. The worker's can end things or say what was done; none of them lets anything in. */
export const authorOf = (type: RequestEvent['type']): Author => {
  switch (type) {
    case 'submitted':
    case 'voted':
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'explained':
    case 'conceded':
    case 'revised':
    case 'seen':
    case 'followed':
    case 'settled':
    case 'end-requested':
    case 'extension-asked':
    case 'reviewed':
    case 'confirmed':
    case 'withheld':
    case 'used':
    case 'misused':
    case 'tripped':
    case 'observed':
      return 'bot';
    case 'timed-out':
    case 'reminded':
    case 'escalated':
    case 'activated':
    case 'completed':
    case 'lapsed':
    case 'failed':
    case 'conflicted':
    case 'end-delayed':
    case 'warned':
    case 'extended':
    case 'prolonged':
    case 'took-over':
    case 'ended':
    case 'summed-up':
    case 'rolled-out':
      return 'worker';
  }
};
