import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { type Figure, figure } from './figure.ts';
import { approve, ask, untilLogged } from './people.ts';
import type { Stage } from './stage.ts';

const bench = 'audit events';
/** As the API server sends them unless it is told otherwise. */
const inBatch = 400;
const connections = 4;
const program = fileURLToPath(new URL('./watch-bare-process.ts', import.meta.url));

/**
 * Audit events a second that the watcher, one process, takes: batches of 400 over four connections, four in five of them of the cluster's
 * own components and of people without a grant, one in five of somebody who holds one; beside a bare HTTPS server that only parses the
 * same batches.
 */
export const benchWatchEvents = async (stage: Stage): Promise<readonly Figure[]> => {
  const { watcher } = stage.stand.config('watcher');
  if (watcher === undefined) throw new Error('The stage has no watcher');
  const namespace = stage.namespaces[0] ?? '';
  const id = await ask(stage, { namespace, object: 'watched' }, 3_000);
  await approve(stage, id);
  await untilLogged(stage, id, 'activated');
  const batches = stage.size(300, 10);
  const ca = readFileSync(join(watcher.certificate, 'ca.crt'), 'utf8');
  const token = readFileSync(watcher.tokenFile ?? '', 'utf8');
  const bare = await startBare(watcher.certificate);
  const send = async (port: number, count: number): Promise<number> => {
    const pool = new Pool(`https://127.0.0.1:${port}`, { connections, pipelining: 1, allowH2: false, connect: { ca } });
    const bodies = Array.from({ length: count }, () => batchOf(namespace));
    const started = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
          const reply = await pool.request({
            method: 'POST',
            path: '/audit',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body,
          });
          await reply.body.dump();
          if (reply.statusCode !== 200) throw new Error(`The watcher answered ${reply.statusCode}`);
        }
      }),
    );
    const seconds = (performance.now() - started) / 1_000;
    await pool.destroy();
    return (count * inBatch) / seconds;
  };
  const rates: { product: number[]; baseline: number[] } = { product: [], baseline: [] };
  for (let round = 0; round < 4; round += 1) {
    const baseline = await send(bare.port, batches / 2);
    const product = await send(watcher.port, batches);
    if (round === 0) continue;
    rates.product.push(product);
    rates.baseline.push(baseline);
  }
  bare.stop();
  return [
    figure(bench, 'taken by one watcher', 'events/s', Math.max(...rates.product), {
      baseline: Math.max(...rates.baseline),
      aim: { of: 'value', least: 5_000 },
    }),
  ];
};

const startBare = async (certificate: string): Promise<{ readonly port: number; readonly stop: () => void }> => {
  const child = fork(program, [certificate], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('message', (port) => resolve(Number(port)));
  child.once('exit', (code) => reject(new Error(`The baseline's process ended with ${code}`)));
  return { port: await promise, stop: () => void child.kill() };
};

const controllers = ['deployment-controller', 'replicaset-controller', 'endpoint-controller', 'cert-manager'];

/** As kube-apiserver 1.20 writes them, at the level Metadata. */
const batchOf = (namespace: string): string => {
  const now = Temporal.Now.instant().toString();
  const items = Array.from({ length: inBatch }, (_, index) => {
    const isHolder = index % 5 === 0;
    const isPerson = isHolder || index % 5 === 1;
    const user = isHolder
      ? 'alice@acme.test'
      : isPerson
        ? 'bob@acme.test'
        : `system:serviceaccount:kube-system:${controllers[index % controllers.length]}`;
    return {
      level: 'Metadata',
      auditID: randomUUID(),
      stage: 'ResponseComplete',
      requestURI: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/watched?timeout=10s`,
      verb: 'get',
      user: { username: user, uid: randomUUID(), groups: ['engineers', 'system:authenticated'] },
      sourceIPs: ['10.0.3.17'],
      userAgent: 'kubectl/v1.30.2 (linux/amd64) kubernetes/39683505',
      objectRef: {
        resource: 'networkpolicies',
        namespace,
        name: index % 50 === 0 ? `other-${index}` : 'watched',
        apiGroup: 'networking.k8s.io',
        apiVersion: 'v1',
      },
      responseStatus: { metadata: {}, code: 200 },
      requestReceivedTimestamp: now,
      stageTimestamp: now,
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "something/${namespace}" of Role "something" to User "${user}"`,
      },
    };
  });
  return JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
};
