import { expect, test } from 'vitest';
import { rights } from '#test/build/requests.ts';
import type { Use } from './events.ts';
import { grouped, mostRights, probesIn } from './rights.ts';
import { type Admitted, rightsOf, usageOf } from './usage.ts';

const use = (verb: string, name?: string, more: Partial<Use> = {}): Use => ({
  verb,
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  ...(name === undefined ? {} : { name }),
  ...more,
});
const write = (operation: Admitted['operation'], name = 'web'): Admitted => ({
  operation,
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  name,
});
const ingresses = { group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' };

test('what was used stands with the names that the same was done to, writes first; what was not is what is left', () => {
  const {
    used,
    unused,
    rights: counted,
  } = usageOf(rights, [use('get', 'api'), use('get', 'web'), use('list'), use('patch', 'web')], []);
  expect(used).toEqual([
    { ...ingresses, verbs: ['patch', 'get'], names: ['web'] },
    { ...ingresses, verbs: ['get'], names: ['api'] },
    { ...ingresses, verbs: ['list'] },
  ]);
  expect(unused).toEqual([
    { ...ingresses, verbs: ['delete'] },
    { group: '', resource: 'services', namespace: 'shop', verbs: ['get', 'list'] },
  ]);
  expect(counted).toEqual({ granted: 6, used: 3 });
});

test('of a grant for named objects each name counts, and what was done to one is not done to the other', () => {
  const named = [{ ...ingresses, verbs: ['patch', 'get'], names: ['api', 'web'] }];
  const { unused, rights: counted } = usageOf(named, [use('get', 'api'), use('get', 'web'), use('patch', 'web')], []);
  expect(unused).toEqual([{ ...ingresses, verbs: ['patch'], names: ['api'] }]);
  expect(counted).toEqual({ granted: 4, used: 3 });
});

test('what went on beyond its answer was used as what did not, and is summed up with it', () => {
  const { used } = usageOf(rights, [use('watch', undefined, { stream: true }), use('list')], []);
  expect(used).toEqual([{ ...ingresses, verbs: ['list', 'watch'] }]);
});

test('another namespace, subresource or group is another right', () => {
  const elsewhere = [
    use('get', 'web', { namespace: 'bank' }),
    use('get', 'web', { subresource: 'status' }),
    use('get', 'web', { group: 'extensions' }),
  ];
  expect(usageOf(rights, elsewhere, []).rights.used).toBe(0);
  const everywhere = [{ group: 'networking.k8s.io', resource: 'ingresses', verbs: ['get'] }];
  expect(usageOf(everywhere, elsewhere.slice(0, 1), []).rights).toEqual({ granted: 1, used: 1 });
});

test('what something else allowed as well stands by itself, and says by what', () => {
  const { used } = usageOf(
    rights,
    [use('get', 'web', { allowedBy: 'ClusterRoleBinding "ops"' }), use('get', 'api')],
    [],
  );
  expect(used).toEqual([
    { ...ingresses, verbs: ['get'], names: ['web'], allowedBy: 'ClusterRoleBinding "ops"' },
    { ...ingresses, verbs: ['get'], names: ['api'] },
  ]);
});

test('a write that only admission saw used one of the rights that it may have been, and none of them is called unused', () => {
  const both = [{ ...ingresses, verbs: ['delete', 'update', 'patch'] }];
  const { used, unused, unobserved, rights: counted } = usageOf(both, [], [write('update')]);
  expect(used).toEqual([{ ...ingresses, verbs: ['update'], names: ['web'], admitted: true }]);
  expect(unused).toEqual([{ ...ingresses, verbs: ['delete'] }]);
  expect(counted).toEqual({ granted: 3, used: 1 });
  expect(unobserved).toHaveLength(1);
});

test('a write that audit events tell too is told once', () => {
  const { used, unobserved } = usageOf(rights, [use('patch', 'web')], [write('update')]);
  expect(used).toEqual([{ ...ingresses, verbs: ['patch'], names: ['web'] }]);
  expect(unobserved).toEqual([]);
  // Another object, or another thing done to it, is another write.
  expect(usageOf(rights, [use('patch', 'web')], [write('update', 'api'), write('delete')]).unobserved).toHaveLength(2);
});

test('putting probes together loses none of them and makes none up', () => {
  const all = rights.flatMap(probesIn);
  expect(grouped(all).flatMap(probesIn)).toHaveLength(all.length);
  expect(grouped(grouped(all).flatMap(probesIn))).toEqual(grouped(all));
  expect(grouped([use('get'), use('get', 'web')])).toEqual([
    { ...ingresses, verbs: ['get'] },
    { ...ingresses, verbs: ['get'], names: ['web'] },
  ]);
});

test('what gives nothing, or more than a log has room for, is not summed up', () => {
  expect(rightsOf([])).toBeUndefined();
  const many = Array.from({ length: mostRights + 1 }, (_, at) => ({ verb: 'get', group: 'g', resource: `r${at}` }));
  expect(rightsOf(many)).toBeUndefined();
  expect(rightsOf(many.slice(1))).toHaveLength(mostRights);
  const long = Array.from({ length: 200 }, (_, at) => use('get', `${'x'.repeat(240)}${at}`));
  expect(rightsOf(long)).toBeUndefined();
});
