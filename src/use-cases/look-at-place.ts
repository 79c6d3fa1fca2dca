import type { AccessProbe, KubernetesIdentity, Plan } from '#domain/plan.ts';
import type { Reviewed } from '#domain/radius/gains.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Asking, quote, type SubmitRefusal, unclear } from './asking.ts';
import { namesOneOf } from './confirm.ts';
import { isOurs } from './home.ts';
import type { BotPorts, ClusterReader } from './ports.ts';

/** Looks in the cluster whether the places are there. A cluster that does not answer is a no. */
export const lookAtPlace = async (
  ports: BotPorts,
  cluster: ClusterReader,
  namespace: string,
  plan: Pick<Plan, 'create'>,
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  if (plan.create.some(({ metadata }) => isOurs(ports.home, metadata.namespace)))
    return err({ type: 'not-allowed', passed: [] });
  return orNo(ports, cluster, () => lookAt(cluster, namespace, plan));
};

/**
 * Whether the person has all of it already; a kind that gives nobody any rights has nothing to ask. What the authorizer
 * says they have by the grant that is extended, they do not have for longer.
 */
export const alreadyHeld = (
  ports: BotPorts,
  cluster: ClusterReader,
  { probes }: Pick<Plan, 'probes'>,
  identity: KubernetesIdentity,
  extended: Asking['extends'],
): Promise<Result<null, SubmitRefusal>> =>
  orNo(ports, cluster, async () => {
    const held = await allowedBy(cluster, identity, probes, extended?.objects ?? []);
    return held === undefined ? ok(null) : err({ type: 'already-have', who: 'you', allowedBy: held });
  });

/** The same for a request: a cluster that does not answer is a no. */
export const reviewed = (
  ports: BotPorts,
  cluster: ClusterReader,
  { probes }: Pick<Plan, 'probes'>,
  identity: KubernetesIdentity,
  except: readonly string[],
): Promise<Result<readonly Reviewed[], SubmitRefusal>> =>
  orNo(ports, cluster, async () => ok(await reviewAll(cluster, identity, probes, except)));

/** So many questions to the authorizer are open at a time. */
const atOnce = 8;

/** What of these rights somebody has now, by other grants than these. */
export const reviewAll = async (
  cluster: Pick<ClusterReader, 'review'>,
  identity: KubernetesIdentity,
  probes: readonly AccessProbe[],
  except: readonly string[],
): Promise<readonly Reviewed[]> => {
  const reviewed: Reviewed[] = [];
  for (let next = 0; next < probes.length; next += atOnce)
    reviewed.push(
      ...(await Promise.all(
        probes.slice(next, next + atOnce).map(async (probe) => {
          const review = await cluster.review(identity, probe);
          return { probe, held: review.allowed && !namesOneOf(except, review) };
        }),
      )),
    );
  return reviewed;
};

const orNo = async <T>(
  { alarm }: BotPorts,
  cluster: ClusterReader,
  look: () => Promise<Result<T, SubmitRefusal>>,
): Promise<Result<T, SubmitRefusal>> => {
  try {
    return await look();
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
  plan: Pick<Plan, 'create'>,
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  const others = plan.create.flatMap(({ metadata }) => metadata.namespace ?? []).filter((name) => name !== namespace);
  for (const name of [...new Set(others)]) {
    if ((await cluster.namespace(name)) === undefined) return err(noNamespace(name, cluster.name));
  }
  const found = await cluster.namespace(namespace);
  if (found === undefined || found.terminating) return err(noNamespace(namespace, cluster.name));
  return ok({ uid: found.uid });
};

/** The authorizer's reason when every probe is allowed already, by other than these; it stops asking at the first that is not. */
const allowedBy = async (
  cluster: ClusterReader,
  identity: KubernetesIdentity,
  probes: readonly AccessProbe[],
  except: readonly string[],
): Promise<string | undefined> => {
  let reason: string | undefined;
  for (const probe of probes) {
    const review = await cluster.review(identity, probe);
    if (!review.allowed || namesOneOf(except, review)) return undefined;
    reason ??= review.reason;
  }
  return reason;
};

const noNamespace = (name: string, cluster: string): SubmitRefusal =>
  unclear('namespace', `There is no namespace ${quote(name)} in cluster ${quote(cluster)}, or it is being deleted.`);
