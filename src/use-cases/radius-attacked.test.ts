import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { changeable, changeOver } from '#test/build/changes.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { podManifest, policyManifest } from '#test/build/network.ts';
import { bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest } from './act-on-request.ts';
import { riskFound, together } from './assess-tried.ts';
import { readContent } from './contents.ts';
import { checkPending } from './revise-request.ts';

const denyAll = policyManifest('shop/deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
const postgres: Manifest = {
  ...podManifest('shop/db-0', { labels: { app: 'db' } }),
  spec: { containers: [{ name: 'main', ports: [{ containerPort: 5432 }] }] },
};
const tls = {
  name: 'tlsroutes',
  title: 'TLSRoutes',
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  resource: 'tlsroutes',
  kind: 'TLSRoute',
  operations: ['create', 'update', 'delete'],
};
const worldOf = (rules: readonly Rule[], resources: readonly unknown[] = changeable): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver(resources)];
  world.settings.policy = policy({ rules });
  for (const one of [denyAll, postgres, podManifest('bank/api-1')]) world.cluster.put(one);
  return world;
};
const change = (edit: { readonly [field: string]: Json }) => ({
  kind: 'change',
  duration: '10m',
  ask: { edits: [edit] },
  origin: 'one',
});
const making = (apiVersion: string, kind: string, spec: Json) =>
  change({ do: 'manifest', manifest: { apiVersion, kind, metadata: { name: 'mine' }, spec } });
const letting = (cidr: string) =>
  making('networking.k8s.io/v1', 'NetworkPolicy', {
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 5432, protocol: 'TCP' }] }],
  });
const ofHost = (host: string): Json => [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }];
const ruleOf = async (world: World, asked: ReturnType<typeof change>): Promise<string> =>
  (await file(world, asked)).request.asked.approval.rule;

describe('a rule for what has no risk', () => {
  const byRisk = [
    rule({ name: 'harmless', match: { ...everything, risk: ['none'] } }),
    rule({ name: 'others', match: everything, approve: [{ from: 'platform', count: 2 }] }),
  ];

  test('does not decide on what is seen to open a store of data', async () => {
    expect(await ruleOf(worldOf(byRisk), letting('198.51.100.0/24'))).toBe('others');
  });

  test('does not decide on the same where the worker may not look around', async () => {
    const world = worldOf(byRisk);
    world.cluster.breakDown((method) => (method === 'scan' ? refusal(403, 'list', 'pods is forbidden') : undefined));
    expect(await ruleOf(world, letting('198.51.100.0/24'))).toBe('others');
  });

  test('does not decide on the same where its block is written so that it cannot be read', async () => {
    expect(await ruleOf(worldOf(byRisk), letting('198.51.100.0/024'))).toBe('others');
  });

  test('does not decide on what opens to the whole world, written so that it cannot be read', async () => {
    expect(await ruleOf(worldOf(byRisk), letting('0.0.0.0/00'))).toBe('others');
  });

  test('does not decide on the same where a cluster is too large to work it out', async () => {
    const world = worldOf(byRisk);
    const labels = Array.from({ length: 1_100 }, (_, index) => `l${index}`);
    for (const [index, label] of labels.entries()) {
      world.cluster.put(podManifest(`shop/p-${index}`, { labels: { [label]: 'x' } }));
      world.cluster.put(
        policyManifest(`shop/np-${index}`, {
          podSelector: { matchLabels: { [label]: 'x' } },
          policyTypes: ['Ingress'],
        }),
      );
    }
    const chain = await file(world, letting('198.51.100.0/24'));
    const shown = await readContent(world.bot, chain.request.asked);
    expect(shown.type === 'shown' && shown.content.reach[0]?.text).toContain('takes too long to work out');
    expect(chain.request.asked.approval.rule).toBe('others');
  });
});

describe('what becomes more dangerous between approval and application', () => {
  const second = policyManifest('shop/also-deny', { podSelector: {}, policyTypes: ['Ingress'] });
  const deleting = change({ do: 'delete', resource: 'networkpolicies', name: 'deny-all' });

  test.each([
    ['without rules that speak of risk', [rule()]],
    ['within what one rule speaks of', [rule({ match: { ...everything, risk: ['high', 'critical'] } })]],
  ] as const)('is not done %s', async (_, rules) => {
    const world = worldOf(rules);
    const ref = world.cluster.put(second);
    const chain = await file(world, deleting);
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    await world.cluster.remove(ref);
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('lapsed');
  });
});

