import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { portsBetween } from '#domain/networkpolicy/reach.ts';
import type { Manifest, Plan } from '#domain/plan.ts';
import { namespaceManifest, podManifest, podOf, policyManifest, policyOf } from '#test/build/network.ts';
import { lookUp, openOver } from '#test/build/openings.ts';
import { id } from '#test/build/people.ts';

const kind = openOver();
const pod = (path: string, app: string, more: Parameters<typeof podManifest>[1] = {}) =>
  podManifest(path, { labels: { app }, ports: { http: 8080 }, ...more });
const denyAll = (namespace: string, ...policyTypes: string[]) =>
  policyManifest(`${namespace}/deny-all`, { podSelector: {}, policyTypes });

/** Payments is isolated in both directions; the front is open. */
const shop: readonly Manifest[] = [
  namespaceManifest('front'),
  namespaceManifest('payments'),
  pod('front/web-1', 'web'),
  pod('front/web-2', 'web'),
  pod('payments/ledger-1', 'ledger'),
  pod('payments/ledger-2', 'ledger'),
  pod('payments/postgres-1', 'postgres'),
  denyAll('payments', 'Ingress', 'Egress'),
];
const without = (...names: string[]) => shop.filter(({ metadata }) => !names.includes(metadata.name));

const tcp = (...ports: (number | string)[]) => ports.map((port) => ({ protocol: 'TCP', port }));
const inside: Json = {
  profile: 'pods-to-pods',
  to: { labels: { app: 'postgres' } },
  from: { labels: { app: 'ledger' } },
  ports: tcp(5432),
};
const across: Json = {
  profile: 'other-pods',
  to: { labels: { app: 'ledger' } },
  from: { namespace: 'front', labels: { app: 'web' } },
  ports: tcp(8080),
};
const outside = (...cidrs: string[]): Json => ({
  profile: 'addresses',
  to: { labels: { app: 'ledger' } },
  from: { cidrs },
  ports: tcp(8080),
});
const changed = (ask: Json, parts: { [part: string]: Json }): Json => ({ ...(ask as object), ...parts });

const planned = (ask: Json, cluster = shop, namespace = 'payments') =>
  kind.plan(ask, {
    request: id(),
    namespace,
    identity: { user: '', groups: [] },
    seen: lookUp(kind, ask, namespace, cluster),
  });
const plan = (...args: Parameters<typeof planned>): Plan => {
  const result = planned(...args);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const why = (...args: Parameters<typeof planned>): string => {
  const result = planned(...args);
  if (result.ok) throw new Error(`It was not refused: ${JSON.stringify(result.value)}`);
  return result.error;
};
const places = ({ create }: Plan) => create.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe('what is created', () => {
  test('lets in at the target alone when nothing holds the source back', () => {
    expect(plan(across)).toMatchObject({ edits: [], probes: [], proofs: [] });
    expect(plan(across).create).toEqual([
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'hallpass-k7m2-qx-in', namespace: 'payments' },
        spec: {
          podSelector: { matchLabels: { app: 'ledger' } },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [
                {
                  podSelector: { matchLabels: { app: 'web' } },
                  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'front' } },
                },
              ],
              ports: [{ protocol: 'TCP', port: 8080 }],
            },
          ],
        },
      },
    ]);
  });

  test('lets out at the source too when that is isolated for egress', () => {
    const { create } = plan(across, [...shop, denyAll('front', 'Egress')]);
    expect(create[1]).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'hallpass-k7m2-qx-out', namespace: 'front' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                podSelector: { matchLabels: { app: 'ledger' } },
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'payments' } },
              },
            ],
            ports: [{ protocol: 'TCP', port: 8080 }],
          },
        ],
      },
    });
  });

  test('within a namespace names pods alone, in both halves', () => {
    const [into, out] = plan(inside).create;
    expect(into?.spec).toMatchObject({ ingress: [{ from: [{ podSelector: { matchLabels: { app: 'ledger' } } }] }] });
    expect(out?.spec).toMatchObject({ egress: [{ to: [{ podSelector: { matchLabels: { app: 'postgres' } } }] }] });
    expect(JSON.stringify([into, out])).not.toContain('namespaceSelector');
  });

  test('from addresses is their blocks, and never an egress half', () => {
    const { create } = plan(outside('10.1.0.0/17', '10.9.0.0/32'));
    expect(create).toHaveLength(1);
    expect(create[0]?.spec).toMatchObject({
      ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/17' } }, { ipBlock: { cidr: '10.9.0.0/32' } }] }],
    });
  });

  test('has no egress half when the source’s policies let it out already', () => {
    const lets = policyManifest('front/web-to-payments', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'payments' } } }] }],
    });
    expect(places(plan(across, [...shop, denyAll('front', 'Egress'), lets]))).toEqual(['payments/hallpass-k7m2-qx-in']);
  });

  test('is the egress half alone when only the source holds it back', () => {
    const cluster = [...without('deny-all'), denyAll('front', 'Egress')];
    expect(places(plan(across, cluster))).toEqual(['front/hallpass-k7m2-qx-out']);
  });

  test('carries ranges and names of ports as they were asked', () => {
    const ports = [{ protocol: 'UDP', port: 5000, endPort: 5010 }, ...tcp('http')];
    expect(plan(changed(across, { ports })).create[0]?.spec).toMatchObject({ ingress: [{ ports }] });
  });

  test('selects every pod of a namespace by its name alone', () => {
    const every = changed(across, { from: { namespace: 'front', labels: {} } });
    expect(plan(every).create[0]?.spec).toMatchObject({ ingress: [{ from: [{ podSelector: {} }] }] });
  });
});

