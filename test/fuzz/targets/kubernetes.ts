import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { createClusterReader, createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { examineCluster } from '#adapters/kubernetes/examine.ts';
import { isKubernetesFault } from '#adapters/kubernetes/fault.ts';
import { checkIdentity } from '#adapters/kubernetes/identity.ts';
import { liveObject } from '#adapters/kubernetes/objects.ts';
import type { Call, RawClient } from '#adapters/kubernetes/raw-client.ts';
import { type Reply, readJson, refuseAltered, statusFault } from '#adapters/kubernetes/reply.ts';
import { reviewToken } from '#adapters/kubernetes/token-review.ts';
import { createWebhooks, selectsNamespaces } from '#adapters/kubernetes/webhooks.ts';
import { compareStates } from '#domain/content/compare.ts';
import { essence } from '#domain/guard/fingerprint.ts';
import { requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { readPolicy } from '#domain/networkpolicy/policy.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import { seePod } from '#domain/radius/pods.ts';
import { reachOf } from '#domain/radius/reach.ts';
import { readRouting } from '#domain/radius/routes.ts';
import { readService } from '#domain/radius/services.ts';
import { readStamp } from '#domain/request/stamp.ts';
import { type Change, findingsIn } from '#domain/risk/assess.ts';
import { apiVersionOf, type Kind, type Seen } from '#kinds/kind.ts';
import { restart } from '#kinds/restart/restart.ts';
import { rollback } from '#kinds/rollback/rollback.ts';
import { scale } from '#kinds/scale/scale.ts';
import { changeOver, liveIngress } from '#test/build/changes.ts';
import { debugOver, livePod } from '#test/build/debug.ts';
import { openOver } from '#test/build/openings.ts';
import { deletePodOver } from '#test/build/pods.ts';
import { accessOver } from '#test/build/profiles.ts';
import {
  binding,
  blocks,
  cronJob,
  deployment,
  gateway,
  granting,
  group,
  labelled,
  listening,
  policy,
  role,
  route,
  service,
  webhook,
} from '#test/build/risk.ts';
import { addBeta, shopIngress } from '#test/build/shop-ingress.ts';
import { budgetOf, kindOver, replicaSetOf, workloadOf } from '#test/build/workloads.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target, textIn } from '#test/fuzz/target.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { leakIn } from './parts.ts';

const ofApps = (resource: string, kind: string) => ({ group: 'apps', version: 'v1', resource, kind, namespaced: true });
const deployments = ofApps('deployments', 'Deployment');
const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles', kind: 'Role', namespaced: true };
const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' };
const gate: Manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'gate', namespace: 'shop' },
  data: { auth: 'on' },
};

/** A server that answers its first call with these words, and then that there is nothing more. */
const serverThatSays = (text: string, status: number): RawClient => {
  let asked = 0;
  return {
    cluster: 'prod',
    call: async <T>(call: Call, schema: z.ZodType<T>): Promise<T> => {
      asked += 1;
      const said = asked === 1 || !call.path.includes('continue=') ? text : '{"metadata":{},"items":[]}';
      const reply: Reply = { status, text: said, date: undefined, retryAfter: 1 };
      if (status > 299) throw statusFault('prod', call.saying, reply);
      if (call.exact === true) refuseAltered('prod', call.saying, reply);
      return readJson('prod', call.saying, reply, schema);
    },
    lastDate: () => ({ date: Temporal.Instant.from('2026-11-20T12:00:00Z'), receivedAt: performance.now() }),
    close: async () => {},
  };
};

const writer = (client: RawClient) =>
  createClusterWriter(client, { sorts: [roles], namespaces: ['shop'], alarm: () => {} });
const token = 'token-of-a-pod';

/** Everything that reads an answer, by what it asks. */
const readers: Readonly<Record<string, (client: RawClient) => Promise<unknown>>> = {
  namespaces: (client) => createClusterReader(client).namespaces(),
  namespace: (client) => createClusterReader(client).namespace('shop'),
  names: (client) => createClusterReader(client).names(deployments, 'shop'),
  review: (client) =>
    createClusterReader(client).review({ user: 'alice', groups: [] }, { verb: 'get', group: '', resource: 'pods' }),
  list: (client) => writer(client).list(deployments, 'shop'),
  get: (client) => writer(client).get(target),
  discovery: (client) => writer(client).get({ ...target, apiVersion: 'acme.test/v1', kind: 'Widget' }),
  write: (client) => writer(client).tryWrite(gate, { manager: 'hallpass' }),
  create: (client) => writer(client).create(gate),
  annotate: (client) => writer(client).annotate(target, { a: 'b' }),
  managed: (client) => writer(client).managed(''),
  markers: (client) => writer(client).markers('hallpass-markers'),
  journals: (client) => writer(client).journals('hallpass-markers', ''),
  webhooks: (client) => createWebhooks(client).get(),
  version: (client) => selectsNamespaces(client),
  identity: (client) => checkIdentity(client),
  examine: (client) => examineCluster(client, [], ['shop']),
  token: (client) => reviewToken(client, token, 'hallpass'),
};

