import type { Manifest } from '#domain/plan.ts';

export const isNamespace = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean =>
  kind === 'Namespace' && apiVersion === 'v1';

/** Where the level that Pod Security admission enforces is written. */
export const enforced = 'pod-security.kubernetes.io/enforce';
