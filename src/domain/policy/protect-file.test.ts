import { describe, expect, test } from 'vitest';
import { problemsOfIssue } from '#domain/problem.ts';
import { withFolder } from '#test/build/folder.ts';
import { policyFiles } from '#test/build/policy-files.ts';
import { readHere } from '#test/build/policy-folder.ts';
import { problemsOfProtect, protectionsIn, protectList, resourcesIn } from './protect-file.ts';

const front = { name: 'front', namespaces: ['shop-front'], resources: ['ingresses'] };
const flux = { user: 'system:serviceaccount:flux-system:*', name: 'Flux', responsible: 'U02BOB' };

const problemsIn = (list: unknown): readonly string[] => {
  const parsed = protectList.safeParse(list);
  const problems = parsed.success ? problemsOfProtect(parsed.data) : parsed.error.issues.flatMap(problemsOfIssue);
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const problems = (changed: object): string => problemsIn([{ ...front, ...changed }]).join('\n');
const protectionOf = (changed: object = {}) => protectionsIn(protectList.parse([{ ...front, ...changed }]))[0];

describe('a protection that is right', () => {
  test('is read with what it leaves out: everywhere, by doing it again within an hour, with the autoscaler let through', () => {
    expect(problems({})).toBe('');
    expect(protectionOf()).toEqual({
      ...front,
      clusters: ['*'],
      ignoreAnnotations: [],
      scalers: ['system:serviceaccount:kube-system:horizontal-pod-autoscaler'],
      complete: ['retry'],
      retryWithin: Temporal.Duration.from({ hours: 1 }),
      writers: [],
      revokeAt: 'critical',
    });
  });

  test('is read as it says', () => {
    const said = {
      clusters: ['prod', 'eu-*'],
      namespaces: ['shop-*', '*'],
      ignoreAnnotations: ['acme.test/commit', 'build'],
      scalers: [],
      complete: ['retry', 'confirm'],
      writers: [{ ...flux, selfHeals: true }],
      revokeAt: 'high',
    };
    expect(problems({ ...said, retryWithin: '2h' })).toBe('');
    expect(protectionOf({ ...said, retryWithin: '2h' })).toMatchObject(said);
    expect(protectionOf({ ...said, retryWithin: '2h' })?.retryWithin.total('minutes')).toBe(120);
    expect(protectionOf({ writers: [flux] })?.writers[0]?.selfHeals).toBe(false);
    expect(protectionOf({ revokeAt: 'never' })?.revokeAt).toBe('never');
  });

  test('may be left out altogether', () => {
    expect(protectList.parse(undefined)).toEqual([]);
    expect(problemsIn([])).toEqual([]);
  });
});

describe('what is wrong is told with what to do:', () => {
  test.each<[string, object, string]>([
    ['a name that is none', { name: 'Front' }, '0.name: not a name; write it in lower case, like "front-ingresses"'],
    ['no name', { name: undefined }, '0.name: '],
    ['no namespace', { namespaces: [] }, '0.namespaces: protects nothing; name a namespace'],
    ['a namespace that is none', { namespaces: ['Shop'] }, '0.namespaces.0: not a namespace, nor a pattern of some'],
    ['an expression for one', { namespaces: ['shop-.*'] }, 'like "shop-*"'],
    ['a long one', { namespaces: ['a'.repeat(64)] }, '0.namespaces.0: not a namespace'],
    ['no sort', { resources: [] }, '0.resources: protects nothing; name a sort of objects, as changes.yaml calls it'],
    ['no cluster', { clusters: [] }, '0.clusters: '],
    [
      'no way to complete it',
      { complete: [] },
      '0.complete: nothing that is held could ever come to pass; name "retry", "confirm" or both',
    ],
    ['another way', { complete: ['force'] }, '0.complete.0: '],
    [
      'a risk that ends no grant',
      { revokeAt: 'medium' },
      '0.revokeAt: is not "high", "critical" or "never", the risk from which on such a write ends the grant',
    ],
    [
      'a key that is none',
      { ignoreAnnotations: ['acme.test/a/b'] },
      '0.ignoreAnnotations.0: not the key of an annotation, as in "acme.test/commit"',
    ],
    [
      'a pattern of keys',
      { ignoreAnnotations: ['acme.test/*'] },
      '0.ignoreAnnotations.0: not the key of an annotation',
    ],
    [
      'a time that is none',
      { retryWithin: '1 hour' },
      '0.retryWithin: "1 hour" is not a duration. Write it like "30m"',
    ],
    ['bare minutes', { retryWithin: 60 }, '0.retryWithin: not a duration. Write it like "30m", "1h30m" or "2h".'],
    ['a misspelt key', { scaler: [] }, '0.scaler: this key is not known here; is it misspelt?'],
    [
      'a misspelt key of a writer',
      { writers: [{ ...flux, selfHeal: true }] },
      '0.writers.0.selfHeal: this key is not known here',
    ],
    [
      'somebody responsible by name',
      { writers: [{ ...flux, responsible: 'bob' }] },
      '0.writers.0.responsible: not a Slack user id; ids look like "U02ABCDEF"',
    ],
    ['nobody responsible', { writers: [{ user: 'a', name: 'A' }] }, '0.writers.0.responsible: '],
    ['a writer without a name', { writers: [{ ...flux, name: ' ' }] }, '0.writers.0.name: '],
    ['a writer who is nobody', { writers: [{ ...flux, user: '' }] }, '0.writers.0.user: '],
  ])('%s', (_, changed, problem) => {
    expect(problems(changed)).toContain(problem);
  });

  test('two of one name, at each later one', () => {
    const said = 'there are two protections "front"; give each its own name';
    expect(problemsIn([front, { ...front, name: 'back' }, front, front])).toEqual([
      `2.name: ${said}`,
      `3.name: ${said}`,
    ]);
  });

  test.each([
    'nginx.ingress.kubernetes.io/rewrite-target',
    'nginx.ingress.kubernetes.io/configuration-snippet',
    'alb.ingress.kubernetes.io/scheme',
    'external-dns.alpha.kubernetes.io/hostname',
    'service.beta.kubernetes.io/aws-load-balancer-type',
    'kubernetes.io/ingress.class',
    'k8s.io/anything',
    'x.k8s.io/anything',
    'gateway.networking.k8s.io/anything',
    'kubernetes.io/Change-Cause',
    'apps.kubernetes.io/change-cause',
  ])('to ignore %s, which tells a controller what to do', (key) => {
    expect(problems({ ignoreAnnotations: ['acme.test/commit', key] })).toBe(
      `0.ignoreAnnotations.1: "${key}" tells a controller what to do, so that it always makes a difference. Leave it out`,
    );
  });

  test.each(['1s', '59s', '24h1s', '1d1m', '7d'])('an approval that waits for %s', (retryWithin) => {
    expect(problems({ retryWithin })).toBe(
      '0.retryWithin: is not between 1m and 24h. Write it like "30m"; an approval of what was seen is good for a day at most',
    );
  });

  test('several at once', () => {
    const wrong = { ...front, ignoreAnnotations: ['k8s.io/a', 'k8s.io/b'], retryWithin: '2s' };
    expect(problemsIn([front, wrong])).toHaveLength(4);
  });
});

describe('right is', () => {
  test.each([
    'kubernetes.io/change-cause',
    'acme.test/commit',
    'build',
    'argocd.argoproj.io/tracking-id',
    'kubernetes.io',
  ])('to ignore %s', (key) => {
    expect(problems({ ignoreAnnotations: [key] })).toBe('');
  });

  test.each(['1m', '60s', '30m', '24h', '1d'])('an approval that waits for %s', (retryWithin) => {
    expect(problems({ retryWithin })).toBe('');
  });
});

test('which sorts are protected is known with where they stand', () => {
  const list = protectList.parse([front, { ...front, name: 'back', resources: ['services', 'ingresses'] }]);
  expect(resourcesIn(list)).toEqual([
    ['ingresses', [0, 'resources', 0]],
    ['services', [1, 'resources', 0]],
    ['ingresses', [1, 'resources', 1]],
  ]);
});

describe('in a policy folder', () => {
  const protecting = (...lines: readonly string[]) =>
    withFolder(
      { ...policyFiles, 'rules.yaml': `${policyFiles['rules.yaml']}protect:\n${lines.join('\n')}\n` },
      readHere,
    );
  const start = policyFiles['rules.yaml'].split('\n').length;

  test('what is protected is part of the policy', async () => {
    const folder = await protecting(
      '  - name: front',
      '    namespaces: [shop-front]',
      '    resources: [ingresses]',
      '    complete: [confirm]',
    );
    expect(folder.ok && folder.value.settings.policy.protect).toMatchObject([{ ...front, complete: ['confirm'] }]);
  });

  test('nothing is, where nothing is said of it', async () => {
    const folder = await withFolder(policyFiles, readHere);
    expect(folder.ok && folder.value.settings.policy.protect).toEqual([]);
  });

  test('a sort that nothing can be asked for of is told with its line, and with those that there are', async () => {
    const folder = await protecting(
      '  - name: front',
      '    namespaces: [shop-front]',
      '    resources: [ingresses, ingres, ingress-view]',
    );
    const problem = (index: number, name: string) =>
      `rules.yaml:${start + 3}: "protect.0.resources.${index}": "${name}" is no sort of objects that can be held. There are: ingresses.`;
    expect(folder.ok ? [] : folder.error).toEqual([problem(1, 'ingres'), problem(2, 'ingress-view')]);
  });

  test('what the schema and what only the whole can see is told with its line', async () => {
    const folder = await protecting(
      '  - name: front',
      '    namespaces: [Shop]',
      '    resources: [ingresses]',
      '    ignoreAnnotation: [build]',
    );
    expect(folder.ok ? [] : folder.error.map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
      `rules.yaml:${start + 2}`,
      `rules.yaml:${start + 4}`,
    ]);
    const meaningful = await protecting(
      '  - name: front',
      '    namespaces: [shop-front]',
      '    resources: [ingresses]',
      '    retryWithin: 25h',
      '    ignoreAnnotations: [kubernetes.io/ingress.class]',
    );
    expect(meaningful.ok ? [] : meaningful.error).toEqual([
      expect.stringMatching(
        new RegExp(`^rules\\.yaml:${start + 5}: "protect\\.0\\.ignoreAnnotations\\.0": .*Leave it out`),
      ),
      expect.stringMatching(
        new RegExp(`^rules\\.yaml:${start + 4}: "protect\\.0\\.retryWithin": is not between 1m and 24h`),
      ),
    ]);
  });
});
