import type { PersonId, RequestId } from './ids.ts';
import { canonical } from './json.ts';
import type { KubernetesIdentity, Plan } from './plan.ts';

/** SHA-256 of a UTF-8 text as lower-case hex. Pure, but node's, so it is handed in. */
export type Digest = (text: string) => string;

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
  /** Whole seconds. */
  readonly seconds: number;
  readonly plan: Plan;
};

/**
 * Tells whether somebody is still who they were in the cluster when a grant was made, without naming them in the log:
 * the hash is taken together with the request, so that it says nothing beside others.
 */
export const identityMark = (request: RequestId, identity: KubernetesIdentity, digest: Digest): string =>
  digest(canonical({ request, identity }));

export const sealOf = (sealed: Sealed, digest: Digest): string => digest(canonical(sealed));
