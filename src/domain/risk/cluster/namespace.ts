import type { Manifest } from '#domain/plan.ts';

export const isNamespace = ({ apiVersion, kind }: Manifest): boolean => kind === 'Namespace' && apiVersion === 'v1';

/** Where the level that Pod Security admission enforces is written. */
export const enforced = 'pod-security.kubernetes.io/enforce';
