import { type Bare, inLanes, post } from './bare.ts';
import type { Wanted } from './people.ts';
import type { Stage } from './stage.ts';

export const ingressPath = ({ namespace, object }: Wanted): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${object}`;

const route = (path: string, service: string) => ({
  path,
  pathType: 'Prefix',
  backend: { service: { name: service, port: { number: 80 } } },
});

/** An Ingress with one host of its own and these paths. */
export const ingress = ({ namespace, object }: Wanted, ...paths: readonly string[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: object, namespace, labels: { team: 'bench' }, annotations: { 'bench.test/note': 'as it was' } },
  spec: {
    rules: [
      { host: `${object}.bench.test`, http: { paths: paths.map((path) => route(path, path.slice(1) || 'web')) } },
    ],
  },
});

/** Makes the Ingresses that a bench changes, as the cluster's administrator. */
export const makeIngresses = async ({ say }: Stage, admin: Bare, all: readonly Wanted[]): Promise<void> => {
  await inLanes(all, 16, (wanted) =>
    post(admin, ingressPath(wanted).split('/').slice(0, -1).join('/'), ingress(wanted, '/')),
  );
  say(`${all.length} Ingresses made`);
};

/** Milliseconds from now until an administrator's GET shows the Ingress with its second path, or without it. */
export const untilSeen = async (
  admin: Bare,
  wanted: Wanted,
  state: 'changed' | 'as it was',
  within = 20_000,
): Promise<number> => {
  const started = performance.now();
  const path = ingressPath(wanted);
  for (;;) {
    const { status, text } = await admin.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status}`);
    const past = performance.now() - started;
    if (text.includes('"/beta"') === (state === 'changed')) return past;
    if (past > within) throw new Error(`${path} is not ${state} after ${within} ms`);
  }
};