test('what takes the traffic of others by now is shown anew, also where it was as dangerous before', async () => {
  const world = worldOf([rule()]);
  const ingress = (name: string, namespace: string, rules: Json): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: { rules },
  });
  const rules = [...(ofHost('new.test') as readonly Json[]), ...(ofHost('*.mine.test') as readonly Json[])];
  const chain = await file(world, making('networking.k8s.io/v1', 'Ingress', { rules }));
  world.cluster.put(ingress('later', 'bank', ofHost('new.test')));
  expect((await checkPending(world.bot, chain)).type).toBe('revised');
});

test('who is reached by more than was shown is shown anew', async () => {
  const world = worldOf([rule()]);
  world.cluster.labelNamespace('bank', { 'kubernetes.io/metadata.name': 'bank' });
  world.cluster.put(podManifest('shop/web-1', { labels: { app: 'web' } }));
  const chain = await file(
    world,
    making('networking.k8s.io/v1', 'NetworkPolicy', {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'bank' } } }] }],
    }),
  );
  world.cluster.put(podManifest('shop/vault-0', { labels: { app: 'web' } }));
  expect((await checkPending(world.bot, chain)).type).toBe('revised');
});

test('a route of another sort is looked for where others have its host', async () => {
  const world = worldOf(
    [rule({ name: 'own', match: matchIf('size(radius.elsewhere) == 0') }), rule({ name: 'others' })],
    [...changeable, tls],
  );
  const spec = { hostnames: ['pay.test'], rules: [{ backendRefs: [{ name: 'web', port: 443 }] }] };
  world.cluster.put({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'TLSRoute',
    metadata: { name: 'ledger', namespace: 'bank' },
    spec,
  });
  expect(await ruleOf(world, making('gateway.networking.k8s.io/v1', 'TLSRoute', spec))).toBe('others');
});

test('pods that leave their policies by another label are not said to be isolated as before', async () => {
  const template = (labels: Json): Json => ({
    metadata: { labels },
    spec: { containers: [{ name: 'main', image: 'registry.acme.test/db:1' }] },
  });
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  const rules = [
    rule({ name: 'quiet', match: matchIf('risk.level == "none" && radius.notIsolated == 0') }),
    rule({ name: 'others' }),
  ];
  world.settings.policy = policy({ rules });
  world.cluster.put(
    policyManifest('shop/deny-db', { podSelector: { matchLabels: { tier: 'data' } }, policyTypes: ['Ingress'] }),
  );
  world.cluster.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db', tier: 'data' }) },
  });
  const patch = { spec: { template: { metadata: { labels: { tier: null } } } } };
  expect(await ruleOf(world, change({ do: 'patch', resource: 'deployments', name: 'db', patch }))).toBe('others');
});

describe('findings for conditions', () => {
  const finding = (changed: Partial<Finding>): Finding => ({
    rule: 'ingress-path-characters',
    severity: 'critical',
    change: 'keeps',
    says: 'x',
    object: 'Ingress shop/web',
    path: [],
    sources: ['CVE-2021-25745'],
    ...changed,
  });

  test('hold what is introduced, however much stays as it was', () => {
    const kept = Array.from({ length: 1_000 }, (_, index) => finding({ says: `path ${index}` }));
    const { findings } = riskFound(
      [...kept, finding({ rule: 'ingress-source-range', severity: 'high', change: 'introduces' })],
      false,
    );
    expect(findings.some(({ change: way }) => way === 'introduces')).toBe(true);
  });

  test('hold that a policy is deleted also where pods are seen to be freed by it', () => {
    const deleted = finding({
      rule: 'policy-deleted',
      severity: 'high',
      change: 'introduces',
      object: 'NetworkPolicy shop/a',
    });
    const freed = finding({
      rule: 'network-open-out',
      severity: 'high',
      change: 'introduces',
      object: 'NetworkPolicy shop/b',
    });
    const { findings } = together([deleted], { findings: [freed], lines: [], openings: [] }, []);
    expect(riskFound(findings, true).findings.map(({ rule: name }) => name)).toContain('policy-deleted');
  });
});
