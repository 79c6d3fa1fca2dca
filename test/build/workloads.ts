import { requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Result } from '#domain/result.ts';
import { apiVersionOf, type Kind, type KindModule, type Seen } from '#kinds/kind.ts';

/** What nobody but its pods is to know. */
export const workSecret = 'hunter2-of-the-template';

type Parts = {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly ready?: number;
  readonly image?: string;
  readonly metadata?: Readonly<Record<string, Json>>;
  readonly spec?: Readonly<Record<string, Json>>;
  readonly status?: Readonly<Record<string, Json>>;
};

export const templateOf = (name: string, image = `${name}:2`, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { creationTimestamp: null, labels: { app: name, ...labels } },
  spec: { containers: [{ name: 'main', image, env: [{ name: 'PASSWORD', value: workSecret }] }] },
});

/** A workload of two pods in `shop`, with a password in its template. */
export const workloadOf = (name: string, parts: Parts = {}): Manifest => {
  const { kind = 'Deployment', ready = 2, image, metadata = {}, spec = {}, status = {} } = parts;
  const counts =
    kind === 'DaemonSet'
      ? {
          desiredNumberScheduled: 2,
          currentNumberScheduled: 2,
          numberReady: ready,
          numberAvailable: ready,
          updatedNumberScheduled: 2,
        }
      : { replicas: 2, readyReplicas: ready, availableReplicas: ready, updatedReplicas: 2 };
  const own = { uid: `uid of ${name}`, generation: 3 };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop', ...own, ...metadata },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 2 }),
      selector: { matchLabels: { app: name } },
      template: templateOf(name, image),
      ...spec,
    },
    status: { observedGeneration: 3, ...counts, ...status },
  };
};

/** What a Deployment leaves of a template that it had. */
export const replicaSetOf = (
  deployment: string,
  revision: number,
  image: string,
  more: Readonly<Record<string, string>> = {},
  name = `${deployment}-${revision}`,
): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    namespace: 'shop',
    creationTimestamp: '2026-11-20T10:00:05Z',
    annotations: { 'deployment.kubernetes.io/revision': String(revision), ...more },
    ownerReferences: [{ kind: 'Deployment', name: deployment, uid: `uid of ${deployment}`, controller: true }],
  } as Manifest['metadata'],
  spec: { template: templateOf(deployment, image, { 'pod-template-hash': `hash-${revision}` }) },
});

export const budgetOf = (name: string, app: string, allowed: number, apiVersion = 'policy/v1'): Manifest => ({
  apiVersion,
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'shop' },
  spec: { minAvailable: 2, selector: { matchLabels: { app } } },
  status: { disruptionsAllowed: allowed, currentHealthy: 2, desiredHealthy: 2 },
});

/** The kind as these settings have it; throws when they are refused. */
export const kindOver = (module: KindModule, profiles: readonly Json[]): Kind => {
  const kind = module.configure({ profiles });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

export const takenFrom = <T>(result: Result<T, string>): T => {
  if (result.ok) return result.value;
  throw new Error(result.error);
};

/** What would be planned in `shop` where the cluster holds these. */
export const planIn = (kind: Kind, ask: Json, cluster: readonly Manifest[]) => {
  const seen: Seen = takenFrom(kind.look(ask, 'shop')).map((look) =>
    cluster.filter((one) =>
      look.type === 'list'
        ? one.kind === look.of.kind && one.apiVersion === apiVersionOf(look.of)
        : one.kind === look.target.kind && one.metadata.name === look.target.name,
    ),
  );
  const request = requestId.parse('k7m2-qx');
  return kind.plan(ask, { request, namespace: 'shop', identity: { user: '', groups: [] }, seen });
};
