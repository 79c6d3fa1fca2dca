import { describe, expect, test } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest, Plan } from '#domain/plan.ts';
import type { Use } from '#domain/request/events.ts';
import type { Kind } from '#kinds/kind.ts';
import { debugOver, livePod as live } from '#test/build/debug.ts';
import { podSecret } from '#test/build/pods.ts';
import { debug } from './debug.ts';

const kind = debugOver();
const ask = (profile: string, ...pods: readonly string[]): Json => ({ profile, pods: [...pods] });
const plan = (asked: Json, cluster: readonly Manifest[]) => {
  const looks = kind.look(asked, 'shop');
  if (!looks.ok) throw new Error(looks.error);
  const seen = looks.value.map((look) => {
    if (look.type === 'list') throw new Error('It lists nothing');
    return cluster.filter(({ metadata }) => metadata.name === look.target.name);
  });
  const identity = { user: 'alice@example.com', groups: ['dev'] };
  return kind.plan(asked, { request: requestId.parse('k7m2-qx'), namespace: 'shop', identity, seen });
};
const planned = (asked: Json, cluster: readonly Manifest[]): Plan => {
  const made = plan(asked, cluster);
  if (!made.ok) throw new Error(made.error);
  return made.value;
};
const named = (pods: readonly string[], ...rules: readonly (readonly [resource: string, ...verbs: string[]])[]) =>
  rules.map(([resource, ...verbs]) => ({ apiGroups: [''], resources: [resource], verbs, resourceNames: pods }));

