import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { compareStates, digestState } from '#domain/content/compare.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { compileCondition } from '#domain/policy/condition.ts';
import { type Change, findingsIn } from '#domain/risk/assess.ts';
import { facts } from '#test/build/conditions.ts';
import { ingressOf } from '#test/build/ingresses.ts';
import { createExaminer } from './examiner.ts';
import { outweighs } from './weight.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const { compare, digest: digestOf, findings, answers, close } = createExaminer();
afterAll(close);

const small = ingressOf(3, () => 'web');
const large = ingressOf(2_000, () => 'web');
const changed = ingressOf(2_000, (index) => (index % 200 === 0 ? 'other' : 'web'));
const odd: Manifest = { ...large, ...JSON.parse('{"__proto__":{"a":null},"empty":{},"text":"\\ud800\\u2028"}') };

test.for<[what: string, before: Manifest | undefined, after: Manifest | undefined]>([
  ['small', small, ingressOf(3, () => 'other')],
  ['large', large, changed],
  ['odd', odd, changed],
  ['created', undefined, odd],
  ['deleted', odd, undefined],
  ['unchanged', large, structuredClone(large)],
])('%s: the same comparison, whichever thread makes it', async ([, before, after]) => {
  expect(JSON.stringify(await compare(before, after))).toBe(JSON.stringify(compareStates(before, after, digest)));
});

test.for([
  ['small', small],
  ['large', large],
  ['odd', odd],
] as const)('%s: the same digest, whichever thread makes it, and that of its comparisons', async ([, state]) => {
  expect(await digestOf(state)).toBe(digestState(state, digest));
  expect(await digestOf(state)).toBe((await compare(small, state)).after);
});

test('what to beware of is the same, whichever thread looks for it', async () => {
  const snippet = {
    metadata: { ...small.metadata, annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'x' } },
  };
  const changes: readonly Change[] = [
    { before: small, after: { ...small, ...snippet } },
    { before: large, after: { ...changed, ...snippet } },
    { before: odd, after: undefined },
    { before: undefined, after: changed },
  ];
  expect(await findings([])).toEqual([]);
  for (const some of [changes, ...changes.map((one) => [one])]) expect(await findings(some)).toEqual(findingsIn(some));
  expect((await findings(changes)).map(({ says }) => says).join()).toContain(
    'nginx.ingress.kubernetes.io/server-snippet',
  );
});

test.for<[what: string, examine: () => Promise<unknown>]>([
  ['compared', () => compare(large, changed)],
  ['looked through for dangers', () => findings([{ before: large, after: changed }])],
])('the event loop goes on while a large object is %s', async ([, examine]) => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await examine();
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

const question = (text: string) => {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(compiled.error);
  return { condition: compiled.value, facts };
};

test('conditions over objects are answered in order, as they are here', async () => {
  const found = { risk: { level: 'none', findings: [] }, before: [null], after: [{ spec: { replicas: 5 } }] } as const;
  const questions = ['after[0].spec.replicas == 5', 'after[0].spec.replicas > 5', 'after[0].spec.x == 1'].map(question);
  expect(await answers(questions, found)).toEqual([
    { type: 'yes' },
    { type: 'no' },
    { type: 'failed', why: 'no such key' },
  ]);
});

test('a condition that would take minutes has failed after a second, and keeps nothing waiting meanwhile', async () => {
  // 40,000 keys are some 600 kB.
  const data = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 'v']));
  const found = { risk: { level: 'none', findings: [] }, before: [{ data }], after: [{ data }] } as const;
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 5);
  const slow = question('before[0].data.all(k, after[0].data.exists(j, j == k))');
  expect(await answers([slow], found)).toEqual([{ type: 'failed', why: 'it takes too long' }]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(40);
  await expect.poll(() => answers([question('size(before) == 1')], found)).toEqual([{ type: 'yes' }]);
});

test('an object that is nested beyond reason fails its own comparison only', async () => {
  let nested: Json = 1;
  for (let depth = 0; depth < 200_000; depth += 1) nested = [nested];
  const asked = await Promise.allSettled([compare(small, { ...small, nested }), compare(large, changed)]);
  expect(asked).toMatchObject([
    { reason: { message: expect.stringContaining('RangeError') } },
    { value: { added: 10, removed: 10 } },
  ]);
});

test('a process that has compared something large ends by itself', () => {
  const script = `
    import { createExaminer } from '#adapters/threads/examiner.ts';
    import { ingressOf } from '#test/build/ingresses.ts';
    const { compare } = createExaminer();
    const hold = setInterval(() => {}, 1000);
    console.log((await compare(undefined, ingressOf(1000, () => 'web'))).added);
    clearInterval(hold);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    encoding: 'utf8',
    timeout: 18_000,
    cwd: new URL('../../..', import.meta.url),
  });
  expect([stdout.trim(), stderr, status]).toEqual(['8007', '', 0]);
}, 20_000);

test('what is large is told without looking at all of it', () => {
  expect(outweighs(small, 16_000)).toBe(false);
  expect(outweighs(large, 16_000)).toBe(true);
  expect(outweighs('x'.repeat(15_000), 16_000)).toBe(false);
  expect(outweighs('x\n'.repeat(2_000), 16_000)).toBe(true);
  expect(outweighs('x'.repeat(17_000), 16_000)).toBe(true);
  let deep: Json = null;
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(outweighs(deep, 16_000)).toBe(true);
});