test.each<[string, Json, readonly Manifest[]]>([
  ['within a namespace', inside, shop],
  ['across namespaces', across, shop],
  ['with both halves', across, [...shop, denyAll('front', 'Ingress', 'Egress')]],
  ['with the egress half alone', across, [...without('deny-all'), denyAll('front', 'Egress')]],
  ['by the name of a port', changed(across, { ports: tcp('http') }), shop],
])('what is planned lets the asked through and nothing else: %s', (_, ask, cluster) => {
  const networkOf = (policies: readonly Manifest[]) => ({
    policies: policies.filter(({ kind: sort }) => sort === 'NetworkPolicy').map(policyOf),
    namespaces: new Map(
      cluster
        .filter(({ kind: sort }) => sort === 'Namespace')
        .map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
    ),
  });
  const before = networkOf(cluster);
  const after = networkOf([...cluster, ...plan(ask, cluster).create]);
  const pods = cluster.filter(({ kind: sort }) => sort === 'Pod').map(podOf);
  const different = pods.flatMap((from) =>
    pods
      .filter((to) => {
        const [was, is] = [before, after].map((network) => portsBetween(network, { pod: from }, { pod: to }, 'TCP'));
        if (JSON.stringify(was, text) === JSON.stringify(is, text)) return false;
        // Nothing was open between them before, and one port is now.
        expect(was).toEqual([]);
        expect(is).toHaveLength(1);
        return true;
      })
      .map((to) => `${from.name} ${to.name}`),
  );
  const expected =
    ask === inside
      ? ['ledger-1 postgres-1', 'ledger-2 postgres-1']
      : ['web-1 ledger-1', 'web-1 ledger-2', 'web-2 ledger-1', 'web-2 ledger-2'];
  expect(different).toEqual(expected);
});
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

