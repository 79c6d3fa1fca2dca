import { describe, expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { type Attempt, isOnlyReceived, readAttempt, usersOf } from './audit-event.ts';
import { burstIn } from './bursts.ts';
import { bindingIn, lookAt, sayAttempt, type Watched } from './look.ts';

const at = Temporal.Instant.from('2026-03-02T12:00:00Z');
const event = (changed: Record<string, unknown> = {}): Record<string, unknown> => ({
  auditID: 'a',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web-1/log',
  verb: 'get',
  user: { username: 'alice' },
  objectRef: { resource: 'pods', subresource: 'log', namespace: 'shop', name: 'web-1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-03-02T12:00:03.123456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
  ...changed,
});
const attempt = (changed: Record<string, unknown> = {}): Attempt => {
  const read = readAttempt(event(changed));
  if (read === undefined || read === 'none') throw new Error('It is no attempt');
  return read;
};
const grant = (...rights: Watched['rights']): Watched => ({
  id: id('k7m2-qx'),
  startedAt: at,
  rights,
  objects: [{ apiVersion: 'x/v1', kind: 'RoleBinding', namespace: 'shop', name: 'hallpass-k7m2-qx-0', uid: '1' }],
});
const logs = { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace: 'shop' };
const usesOf = (changed: Record<string, unknown>, ...rights: Watched['rights']) =>
  lookAt(attempt(changed), [grant(...rights)], ['hallpass']).uses.map(({ use }) => use);

describe('a stream', () => {
  test('is what goes on beyond its answer, whichever end of it is reported', () => {
    const follow = { requestURI: '/api/v1/namespaces/shop/pods/web-1/log?container=main&follow=true' };
    for (const stage of ['ResponseStarted', 'ResponseComplete'])
      expect(usesOf({ ...follow, stage }, logs)).toEqual([{ ...logs, name: 'web-1', stream: true }]);
  });

  test.each([
    ['follow=yes', true],
    ['follow', true],
    ['x=%23#&f%6fllow=1', true],
    ['follow=False', false],
    ['follow=0', false],
    ['container=follow', false],
  ])('is no other for a log that is asked for by ?%s than to the API server', (query, isStream) => {
    const uses = usesOf({ requestURI: `/api/v1/namespaces/shop/pods/web-1/log?${query}` }, logs);
    expect(uses).toEqual([{ ...logs, name: 'web-1', ...(isStream ? { stream: true } : {}) }]);
  });

  test('is not a log that is only read once', () => {
    expect(usesOf({ stage: 'ResponseStarted' }, logs)).toEqual([{ ...logs, name: 'web-1' }]);
  });

  test.each(['exec', 'attach', 'portforward'])('is %s into a pod', (subresource) => {
    const objectRef = { resource: 'pods', subresource, namespace: 'shop', name: 'web-1' };
    const right = { verb: 'create', group: '', resource: 'pods', subresource };
    const uses = usesOf({ verb: 'create', objectRef, responseStatus: { code: 101 } }, right);
    expect(uses).toEqual([{ ...right, namespace: 'shop', name: 'web-1', stream: true }]);
  });

  test('is a watch', () => {
    const objectRef = { resource: 'pods', namespace: 'shop' };
    const right = { verb: 'watch', group: '', resource: 'pods', namespace: 'shop' };
    expect(usesOf({ verb: 'watch', objectRef }, right)).toEqual([{ ...right, stream: true }]);
  });
});

describe('a right covers', () => {
  test.each([
    ['what it names', logs, true],
    ['any name where it has none', { ...logs, name: 'web-1' }, true],
    ['no other name', { ...logs, name: 'web-2' }, false],
    ['no other namespace', { ...logs, namespace: 'bank' }, false],
    ['every namespace where it has none', { verb: 'get', group: '', resource: 'pods', subresource: 'log' }, true],
    ['no subresource by the resource', { verb: 'get', group: '', resource: 'pods', namespace: 'shop' }, false],
    ['no other verb', { ...logs, verb: 'list' }, false],
    ['no other group', { ...logs, group: 'apps' }, false],
    ['everything by a star', { verb: '*', group: '*', resource: '*', subresource: '*' }, true],
  ])('%s', (_, right, isCovered) => {
    expect(usesOf({}, right)).toHaveLength(isCovered ? 1 : 0);
  });
});

test.each([
  ['10.1.2.3', '10.1.2.0/24'],
  ['::ffff:10.1.2.3', '10.1.2.0/24'],
  ['2001:0db8:0001:0002::9', '2001:db8:1::/48'],
  ['2001:db8::9', '2001:db8:0::/48'],
  ['::1', '0:0:0::/48'],
  ['somewhere', undefined],
  ['', undefined],
])('of the address %j the network %j is kept', (address, network) => {
  expect(attempt({ sourceIPs: ['6.6.6.6', address] }).network).toBe(network);
});

test('what was refused is told from what came to nothing behind a yes', () => {
  const forbidden = { responseStatus: { code: 403 } };
  expect(attempt(forbidden)).toMatchObject({ allowed: true, done: false });
  expect(attempt({ ...forbidden, annotations: { 'authorization.k8s.io/decision': 'forbid' } })).toMatchObject({
    allowed: false,
  });
  // Where no decision is reported, the answer says it.
  expect(attempt({ ...forbidden, annotations: null })).toMatchObject({ allowed: false, done: false });
  expect(attempt({ annotations: undefined, responseStatus: null })).toMatchObject({ allowed: true, done: true });
});

test('an authorizer’s reason names a binding with its namespace, and nothing else does', () => {
  expect(bindingIn('RBAC: allowed by RoleBinding "web/shop" of Role "web" to User "a"')).toEqual({
    kind: 'RoleBinding',
    name: 'web',
    namespace: 'shop',
  });
  expect(bindingIn('RBAC: allowed by ClusterRoleBinding "ops" of ClusterRole "x" to Group "y"')).toEqual({
    kind: 'ClusterRoleBinding',
    name: 'ops',
  });
  for (const reason of [
    '',
    'webhook says yes',
    'x RBAC: allowed by RoleBinding "a/b"',
    'RBAC: allowed by RoleBinding ""',
  ])
    expect(bindingIn(reason)).toBeUndefined();
});

test('what is said of an attempt is one line without what a client typed beyond its program', () => {
  const said = sayAttempt(attempt({ userAgent: 'kubectl/v1\nFAKE line (linux)', sourceIPs: ['10.1.2.3'] }));
  expect(said).toContain('12:00:03 get pods/log web-1 in shop: allowed; kubectl/v1');
  expect(said).toContain('from 10.1.2.0/24');
});

test('who an event names is known without reading it', () => {
  expect(usersOf(event())).toEqual(['alice']);
  expect(usersOf(event({ impersonatedUser: { username: 'bob' } }))).toEqual(['alice', 'bob']);
  for (const one of [null, 1, {}, { user: null }, { user: {} }]) expect(usersOf(one)).toBeUndefined();
  expect(isOnlyReceived(event({ stage: 'RequestReceived' }))).toBe(true);
  expect(isOnlyReceived(event())).toBe(false);
});

describe('a burst', () => {
  const counted = (...seen: readonly (readonly [at: number, what: string])[]) =>
    seen.map(([when, what]) => ({ at: when, what }));

  test('is so many of so many sorts within a time, wherever it begins', () => {
    const burst = { count: 3, kinds: 2, within: 10 };
    expect(burstIn(counted([0, 'a'], [5, 'b'], [10, 'a']), burst)).toHaveLength(3);
    expect(burstIn(counted([0, 'a'], [5, 'b'], [11, 'a']), burst)).toBeUndefined();
    expect(burstIn(counted([0, 'a'], [5, 'a'], [10, 'a']), burst)).toBeUndefined();
    expect(burstIn(counted([40, 'a'], [0, 'a'], [35, 'b'], [30, 'b']), burst)).toHaveLength(3);
    expect(burstIn([], burst)).toBeUndefined();
  });
});
