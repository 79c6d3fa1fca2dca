import { expect, test } from 'vitest';
import type { Preview } from '#adapters/http/api-schemas.ts';
import { sayPreview } from './preview-text.ts';

const preview = (changed: Partial<Preview> = {}): Preview => ({
  rule: 'shop',
  auto: false,
  quorum: [
    { from: 'platform', count: 1 },
    { from: 'security', count: 2 },
  ],
  channel: 'C0APPROVALS',
  seconds: 1_800,
  title: 'Change Ingress',
  risk: 'high',
  changes: [{ op: 'update', object: 'Ingress shop/web', diff: '@@ -1 +1 @@\n-  a: 1\n+  a: 2\n   b: 1\n' }],
  findings: [{ severity: 'high', text: 'Introduces a rule for many hosts' }],
  notes: ['What it leaves out stays.'],
  cautions: ['Can send traffic elsewhere.'],
  ...changed,
});
const bare = (_: string, text: string): string => text;

test('says what would be asked, who decides, the diff and what is dangerous', () => {
  expect(sayPreview(preview(), 'shop', bare)).toEqual([
    'Change Ingress, in shop, for 30m',
    'Rule "shop" wants platform (1), security (2), in C0APPROVALS; risk: high.',
    '',
    'update Ingress shop/web',
    '@@ -1 +1 @@',
    '-  a: 1',
    '+  a: 2',
    '   b: 1',
    '',
    'HIGH  Introduces a rule for many hosts',
    '! Can send traffic elsewhere.',
    'What it leaves out stays.',
  ]);
});

test('colours what goes and what comes', () => {
  const said = sayPreview(preview(), 'shop', (style, text) => `${style}:${text}`);
  expect(said).toEqual(expect.arrayContaining(['cyan:@@ -1 +1 @@', 'red:-  a: 1', 'green:+  a: 2']));
});

test('says so where a rule approves by itself, and where nothing is taken back', () => {
  const [first, second] = sayPreview(preview({ auto: true, quorum: [], seconds: null }), 'shop', bare);
  expect([first, second]).toEqual([
    'Change Ingress, in shop, for good',
    'Rule "shop" approves by itself, in C0APPROVALS; risk: high.',
  ]);
});

test('shows what would move the cursor, colour or hide text, wherever somebody typed it', () => {
  const evil = '\u001b[2K\u202e\u200b\r';
  const said = sayPreview(
    preview({
      title: evil,
      changes: [{ op: evil, object: evil, diff: `+${evil}\n` }],
      findings: [{ severity: evil, text: evil }],
      notes: [evil],
      cautions: [evil],
    }),
    evil,
    bare,
  ).join('\n');
  expect(said).not.toMatch(/[\u001b\u202e\u200b\r]/);
  expect(said).toContain('[U+001B]');
});
