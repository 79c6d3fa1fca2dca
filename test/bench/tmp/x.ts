import diagnostics_channel from 'node:diagnostics_channel';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { createRawClient } from '#adapters/kubernetes/raw-client.ts';
import { startStand } from '#local/stand.ts';
import { inLanes } from '../bare.ts';

let connected = 0;
const statuses = new Map<string, number>();
diagnostics_channel.subscribe('undici:client:connected', () => {
  connected += 1;
});
const closers = new Map<string, number>();
diagnostics_channel.subscribe('undici:request:headers', (m: any) => {
  const h = (
    Array.isArray(m.response.headers) ? m.response.headers : Object.entries(m.response.headers ?? {}).flat()
  ).map(String);
  const i = h.findIndex((x: string) => x.toLowerCase() === 'connection');
  const k = `${m.request.method} ${m.response.statusCode} conn=${i >= 0 ? h[i + 1] : '-'}`;
  statuses.set(k, (statuses.get(k) ?? 0) + 1);
});
diagnostics_channel.subscribe('undici:request:error', (m: any) => {
  const k = `${m.request.method} ${m.error.code} ${m.error.message}`;
  closers.set(k, (closers.get(k) ?? 0) + 1);
});
const stand = await startStand();
const client = createRawClient(
  'shop',
  createCredentials({ name: 'shop', source: { type: 'kubeconfig', path: stand.kubeconfig('hallpass-worker') } }),
);
const writer = createClusterWriter(client, { namespaces: [], alarm: console.error });
const lanes = Number(process.argv[2] ?? 32);
const rules = [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get'] }];
let t = performance.now();
const refs = await inLanes(Array.from({ length: 600 }), lanes, async (_, i) => {
  const metadata = { name: `t-${i}`, namespace: 'shop-front' };
  const role = await writer.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
  const b = await writer.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `t-${i}` },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice@acme.test' }],
  });
  return [role.ref, b.ref];
});
console.log('create', performance.now() - t, 'connected', connected, [...statuses], [...closers]);
connected = 0;
statuses.clear();
t = performance.now();
await inLanes(refs, lanes, async (pair) => {
  await Promise.all(pair.map((ref) => writer.remove(ref)));
  await writer.review(
    { user: 'alice@acme.test', groups: ['engineers'] },
    { verb: 'get', group: 'networking.k8s.io', resource: 'networkpolicies', namespace: 'shop-front', name: 'x' },
  );
});
console.log('remove', performance.now() - t, 'connected', connected, [...statuses], [...closers]);
await client.close();
await stand.stop();
