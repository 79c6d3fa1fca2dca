import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { twoStates } from '#test/build/objects.ts';
import { deltaOf } from './delta.ts';
import { normalise } from './normalise.ts';
import { moveEdits } from './restore.ts';

const ingress = (rules: Json, metadata: object = {}, more: object = {}): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', ...metadata },
  spec: { rules },
  ...more,
});
const route = (path: string, name: string): Json => ({ path, pathType: 'Prefix', backend: name });
const rule = (host: string, ...paths: Json[]): Json => ({ host, http: { paths } });

test('taken back, an object is as it was before', () => {
  fc.assert(
    fc.property(twoStates, ([one, other]) => {
      const [before, after] = [normalise(one), normalise(other)];
      const edits = deltaOf(before, after);
      const back = moveEdits(after, edits, 'back');
      expect(back.conflicts).toEqual([]);
      expect(back.moved).toBe(edits.length);
      expect(canonical(back.content)).toBe(canonical(before));
      const again = moveEdits(back.content, edits, 'back');
      expect([again.moved, again.already, canonical(again.content)]).toEqual([0, edits.length, canonical(before)]);
    }),
    { numRuns: 2_000 },
  );
});

test('what others added elsewhere stays, and what was ours is gone', () => {
  fc.assert(
    fc.property(twoStates, fc.string(), ([one, other], text) => {
      const [before, after] = [normalise(one), normalise(other)];
      const foreign = (state: Manifest): Manifest => ({
        ...state,
        metadata: { ...state.metadata, labels: { ...state.metadata.labels, 'acme.test/later': text } },
        unheardOf: [text],
        status: { seen: text },
      });
      const { content, conflicts } = moveEdits(foreign(after), deltaOf(before, after), 'back');
      expect(conflicts).toEqual([]);
      expect(canonical(content)).toBe(canonical(foreign(before)));
    }),
    { numRuns: 1_000 },
  );
});

test('a place that somebody else changed is reported and not touched', () => {
  fc.assert(
    fc.property(twoStates, ([one, other]) => {
      const [before, after] = [normalise(one), normalise(other)];
      const edits = deltaOf(before, after);
      const theirs = edits.map(({ path, after, at }) => ({
        path,
        ...(after === undefined ? {} : { before: after }),
        after: foreignValue(after, path),
        ...(at === undefined ? {} : { at }),
      }));
      const live = moveEdits(after, theirs, 'forth').content;
      const back = moveEdits(live, edits, 'back');
      expect(canonical(back.content)).toBe(canonical(live));
      expect(back.conflicts.map(({ edit, now }) => [edit, now])).toEqual(
        edits.map((edit) => [edit, foreignValue(edit.after, edit.path)]),
      );
      const forced = moveEdits(live, edits, 'back', { force: true });
      expect([forced.conflicts, forced.moved]).toEqual([[], edits.length]);
      // As it was before, but for the order of items that somebody else put back elsewhere.
      expect(moveEdits(forced.content, edits, 'back')).toMatchObject({ moved: 0, already: edits.length });
    }),
    { numRuns: 1_000 },
  );
});

/** An item of a list stays the same item. */
const foreignValue = (value: Json | undefined, path: readonly (string | { by: Record<string, string> })[]): Json => {
  const last = path.at(-1);
  if (typeof last !== 'object') return { theirs: value ?? null };
  const fields = Object.entries(last.by).map(([name, text]): [string, Json] => [
    name,
    name === 'port' || name === 'containerPort' ? Number(text) : text,
  ]);
  return { theirs: value ?? null, ...Object.fromEntries(fields) };
};

const before = ingress([rule('a.test', route('/', 'a')), rule('b.test', route('/', 'b')), rule('c.test')]);
const after = ingress([rule('a.test', route('/', 'a'), route('/x', 'x')), rule('c.test')], {
  annotations: { ours: '1' },
});
const edits = deltaOf(before, after);

test('the live object keeps its version, its status and what kubectl and others wrote', () => {
  const copy = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  const more = { status: { loadBalancer: {} } };
  const rules = [rule('z.test'), rule('a.test', route('/', 'a'), route('/y', 'y'), route('/x', 'x')), rule('c.test')];
  const live = ingress(rules, { resourceVersion: '9', annotations: { ours: '1', ...copy } }, more);
  expect(moveEdits(live, edits, 'back')).toEqual({
    content: ingress(
      [
        rule('z.test'),
        rule('b.test', route('/', 'b')),
        rule('a.test', route('/', 'a'), route('/y', 'y')),
        rule('c.test'),
      ],
      { resourceVersion: '9', annotations: copy },
      more,
    ),
    moved: 3,
    already: 0,
    conflicts: [],
  });
});

