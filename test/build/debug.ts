import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { debug } from '#kinds/debug/debug.ts';
import type { Kind } from '#kinds/kind.ts';
import { podOf } from './pods.ts';

/** As they are shipped. */
export const debugProfiles: readonly Json[] = [
  { name: 'logs', title: 'Read logs of pods', gives: ['logs'] },
  { name: 'exec', title: 'Run commands in pods', gives: ['logs', 'exec'] },
  { name: 'port-forward', title: 'Reach ports of pods', gives: ['logs', 'port-forward'] },
];

/** The kind over these profiles; throws when they are refused. */
export const debugOver = (profiles: readonly Json[] = debugProfiles): Kind => {
  const kind = debug.configure({ profiles });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

/** A Pod of `shop` as the API server has it, with more in its spec. */
export const livePod = (
  name: string,
  { spec = {}, ...parts }: Parameters<typeof podOf>[1] & { readonly spec?: Readonly<Record<string, Json>> } = {},
): Manifest => {
  const metadata = { uid: `uid-of-${name}`, creationTimestamp: '2026-11-20T10:00:05Z', ...parts.metadata };
  const pod = podOf(name, { ...parts, metadata });
  return { ...pod, spec: { ...(pod.spec as Readonly<Record<string, Json>>), ...spec } };
};