describe('refused', () => {
  test('are pods that no policy isolates: they are open already, and are named', () => {
    const open = 'No NetworkPolicy isolates pods ledger-1, ledger-2 of payments for ingress: open already.';
    expect(why(across, without('deny-all'))).toBe(
      `All of this is allowed already by the NetworkPolicies that are there. ${open}`,
    );
    expect(why(outside('10.1.0.0/16'), without('deny-all'))).toContain(open);
  });

  test('is what some of the pods would pay for with all their other traffic', () => {
    const some = [
      ...without('deny-all'),
      policyManifest('payments/one', { podSelector: { matchLabels: { shard: '1' } }, policyTypes: ['Ingress'] }),
      podManifest('payments/ledger-3', { labels: { app: 'ledger', shard: '1' } }),
    ];
    expect(why(across, some)).toBe(
      'No NetworkPolicy isolates pods ledger-1, ledger-2 of payments for ingress: open already, and an opening would cut all other traffic into them. Narrow the labels app=ledger to pods that are isolated.',
    );
  });

  test('is what some of the sources would pay for', () => {
    const some = [
      ...shop,
      policyManifest('front/one', { podSelector: { matchLabels: { shard: '1' } }, policyTypes: ['Egress'] }),
      podManifest('front/web-3', { labels: { app: 'web', shard: '1' } }),
    ];
    expect(why(across, some)).toContain('are isolated for egress, and pods web-1, web-2 of front are not');
    const narrowed = changed(across, { from: { namespace: 'front', labels: { app: 'web', shard: '1' } } });
    expect(places(plan(narrowed, some))).toHaveLength(2);
  });

  test('is what is isolated only by another opening of Hallpass', () => {
    const ours = policyManifest(
      'front/hallpass-zzzz-zz-in',
      { podSelector: {}, policyTypes: ['Ingress'], ingress: [] },
      { 'app.kubernetes.io/managed-by': 'hallpass' },
    );
    expect(
      why({ ...(outside('10.1.0.0/16') as object), to: { labels: { app: 'web' } } }, [...shop, ours], 'front'),
    ).toContain('No NetworkPolicy isolates pods web-1, web-2 of front for ingress: open already.');
  });

  test('are labels that no pod has now', () => {
    expect(why(changed(across, { to: { labels: { app: 'leger' } } }))).toBe(
      'There is no pod with the labels app=leger in payments now. Check the labels of the pods that you mean.',
    );
    expect(why(changed(across, { from: { namespace: 'front', labels: { app: 'wep' } } }))).toContain(
      'app=wep in front',
    );
  });

  test('are labels that only pods have that ran to their end', () => {
    const over = [...without('ledger-1', 'ledger-2'), pod('payments/ledger-1', 'ledger', { phase: 'Succeeded' })];
    expect(why(across, over)).toContain('There is no pod with the labels app=ledger');
  });

  test('are pods on the network of their node, which no policy sees', () => {
    const onNode = [...without('ledger-1', 'ledger-2'), pod('payments/ledger-1', 'ledger', { hostNetwork: true })];
    expect(why(across, onNode)).toContain('do not see pod ledger-1 of payments');
  });

  test('is what is allowed already, by policies of others', () => {
    const lets = policyManifest('payments/lets', {
      podSelector: { matchLabels: { app: 'ledger' } },
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8000, endPort: 9000 }] }],
    });
    expect(why(across, [...shop, lets])).toBe('All of this is allowed already by the NetworkPolicies that are there.');
    expect(places(plan(changed(across, { ports: tcp(8080, 9001) }), [...shop, lets]))).toHaveLength(1);
    const wide = policyManifest('payments/wide', {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    });
    expect(why(outside('10.1.0.0/16'), [...shop, wide])).toContain('allowed already');
    expect(places(plan(outside('11.1.0.0/16'), [...shop, wide]))).toHaveLength(1);
  });

  test('is a namespace that cannot be named, with what to do', () => {
    const nameless: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'front' } };
    expect(why(across, [...without('front'), nameless])).toContain(
      'kubectl label namespace front kubernetes.io/metadata.name=front',
    );
    const payments: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
    // Only the egress half names the target’s.
    expect(places(plan(across, [...without('payments'), payments]))).toHaveLength(1);
    expect(why(across, [...without('payments'), payments, denyAll('front', 'Egress')])).toContain(
      'Namespace "payments"',
    );
  });

  test('is a namespace that is not there', () => {
    expect(why(across, without('front'))).toBe('There is no namespace "front".');
  });

  test('is the namespace itself as another one', () => {
    expect(kind.look(across, 'front').ok).toBe(false);
  });

  test('is a port by a name that no pod has', () => {
    expect(why(changed(across, { ports: tcp('metrics') }))).toContain('has a TCP port named "metrics"');
    expect(why(changed(across, { ports: [{ protocol: 'UDP', port: 'http' }] }))).toContain(
      'has a UDP port named "http"',
    );
  });

  test('is what cannot be read for sure', () => {
    const odd = policyManifest('payments/odd', { podSelector: {}, policyTypes: ['Sideways'] });
    expect(why(across, [...shop, odd])).toContain('NetworkPolicy payments/odd cannot be read.');
  });
});

describe('the notes', () => {
  test('say what holds it back, and what is added', () => {
    expect(plan(across).notes).toEqual([
      'The pods to be reached are isolated for ingress by deny-all: a policy of Hallpass’s own lets this in.',
      'The pods that get through are isolated for egress by nothing: no policy is needed there.',
    ]);
    expect(plan(inside).notes.join(' ')).toContain('lets this out. Name look-ups (DNS) are not part of it');
  });

  test('stay short, and more than twenty pods are a caution', () => {
    const many = Array.from({ length: 23 }, (_, index) => pod(`payments/l-${index + 10}`, 'ledger'));
    const { cautions } = plan(across, [...shop, ...many]);
    expect(cautions).toEqual(['25 pods can be reached: are all of them meant?']);
    expect(plan(across).cautions).toEqual([]);
  });

  test('say what a name of a port is, and who lacks it', () => {
    const more = [...shop, podManifest('payments/ledger-3', { labels: { app: 'ledger' } })];
    expect(plan(changed(across, { ports: tcp('http') }), more).notes[0]).toBe(
      'TCP http is 8080 there, which ledger-3 lack.',
    );
  });

  test('say that another opening lets it through at the moment: it does not count', () => {
    const ours = {
      ...plan(across).create[0],
      metadata: {
        name: 'hallpass-zzzz-zz-in',
        namespace: 'payments',
        labels: { 'app.kubernetes.io/managed-by': 'hallpass' },
      },
    } as Manifest;
    const { create, notes } = plan(across, [...shop, ours]);
    expect(create).toHaveLength(1);
    expect(notes).toContain('Another opening of Hallpass lets all of this through at the moment.');
  });

  test('say that a block of addresses may let it through with some plugins', () => {
    const block = policyManifest('payments/block', {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    });
    const addressed = [...without('web-1', 'web-2'), pod('front/web-1', 'web', { ip: '10.0.0.9' }), block];
    expect(plan(across, addressed).notes.at(-1)).toContain('with some network plugins it is let through already');
    expect(plan(across).notes.join(' ')).not.toContain('plugins');
  });
});

