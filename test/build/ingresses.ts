import type { Manifest } from '#domain/plan.ts';

/** An Ingress of so many rules with one path each; five lines a rule. */
export const ingressOf = (count: number, backend: (index: number) => string): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'shop-front' },
  spec: {
    rules: Array.from({ length: count }, (_, index) => ({
      host: `shop-${index}.acme.test`,
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: backend(index) } } }] },
    })),
  },
});