describe('asked for', () => {
  test.each([
    [[], ['web-1', 'web-0', 'web-1'], ask('logs', 'web-0', 'web-1')],
    [['exec'], ['web-0'], ask('exec', 'web-0')],
  ])('by the words %j with the pods %j; without a profile by the first', (words, pods, asked) => {
    expect(kind.fromWords(words, pods)).toEqual({ ok: true, value: asked });
  });

  test.each([
    [['exec'], [], 'Say which pods, behind their namespace: shop-front/web-0,web-1.'],
    [['exec', 'now', 'please'], ['web-0'], '"now please" is too much. Write it like [<profile>] <namespace>/<pod>,…'],
    [['root'], ['web-0'], 'There is no profile "root". The form behind /jit shows what you may ask for.'],
    [['exec'], ['Web_0'], '"Web_0" is not the name of a pod'],
    [['exec'], Array.from({ length: 21 }, (_, index) => `web-${index}`), 'at most 20 pods; split it'],
  ])('refuses the words %j with the pods %j', (words, pods, says) => {
    expect(kind.fromWords(words, pods)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('by its form, which offers only what may be asked for, and no names: the bot lists no pods', () => {
    const [which, pods] = kind.fields({}, ['exec']);
    expect(which?.input).toEqual({ type: 'choice', options: [{ value: 'exec', label: 'Run commands in pods' }] });
    expect(pods?.input).toEqual({ type: 'names' });
    const read = kind.fromForm({ profile: ['exec'], pods: ['web-0, web-1'] });
    expect(read).toEqual({ ok: true, value: ask('exec', 'web-0', 'web-1') });
    expect(kind.fromForm({ profile: ['exec'] })).toMatchObject({ error: expect.stringContaining('at least one pod') });
  });

  test('is typed as it was read', () => {
    expect(kind.toType?.(ask('exec', 'web-0', 'web-1'), 'shop')).toBe('exec shop/web-0,web-1');
    expect(kind.toType?.({ profile: 'gone', pods: ['web-0'] }, 'shop')).toBeUndefined();
  });
});

describe('described', () => {
  test('says what it lets somebody do with which pods, the strongest first', () => {
    expect(kind.describe(ask('exec', 'web-0'))).toMatchObject({
      value: {
        profiles: ['exec'],
        noun: 'access',
        title: 'Run commands in pods',
        objects: ['web-0'],
        powers: ['create, get pods/exec named web-0', 'get pods/log named web-0', 'get pods named web-0'],
      },
    });
  });

  const cautions = (profile: string, over: Kind = kind): string => {
    const described = over.describe(ask(profile, 'web-0'));
    return described.ok ? described.value.cautions.join('\n') : '';
  };
  test('warns of what outlives the end, and says what ends it', () => {
    expect(cautions('exec')).toContain(
      'Open exec sessions, logs that are followed go on after the end, until they are closed or the pod is gone: End pods',
    );
    expect(cautions('logs')).toContain('Open logs that are followed go on after the end');
    expect(cautions('logs')).not.toContain('exec');
  });

  test('warns of what is read or reached beside that, and of what the settings say', () => {
    expect(cautions('exec')).toContain('mounted Secrets, the token of its ServiceAccount');
    expect(cautions('port-forward')).toContain('past NetworkPolicies');
    expect(cautions('logs')).toContain('Reads these pods whole');
    const warned = debugOver([{ name: 'exec', title: 'Exec', gives: ['exec'], caution: 'These are the tills.' }]);
    expect(cautions('exec', warned).split('\n')[0]).toBe('These are the tills.');
  });
});

describe('planned', () => {
  test('is one Role for these pods alone, and its binding for this person alone', () => {
    const { create, edits } = planned(ask('exec', 'web-0', 'web-1'), [live('web-0'), live('web-1')]);
    const metadata = { name: 'hallpass-k7m2-qx-0', namespace: 'shop' };
    expect(edits).toEqual([]);
    expect(create).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { ...metadata, annotations: { 'hallpass.dev/pods': 'web-0=uid-of-web-0,web-1=uid-of-web-1' } },
        rules: named(['web-0', 'web-1'], ['pods/exec', 'create', 'get'], ['pods/log', 'get'], ['pods', 'get']),
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice@example.com' }],
      },
    ]);
  });

  test.each([
    [
      'logs',
      [
        ['pods/log', 'get'],
        ['pods', 'get'],
      ],
    ],
    [
      'port-forward',
      [
        ['pods/portforward', 'create', 'get'],
        ['pods/log', 'get'],
        ['pods', 'get'],
      ],
    ],
  ] as const)('of %s gives nothing beyond that', (profile, rules) => {
    expect(planned(ask(profile, 'web-0'), [live('web-0')]).create[0]?.rules).toEqual(named(['web-0'], ...rules));
  });

  test('is another one for another pod of the same name: RBAC knows names alone, and approvers saw the one before', () => {
    const other = live('web-0', { metadata: { uid: 'another' } });
    const [before, after] = [[live('web-0')], [other]].map((cluster) => planned(ask('exec', 'web-0'), cluster).create);
    expect(before?.[0]).not.toEqual(after?.[0]);
  });

  test('asks about every right for every pod, proves by the strongest, and says the same to who sees no cluster', () => {
    const { probes, proofs } = planned(ask('exec', 'web-0', 'web-1'), [live('web-0'), live('web-1')]);
    const place = { group: '', resource: 'pods', namespace: 'shop' };
    expect(probes).toHaveLength(8);
    expect(probes).toContainEqual({ verb: 'get', ...place, subresource: 'exec', name: 'web-1' });
    expect(proofs).toEqual([{ verb: 'create', ...place, subresource: 'exec', name: 'web-0' }]);
    expect(kind.gives?.(ask('exec', 'web-0', 'web-1'), 'shop')).toEqual({ ok: true, value: probes });
  });

  test.each([
    ['is not there', 'logs', [], 'There is no pod web-0 in shop. Check the name and the namespace.'],
    [
      'is going',
      'logs',
      [live('web-0', { metadata: { deletionTimestamp: '2026-11-20T10:00:05Z' } })],
      'Pod web-0 is being deleted already. Leave it out.',
    ],
    ['cannot be read', 'logs', [{ ...live('web-0'), spec: 'odd' }], 'Pod web-0 cannot be read'],
    [
      'has run to its end',
      'exec',
      [{ ...live('web-0'), status: { phase: 'Succeeded' } }],
      'Nothing runs in pod web-0 any more (Succeeded). Ask for its logs alone, or leave it out.',
    ],
  ])('refuses a pod that %s', (_, profile, cluster, says) => {
    expect(plan(ask(profile, 'web-0'), cluster)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('looks at pods that are not to be written, so that no number in one keeps it from being debugged', () => {
    expect(kind.look(ask('exec', 'web-0'), 'shop')).toMatchObject({ value: [{ type: 'object', onlyToLook: true }] });
  });

  test('lets somebody read the logs of what has run to its end', () => {
    expect(plan(ask('logs', 'web-0'), [{ ...live('web-0'), status: { phase: 'Failed' } }]).ok).toBe(true);
  });
});

describe('of what is there it says', () => {
  const volumes = [
    { name: 'tls', secret: { secretName: 'tls-of-shop' } },
    {
      name: 'kube-api-access',
      projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 'extra' } }] },
    },
  ];
  const env = [
    { name: 'PASSWORD', value: podSecret },
    { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
  ];
  const containers = [{ name: 'web', image: 'web', env, envFrom: [{ secretRef: { name: 'flags' } }] }];
  const spec = { serviceAccountName: 'shop-web', volumes, containers };

  test('what can be read inside, by names alone, pods that have the same together', () => {
    const asked = ask('exec', 'alone', 'web-0', 'web-1');
    const { notes, cautions } = planned(asked, [live('alone'), live('web-0', { spec }), live('web-1', { spec })]);
    expect(cautions).toEqual([
      'Can be read inside pods web-0, web-1: the token of ServiceAccount shop-web, and Secrets db, extra, flags, tls-of-shop.',
    ]);
    expect(notes).toEqual([
      'alone: Running, ready, on node-1, since 2026-11-20 10:00:05 UTC.',
      expect.stringContaining('web-0: Running'),
      expect.stringContaining('web-1: Running'),
      'As ServiceAccount default: pod alone.',
      'As ServiceAccount shop-web: pods web-0, web-1.',
    ]);
  });

  test('nothing of that to who asks for logs alone', () => {
    expect(planned(ask('logs', 'web-0'), [live('web-0', { spec })]).cautions).toEqual([]);
  });

  test('nothing of what a pod runs', () => {
    const { create, notes, cautions, findings } = planned(ask('exec', 'web-0'), [live('web-0', { spec })]);
    expect(JSON.stringify([create, notes, cautions, findings])).not.toContain(podSecret);
  });

  test.each([
    ['ReplicaSet/web', 'A pod that ReplicaSet web makes anew has another name: that one is not covered'],
    [
      'StatefulSet/web',
      'A pod that StatefulSet web makes anew has the name of the one before: that one is covered too.',
    ],
    ['DaemonSet/agent', 'A pod that DaemonSet agent makes anew has another name: that one is not covered'],
    [
      'StrimziPodSet/kafka',
      'A pod that StrimziPodSet kafka makes anew may have the name of the one before: then that one is covered too.',
    ],
    ['Node/node-1', 'Pod web-0 is run by the node itself, as parts of the cluster are: End pods cannot end'],
  ])('what becomes of the names of %s', (owner, says) => {
    expect(planned(ask('exec', 'web-0'), [live('web-0', { owner })]).cautions).toEqual([expect.stringContaining(says)]);
  });

  const dangers = (profile: string, more: Readonly<Record<string, Json>>) =>
    (planned(ask(profile, 'web-0'), [live('web-0', { spec: more })]).findings ?? []).map(
      ({ severity, object, says }) => `${severity} ${object}: ${says}`,
    );
  const privileged = { containers: [{ name: 'web', image: 'web', securityContext: { privileged: true } }] };
  test.each([
    [privileged, 'a privileged container, which is root on its node: "web"'],
    [{ hostPID: true }, 'a pod in the processes of the node: hostPID'],
    [{ hostNetwork: true }, 'a pod in the network of the node, past every NetworkPolicy: hostNetwork'],
    [{ volumes: [{ name: 'x', hostPath: { path: '/etc' } }] }, 'a folder of the node inside the pod: "/etc"'],
  ])('that commands in it reach its node: %j', (more, says) => {
    expect(dangers('exec', more)).toEqual([`critical Pod shop/web-0: a shell in pod web-0: ${says}`]);
    expect(dangers('logs', more)).toEqual([]);
  });

  test('that ports of the node are reached through a pod in its network, and through no other', () => {
    expect(dangers('port-forward', { hostNetwork: true, hostPID: true })).toEqual([
      expect.stringContaining('a way to ports through pod web-0: a pod in the network of the node'),
    ]);
    expect(dangers('port-forward', privileged)).toEqual([]);
  });

  test('nothing dangerous of an ordinary pod, whatever its image and rights in the container', () => {
    expect(dangers('exec', {})).toEqual([]);
  });
});

