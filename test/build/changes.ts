import type { ContentRef } from '#domain/content/content.ts';
import type { Conflict } from '#domain/request/events.ts';

export const ingressTarget = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  namespace: 'shop',
  name: 'web',
} as const;

/** What the log holds of a content that fits on the card. */
export const contentRefOf = (changed: Partial<ContentRef> = {}): ContentRef => ({
  digest: 'digest of the content',
  targets: [{ op: 'update', ...ingressTarget }],
  lines: 12,
  added: 3,
  removed: 1,
  fits: true,
  ...changed,
});

export const conflictAt = (path: string, changed: Partial<Conflict> = {}): Conflict => ({
  target: ingressTarget,
  path,
  before: 'web',
  applied: 'beta',
  now: 'gamma',
  by: ['argocd-controller'],
  ...changed,
});
