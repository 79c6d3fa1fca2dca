import type { Json } from '#domain/json.ts';
import { type Bare, createBare, endBare, makeBare } from './bare.ts';
import { type Figure, figure, latencies } from './figure.ts';
import { approve, ask, untilLogged, type Wanted } from './people.ts';
import type { Stage } from './stage.ts';

const bench = 'abusive request → grant dead';
const rbac = 'rbac.authorization.k8s.io';

/**
 * From a request that nobody makes with temporary access, with the person's own token, until that person's next one under the grant is
 * refused: over the API server's audit batch (100 ms), the watcher, the bot and the worker. Beside it a bare client that knows at once,
 * deletes the binding, and sees the same.
 */
export const benchWatchRevoke = async (stage: Stage): Promise<readonly Figure[]> => {
  const count = stage.size(100, 5);
  const [worker, person] = await Promise.all(
    ['hallpass-worker', 'requester'].map((name) => createBare(stage.stand.kubeconfig(name))),
  );
  if (worker === undefined || person === undefined) throw new Error('No clients');
  await letThemListSecrets(stage);
  const [product, baseline]: [number[], number[]] = [[], []];
  const warmUp = 5;
  for (let index = 0; index < count + warmUp; index += 1) {
    const namespace = stage.namespaces[index % stage.namespaces.length] ?? '';
    const taken = await throughProduct(stage, person, { namespace, object: `abuse-${index}` });
    const bare = await throughBare(worker, person, { namespace, object: `bare-abuse-${index}` });
    if (index < warmUp) continue;
    product.push(taken);
    baseline.push(bare);
  }
  await Promise.all([worker.close(), person.close()]);
  return [
    ...latencies(bench, 'request → refused', product, baseline).map((one) =>
      one.metric.endsWith('p99') ? { ...one, aim: { of: 'value', most: 500 } as const } : one,
    ),
    figure(bench, 'request → refused max', 'ms', Math.max(...product), { baseline: Math.max(...baseline) }),
  ];
};

/** What they abuse is a right that they have had before. */
const letThemListSecrets = async ({ stand: { admin } }: Stage): Promise<void> => {
  const metadata = { name: 'bench-secret-listers', namespace: 'shop-dev' };
  const of = (kind: string, more: Record<string, Json>) => ({ apiVersion: `${rbac}/v1`, kind, metadata, ...more });
  const at = `/apis/${rbac}/v1/namespaces/shop-dev`;
  await admin.send(
    'POST',
    `${at}/roles`,
    of('Role', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }] }),
  );
  await admin.send(
    'POST',
    `${at}/rolebindings`,
    of('RoleBinding', {
      roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
    }),
  );
};

/** Milliseconds from now until the person's own GET is forbidden. */
const untilForbidden = async (person: Bare, { namespace, object }: Wanted): Promise<number> => {
  const started = performance.now();
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${object}`;
  for (;;) {
    const { status } = await person.send('GET', path);
    if (status === 403) return performance.now() - started;
    if (performance.now() - started > 30_000) throw new Error(`GET ${path} is still allowed after 30 s`);
  }
};

const throughProduct = async (stage: Stage, person: Bare, wanted: Wanted): Promise<number> => {
  const id = await ask(stage, wanted, 600);
  await approve(stage, id);
  await untilLogged(stage, id, 'activated');
  const started = performance.now();
  const { status } = await person.send('GET', '/api/v1/namespaces/shop-dev/secrets');
  if (status !== 200) throw new Error(`The Secrets cannot be listed: ${status}`);
  await untilForbidden(person, wanted);
  const taken = performance.now() - started;
  await untilLogged(stage, id, 'ended');
  return taken;
};

const throughBare = async (worker: Bare, person: Bare, wanted: Wanted): Promise<number> => {
  const made = await makeBare(worker, { ...wanted, name: `bare-${wanted.object}` });
  const started = performance.now();
  await person.send('GET', '/api/v1/namespaces/shop-dev/secrets');
  await Promise.all([endBare(worker, made), untilForbidden(person, wanted)]);
  return performance.now() - started;
};
