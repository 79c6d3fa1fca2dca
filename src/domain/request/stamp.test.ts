import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { alice, bob, id } from '#test/build/people.ts';
import { later, noon } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { dueSelector, minuteLabel, minuteOf, readStamp, requestLabel, type Stamp, stamped } from './stamp.ts';

const keys = createMemoryKeys();
const role: Manifest = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'hallpass-k7m2-qx-0', namespace: 'shop' },
  rules: [],
};
const stamp: Stamp = {
  cluster: 'prod',
  request: id(),
  revision: 1,
  requester: alice,
  approvers: [bob],
  startedAt: noon,
  expiresAt: later(30),
  seal: 'seal',
};
const live = stamped(role, stamp, keys.signer('worker'));
const read = (object: Manifest, cluster = 'prod', trust = keys.trust) => readStamp(cluster, object, trust);
const annotated = (changed: Readonly<Record<string, string>>): Manifest => ({
  ...live,
  metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, ...changed } },
});

test('an object that was stamped says so, and for how long', () => {
  expect(read(live)).toEqual({ request: id(), revision: 1, startedAt: noon, expiresAt: later(30), seal: 'seal' });
});

test('a stamp is found by request and by the minute in which the grant ends', () => {
  expect(live.metadata.labels).toMatchObject({ [requestLabel]: 'k7m2-qx', [minuteLabel]: '2026-11-20T12-30' });
});

test('the label of a minute is the minute in UTC, and valid as a label', () => {
  expect(minuteOf(Temporal.Instant.from('2026-11-20T23:59:59.999+01:00'))).toBe('2026-11-20T22-59');
  expect(minuteOf(noon)).toBe('2026-11-20T12-00');
  expect(minuteOf(noon.subtract({ nanoseconds: 1 }))).toBe('2026-11-20T11-59');
});

test('what is due ends in this minute, or should have in the hour before it', () => {
  const [, list = ''] =
    /^hallpass\.dev\/expires-minute in \((.*)\)$/.exec(dueSelector(noon.add({ seconds: 59 }))) ?? [];
  const minutes = list.split(',');
  expect(minutes).toHaveLength(61);
  expect([minutes.at(0), minutes.at(-1)]).toEqual(['2026-11-20T12-00', '2026-11-20T11-00']);
});

test('what the object was before stays', () => {
  const object = { ...role, metadata: { ...role.metadata, labels: { a: 'b' }, annotations: { c: 'd' } } };
  const both = stamped(object, stamp, keys.signer('worker'));
  expect(both).toMatchObject({ rules: [], metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
});

test.each([
  ['another name', { ...live, metadata: { ...live.metadata, name: 'cluster-admin' } }],
  ['another namespace', { ...live, metadata: { ...live.metadata, namespace: 'bank' } }],
  ['no namespace', { ...live, metadata: { name: live.metadata.name, annotations: live.metadata.annotations ?? {} } }],
  ['another kind', { ...live, kind: 'RoleBinding' }],
  ['another API group', { ...live, apiVersion: 'v1' }],
])('a stamp copied to an object of %s is not genuine', (_, copy) => {
  expect(read(copy)).toBeUndefined();
});

test('a stamp of another cluster is not genuine', () => {
  expect(read(live, 'dev')).toBeUndefined();
});

test.each([
  ['expires-at', later(3_000).toString()],
  ['expires-at', later(1).toString()],
  ['started-at', later(1).toString()],
  ['request', 'zzzz-zz'],
  ['revision', '2'],
  ['seal', 'another seal'],
  ['key', 'another key'],
  ['signature', ''],
  ['signature', 'AAAA'],
  ['expires-at', 'never'],
  ['expires-at', ''],
])('a stamp whose %s was edited to "%s" is not genuine', (name, value) => {
  expect(read(annotated({ [`hallpass.dev/${name}`]: value }))).toBeUndefined();
});

test('an object without annotations bears no stamp', () => {
  expect(read(role)).toBeUndefined();
  expect(read({ ...live, metadata: { name: live.metadata.name, namespace: 'shop' } })).toBeUndefined();
});

test('only a worker stamps: not the bot, and not the worker of another installation', () => {
  expect(read(stamped(role, stamp, keys.signer('bot')))).toBeUndefined();
  expect(read(stamped(role, stamp, createMemoryKeys().signer('worker')))).toBeUndefined();
  expect(read(stamped(role, stamp, { ...keys.signer('bot'), author: 'worker' }))).toBeUndefined();
});

test('the labels are for finding only: editing them makes a stamp neither genuine nor false', () => {
  const relabelled = { ...live, metadata: { ...live.metadata, labels: { [requestLabel]: 'zzzz-zz' } } };
  expect(read(relabelled)?.request).toBe(id());
});

test('a stamp is held to the time at which its grant began: of a key that was replaced no later one is believed', () => {
  const until = (moment: Temporal.Instant): typeof keys.trust => ({
    ...keys.trust,
    verify: (author, key, text, signature, at) =>
      at !== undefined && Temporal.Instant.compare(at, moment) <= 0 && keys.trust.verify(author, key, text, signature),
  });
  expect(read(live, 'prod', until(noon))).toBeDefined();
  expect(read(live, 'prod', until(noon.subtract({ seconds: 1 })))).toBeUndefined();
});