describe('the least that would have been enough', () => {
  const use = (verb: string, name: string, subresource?: string): Use => ({
    verb,
    group: '',
    resource: 'pods',
    ...(subresource === undefined ? {} : { subresource }),
    namespace: 'shop',
    name,
  });
  const less = (asked: Json, uses: readonly Use[], may = true) => kind.narrower?.(asked, 'shop', uses, () => may);
  const wide = ask('exec', 'web-0', 'web-1');

  test('is the pods that were used, and logs where no command was run', () => {
    expect(less(wide, [use('get', 'web-1'), use('create', 'web-1', 'exec')])).toEqual(ask('exec', 'web-1'));
    expect(less(wide, [use('get', 'web-1', 'log')])).toEqual(ask('logs', 'web-1'));
    expect(less(ask('exec', 'web-0'), [use('get', 'web-0')])).toEqual(ask('logs', 'web-0'));
  });

  test('is never a profile that may not be asked for, nor one that gives something else', () => {
    expect(less(wide, [use('get', 'web-1', 'log')], false)).toEqual(ask('exec', 'web-1'));
    expect(less(ask('port-forward', 'web-0'), [use('create', 'web-0', 'portforward')])).toBeUndefined();
  });

  test('is nothing where all was needed, or where more was done than was granted', () => {
    expect(less(ask('logs', 'web-0'), [use('get', 'web-0', 'log')])).toBeUndefined();
    expect(less(wide, [use('create', 'web-2', 'exec')])).toBeUndefined();
    expect(less({ profile: 'gone', pods: ['web-0'] }, [use('get', 'web-0')])).toBeUndefined();
  });
});

