import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '#local/parts/api-client.ts';
import { callerNamespace } from '#local/shop/callers.ts';
import type { Stand } from '#local/stand.ts';
import type { Ground } from './ground.ts';
import { chainOf } from './judge.ts';
import { filedFor } from './people.ts';
import type { Ask, Misuse } from './plan.ts';
import type { Sample } from './seen.ts';

/** Somebody did what ends all that they hold, between these moments. Milliseconds of this process's clock. */
export type Misused = { readonly by: Ask['over']; readonly from: number; readonly to: number };

const rbac = 'rbac.authorization.k8s.io';
const dev = `/apis/${rbac}/v1/namespaces/shop-dev`;

/** Lets those who ask into pods of the shop's development by a right of their own: what they do with it is what is looked at. */
export const letExec = async ({ admin }: Stand): Promise<void> => {
  const metadata = { name: 'pod-visitors', namespace: 'shop-dev' };
  await admin.send('POST', `${dev}/roles`, {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }],
  });
  await admin.send('POST', `${dev}/rolebindings`, {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'pod-visitors' },
    subjects: [
      { apiGroup: rbac, kind: 'User', name: 'alice@acme.test' },
      { kind: 'ServiceAccount', name: 'deployer', namespace: callerNamespace },
    ],
  });
};

/** Of these, no grant of a round lets anybody list one. */
const forbidden = ['secrets', 'configmaps', 'pods', 'replicationcontrollers', 'limitranges'] as const;

/** Milliseconds: how long something has to be seen in force, is waited for to be, and is tried for. */
const patience = { seen: 1_200, active: 20_000, doing: 4_000 };

const does = async ({ namespace }: Ask, how: Misuse['how'], client: ApiClient): Promise<void> => {
  // Whatever is answered: the API server has heard it.
  if (how === 'exec') await client.send('POST', '/api/v1/namespaces/shop-dev/pods/web/exec?command=sh');
  else for (const one of forbidden) await client.send('GET', `/api/v1/namespaces/${namespace}/${one}`);
};

/** Misuses a grant once it is in force and its log says so; nothing where it never came to that, or the API server was away. */
export const misuse = async (
  ground: Ground,
  round: number,
  ask: Ask,
  { how, after }: Misuse,
  samples: readonly Sample[],
): Promise<readonly Misused[]> => {
  const isActive = async (): Promise<boolean> => {
    const first = samples.find(({ inForce }) => inForce)?.at ?? Number.POSITIVE_INFINITY;
    if (samples.at(-1)?.inForce !== true || Date.now() - first < patience.seen) return false;
    const [id] = await filedFor(ground, round, ask);
    const chain = id === undefined ? undefined : await chainOf(ground, id);
    return typeof chain === 'object' && chain.request.state.status === 'active';
  };
  for (const deadline = Date.now() + patience.active; !(await isActive().catch(() => false)); await wait(100))
    if (Date.now() > deadline) return [];
  await wait(after);
  const from = Date.now();
  const client = ask.over === 'api' ? ground.pipeline.client : ground.alice;
  for (const deadline = from + patience.doing; Date.now() < deadline; await wait(200)) {
    const isDone = await does(ask, how, client).then(
      () => true,
      () => false,
    );
    if (isDone) return [{ by: ask.over, from, to: Date.now() }];
  }
  return [];
};
