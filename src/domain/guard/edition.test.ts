import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { guarded, protection } from '#test/build/guarded.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { withBundle } from './bundle.ts';
import { editionClaimed, inEdition, readEdition } from './edition.ts';

const keys = createMemoryKeys();
const written = inEdition(guarded([protection()]), 7, 'prod', keys.signer('worker'));
const read = (live: Manifest, cluster = 'prod', trust = keys.trust) => readEdition(cluster, live, trust);
const annotated = (changed: Readonly<Record<string, string>>): Manifest => ({
  ...written,
  metadata: { ...written.metadata, annotations: { ...written.metadata.annotations, ...changed } },
});

test('what a worker wrote says which edition it is', () => {
  expect(read(written)).toBe(7);
  expect(editionClaimed(written)).toBe('7');
});

test('authorities that guards add make it no other one', () => {
  expect(read(withBundle(written, 'LS0t'))).toBe(7);
});

test.each<[string, Manifest]>([
  ['has no annotations', guarded([protection()])],
  ['says another edition', annotated({ 'hallpass.dev/edition': '8' })],
  ['says one that is no number', annotated({ 'hallpass.dev/edition': '7e' })],
  ['says none', annotated({ 'hallpass.dev/edition': '' })],
  ['names another key', annotated({ 'hallpass.dev/key': 'other' })],
  ['has another signature', annotated({ 'hallpass.dev/signature': 'AAAA' })],
  ['has other rules', { ...written, webhooks: guarded([protection({ namespaces: ['*'] })]).webhooks }],
  ['has no rules', { ...written, webhooks: [] }],
  ['was signed by the bot', inEdition(guarded([protection()]), 7, 'prod', keys.signer('bot'))],
])('what %s was written by no worker', (_, live) => {
  expect(read(live)).toBeUndefined();
});

test('what was written for another cluster, or with a key that is not trusted, was written by no worker', () => {
  expect(read(written, 'dev')).toBeUndefined();
  expect(read(written, 'prod', createMemoryKeys().trust)).toBeUndefined();
});
