import { expect, test } from 'vitest';
import type { Right } from '#domain/request/rights.ts';
import { changeOver } from '#test/build/changes.ts';
import { accessOver } from '#test/build/profiles.ts';
import { scopeOf } from './grant-scope.ts';

const kinds = [accessOver(), changeOver()];
const right = (resource: string, more: Partial<Right> = {}): Right => ({
  verbs: ['get', 'patch'],
  group: '',
  resource,
  namespace: 'shop',
  ...more,
});
const placesOf = (...rights: readonly Right[]) =>
  scopeOf(kinds, rights).places.map(({ of, namespace, names }) => [of.kind, namespace, ...(names ?? [])].join(' '));

test('all of a sort is looked at where one of the rights names none, and otherwise those that are named', () => {
  expect(placesOf(right('services'), right('configmaps', { names: ['b', 'a'] }))).toEqual([
    'Service shop',
    'ConfigMap shop a b',
  ]);
  expect(placesOf(right('services', { names: ['a'] }), right('services', { names: ['b'], verbs: ['list'] }))).toEqual([
    'Service shop a b',
  ]);
  expect(placesOf(right('services', { names: ['a'] }), right('services'))).toEqual(['Service shop']);
  expect(placesOf(right('services'), right('services', { names: ['a'] }))).toEqual(['Service shop']);
  expect(placesOf(right('services'), right('services', { namespace: 'bank' }))).toEqual([
    'Service shop',
    'Service bank',
  ]);
});

test('a part of an object is in scope with the object alone', () => {
  expect(scopeOf(kinds, [right('services', { subresource: 'status' })])).toEqual({ places: [], left: [] });
});

test('Secrets are never looked at, named or not', () => {
  for (const names of [undefined, ['token']])
    expect(scopeOf(kinds, [right('secrets', names === undefined ? {} : { names })])).toEqual({
      places: [],
      left: [{ what: 'secrets in shop', why: 'Hallpass does not look into Secrets' }],
    });
});

test('what is not looked at is said with why', () => {
  const { namespace: _, ...everywhere } = right('ingressclasses', { group: 'networking.k8s.io' });
  expect(scopeOf(kinds, [everywhere, right('pods')])).toEqual({
    places: [],
    left: [
      { what: 'ingressclasses.networking.k8s.io in the whole cluster', why: 'it is granted in the whole cluster' },
      { what: 'pods in shop', why: 'Hallpass compares no objects of this sort' },
    ],
  });
});

test('one grant has the API server looked at in twenty places at most, and the others are said', () => {
  const many = Array.from({ length: 25 }, (_, at) => right('services', { namespace: `shop-${at}` }));
  const { places, left } = scopeOf(kinds, many);
  expect(places).toHaveLength(20);
  expect(left).toHaveLength(5);
  expect(left[0]).toEqual({ what: 'services in shop-20', why: 'it is too much for one summary' });
});
