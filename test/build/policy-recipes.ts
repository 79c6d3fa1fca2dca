import type { Example } from './policy-examples.ts';

/**
 * The recipes of github.com/ahmetb/kubernetes-network-policy-recipes, by their titles, in manifests of our own, with what
 * each one promises.
 */
export const policyRecipes: readonly Example[] = [
  {
    title: 'deny all traffic to an application',
    policies: `
metadata: { name: web-deny-all }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: []
`,
    passes: ['default/web → default/client TCP 80', 'default/client → default/foo TCP 80'],
    blocked: [
      'default/client → default/web TCP 80',
      'prod/shopper → default/web TCP 80',
      '192.0.2.1 → default/web TCP 80',
    ],
  },
  {
    title: 'limit traffic to an application',
    policies: `
metadata: { name: api-allow }
spec:
  podSelector: { matchLabels: { app: bookstore, role: api } }
  ingress:
    - from: [{ podSelector: { matchLabels: { app: bookstore } } }]
`,
    passes: [
      'default/search → default/api TCP 80',
      'default/books → default/api UDP 1',
      'default/client → default/search TCP 80',
    ],
    blocked: [
      'default/client → default/api TCP 80',
      'prod/shopper → default/api TCP 80',
      '10.0.0.5 → default/api TCP 80',
    ],
  },
  {
    title: 'allow all traffic to an application, in a namespace that denies it',
    policies: `
metadata: { name: default-deny-all }
spec: { podSelector: {}, ingress: [] }
---
metadata: { name: web-allow-all }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{}]
`,
    passes: [
      'default/client → default/web TCP 80',
      'prod/shopper → default/web TCP 80',
      '192.0.2.1 → default/web TCP 80',
    ],
    blocked: ['default/client → default/foo TCP 80', 'prod/shopper → default/foo TCP 80'],
  },
  {
    title: 'deny all non-whitelisted traffic to a namespace',
    policies: `
metadata: { name: default-deny-all, namespace: prod }
spec: { podSelector: {}, ingress: [] }
`,
    passes: ['prod/shopper → default/web TCP 80', 'default/client → default/web TCP 80'],
    blocked: ['default/client → prod/shopper TCP 80', '192.0.2.1 → prod/shopper TCP 80'],
  },
  {
    title: 'deny all traffic from other namespaces',
    policies: `
metadata: { name: deny-from-other-namespaces, namespace: operations }
spec:
  podSelector: {}
  ingress:
    - from: [{ podSelector: {} }]
`,
    passes: ['operations/runner → operations/monitor TCP 80', 'operations/runner → default/web TCP 80'],
    blocked: ['default/client → operations/monitor TCP 80', '10.3.0.2 → operations/monitor TCP 80'],
  },
  {
    title: 'allow traffic to an application from all namespaces',
    policies: `
metadata: { name: web-allow-all-namespaces }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from: [{ namespaceSelector: {} }]
`,
    passes: [
      'default/client → default/web TCP 80',
      'prod/shopper → default/web TCP 80',
      'kube-system/dns → default/web TCP 80',
    ],
    blocked: ['192.0.2.1 → default/web TCP 80', '10.1.0.1 → default/web TCP 80'],
  },
  {
    title: 'allow all traffic from a namespace',
    policies: `
metadata: { name: web-allow-prod }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from: [{ namespaceSelector: { matchLabels: { purpose: production } } }]
`,
    passes: ['prod/shopper → default/web TCP 80'],
    blocked: ['dev/tester → default/web TCP 80', 'default/client → default/web TCP 80'],
  },
  {
    title: 'allow traffic from some pods in another namespace',
    policies: `
metadata: { name: web-allow-all-ns-monitoring }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { team: operations } }
          podSelector: { matchLabels: { type: monitoring } }
`,
    passes: ['operations/monitor → default/web TCP 80'],
    blocked: ['operations/runner → default/web TCP 80', 'default/client → default/web TCP 80'],
  },
  {
    title: 'allow traffic from external clients',
    policies: `
metadata: { name: default-deny-all }
spec: { podSelector: {}, ingress: [] }
---
metadata: { name: web-allow-external }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from: []
      ports: [{ port: http }]
`,
    passes: [
      '192.0.2.1 → default/web TCP 80',
      '2001:db8::1 → default/web TCP 80',
      'default/client → default/web TCP 80',
    ],
    blocked: ['192.0.2.1 → default/web TCP 81', '192.0.2.1 → default/foo TCP 80'],
  },
  {
    title: 'allow traffic only to a port of an application',
    policies: `
metadata: { name: api-allow-5000 }
spec:
  podSelector: { matchLabels: { app: apiserver } }
  ingress:
    - ports: [{ port: 5000 }]
      from: [{ podSelector: { matchLabels: { role: monitoring } } }]
`,
    passes: ['default/prober → default/apiserver TCP 5000'],
    blocked: [
      'default/prober → default/apiserver TCP 8000',
      'default/prober → default/apiserver UDP 5000',
      'default/client → default/apiserver TCP 5000',
    ],
  },
  {
    title: 'allow traffic using multiple selectors',
    policies: `
metadata: { name: redis-allow-services }
spec:
  podSelector: { matchLabels: { app: bookstore, role: db } }
  ingress:
    - from:
        - podSelector: { matchLabels: { app: bookstore, role: search } }
        - podSelector: { matchLabels: { app: bookstore, role: api } }
        - podSelector: { matchLabels: { app: inventory, role: web } }
`,
    passes: [
      'default/search → default/books TCP 6379',
      'default/api → default/books TCP 6379',
      'default/inventory → default/books TCP 6379',
    ],
    blocked: ['default/web → default/books TCP 6379', 'default/db → default/books TCP 6379'],
  },
  {
    title: 'deny egress traffic from an application',
    policies: `
metadata: { name: foo-deny-egress }
spec:
  podSelector: { matchLabels: { app: foo } }
  policyTypes: [Egress]
  egress: []
`,
    passes: ['default/client → default/foo TCP 80', 'default/client → default/web TCP 80'],
    blocked: [
      'default/foo → default/web TCP 80',
      'default/foo → kube-system/dns UDP 53',
      'default/foo → 192.0.2.1 TCP 80',
    ],
  },
  {
    title: 'deny egress traffic from an application but for DNS',
    policies: `
metadata: { name: foo-deny-egress }
spec:
  podSelector: { matchLabels: { app: foo } }
  policyTypes: [Egress]
  egress:
    - ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
`,
    passes: [
      'default/foo → kube-system/dns UDP 53',
      'default/foo → kube-system/dns TCP 53',
      'default/foo → 192.0.2.1 UDP 53',
    ],
    blocked: [
      'default/foo → default/web TCP 80',
      'default/foo → kube-system/dns SCTP 53',
      'default/foo → 192.0.2.1 TCP 80',
    ],
  },
  {
    title: 'deny all non-whitelisted traffic from a namespace',
    policies: `
metadata: { name: default-deny-all-egress, namespace: prod }
spec: { podSelector: {}, policyTypes: [Egress], egress: [] }
`,
    passes: ['default/client → prod/shopper TCP 80', '192.0.2.1 → prod/shopper TCP 80'],
    blocked: ['prod/shopper → default/web TCP 80', 'prod/shopper → 192.0.2.1 TCP 80'],
  },
  {
    title: 'deny external egress traffic but allow DNS and the cluster',
    policies: `
metadata: { name: foo-deny-external-egress }
spec:
  podSelector: { matchLabels: { app: foo } }
  policyTypes: [Egress]
  egress:
    - ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
    - to: [{ namespaceSelector: {} }]
`,
    passes: [
      'default/foo → default/web TCP 80',
      'default/foo → prod/shopper SCTP 9',
      'default/foo → 192.0.2.1 UDP 53',
      'default/foo → 2001:db8::1 TCP 53',
    ],
    blocked: ['default/foo → 192.0.2.1 TCP 80', 'default/foo → 2001:db8::1 UDP 54', 'default/foo → 10.0.0.1 TCP 80'],
  },
];
