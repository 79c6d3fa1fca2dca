import { isMap } from '#domain/content/tree.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import { essence } from './fingerprint.ts';
import type { Protection } from './protection.ts';

/**
 * By which a state of an object is known again, without its content; `none` where there is no object. Where others may scale
 * workloads it says nothing of how many there are.
 */
export const stateMark = (
  object: Manifest | undefined,
  { ignoreAnnotations, scalers }: Pick<Protection, 'ignoreAnnotations' | 'scalers'>,
  digest: Digest,
): string => {
  if (object === undefined) return 'none';
  const whole = essence(object, ignoreAnnotations);
  return digest(canonical((isFreelyScaled(whole, { scalers }) ? withoutReplicas(whole) : whole) as Json));
};

/** Whether others may say how many there are of it without being held. */
export const isFreelyScaled = (
  { apiVersion }: Pick<Manifest, 'apiVersion'>,
  { scalers }: Pick<Protection, 'scalers'>,
): boolean => scalers.length > 0 && apiVersion.startsWith('apps/');

export const withoutReplicas = (object: Manifest): Manifest => {
  const { spec } = object;
  if (!isMap(spec)) return object;
  const { replicas: _, ...rest } = spec;
  return { ...object, spec: rest };
};