describe('configured', () => {
  test.each([
    [[], 'profiles', 'expected array to have >=1 items'],
    [[{ name: 'x', title: 'X', gives: [] }], 'gives', '>=1'],
    [[{ name: 'x', title: 'X', gives: ['attach'] }], 'gives', 'exec'],
    [[1, 2].map((nth) => ({ name: 'x', title: `X ${nth}`, gives: ['logs'] })), 'name', 'there twice'],
  ])('refuses %j', (profiles, at, says) => {
    const refused = debug.configure({ profiles });
    expect(refused).toMatchObject({ ok: false });
    const [first] = refused.ok ? [] : refused.error;
    expect(first?.path.map(String)).toContain(at);
    expect(first?.message).toContain(says);
  });

  test('lets the worker hold what its profiles give, list no pods, and nothing more', () => {
    const handles = expect.objectContaining({ resources: ['rolebindings', 'roles'] });
    const one = (resource: string, ...verbs: string[]) => ({ apiGroups: [''], resources: [resource], verbs });
    expect(kind.permissions.namespaced).toEqual([
      handles,
      one('pods/exec', 'create', 'get'),
      one('pods/portforward', 'create', 'get'),
      one('pods/log', 'get'),
      one('pods', 'get'),
    ]);
    const logs = debugOver([{ name: 'logs', title: 'Logs', gives: ['logs'] }]);
    expect(logs.permissions.namespaced).toEqual([handles, one('pods/log', 'get'), one('pods', 'get')]);
    expect(kind.permissions.clusterWide).toEqual([]);
  });

  test('says what each profile gives, for who looks for standing rights', () => {
    const place = kind.rights?.find(({ profile }) => profile === 'exec')?.places[0];
    expect(place?.in).toBe('requested');
    expect(place?.rules.map(({ resources, verbs }) => `${verbs.join()} ${resources.join()}`)).toEqual([
      'create,get pods/exec',
      'get pods/log',
      'get pods',
    ]);
  });
});
