import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { readRuleFiles } from '#test/build/rule-files.ts';
import { findingsIn } from './assess.ts';
import { isCve, severities } from './finding.ts';
import { rules } from './rules.ts';

const files = await readRuleFiles();

test('every rule that there is a file of is among all rules, once', () => {
  const forgotten = files.filter((one) => one.rules.some((rule) => !rules.includes(rule))).map(({ file }) => file);
  expect(forgotten, 'missing in rules.ts').toEqual([]);
  expect(rules).toHaveLength(files.length);
  expect(new Set(rules.map(({ name }) => name)).size, 'names of their own').toBe(rules.length);
});

test('every rule has a file and a test of its own', () => {
  expect(files.filter((one) => one.rules.length > 1).map(({ file }) => file)).toEqual([]);
  const untested = files.filter(({ isTested }) => !isTested).map(({ file }) => file);
  expect(untested, 'without a test beside it').toEqual([]);
});

test('a rule is called as its file, with its folder before that where it says more', () => {
  const misnamed = files.flatMap(({ file, rules: [rule] }) => {
    const [folder = '', stem = ''] = file.replace(/\.ts$/, '').split('/');
    const names = [stem, `${folder}-${stem}`, `${folder.split('-').at(-1)}-${stem}`];
    return rule !== undefined && names.includes(rule.name) ? [] : [`${file}: ${rule?.name}`];
  });
  expect(misnamed).toEqual([]);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, { severity, sources }) => {
  test('says how bad it is, and from where that is known', () => {
    expect(severities).toContain(severity);
    expect(sources.filter((source) => !isCve(source) && !/^https:\/\/[a-z0-9.-]+\/\S+$/.test(source))).toEqual([]);
    expect(new Set(sources).size, 'each source once').toBe(sources.length);
  });
});

/** Kinds that rules look at, as in `v1 Pod`. */
const kinds = [
  ...['Pod', 'Service', 'Endpoints', 'Namespace'].map((kind) => `v1 ${kind}`),
  ...['Ingress', 'IngressClass', 'NetworkPolicy'].map((kind) => `networking.k8s.io/v1 ${kind}`),
  ...['ClusterRole', 'RoleBinding'].map((kind) => `rbac.authorization.k8s.io/v1 ${kind}`),
  ...['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy'].map(
    (kind) => `admissionregistration.k8s.io/v1 ${kind}`,
  ),
  ...['Gateway', 'GatewayClass', 'ListenerSet', 'HTTPRoute', 'ReferenceGrant'].map(
    (kind) => `gateway.networking.k8s.io/v1 ${kind}`,
  ),
  'apps/v1 Deployment',
  'v1 ConfigMap',
  'v1 PodTemplate',
  'jobset.x-k8s.io/v1alpha2 JobSet',
  'cilium.io/v2 CiliumNetworkPolicy',
  'projectcalico.org/v3 GlobalNetworkPolicy',
  'policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy',
  'gateway.networking.k8s.io/v1 GRPCRoute',
  'discovery.k8s.io/v1 EndpointSlice',
];
/** Fields that rules go into. */
const fields =
  'spec rules verbs resources apiGroups resourceNames roleRef kind name namespace listeners tls frontend perPort default validation from to parentRef parentRefs backendRefs matches filters selector matchLabels matchExpressions values addresses clientConfig template containers securityContext capabilities add ports image volumes hosts http paths path backend loadBalancerSourceRanges type allowedRoutes ingress egress ipBlock cidr except protocol endPort namespaceSelector networks source nets action fromEntities toCIDRSet certificateRefs requestHeaderModifier set cors externalAuth backendRef nonResourceURLs seLinuxOptions drop seccompProfile gitRepo targetPort initContainers namespaces aggregationRule hostnames weight port toString toJSON';

test('no rule fails on an object of whatever shape', () => {
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json[]>(
        null,
        0,
        true,
        '',
        '*',
        'get',
        'secrets',
        'LoadBalancer',
        'All',
        'Selector',
        'Group',
        'a:b/c@',
        'Allow',
        'world',
        '0.0.0.0/00',
        80,
      ),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...fields.split(' ')), tie('tree'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  const made = (which: string, inner: Json): Manifest => {
    const [apiVersion = '', kind = ''] = which.split(' ');
    const tops = [
      'spec',
      'rules',
      'subjects',
      'roleRef',
      'aggregationRule',
      'webhooks',
      'endpoints',
      'subsets',
      'data',
      'template',
      'specs',
    ];
    return { ...Object.fromEntries(tops.map((top) => [top, inner])), apiVersion, kind, metadata: { name: 'it' } };
  };
  fc.assert(
    fc.property(fc.constantFrom(...kinds), tree, tree, (which, one, other) => {
      const [before, after] = [made(which, one), made(which, other)];
      findingsIn([
        { before, after },
        { before: after, after: undefined },
      ]);
    }),
    { numRuns: 500 },
  );
});