const listOf = (...items: readonly Json[]): Json => ({
  apiVersion: 'v1',
  kind: 'List',
  metadata: { continue: '' },
  items,
});
const live = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: {
    uid: `uid of ${manifest.metadata.name}`,
    resourceVersion: '7',
    ...manifest.metadata,
  } as Manifest['metadata'],
});
const status = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: 'configmaps "gate" already exists',
  reason: 'AlreadyExists',
  code: 409,
};

const answers: Readonly<Record<string, readonly unknown[]>> = {
  namespaces: [listOf({ metadata: { name: 'shop', uid: 'u', labels: { team: 'shop' } } })],
  namespace: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'u', labels: {} } }],
  names: [listOf({ metadata: { name: 'web', uid: 'u' } })],
  review: [
    { status: { allowed: true, denied: false, reason: 'RBAC: allowed', evaluationError: '' } },
    { status: { allowed: false } },
    { status: { allowed: true, denied: true } },
  ],
  list: [listOf(live(workloadOf('web')))],
  get: [live(gate)],
  discovery: [{ resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }] }],
  write: [live(gate)],
  create: [live(gate)],
  annotate: [live({ ...gate, metadata: { ...gate.metadata, labels: { 'app.kubernetes.io/managed-by': 'hallpass' } } })],
  managed: [listOf(live(gate))],
  markers: [listOf(live(gate))],
  journals: [listOf(live(gate))],
  webhooks: [
    live({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'x' },
      webhooks: [],
    }),
  ],
  version: [{ major: '1', minor: '30+', gitVersion: 'v1.30.2' }],
  identity: [{ status: { userInfo: { username: 'system:serviceaccount:hallpass:hallpass-worker' }, allowed: false } }],
  examine: [
    {
      status: { userInfo: { username: 'hallpass' }, allowed: true },
      major: '1',
      minor: '30',
      gitVersion: 'v1.30.2',
      metadata: { name: 'shop', uid: 'u' },
      apiVersion: 'v1',
      kind: 'Namespace',
    },
  ],
  token: [
    { status: { authenticated: true, audiences: ['hallpass'], user: { username: 'system:serviceaccount:ci:deploy' } } },
    { status: { authenticated: false } },
  ],
};

const profiles = [{ name: 'all', title: 'All', kind: 'Deployment' }];
const kinds = (): Readonly<Record<string, Kind>> => ({
  access: accessOver(),
  change: changeOver(),
  open: openOver(),
  'delete-pod': deletePodOver(),
  debug: debugOver(),
  restart: kindOver(restart, profiles),
  scale: kindOver(scale, profiles),
  rollback: kindOver(rollback, profiles),
});

/** Asks as people type them. */
const typed: readonly (readonly [kind: string, words: readonly string[], objects: readonly string[]])[] = [
  ['access', ['ingress-edit'], ['web']],
  ['access', ['ingress-debug'], []],
  ['change', ['annotate', 'acme.test/notes=yes'], ['web']],
  ['change', ['backend', 'shop.acme.test/=web:80'], ['shop']],
  ['change', ['add', 'shop.acme.test/new=web:80'], ['web']],
  ['open', ['app=db', 'into', 'app=web', '8080'], []],
  ['open', ['10.0.0.0/24', 'into', 'app=web', '8080/TCP'], []],
  ['open', ['app=db@bank', 'into', 'app=web', '80,443/UDP'], []],
  ['delete-pod', [], ['web-1']],
  ['debug', ['exec'], ['web-1']],
  ['debug', ['logs'], ['web-1']],
  ['restart', [], ['web']],
  ['restart', ['deployment'], ['web']],
  ['scale', ['3'], ['web']],
  ['scale', ['deployment', '0'], ['web']],
  ['rollback', ['1'], ['web']],
  ['rollback', ['deployment', '1'], ['web']],
];

const namespaceOf = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
});

