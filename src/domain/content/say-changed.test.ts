import { expect, test } from 'vitest';
import type { PathEdit } from './comparison.ts';
import { sayChanged } from './say-changed.ts';

const say = (kind: string, edit: PathEdit): string => {
  const { path, before, now } = sayChanged(edit, kind);
  return `${path}: ${before} → ${now}`;
};

test('where traffic goes is said as it stands', () => {
  const path = ['spec', 'rules', { by: { host: 'shop.acme.test' } }, 'backend'];
  expect(say('Ingress', { path, before: { service: 'a' }, after: { service: 'b' } })).toBe(
    'spec.rules[host=shop.acme.test].backend: {"service": "a"} → {"service": "b"}',
  );
  expect(say('Service', { path: ['spec', 'type'], after: 'LoadBalancer' })).toBe('spec.type: (nothing) → LoadBalancer');
});

test('the settings of programs are told by their length: nobody who reads the channel was given them', () => {
  const secret = 'hunter2';
  const edits: readonly (readonly [string, PathEdit])[] = [
    ['ConfigMap', { path: ['data', 'password'], before: secret, after: `${secret}!` }],
    ['ConfigMap', { path: ['binaryData', 'key'], before: secret }],
    [
      'Deployment',
      { path: ['spec', 'containers', { by: { name: 'web' } }, 'env', { by: { name: 'P' } }, 'value'], after: secret },
    ],
    ['Deployment', { path: ['spec', 'containers'], after: [{ env: [{ name: 'P', value: secret }] }] }],
    ['Deployment', { path: ['metadata', 'annotations', 'kept'], after: secret }],
    ['Secret', { path: ['data', 'password'], before: secret, after: 'x' }],
    ['Custom', { path: ['spec'], before: { password: secret }, after: { password: 'x', more: 1 } }],
  ];
  for (const [kind, edit] of edits) expect(say(kind, edit)).not.toContain(secret);
  expect(edits.map(([kind, edit]) => say(kind, edit))).toEqual([
    'data.password: (hidden, 7 characters) → (hidden, 8 characters)',
    'binaryData.key: (hidden, 7 characters) → (nothing)',
    'spec.containers[name=web].env[name=P].value: (nothing) → (hidden, 7 characters)',
    'spec.containers: (nothing) → (1 item)',
    'metadata.annotations.kept: (nothing) → (hidden, 7 characters)',
    'data.password: (hidden) → (hidden)',
    'spec: (1 field) → (2 fields)',
  ]);
  expect(say('Deployment', { path: ['spec', 'replicas'], before: 2, after: 3 })).toBe('spec.replicas: 2 → 3');
});

test('whatever is in an object, what is said of it is short, visible and on one line', () => {
  const { path, before, now } = sayChanged(
    {
      path: ['metadata', `la\u202ebel\n${'x'.repeat(500)}`],
      before: `a\n\u202e\u0000${'y'.repeat(5_000)}`,
      after: '😀'.repeat(400),
    },
    'Ingress',
  );
  expect(path.length).toBeLessThanOrEqual(200);
  for (const value of [before, now]) expect(value.length).toBeLessThanOrEqual(100);
  for (const said of [path, before, now]) expect(said).not.toMatch(/[\n\u202e\u0000]/);
});
