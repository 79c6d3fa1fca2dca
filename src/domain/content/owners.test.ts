import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { giveBack, ownersOf } from './owners.ts';

const entry = (manager: string, fieldsV1: Json, more: object = {}): { readonly [field: string]: Json } => ({
  manager,
  operation: 'Update',
  apiVersion: 'networking.k8s.io/v1',
  time: '2026-11-20T12:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const metadata = (...names: string[]) => ({
  'f:metadata': {
    'f:annotations': Object.fromEntries([['.', {}], ...names.map((name) => [`f:${name}`, {}] as const)]),
  },
});
const rules = { 'f:spec': { 'f:rules': {} } };

test('owners of a place are those who own it, something in it, or the value that it is part of', () => {
  const fields = [
    entry('argocd-controller', rules, { operation: 'Apply' }),
    entry('kubectl', metadata('a')),
    entry('nginx', { 'f:status': {} }, { subresource: 'status', time: undefined }),
  ];
  const argo = 'argocd-controller (Apply, 2026-11-20 12:00)';
  const kubectl = 'kubectl (Update, 2026-11-20 12:00)';
  expect(ownersOf(fields, ['spec', 'rules', { by: { host: 'a' } }, 'http'])).toEqual([argo]);
  expect(ownersOf(fields, ['spec'])).toEqual([argo]);
  expect(ownersOf(fields, ['spec', 'tls'])).toEqual([]);
  expect(ownersOf(fields, ['metadata', 'annotations', 'a'])).toEqual([kubectl]);
  expect(ownersOf(fields, ['metadata', 'annotations', 'b'])).toEqual([]);
  expect(ownersOf(fields, ['metadata', 'annotations'])).toEqual([kubectl]);
  expect(ownersOf(fields, ['status', 'x'])).toEqual(['nginx (Update of status)']);
});

test('items of lists are found by their keys, numbers as well', () => {
  const item = { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} }, 'k:broken': {}, 'v:"x"': {} };
  const fields = [entry('helm', { 'f:ports': item })];
  const path = (containerPort: string) => ['ports', { by: { containerPort, protocol: 'TCP' } }, 'name'];
  expect(ownersOf(fields, path('80'))).toHaveLength(1);
  expect(ownersOf(fields, path('81'))).toEqual([]);
});

test('whatever is no list of owners names nobody', () => {
  for (const fields of [undefined, null, 'x', [], [null, 7, {}], [entry('a', null)], [entry('a', {})]])
    expect(ownersOf(fields, ['spec'])).toEqual([]);
  expect(ownersOf([entry('a\u202e\nb', rules)], ['spec'])).toEqual(['a[U+202E] b (Update, 2026-11-20 12:00)']);
});

const ours = 'hallpass-k7m2-qx';

test('what we took over belongs again to those who had it, and our entry is gone', () => {
  const before = [entry('argocd-controller', rules, { operation: 'Apply' }), entry('kubectl', metadata('a', 'b'))];
  const current = [
    entry('kubectl', metadata('a')),
    entry(ours, { ...metadata('b'), ...rules }, { time: '2026-11-20T13:00:00Z' }),
  ];
  expect(giveBack(current, before, ours)).toEqual(before);
});

test('what others came to own meanwhile stays theirs, and nobody is given what they did not have', () => {
  const before = [entry('kubectl', metadata('a', 'b'))];
  const later = entry('kubectl', metadata('a', 'z'), { time: '2026-11-20T14:00:00Z' });
  const theirs = entry('argocd-controller', metadata('b'), { operation: 'Apply' });
  expect(giveBack([later, theirs, entry(ours, metadata('c'))], before, ours)).toEqual([later, theirs]);
});

test('entries of subresources stay as they are, ours too, and are not brought back', () => {
  const status = (manager: string) => entry(manager, rules, { subresource: 'status' });
  const current = [status('nginx'), status(ours), entry(ours, rules)];
  expect(giveBack(current, [status('gone'), status('nginx')], ours)).toEqual([status('nginx'), status(ours)]);
});

test('two entries of one manager are told apart by their time', () => {
  const [one, two] = [entry('kubectl', metadata('a')), entry('kubectl', rules, { time: '2026-11-20T09:00:00Z' })];
  expect(giveBack([one, entry(ours, rules)], [one, two], ours)).toEqual([one, two]);
});

/** Fields by dotted paths, as a trie; a path that others lead through is owned by its `.`. */
const trie = (paths: ReadonlySet<string>): { [key: string]: Json } => {
  const heads = Map.groupBy(
    [...paths].filter((path) => path !== ''),
    (path) => path.split('/')[0] ?? '',
  );
  return Object.fromEntries([
    ...(paths.has('') && heads.size > 0 ? [['.', {}] as const] : []),
    ...[...heads].map(([head, all]) => [head, trie(new Set(all.map((path) => path.slice(head.length + 1))))] as const),
  ]);
};
const step = fc.constantFrom('f:a', 'f:__proto__', 'k:{"name":"x"}', 'v:1', 'i:0');
const paths = fc.uniqueArray(
  fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/')),
  { minLength: 1, maxLength: 6 },
);

test('where nobody else came meanwhile, everybody owns again exactly what they owned before', () => {
  const managers = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
  fc.assert(
    fc.property(
      managers.chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), paths)))),
      paths,
      fc.infiniteStream(fc.boolean()),
      (owners, own, coin) => {
        const toss = () => coin.next().value;
        const everything = [...new Set(owners.flatMap(([, fields]) => fields))];
        const taken = new Set(everything.filter(toss));
        const before = owners.map(([name, fields]) => entry(name, trie(new Set(fields))));
        const current = owners.flatMap(([name, fields]) => {
          const left = fields.filter((field) => !taken.has(field));
          return left.length === 0 ? [] : [entry(name, trie(new Set(left)))];
        });
        const extra = own.filter((field) => !everything.includes(field));
        const mine = entry(ours, trie(new Set([...taken, ...extra])));
        expect(giveBack([mine, ...current], before, ours)).toEqual(before);
      },
    ),
    { numRuns: 1_000 },
  );
});