const around: readonly Manifest[] = [
  shopIngress(),
  liveIngress,
  gate,
  livePod('web-1', { owner: 'ReplicaSet/web-2', grace: 30, metadata: { labels: { app: 'web' } } }),
  livePod('db-1', { metadata: { labels: { app: 'db' } } }),
  namespaceOf('shop'),
  namespaceOf('bank'),
  workloadOf('web'),
  workloadOf('db', { kind: 'StatefulSet' }),
  workloadOf('agent', { kind: 'DaemonSet' }),
  replicaSetOf('web', 1, 'web:1'),
  replicaSetOf('web', 2, 'web:2'),
  budgetOf('web', 'web', 1),
  policy({
    podSelector: { matchLabels: { app: 'web' } },
    ingress: [
      {
        from: [{ podSelector: {} }, ...(blocks('10.0.0.0/8', '0.0.0.0/0') as Json[])],
        ports: [{ port: 8080, endPort: 9090 }],
      },
    ],
    policyTypes: ['Ingress'],
  }),
  service({
    type: 'LoadBalancer',
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 'http' }],
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    externalIPs: ['192.0.2.1'],
  }),
  deployment(
    { hostNetwork: true, volumes: [{ name: 'x', hostPath: { path: '/' } }] },
    {
      image: 'a/b:latest',
      securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
      ports: [{ containerPort: 80, hostPort: 80 }],
    },
  ),
  cronJob({ serviceAccountName: 'root' }),
  route({
    hostnames: ['*.acme.test'],
    parentRefs: [{ name: 'gw' }],
    rules: [
      {
        matches: [{ path: { value: '/' } }],
        backendRefs: [{ name: 'web', port: 80, namespace: 'bank' }],
        filters: [{ type: 'RequestRedirect' }],
      },
    ],
  }),
  gateway({ gatewayClassName: 'nginx', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }),
  listening({ name: 'x', tls: { certificateRefs: [{ name: 'x' }] }, allowedRoutes: { namespaces: { from: 'All' } } }),
  role({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
  granting('escalate', 'roles'),
  binding({ kind: 'ClusterRole', name: 'cluster-admin' }, group('system:authenticated')),
  labelled({ 'pod-security.kubernetes.io/enforce': 'privileged' }),
  webhook({
    name: 'x',
    clientConfig: { url: 'https://x' },
    rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
    failurePolicy: 'Ignore',
  }),
];

type Asked = { readonly kind: string; readonly ask: Json; readonly objects: readonly unknown[] };

const samplesOf = (known: Readonly<Record<string, Kind>>): readonly Input[] => [
  ...Object.entries(answers).flatMap(([sort, said]) => said.map((one) => inputOf(`answer.${sort}`, one))),
  ...Object.keys(answers).map((sort) => inputOf(`refused.${sort}`, status)),
  ...typed.map(([kind, words, objects]) => {
    const asked = known[kind];
    const ask = asked?.fromWords(words, objects);
    if (asked === undefined || ask?.ok !== true) throw new Error(`A sample is no ask: ${kind} ${words.join(' ')}`);
    const moment = Temporal.Instant.from('2026-11-20T12:00:00Z');
    return inputOf('ask', { kind, ask: asked.asOf?.(ask.value, moment) ?? ask.value, objects: around.slice(0, 14) });
  }),
  inputOf('ask', { kind: 'change', ask: addBeta, objects: [shopIngress()] }),
  ...around.map((one) => inputOf('states', [one, { ...one, metadata: { ...one.metadata, labels: { team: 'x' } } }])),
  ...around.slice(13, 19).map((one) => inputOf('states', [null, one])),
  inputOf('reach', around),
];

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const isObject = (value: unknown): value is Manifest => liveOrMade(value);
/** Nothing that has no name and no kind gets past the adapter. */
const liveOrMade = (value: unknown): boolean => {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('metadata' in value) ||
    typeof value.metadata !== 'object' ||
    value.metadata === null
  )
    return false;
  return liveObject.safeParse({ ...value, metadata: { ...value.metadata, uid: 'u' } }).success;
};