test('annotations that were not there before are not there afterwards', () => {
  expect(moveEdits(after, edits, 'back').content.metadata).not.toHaveProperty('annotations');
});

test('an application that was cut off is finished, and finishing it twice changes nothing', () => {
  const half = moveEdits(before, edits.slice(0, 2), 'forth').content;
  const whole = moveEdits(half, edits, 'forth');
  expect(whole).toEqual({ content: after, moved: edits.length - 2, already: 2, conflicts: [] });
  expect(moveEdits(after, edits, 'forth')).toMatchObject({ content: after, moved: 0, already: edits.length });
});

test('what stood in something that somebody else removed is a conflict, unless it was to go anyway', () => {
  const was = ingress([rule('a.test', route('/', 'a'), route('/old', 'o')), rule('b.test')]);
  const is = ingress([rule('a.test', route('/', 'new')), rule('b.test')]);
  const live = ingress([rule('b.test')]);
  const { content, conflicts, already } = moveEdits(live, deltaOf(was, is), 'back');
  expect(content).toEqual(live);
  expect([conflicts.length, already]).toEqual([2, 0]);
  expect(conflicts.every((conflict) => !('now' in conflict))).toBe(true);

  const added = deltaOf(ingress([rule('a.test')]), ingress([rule('a.test', route('/x', 'x'))]));
  expect(moveEdits(live, added, 'back')).toEqual({ content: live, moved: 0, already: 1, conflicts: [] });
});

test('by force what a place stood in is made anew', () => {
  const was = ingress([rule('a.test', route('/', 'a'), route('/old', 'o'))]);
  const is = ingress([rule('a.test', route('/', 'new'))]);
  for (const rules of [[rule('b.test')], 'odd', null, [rule('b.test'), rule('b.test')]]) {
    const { content, conflicts } = moveEdits(ingress(rules), deltaOf(was, is), 'back', { force: true });
    expect(conflicts).toEqual([]);
    expect(JSON.stringify(content)).toContain('{"host":"a.test","http":{"paths":[');
  }
});

test('an item that is there twice now is left alone', () => {
  const live = ingress([rule('a.test', route('/x', 'x')), rule('a.test', route('/x', 'x')), rule('c.test')]);
  const { content, conflicts } = moveEdits(live, edits, 'back');
  expect(content).toEqual(
    ingress([
      rule('a.test', route('/x', 'x')),
      rule('b.test', route('/', 'b')),
      ...[rule('a.test', route('/x', 'x')), rule('c.test')],
    ]),
  );
  expect(conflicts.map(({ edit }) => edit.path.slice(0, 3))).toEqual([['spec', 'rules', { by: { host: 'a.test' } }]]);
});

test('a map that somebody else made a text of is a conflict', () => {
  const [was, is] = [ingress([], {}, { extra: { deep: { a: 1 } } }), ingress([], {}, { extra: { deep: { a: 2 } } })];
  const live = ingress([], {}, { extra: { deep: 'gone' } });
  expect(moveEdits(live, deltaOf(was, is), 'back')).toMatchObject({ content: live, moved: 0, conflicts: [{}] });
});

test('whole objects are not moved by path', () => {
  expect(() => moveEdits(after, [{ path: [], after }], 'back')).toThrow('different places within it');
});

test('a backend of an Ingress is taken back as one, never the Service without its port', () => {
  const to = (name: string, number: number): Json => ({ service: { name, port: { number } } });
  const of = (backend: Json): Manifest => ({
    ...ingress([rule('a.test', { path: '/', pathType: 'Prefix', backend })]),
    spec: { defaultBackend: backend, rules: [rule('a.test', { path: '/', pathType: 'Prefix', backend })] },
  });
  const edits = deltaOf(of(to('web', 80)), of(to('blue', 8080)));
  expect(edits.map(({ path }) => path.at(-1))).toEqual(['defaultBackend', 'backend']);
  const theirs = of(to('blue', 9090));
  const { content, conflicts, moved } = moveEdits(theirs, edits, 'back');
  expect([moved, conflicts.length]).toEqual([0, 2]);
  expect(content).toEqual(theirs);
});
