import { expect, test } from 'vitest';
import { access } from './access.ts';

const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const withRule = (changed: object) => ({
  profiles: [{ name: 'it', title: 'It', bindings: [{ in: 'requested', rules: [{ ...rule, ...changed }] }] }],
});
const problemsIn = (settings: unknown): readonly string[] => {
  const kind = access.configure(settings);
  return kind.ok ? [] : kind.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

test('a plain profile is read', () => {
  expect(problemsIn(withRule({}))).toEqual([]);
});

const rbac = 'rbac.authorization.k8s.io';
test.each([
  [
    'tokens of ServiceAccounts',
    { resources: ['serviceaccounts/token'], verbs: ['create'] },
    'tokens made under it stay valid',
  ],
  [
    'Secrets made, which may be tokens',
    { resources: ['secrets'], verbs: ['create'] },
    'tokens made under it stay valid',
  ],
  [
    'a watch on Secrets',
    { resources: ['configmaps', 'secrets'], verbs: ['get', 'watch'] },
    'an open watch on secrets goes on',
  ],
  [
    'roles that can be written',
    { apiGroups: [rbac], resources: ['roles'], verbs: ['get', 'update'] },
    'roles and bindings that stay',
  ],
  [
    'bindings that can be made',
    { apiGroups: ['', rbac], resources: ['rolebindings'], verbs: ['create'] },
    'roles and bindings that stay',
  ],
  [
    'the kubelet past authorization',
    { resources: ['nodes/proxy'], verbs: ['get'] },
    'past the API server’s authorization',
  ],
  [
    'admission that can be switched off',
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations'], verbs: ['delete'] },
    'switch admission off',
  ],
  [
    'certificates that can be signed',
    { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['create'] },
    'certificates signed under it stay valid',
  ],
])('%s are refused: they outlive the grant', (_, changed, why) => {
  const problems = problemsIn(withRule(changed));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^profiles\.0\.bindings\.0\.rules\.0: profile "it" grants what cannot be taken back: /);
  expect(problems[0]).toContain(why);
});

test('reading roles, and Secrets one by one, is not refused', () => {
  expect(problemsIn(withRule({ apiGroups: [rbac], resources: ['roles'], verbs: ['get', 'list', 'watch'] }))).toEqual(
    [],
  );
  expect(problemsIn(withRule({ resources: ['secrets'], verbs: ['get', 'list'] }))).toEqual([]);
});

test.each([
  ['a wildcard of verbs', { verbs: ['*'] }, 'rules.0.verbs.0: '],
  ['escalate', { verbs: ['get', 'escalate'] }, 'rules.0.verbs.1: '],
  ['bind', { verbs: ['bind'] }, 'rules.0.verbs.0: '],
  ['impersonate', { verbs: ['impersonate'] }, 'rules.0.verbs.0: '],
  ['a verb in capitals', { verbs: ['GET'] }, 'rules.0.verbs.0: '],
  ['a wildcard of resources', { resources: ['*'] }, 'rules.0.resources.0: not a resource'],
  ['a wildcard of subresources', { resources: ['pods/*'] }, 'rules.0.resources.0: not a resource'],
  ['a wildcard of groups', { apiGroups: ['*'] }, 'rules.0.apiGroups.0: not an API group'],
  ['no verbs', { verbs: [] }, 'rules.0.verbs: '],
  ['no groups', { apiGroups: [] }, 'rules.0.apiGroups: '],
  ['names of objects', { resourceNames: ['web'] }, 'rules.0.resourceNames: this key is not known here'],
  [
    'a URL that is no resource',
    { nonResourceURLs: ['/metrics'] },
    'rules.0.nonResourceURLs: this key is not known here',
  ],
])('%s is a problem at its place', (_, changed, problem) => {
  const problems = problemsIn(withRule(changed));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`profiles.0.bindings.0.${problem}`);
});

test('a rule that cannot be narrowed to names may not say that it can', () => {
  expect(problemsIn(withRule({ verbs: ['create', 'deletecollection'], narrowable: true }))).toEqual([
    'profiles.0.bindings.0.rules.0.narrowable: none of these verbs can be narrowed to names; leave "narrowable" out',
  ]);
});

test('two profiles of one name are a problem at the second', () => {
  const [one] = withRule({}).profiles;
  expect(problemsIn({ profiles: [one, one] })).toEqual([
    'profiles.1.name: profile "it" is there twice; give each its own name',
  ]);
});

test('every problem of every profile is named', () => {
  const bad = withRule({ resources: ['secrets'], verbs: ['watch'] }).profiles;
  expect(problemsIn({ profiles: [...bad, ...bad] })).toHaveLength(3);
});

test.each([undefined, null, [], { profiles: [] }, { profiles: null }, { profile: [] }, 'x'])(
  '%j is not a file of profiles',
  (value) => {
    expect(problemsIn(value).length).toBeGreaterThan(0);
  },
);

test.each([
  ['secrets, though only read', ['secrets'], ['get']],
  ['ConfigMaps that can be written', ['configmaps'], ['get', 'update']],
  ['pods that can be made', ['pods'], ['create']],
  ['workloads that can be changed', ['deployments'], ['patch']],
])('%s are refused cluster-wide: Hallpass’s own are among them', (_, resources, verbs) => {
  const profile = (where: string) => ({
    profiles: [{ name: 'it', title: 'It', bindings: [{ in: where, rules: [{ apiGroups: [''], resources, verbs }] }] }],
  });
  const wide = access.configure(profile('cluster'));
  expect(wide.ok ? [] : wide.error).toEqual([
    expect.objectContaining({ message: expect.stringContaining('reaches too far') }),
  ]);
  expect(access.configure(profile('requested')).ok).toBe(true);
});
