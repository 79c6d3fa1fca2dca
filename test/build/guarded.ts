import type { Protection } from '#domain/guard/protection.ts';
import { type HeldSort, type WebhookInput, webhookConfiguration } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';

export const ingresses: HeldSort = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  namespaced: true,
  profile: 'ingress',
};
export const networkPolicies: HeldSort = { ...ingresses, resource: 'networkpolicies', profile: 'networkpolicy' };
export const configMaps: HeldSort = {
  ...ingresses,
  group: '',
  resource: 'configmaps',
  profile: 'configmap',
};

/** Ingresses in `shop` of every cluster, held for whoever writes them. */
export const protection = (changed: Partial<Protection> = {}): Protection => ({
  name: 'shop',
  clusters: ['*'],
  namespaces: ['shop'],
  resources: ['ingress'],
  ignoreAnnotations: [],
  scalers: [],
  complete: ['retry'],
  retryWithin: Temporal.Duration.from({ hours: 1 }),
  writers: [],
  revokeAt: 'high',
  ...changed,
});

/** What the API server asks the guard about in cluster `prod`, of Ingresses, NetworkPolicies and ConfigMaps. */
export const guarding = (
  protections: readonly Protection[],
  changed: Partial<WebhookInput> = {},
): Manifest | undefined =>
  webhookConfiguration({
    protections,
    held: [ingresses, networkPolicies, configMaps],
    cluster: 'prod',
    own: ['hallpass', 'hallpass-markers'],
    at: { service: { namespace: 'hallpass', name: 'hallpass-guard', port: 443 } },
    selectsNamespaces: true,
    ...changed,
  });

/** The same, of something that is protected. */
export const guarded = (...input: Parameters<typeof guarding>): Manifest => {
  const configuration = guarding(...input);
  if (configuration === undefined) throw new Error('nothing is protected');
  return configuration;
};
