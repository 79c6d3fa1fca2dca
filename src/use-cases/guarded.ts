import { isMap } from '#domain/content/tree.ts';
import { writerMark } from '#domain/guard/fingerprint.ts';
import type { Protection } from '#domain/guard/protection.ts';
import type { Write } from '#domain/guard/write.ts';
import type { Held } from '#kinds/kind.ts';
import type { GuardPorts } from './guard-ports.ts';
import { heldIndex } from './held-index.ts';

/** A write to something that is protected. */
export type Guarded = {
  readonly write: Write & { readonly namespace: string };
  readonly sort: Held;
  readonly protection: Protection;
  readonly fingerprint: string;
  /** In words. */
  readonly what: string;
};

/** Under what it is known that it was filed. */
export const indexOf = ({ trust }: GuardPorts, { write, fingerprint }: Guarded): string =>
  heldIndex(write, { fingerprint, by: writerMark(fingerprint, write.user, trust.digest) });

/**
 * How many there shall be, by a write that says nothing else. Only of Kubernetes' own workloads it is known where they keep that;
 * of others it is not held but refused.
 */
export const replicasIn = ({ subresource, group, after }: Write): number | undefined => {
  const spec = after?.kind === 'Scale' ? after.spec : undefined;
  if (subresource !== 'scale' || group !== 'apps' || !isMap(spec)) return undefined;
  // The API server leaves out none.
  const { replicas = 0 } = spec;
  return typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0 ? replicas : undefined;
};