const judgeAnswer = async (sort: string, bytes: Uint8Array, isRefused: boolean): Promise<Judged> => {
  const text = textIn(bytes) ?? Buffer.from(bytes).toString('utf8');
  const read = readers[sort];
  if (read === undefined) return { outcome: 'nothing' };
  try {
    const found = await read(serverThatSays(text, isRefused ? 409 : 200));
    return {
      outcome: `${sort} ${isRefused ? 'refused, ' : ''}read`,
      why: isRefused ? undefined : wronglyRead(sort, found, jsonIn(Buffer.from(text))),
    };
  } catch (cause) {
    if (!isKubernetesFault(cause)) throw cause;
    const why =
      leakIn(cause.message) ?? (cause.message.length > 10_000 ? `a fault is long: ${cause.message.length}` : undefined);
    return { outcome: `${sort} ${cause.kubernetes.failure}`, why };
  }
};

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** By nothing of ours: what an answer must say for somebody to be let in, or known. */
const wronglyRead = (sort: string, found: unknown, said: unknown): string | undefined => {
  const status = memberOf(said, 'status');
  const text = JSON.stringify(found)?.slice(0, 200);
  if (
    sort === 'review' &&
    memberOf(found, 'allowed') === true &&
    (memberOf(status, 'allowed') !== true || memberOf(status, 'denied') === true)
  )
    return `it was let in: ${text}`;
  if (sort !== 'token' || found === undefined) return undefined;
  const audiences = memberOf(status, 'audiences');
  const isKnown =
    memberOf(status, 'authenticated') === true && Array.isArray(audiences) && audiences.includes('hallpass');
  return isKnown && found === memberOf(memberOf(status, 'user'), 'username') && found !== ''
    ? undefined
    : `somebody was believed: ${text}`;
};

const contextOf = (seen: Seen) => ({
  request: requestId.parse('k7m2-qx'),
  namespace: 'shop',
  identity: { user: 'alice@example.com', groups: ['dev'] },
  seen,
});

/** A kind plans what is asked over what is found, and what comes of it is compared, judged, and said. */
const judgeAsk = (known: Readonly<Record<string, Kind>>, value: unknown): Judged => {
  const { kind: name, ask, objects } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Asked>;
  const kind = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined;
  if (kind === undefined || ask === undefined) return { outcome: 'no ask' };
  const found = (Array.isArray(objects) ? objects : []).filter(isObject);
  const described = kind.describe(ask);
  kind.toType?.(ask, 'shop');
  kind.gives?.(ask, 'shop');
  const looks = kind.look(ask, 'shop');
  if (!looks.ok) return { outcome: `${name} no look` };
  const seen = looks.value.map((look) =>
    look.type === 'object'
      ? found
          .filter(
            (one) =>
              one.kind === look.target.kind &&
              one.apiVersion === look.target.apiVersion &&
              one.metadata.name === look.target.name,
          )
          .slice(0, 1)
      : found.filter((one) => one.kind === look.of.kind && one.apiVersion === apiVersionOf(look.of)),
  );
  const plan = kind.plan(ask, contextOf(seen));
  kind.watch?.unsafe(ask, contextOf(seen));
  if (!plan.ok)
    return {
      outcome: `${name} no plan`,
      why: plan.error === '' ? 'it is refused, and nobody says why: so' : leakIn(plan.error),
    };
  const changes = [
    ...plan.value.edits.map((edit): Change => {
      const at = edit.op === 'write' ? targetOf(edit.content) : edit.target;
      return {
        before: found.find((one) => one.kind === at.kind && one.metadata.name === at.name),
        after: edit.op === 'write' ? edit.content : undefined,
      };
    }),
    ...plan.value.create.map((after): Change => ({ before: undefined, after })),
  ];
  const far = plan.value.create.find(
    ({ metadata }) => metadata.namespace !== undefined && !['shop', 'ingress-nginx'].includes(metadata.namespace),
  );
  const unasked = plan.value.probes.length > 0 && !described.ok;
  return {
    outcome: `${name} planned ${plan.value.create.length > 0} ${plan.value.edits.length > 0}`,
    why:
      far !== undefined
        ? `it makes something elsewhere: ${JSON.stringify(far).slice(0, 200)}`
        : unasked
          ? 'it gives rights and cannot be described: so'
          : judgeChanges(changes),
  };
};

const secretData = /hunter2|c2VjcmV0LXZhbHVl/;

/** Whether it is a Secret that has what is secret where Secrets have it, and nowhere else: to all else the API server has a word. */
const keepsIn = ({ data: _, stringData: __, ...rest }: Manifest): boolean =>
  rest.apiVersion === 'v1' && rest.kind === 'Secret' && !secretData.test(JSON.stringify(rest));

