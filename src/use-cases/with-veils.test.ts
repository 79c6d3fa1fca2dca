import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { mark } from '#test/build/marks.ts';
import { createWorld } from '#test/build/world.ts';
import { withVeils } from './with-veils.ts';

const inside = (kind: string, namespace: string): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'it', namespace },
  data: { a: 'aHVudGVyMg==' },
});
const worldOf = () => {
  const { cluster } = createWorld();
  for (const kind of ['Secret', 'ConfigMap'])
    for (const namespace of ['shop', 'hallpass-markers']) cluster.put(inside(kind, namespace));
  return cluster;
};
const target = (kind: string, namespace: string) => ({ apiVersion: 'v1', kind, namespace, name: 'it' });

test('a worker gets the values of no Secret to see but of Hallpass’s own', async () => {
  const cluster = withVeils({ home: 'hallpass', mark }, worldOf());
  const values = async (kind: string, namespace: string) => (await cluster.get(target(kind, namespace)))?.live.data;
  expect(await values('Secret', 'shop')).toEqual({ a: expect.stringMatching(/^veiled:7:[0-9a-f]{64}$/) });
  for (const [kind, namespace] of [
    ['ConfigMap', 'shop'],
    ['Secret', 'hallpass-markers'],
  ] as const)
    expect(await values(kind, namespace)).toEqual({ a: 'aHVudGVyMg==' });
  expect(await cluster.get({ ...target('Secret', 'shop'), name: 'none' })).toBeUndefined();
});

test('without the key it reads none, and says what is missing', async () => {
  const cluster = withVeils({ home: 'hallpass' }, worldOf());
  await expect(cluster.get(target('Secret', 'shop'))).rejects.toThrow('(shared/secrets.key)');
  expect(await cluster.get(target('Secret', 'hallpass-markers'))).toBeDefined();
});

test('whoever only looks at an object, only looks', async () => {
  const asked: unknown[] = [];
  const world = worldOf();
  const cluster = withVeils(
    { home: 'hallpass', mark },
    {
      ...world,
      get: async (ref, options) => {
        asked.push(options);
        return world.get(ref, options);
      },
    },
  );
  for (const kind of ['ConfigMap', 'Secret']) await cluster.get(target(kind, 'shop'), { onlyToLook: true });
  expect(asked).toEqual([{ onlyToLook: true }, { onlyToLook: true }]);
});
