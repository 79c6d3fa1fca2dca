import type { AccessProbe, KubernetesIdentity, Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { quote, type SubmitRefusal, unclear } from './asking.ts';
import { isOurs } from './home.ts';
import type { BotPorts, ClusterReader } from './ports.ts';

/**
 * Looks in the cluster whether the places are there, and whether the person has all of it already. A cluster that does
 * not answer is a no.
 */
export const lookAtPlace = async (
  { alarm, home }: BotPorts,
  cluster: ClusterReader,
  ...rest: [namespace: string, plan: Plan, identity: KubernetesIdentity]
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  try {
    const [, plan] = rest;
    if (plan.create.some(({ metadata }) => isOurs(home, metadata.namespace)))
      return err({ type: 'not-allowed', passed: [] });
    return await lookAt(cluster, ...rest);
  } catch (cause) {
    alarm('A cluster did not answer; nobody can ask for anything in it', {
      cluster: cluster.name,
      cause: String(cause),
    });
    return err({ type: 'lookup-failed', what: `cluster "${cluster.name}"` });
  }
};

const lookAt = async (
  cluster: ClusterReader,
  namespace: string,
  plan: Plan,
  identity: KubernetesIdentity,
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  const others = plan.create.flatMap(({ metadata }) => metadata.namespace ?? []).filter((name) => name !== namespace);
  for (const name of [...new Set(others)]) {
    if ((await cluster.namespace(name)) === undefined) return err(noNamespace(name, cluster.name));
  }
  const found = await cluster.namespace(namespace);
  if (found === undefined || found.terminating) return err(noNamespace(namespace, cluster.name));
  const held = await alreadyHeld(cluster, identity, plan.probes);
  return held === undefined ? ok({ uid: found.uid }) : err({ type: 'already-have', who: 'you', allowedBy: held });
};

/** The authorizer's reason when every probe is allowed already; it stops asking at the first that is not. */
const alreadyHeld = async (
  cluster: ClusterReader,
  identity: KubernetesIdentity,
  probes: readonly AccessProbe[],
): Promise<string | undefined> => {
  let reason: string | undefined;
  for (const probe of probes) {
    const review = await cluster.review(identity, probe);
    if (!review.allowed) return undefined;
    reason ??= review.reason;
  }
  return reason;
};

const noNamespace = (name: string, cluster: string): SubmitRefusal =>
  unclear('namespace', `There is no namespace ${quote(name)} in cluster ${quote(cluster)}, or it is being deleted.`);
