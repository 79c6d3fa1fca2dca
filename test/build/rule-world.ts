import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Asking } from '#use-cases/asking.ts';
import { changeOver } from './changes.ts';
import { policy } from './policy.ts';
import { createWorld, type World } from './world.ts';

/** A ConfigMap in `shop` that changes are asked for. */
export const gate = (data: Json): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'gate', namespace: 'shop' },
  data,
});

/** Alice asks to set data of the gate, for ten minutes. */
export const setting = (data: Json): Partial<Asking> => ({
  kind: 'change',
  duration: '10m',
  ask: { edits: [{ do: 'patch', resource: 'configmaps', name: 'gate', patch: { data } }] },
  origin: JSON.stringify(data),
});

/** A world under these rules, with a gate that is closed. */
export const worldOf = (...rules: readonly Rule[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules });
  world.cluster.put(gate({ auth: 'on', limit: '10' }));
  return world;
};

export const minutes = (count: number): Temporal.Duration => Temporal.Duration.from({ minutes: count });
