import { isSecret } from '#domain/content/mask.ts';
import { veilSecret } from '#domain/guard/veil.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Digest } from '#domain/seal.ts';
import { isOurs } from './home.ts';
import type { ClusterWriter } from './ports.ts';

/** `mark` is under the key that only guards and workers have. */
export type VeilPorts = { readonly home: string; readonly mark?: Digest };

/**
 * A cluster of which nobody gets the values of a Secret to see, but for Hallpass's own journals: they are veiled as the
 * guard veils them, so that what it held is recognised. Without the key they are not read.
 */
export const withVeils = ({ home, mark }: VeilPorts, cluster: ClusterWriter): ClusterWriter => ({
  ...cluster,
  get: async (ref, options) => {
    if (!isSecret(ref.apiVersion, ref.kind) || isOurs(home, ref.namespace ?? '')) return cluster.get(ref, options);
    if (mark === undefined) throw unreadable(`read ${sayTarget(ref)}`);
    const found = await cluster.get(ref, options);
    return found && { ...found, live: veilSecret(cluster.name, found.live, mark) };
  },
});

const unreadable = (call: string): Error =>
  Object.assign(
    new Error(
      'The worker has no key by which Secrets are held without storing them (shared/secrets.key). Whoever keeps Hallpass has to give it one.',
    ),
    { refused: { status: 422, call } },
  );
