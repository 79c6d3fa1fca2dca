import { z } from 'zod';
import type { AccessProbe } from '#domain/plan.ts';
import { createFault, failedWith, unlessAbsent } from './fault.ts';
import type { RawClient } from './raw-client.ts';

/** Whom the API server takes us for, and what it lets us do that no process of Hallpass should be able to. */
export type OwnIdentity = {
  /** Unknown to servers before 1.27, which only say that we are somebody. */
  readonly user: string | undefined;
  /** As in `escalate clusterroles`. */
  readonly excess: readonly string[];
};

const selfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string().min(1) }) }) });
const accessReview = z.object({ status: z.object({ allowed: z.boolean() }) });
const versions = ['v1', 'v1beta1', 'v1alpha1'];
const anonymous = 'system:anonymous';

/**
 * Asks, at start, who the API server says we are. Throws when it does not know us, or only as somebody anonymous: a token
 * that was never sent shows in no other way.
 */
export const checkIdentity = async (client: RawClient): Promise<OwnIdentity> => {
  const user = await whoAmI(client);
  if (user === anonymous) throw unknownToServer(client, undefined);
  const held = await Promise.all(tooMuch.map(async (probe) => ((await may(client, probe)) ? [probe] : [])));
  return { user, excess: held.flat().map(({ verb, resource }) => `${verb} ${resource}`) };
};

/** `SelfSubjectReview`: v1 since Kubernetes 1.28, v1beta1 since 1.27, v1alpha1 since 1.26 (where switched on). */
const whoAmI = async (client: RawClient): Promise<string | undefined> => {
  for (const version of versions) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const call = {
      method: 'POST',
      path: `/apis/${apiVersion}/selfsubjectreviews`,
      body: { apiVersion, kind: 'SelfSubjectReview' },
      saying: 'say who Hallpass is',
    } as const;
    // A server that lacks a version says 404, or 403 to all but administrators: it asks for permission first.
    const answer = await unlessAbsent(client.call(call, selfReview)).catch((error: unknown) => {
      if (failedWith(error, 401)) throw unknownToServer(client, error);
      if (!failedWith(error, 403)) throw error;
    });
    if (answer !== undefined) return answer.status.userInfo.username;
  }
  return undefined;
};

const rbac = 'rbac.authorization.k8s.io';
const tooMuch: readonly AccessProbe[] = [
  { verb: 'escalate', group: rbac, resource: 'clusterroles' },
  { verb: 'bind', group: rbac, resource: 'clusterroles' },
  { verb: 'impersonate', group: '', resource: 'users' },
  { verb: '*', group: '*', resource: '*' },
];

/** Says a power that no process of Hallpass may have, with the remedy. */
export const sayExcess = (cluster: string, power: string): string =>
  `Cluster "${cluster}": Hallpass holds "${power}", which would let it grant anything. Take that away; manifests/ shows what it needs.`;

/** SelfSubjectAccessReview of authorization.k8s.io/v1. */
export const may = async (client: RawClient, probe: AccessProbe): Promise<boolean> => {
  const apiVersion = 'authorization.k8s.io/v1';
  const call = {
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectaccessreviews`,
    body: { apiVersion, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { ...probe } } },
    saying: `ask whether Hallpass may ${probe.verb} ${probe.resource}`,
  } as const;
  return (await known(client, client.call(call, accessReview))).status.allowed;
};

/** Everybody whom the server knows may ask about themselves (`system:basic-user`): who may not is nobody to it. */
export const known = async <T>(client: RawClient, wanted: Promise<T>): Promise<T> => {
  try {
    return await wanted;
  } catch (error) {
    if (failedWith(error, 401) || failedWith(error, 403)) throw unknownToServer(client, error);
    throw error;
  }
};

const unknownToServer = ({ cluster }: RawClient, cause: unknown) =>
  createFault(
    { call: 'say who Hallpass is', failure: 'credentials', status: 401 },
    failedWith(cause, 401)
      ? `The API server of cluster "${cluster}" does not accept Hallpass's credentials (401). Give it a valid token or client certificate.`
      : `The API server of cluster "${cluster}" takes Hallpass for ${anonymous}, or for somebody who may not even ask about themselves. Check that its credentials are sent (a token, tokenFile, client certificate or exec plug-in), and that ClusterRole system:basic-user is bound to system:authenticated.`,
    cause,
  );
