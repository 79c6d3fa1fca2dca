import { expect, test } from 'vitest';
import { personId, requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Stamp, stamped } from '#domain/request/stamp.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { sortBindings } from './grants.ts';

const keys = createMemoryKeys();
const stamp: Stamp = {
  cluster: 'prod',
  request: requestId.parse('k7m2-qx'),
  revision: 1,
  requester: personId.parse('U0ALICE'),
  approvers: [],
  startedAt: Temporal.Instant.from('2026-03-02T12:00:00Z'),
  expiresAt: Temporal.Instant.from('2026-03-02T13:00:00Z'),
  seal: 's',
};
const plain = (name: string): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name, namespace: 'shop' },
});
const genuine = stamped(plain('genuine'), stamp, keys.signer('worker'));

test('a binding with a worker’s stamp is a grant; one without a label is standing', () => {
  const sorted = sortBindings('prod', [plain('own'), genuine], keys.trust);
  expect(sorted.grants.map(({ binding, stamp: read }) => [binding, read.request])).toEqual([[genuine, 'k7m2-qx']]);
  expect(sorted.standing).toEqual([plain('own')]);
  expect(sorted.unproven).toEqual([]);
});

test.each<[string, string, Manifest]>([
  ['of another cluster', 'stage', genuine],
  ['copied to another name', 'prod', { ...genuine, metadata: { ...genuine.metadata, name: 'copy' } }],
  ['of the bot, which grants nothing', 'prod', stamped(plain('bot'), stamp, keys.signer('bot'))],
  ['by a key that nobody trusts', 'prod', stamped(plain('x'), stamp, createMemoryKeys().signer('worker'))],
])('a stamp %s makes no grant: nothing would end it', (_, cluster, binding) => {
  const sorted = sortBindings(cluster, [binding], keys.trust);
  expect(sorted).toEqual({ standing: [binding], grants: [], unproven: [binding] });
});

test('without trusted keys no stamp is believed', () => {
  expect(sortBindings('prod', [genuine], undefined)).toMatchObject({ grants: [], standing: [genuine] });
});
