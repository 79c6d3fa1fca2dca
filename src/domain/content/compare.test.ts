import { applyPatch, parsePatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { ingressOf } from '#test/build/ingresses.ts';
import { twoStates } from '#test/build/objects.ts';
import { compareStates } from './compare.ts';
import { masked } from './mask.ts';
import { normalise } from './normalise.ts';
import { render } from './render.ts';

/** Tells texts apart, which is all that is asked of a digest here. */
const digest = (text: string): string => `<${text}>`;
const compare = (before: Manifest | undefined, after: Manifest | undefined) => compareStates(before, after, digest);

test('a diff applied to what was shown before makes what is shown after', () => {
  fc.assert(
    fc.property(twoStates, ([before, after]) => {
      const { diff, edits, added, removed } = compare(before, after);
      if (edits.length === 0) {
        expect([diff, added, removed]).toEqual(['', 0, 0]);
        return;
      }
      const lines = diff.split('\n').slice(2);
      expect(lines.filter((line) => line.startsWith('+'))).toHaveLength(added);
      expect(lines.filter((line) => line.startsWith('-'))).toHaveLength(removed);
      expect(applyPatch(render(normalise(before)), `${diff}\n`)).toBe(render(normalise(after)));
    }),
    { numRuns: 1_000 },
  );
});

test('what nobody put there makes no difference, and the same states give the same bytes', () => {
  const one = ingressOf(2, () => 'web');
  const other = { ...one, metadata: { ...one.metadata, resourceVersion: '7', managedFields: [] }, status: {} };
  const same = compare(one, other);
  expect(same).toMatchObject({ edits: [], diff: '', added: 0, removed: 0 });
  expect(same.before).toBe(same.after);
  expect(same.before).toBe(digest(canonical(one)));
  const changed = ingressOf(2, (index) => `web-${index}`);
  expect(JSON.stringify(compare(one, changed))).toBe(JSON.stringify(compare(other, structuredClone(changed))));
});

test('a change is shown between three lines of context, with its line numbers', () => {
  const { diff, added, removed } = compare(
    ingressOf(9, () => 'web'),
    ingressOf(9, (index) => (index === 4 ? 'other' : 'web')),
  );
  expect([added, removed]).toEqual([1, 1]);
  expect(diff).toBe(`--- Ingress shop-front/shop
+++ Ingress shop-front/shop
@@ -42,7 +42,7 @@
       paths:
       - backend:
           service:
-            name: web
+            name: other
         path: /
         pathType: Prefix
   - host: shop-5.acme.test`);
});

test('a creation and a deletion say so in the header, and are one edit of the whole', () => {
  const object = ingressOf(1, () => 'web');
  const created = compare(undefined, object);
  expect(created.diff.split('\n').slice(0, 3)).toEqual([
    '--- (not there)',
    '+++ Ingress shop-front/shop',
    `@@ -0,0 +1,${created.added} @@`,
  ]);
  expect(created).toMatchObject({ edits: [{ path: [], after: object }], removed: 0 });
  expect(created).not.toHaveProperty('before');
  const deleted = compare(object, undefined);
  expect(deleted.diff.split('\n').slice(0, 2)).toEqual(['--- Ingress shop-front/shop', '+++ (deleted)']);
  expect(deleted).toMatchObject({ edits: [{ path: [], before: object }], added: 0, removed: created.added });
  expect(deleted).not.toHaveProperty('after');
  expect(compare(undefined, undefined)).toMatchObject({ edits: [], diff: '' });
});

test('a name cannot add a line to the header', () => {
  const role = (name: string): Manifest => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
  });
  const { diff } = compare(undefined, role('a\n+++ b\u202e'));
  expect(diff.split('\n').slice(0, 2)).toEqual(['--- (not there)', '+++ ClusterRole a +++ b[U+202E]']);
  expect(diff.split('\n')).toHaveLength(7);
});

const secret = (data: object, more: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db' },
  data: { ...data },
  ...more,
});

test('values of a Secret are not shown, only how long they are and whether they differ', () => {
  const before = secret({ password: 'aHVudGVyMg==', user: 'YWRtaW4=', gone: 'YQ==' });
  const after = secret({ password: 'aHVudGVyMw==', user: 'YWRtaW4=' }, { stringData: { token: 'grün' } });
  const { diff } = compare(before, after);
  expect(diff.split('\n').slice(3)).toEqual([
    ' metadata:',
    '   name: db',
    ' data:',
    '-  gone: "(hidden, 1 byte)"',
    '-  password: "(hidden, 7 bytes, value 1)"',
    '+  password: "(hidden, 7 bytes, value 2)"',
    '   user: "(hidden, 5 bytes)"',
    '+stringData:',
    '+  token: "(hidden, 5 bytes)"',
  ]);
});

test('a Secret hides its values in whatever form they come, and what kubectl apply copied of them', () => {
  const copy = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"c2VzYW1l"}}' };
  const odd = secret({ a: { b: 'c2VzYW1l' }, c: ['c2VzYW1l'], d: 7 }, { metadata: { name: 'db', annotations: copy } });
  expect(compare(undefined, odd).diff).not.toContain('c2VzYW1l');
  expect(compare(undefined, { ...odd, data: 'c2VzYW1l', stringData: ['c2VzYW1l'] }).diff).not.toContain('c2VzYW1l');
  expect(compare(odd, { ...odd, data: 'c2VzYW1l' }).diff).not.toContain('c2VzYW1l');
});

test('whatever is masked, a difference stays a difference', () => {
  const value = fc.oneof(fc.constantFrom('', 'YQ==', 'Yg=='), fc.string(), fc.constant(null));
  const data = fc
    .array(fc.tuple(fc.constantFrom('a', '__proto__', 'c'), value))
    .map((entries) => Object.fromEntries(entries));
  fc.assert(
    fc.property(data, data, (one, other) => {
      const [before, after] = [secret(one), secret(other)];
      const states = masked({ before, after });
      expect(canonical(states.before ?? null) === canonical(states.after ?? null)).toBe(
        canonical(before) === canonical(after),
      );
    }),
  );
});

test('states that have nothing in common are compared in bounded time, and correctly', () => {
  const [one, other] = [ingressOf(1_500, (index) => `a-${index}`), ingressOf(1_500, (index) => `b-${index}`)];
  const lists: readonly [Manifest, Manifest][] = [
    [one, other],
    [one, { ...other, spec: { words: Array.from({ length: 9_000 }, (_, index) => `w-${index % 7}`) } }],
  ];
  for (const [before, after] of lists) {
    const { diff } = compare(before, after);
    expect(parsePatch(`${diff}\n`)).toHaveLength(1);
    expect(applyPatch(render(before), `${diff}\n`)).toBe(render(after));
  }
});
