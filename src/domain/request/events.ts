import { z } from 'zod';
import { personId } from '#domain/ids.ts';
import { accessProbe, objectRef } from '#domain/plan.ts';

const instant = z.codec(z.string(), z.instanceof(Temporal.Instant), {
  decode: (text, context) => {
    try {
      return Temporal.Instant.from(text);
    } catch {
      context.issues.push({ code: 'custom', input: text, message: 'not an instant in ISO 8601' });
      return z.NEVER;
    }
  },
  encode: (value) => value.toString(),
});
const seconds = z.int().positive();
const revision = z.int().min(1);

/** The rule that decides on a request, resolved when it was filed: later edits of the policy do not change it. */
export const approvalRule = z.strictObject({
  rule: z.string(),
  policyHash: z.string(),
  quorum: z.array(z.strictObject({ from: z.string(), count: z.int().min(1) })).min(1),
  channel: z.string(),
});
export type ApprovalRule = z.infer<typeof approvalRule>;

const submitted = z.strictObject({
  type: z.literal('submitted'),
  kind: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  requester: personId,
  subject: personId,
  /** What is asked, in the words of its kind. */
  ask: z.json(),
  reason: z.string(),
  seconds,
  approval: approvalRule,
  seal: z.string(),
  revision,
  respondBy: instant,
});

/** How a grant came to its end. */
export const endCause = z.enum(['expired', 'done', 'revoked']);
export type EndCause = z.infer<typeof endCause>;

/** What the cluster said after the removal: nothing allows it any more, or another binding still does. */
export const proof = z.strictObject({ probe: z.string(), stillAllowedBy: z.string().optional() });
export type Proof = z.infer<typeof proof>;

/** All that can happen to a request. Written by the bot, but for those that say what was done in a cluster: the worker's. */
export const requestEvent = z.discriminatedUnion('type', [
  submitted,
  z.strictObject({ type: z.literal('voted'), by: personId, revision }),
  z.strictObject({ type: z.literal('approved'), by: z.array(personId).min(1), revision, applyBy: instant }),
  z.strictObject({ type: z.literal('denied'), by: personId, revision, reason: z.string() }),
  z.strictObject({ type: z.literal('withdrawn'), by: personId }),
  z.strictObject({ type: z.literal('timed-out') }),
  z.strictObject({
    type: z.literal('activated'),
    startedAt: instant,
    expiresAt: instant,
    objects: z.array(objectRef),
    /** Whose access it is in the cluster, as `identityMark`. */
    identity: z.string(),
    /** What must be denied once it has ended; kept here so that the end needs no file that may have changed. */
    proofs: z.array(accessProbe),
  }),
  z.strictObject({ type: z.literal('lapsed'), why: z.string() }),
  z.strictObject({ type: z.literal('failed'), why: z.string() }),
  z.strictObject({
    type: z.literal('end-requested'),
    by: personId,
    cause: z.enum(['done', 'revoked']),
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('end-delayed'), why: z.string() }),
  z.strictObject({
    type: z.literal('ended'),
    cause: endCause,
    proofs: z.array(proof),
    /** From the moment it was to end until the cluster confirmed it. */
    lagMilliseconds: z.int().min(0),
  }),
]);
export type RequestEvent = z.infer<typeof requestEvent>;
export type Submitted = Extract<RequestEvent, { type: 'submitted' }>;

/** The two processes that write the log, each under a key of its own. */
export type Author = 'bot' | 'worker';

/** Whose signature an event needs. The worker's can end things or say what was done; none of them lets anything in. */
export const authorOf = (type: RequestEvent['type']): Author => {
  switch (type) {
    case 'submitted':
    case 'voted':
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'end-requested':
      return 'bot';
    case 'timed-out':
    case 'activated':
    case 'lapsed':
    case 'failed':
    case 'end-delayed':
    case 'ended':
      return 'worker';
  }
};