test('a plan is the same for the same input', () => {
  expect(JSON.stringify(plan(across))).toBe(JSON.stringify(plan(across)));
});

describe('what is in force is unsafe', () => {
  const stamped = (ask: Json, cluster = shop) =>
    plan(ask, cluster).create.map((policy) => ({
      ...policy,
      metadata: { ...policy.metadata, labels: { 'app.kubernetes.io/managed-by': 'hallpass' } },
    }));
  const unsafe = (ask: Json, cluster: readonly Manifest[], namespace = 'payments') =>
    kind.watch?.unsafe(ask, {
      request: id(),
      namespace,
      identity: { user: '', groups: [] },
      seen: lookUp(kind, ask, namespace, cluster),
    });

  test('never while others isolate all of its pods', () => {
    expect(unsafe(across, [...shop, ...stamped(across)])).toBeUndefined();
    expect(unsafe(inside, [...shop, ...stamped(inside)])).toBeUndefined();
  });

  test('once the last other policy is gone, with the pods named', () => {
    expect(unsafe(across, [...without('deny-all'), ...stamped(across)])).toBe(
      'No other NetworkPolicy isolates pods ledger-1, ledger-2 of payments for ingress any more: the opening would cut all other traffic into them.',
    );
  });

  test('once a pod is there that nothing else selects', () => {
    const narrow = policyManifest('payments/deny-all', {
      podSelector: { matchLabels: { app: 'ledger' } },
      policyTypes: ['Ingress'],
    });
    const later = changed(across, { to: { labels: { tier: 'money' } } });
    const [one, two] = ['ledger', 'audit'].map((app) =>
      podManifest(`payments/${app}`, { labels: { app, tier: 'money' } }),
    );
    const before = [...without('deny-all'), narrow, ...(one === undefined ? [] : [one])];
    const mine = stamped(later, before);
    expect(unsafe(later, [...before, ...mine])).toBeUndefined();
    expect(unsafe(later, [...before, ...mine, ...(two === undefined ? [] : [two])])).toContain(
      'pod audit of payments for ingress',
    );
  });

  test('once the source is held back by Hallpass’s egress half alone', () => {
    const cluster = [...shop, denyAll('front', 'Egress')];
    const mine = stamped(across, cluster);
    expect(unsafe(across, [...cluster, ...mine])).toBeUndefined();
    expect(unsafe(across, [...shop, ...mine])).toContain('isolates pods web-1, web-2 of front for egress any more');
  });

  test('not for policies that are not its own, nor when its own are gone', () => {
    const others = stamped(across).map((policy) => ({
      ...policy,
      metadata: { ...policy.metadata, name: 'hallpass-zzzz-zz-in' },
    }));
    expect(unsafe(across, [...without('deny-all'), ...others])).toBeUndefined();
    expect(unsafe(across, without('deny-all'))).toBeUndefined();
  });

  test('when it cannot be told', () => {
    const odd = policyManifest('payments/odd', { podSelector: {}, policyTypes: ['Sideways'] });
    expect(unsafe(across, [...shop, odd])).toContain('cannot be read');
  });

  test('not because its opening is no longer in the settings', () => {
    const other = openOver([{ name: 'else', title: 'Else', from: 'same-namespace' }]);
    const cluster = [...shop, ...stamped(across)];
    const seen = lookUp(other, across, 'payments', cluster);
    expect(
      other.watch?.unsafe(across, { request: id(), namespace: 'payments', identity: { user: '', groups: [] }, seen }),
    ).toBeUndefined();
  });
});
