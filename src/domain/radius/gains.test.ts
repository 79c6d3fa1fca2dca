import { expect, test } from 'vitest';
import { gainsOf, rightsGained } from './gains.ts';

const right = (verb: string, resource: string, held: boolean, name?: string) => ({
  probe: {
    verb,
    group: resource === 'ingresses' ? 'networking.k8s.io' : '',
    resource,
    namespace: 'shop',
    ...(name === undefined ? {} : { name }),
  },
  held,
});

test('where all is new that is all that is said', () => {
  expect(gainsOf([right('get', 'pods', false), right('list', 'pods', false)])).toEqual([
    { change: 'opens', text: 'All of it is new to them: they hold none of it now' },
  ]);
});

test('the shorter is said of what somebody gains and of what they hold', () => {
  const reviewed = [
    right('update', 'ingresses', false, 'web'),
    right('patch', 'ingresses', false, 'web'),
    right('get', 'ingresses', true, 'web'),
    right('get', 'pods', true),
    right('get', 'services', true),
  ];
  expect(gainsOf(reviewed)).toEqual([
    { change: 'opens', text: 'Gains update, patch ingresses.networking.k8s.io/web in shop' },
    { change: 'stays', text: 'Holds all the rest of it already, and keeps it' },
  ]);
  expect(gainsOf([...reviewed, right('delete', 'pods', false), right('create', 'services', false)])).toEqual([
    { change: 'opens', text: 'All of it is new to them, but for what follows' },
    { change: 'stays', text: 'Holds already, and keeps: get ingresses.networking.k8s.io/web, pods, services in shop' },
  ]);
  expect(rightsGained(reviewed)).toEqual([
    'update ingresses.networking.k8s.io/web in shop',
    'patch ingresses.networking.k8s.io/web in shop',
  ]);
});

test('rights in the whole cluster say so, and what asks for none gains none', () => {
  const { probe } = right('get', 'nodes', false);
  const { namespace: _, ...wide } = probe;
  expect(rightsGained([{ probe: wide, held: false }])).toEqual(['get nodes in the whole cluster']);
  expect(gainsOf([])).toEqual([]);
});
