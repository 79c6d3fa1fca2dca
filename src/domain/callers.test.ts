import { describe, expect, test } from 'vitest';
import { callerLine, callerOf, callersIn, type Verified } from './callers.ts';
import { identitiesFile, sharedIn } from './identities-file.ts';
import { problemsOfIssue } from './problem.ts';

const account = { cluster: 'prod', namespace: 'ci', name: 'deployer' };
const deployer = { name: 'deploy', responsible: 'U0CAROL', serviceAccount: account };
const issuer = 'https://token.actions.githubusercontent.com';
const release = {
  name: 'release',
  responsible: 'U0BOB',
  oidc: { issuer, claims: { repository: 'acme/shop', ref: 'refs/heads/*' } },
};
const callers = callersIn([deployer, release].map((line) => callerLine.parse(line)));
const token = (claims: Record<string, string>, from = issuer): Verified => ({
  type: 'oidc',
  issuer: from,
  claims,
  provenAt: 0,
  until: 0,
  isDelegated: false,
});

describe('whose a token is', () => {
  test('of a ServiceAccount: by cluster, namespace and name', () => {
    const of = (cluster: string, user: string) => callerOf(callers, { type: 'service-account', cluster, user })?.name;
    expect(of('prod', 'system:serviceaccount:ci:deployer')).toBe('deploy');
    expect(of('test', 'system:serviceaccount:ci:deployer')).toBeUndefined();
    expect(of('prod', 'system:serviceaccount:ci:deployer2')).toBeUndefined();
    expect(of('prod', 'system:serviceaccount:cI:deployer')).toBeUndefined();
    expect(of('prod', 'deployer')).toBeUndefined();
  });

  test.each([
    [{ repository: 'acme/shop', ref: 'refs/heads/main' }, 'release'],
    [{ repository: 'acme/shop', ref: 'refs/tags/v1' }, undefined],
    [{ repository: 'acme/shop' }, undefined],
    [{ repository: 'evil/acme/shop', ref: 'refs/heads/main' }, undefined],
    [{ repository: 'acme/shop2', ref: 'refs/heads/main' }, undefined],
  ] as const)('of an issuer: by each claim that its line names, %j', (claims, name) => {
    expect(callerOf(callers, token(claims))?.name).toBe(name);
  });

  test('of another issuer with the same claims it is nobody’s', () => {
    const claims = { repository: 'acme/shop', ref: 'refs/heads/main' };
    expect(callerOf(callers, token(claims, `${issuer}.evil.test`))).toBeUndefined();
    expect(callerOf(callers, token(claims, `${issuer}/`))).toBeUndefined();
  });

  test('where two lines fit it is nobody’s', () => {
    const wide = { ...release, name: 'wide', oidc: { issuer, claims: { repository: 'acme/*' } } };
    const both = callersIn([release, wide].map((line) => callerLine.parse(line)));
    expect(callerOf(both, token({ repository: 'acme/shop', ref: 'refs/heads/main' }))).toBeUndefined();
    expect(callerOf(both, token({ repository: 'acme/other' }))?.name).toBe('wide');
  });

  test('claims that every object has are no claims of a token', () => {
    const odd = callersIn([
      callerLine.parse({ ...release, oidc: { issuer, claims: { constructor: 'x*', toString: '*y' } } }),
    ]);
    expect(callerOf(odd, token({}))).toBeUndefined();
  });

  test('a ServiceAccount is itself in the cluster, and a pipeline elsewhere only where its line says so', () => {
    expect(callers.map(({ kubernetes }) => kubernetes?.user)).toEqual(['system:serviceaccount:ci:deployer', undefined]);
  });
});

describe('lines that are refused', () => {
  const people = [{ slack: 'U0ALICE', kubernetes: { user: 'alice' } }];
  const problems = (file: object): readonly string[] => {
    const parsed = identitiesFile.safeParse({ people, ...file });
    return (parsed.success ? sharedIn(parsed.data) : parsed.error.issues.flatMap(problemsOfIssue)).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
  };

  test('none, for what is right', () => {
    expect(problems({ callers: [deployer, release] })).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['known by nothing', { name: 'x', responsible: 'U0BOB' }, 'needs either "serviceAccount" or "oidc"'],
    ['known by both', { ...deployer, oidc: release.oidc }, 'needs either "serviceAccount" or "oidc"'],
    ['without somebody who answers for it', { name: 'x', serviceAccount: account }, 'callers.0.responsible'],
    ['of every token of an issuer', { ...release, oidc: { issuer, claims: {} } }, 'say by which claims'],
    ['of every value of a claim', { ...release, oidc: { issuer, claims: { sub: '**' } } }, 'beside "*"'],
    [
      'of an issuer over plain http',
      { ...release, oidc: { ...release.oidc, issuer: 'http://gitlab.test' } },
      'not the address of an issuer',
    ],
    [
      'of an issuer with a query',
      { ...release, oidc: { ...release.oidc, issuer: `${issuer}?a` } },
      'not the address of an issuer',
    ],
    [
      'of a host that only begins like this machine',
      { ...release, oidc: { ...release.oidc, issuer: 'http://localhost.evil.test' } },
      'not the address',
    ],
    [
      'a user of Kubernetes itself',
      { ...release, kubernetes: { user: 'system:admin' } },
      'belong to Kubernetes itself',
    ],
    ['a ServiceAccount that is another user', { ...deployer, kubernetes: { user: 'ci' } }, 'leave "kubernetes" out'],
    ['a word that is not known', { ...deployer, mayDecide: true }, 'not known here'],
  ])('%s', (_, line, says) => {
    expect(problems({ callers: [line] }).join('\n')).toContain(says);
  });

  test('two of one name, of one token, or of one user', () => {
    expect(problems({ callers: [deployer, { ...release, name: 'deploy' }] }).join()).toContain('is there twice');
    expect(problems({ callers: [deployer, { ...deployer, name: 'other' }] }).join()).toContain('the same token');
    expect(problems({ callers: [{ ...release, kubernetes: { user: 'Alice' } }] }).join()).toContain(
      'the same Kubernetes user',
    );
  });

  test('two people of one token', () => {
    const oidc = { issuer, subject: '1' };
    const two = ['U0ALICE', 'U0BOB'].map((slack) => ({ slack, kubernetes: { user: slack }, oidc }));
    expect(problems({ people: two }).join()).toContain('each needs their own');
  });
});