/** Two states of an object: the difference is said, without what is secret in it. */
const judgeChanges = (changes: readonly Change[]): string | undefined => {
  for (const { before, after } of changes) {
    const { diff, edits } = compareStates(before, after, digest);
    const isVeiled = [before, after].every((one) => one === undefined || keepsIn(one));
    if (isVeiled && secretData.test(diff)) return `a difference shows a secret: ${diff.slice(0, 300)}`;
    if (edits.length === 0 && diff !== '') return `nothing differs, and a difference is shown: ${diff.slice(0, 300)}`;
    const again = compareStates(after, after, digest);
    if (again.edits.length > 0) return `a state differs from itself: ${JSON.stringify(again.edits).slice(0, 300)}`;
    if (after !== undefined) essence(after, []);
  }
  const long = findingsIn(changes).find(({ says }) => says.length > 2_000);
  if (long !== undefined) return `a finding is long: ${long.says.length} characters, ${long.says.slice(0, 200)}`;
  return undefined;
};

const namespaces = new Map<string, Readonly<Record<string, string>>>([
  ['shop', { team: 'shop' }],
  ['bank', {}],
]);

const judgeReach = (value: unknown): Judged => {
  const found = (Array.isArray(value) ? value : [value]).filter(isObject).slice(0, 60);
  const of = (...sorts: readonly string[]) => found.filter(({ kind }) => sorts.includes(kind));
  const readable = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): readonly T[] =>
    result.ok ? [result.value] : [];
  const sight = {
    namespaces,
    routes: of('Ingress', 'HTTPRoute', 'GRPCRoute', 'TLSRoute').map(readRouting),
    services: of('Service').map(readService),
    pods: of('Pod').flatMap((one) => readable(seePod(one))),
    policies: of('NetworkPolicy').flatMap((one) => readable(readPolicy(one))),
  };
  const changes = found.map((after): Change => ({ before: undefined, after }));
  const { lines } = reachOf(changes, sight, []);
  return { outcome: `reach ${Math.min(lines.length, 5)}`, why: judgeChanges(changes) };
};

const isOfSameSort = (one: Manifest, other: Manifest): boolean =>
  one.apiVersion === other.apiVersion && one.kind === other.kind;

const keys = createMemoryKeys();

const judge = async (known: Readonly<Record<string, Kind>>, { sort, bytes }: Input): Promise<Judged> => {
  const [door = '', reader = ''] = sort.split('.');
  switch (door) {
    case 'answer':
    case 'refused':
      return judgeAnswer(reader, bytes, door === 'refused');
    case 'ask':
      return judgeAsk(known, jsonIn(bytes));
    case 'states': {
      const [before, after] = (
        Array.isArray(jsonIn(bytes)) ? jsonIn(bytes) : [null, jsonIn(bytes)]
      ) as readonly unknown[];
      const is = isObject(after) ? after : undefined;
      // Two states are of one object.
      const change = {
        before: isObject(before) && (is === undefined || isOfSameSort(before, is)) ? before : undefined,
        after: is,
      };
      const stamp = change.after && readStamp('prod', change.after, keys.trust);
      return {
        outcome: `states ${change.after?.kind.slice(0, 20)}`,
        why: stamp === undefined ? judgeChanges([change]) : 'a stamp was believed that nobody made: so',
      };
    }
    default:
      return judgeReach(jsonIn(bytes));
  }
};

/**
 * What Kubernetes answers: each sort of answer to who reads it, and objects as kinds plan over them, compare, judge and tell them. A
 * fault is one of the adapter's own; nobody is let in or believed but by an answer that says so; no difference shows a secret.
 */
export const kubernetes: Target = {
  name: 'kubernetes',
  open: async () => {
    const known = kinds();
    const secret: Manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'shop' },
      data: { password: 'c2VjcmV0LXZhbHVl' },
    };
    return {
      samples: [
        ...samplesOf(known),
        inputOf('states', [
          secret,
          { ...secret, data: { password: 'c2VjcmV0LXZhbHVlMg==' }, stringData: { other: 'hunter2' } },
        ]),
      ],
      words: [
        'Ingress',
        'NetworkPolicy',
        'Deployment',
        'ClusterRoleBinding',
        'v1',
        'apps/v1',
        'shop',
        'web',
        'metadata',
        'spec',
        'status',
        'labels',
        'annotations',
        '10.0.0.0/8',
        '::/0',
        '0.0.0.0/33',
        '25%',
        '1e3',
        'nginx.ingress.kubernetes.io/configuration-snippet',
        'deployment.kubernetes.io/revision',
        '*',
        'app=web',
      ],
      largest: 262_144,
      judge: (input) => judge(known, input),
    };
  },
};
