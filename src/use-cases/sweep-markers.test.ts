import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { createWorld, file, settle } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { sweepMarkers } from './sweep-markers.ts';

const markers = (world: ReturnType<typeof createWorld>) =>
  world.cluster
    .objects()
    .filter(({ ref }) => ref.kind === 'ConfigMap')
    .map(({ ref }) => ref.name);

test('a marker stays a day beyond its grant and goes then; what only looks like one stays', async () => {
  const world = createWorld();
  const chain = await file(world);
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  await settle(world);
  const forged = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'looks-like-one',
      namespace: 'hallpass-markers',
      labels: { 'app.kubernetes.io/managed-by': 'hallpass' },
    },
  };
  world.cluster.put(forged);
  const ours = `applied-${chain.request.asked.id}-r1`;
  const sweep = () => sweepMarkers(world.worker, world.cluster);

  world.advance({ hours: 24 });
  await sweep();
  expect(markers(world)).toEqual([ours, 'looks-like-one']);
  world.advance({ hours: 1 });
  await sweep();
  expect(markers(world)).toEqual(['looks-like-one']);
});
