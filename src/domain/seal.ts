import type { PersonId, RequestId } from './ids.ts';
import { canonical } from './json.ts';
import type { KubernetesIdentity, Plan, Target } from './plan.ts';

/** SHA-256 of a UTF-8 text as lower-case hex. Pure, but node's, so it is handed in. */
export type Digest = (text: string) => string;

/**
 * One change of an object, as approvers agree to it: which object (its uid, unless it is created) and what becomes
 * different in it. What else is in the object is not part of it: an unrelated label disturbs nobody.
 */
export type SealedEdit = {
  readonly op: 'create' | 'update' | 'delete';
  readonly target: Target;
  readonly uid?: string | undefined;
  /** Over the canonical list of edits by path (`Comparison.edits`). */
  readonly delta: string;
};

/** All that approvers agree to. Whatever of it is different at apply time makes another seal, and nothing is applied. */
export type Sealed = {
  readonly request: RequestId;
  readonly revision: number;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  /** The namespace that was looked at; one that was deleted and made anew is another. */
  readonly namespaceUid: string;
  readonly requester: PersonId;
  readonly subject: PersonId;
  readonly identity: KubernetesIdentity;
  /** Whole seconds; absent for what is not taken back. */
  readonly seconds?: number | undefined;
  /** When it begins, ISO 8601; absent for what begins once it is approved. */
  readonly startsAt?: string | undefined;
  /** The grant that it goes on from. */
  readonly extends?: RequestId | undefined;
  readonly plan: Pick<Plan, 'create' | 'probes' | 'proofs'>;
  /** Absent for kinds that change nothing but objects of Hallpass's own. */
  readonly edits?: readonly SealedEdit[] | undefined;
};

/**
 * Tells whether somebody is still who they were in the cluster when a grant was made, without naming them in the log:
 * the hash is taken together with the request, so that it says nothing beside others.
 */
export const identityMark = (request: RequestId, identity: KubernetesIdentity, digest: Digest): string =>
  digest(canonical({ request, identity }));

export const sealOf = ({ plan: { create, probes, proofs }, ...sealed }: Sealed, digest: Digest): string =>
  digest(canonical({ ...sealed, plan: { create, probes, proofs } }));
