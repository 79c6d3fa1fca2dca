import type { Example } from './policy-examples.ts';

/**
 * What kubernetes.io/docs/concepts/services-networking/network-policies describes, in manifests of our own, with what
 * its text says of each.
 */
export const documentedPolicies: readonly Example[] = [
  {
    title: 'the NetworkPolicy resource',
    policies: `
metadata: { name: test-network-policy }
spec:
  podSelector: { matchLabels: { role: db } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - ipBlock: { cidr: 172.17.0.0/16, except: [172.17.1.0/24] }
        - namespaceSelector: { matchLabels: { project: myproject } }
        - podSelector: { matchLabels: { role: frontend } }
      ports: [{ protocol: TCP, port: 6379 }]
  egress:
    - to: [{ ipBlock: { cidr: 10.0.0.0/24 } }]
      ports: [{ protocol: TCP, port: 5978 }]
`,
    passes: [
      'default/frontend → default/db TCP 6379',
      'myproject/job → default/db TCP 6379',
      '172.17.0.255 → default/db TCP 6379',
      '172.17.2.0 → default/db TCP 6379',
      'default/db → 10.0.0.77 TCP 5978',
      'default/db → default/frontend TCP 5978',
      'default/frontend → default/web TCP 6379',
    ],
    blocked: [
      'default/client → default/db TCP 6379',
      'prod/shopper → default/db TCP 6379',
      '172.17.1.7 → default/db TCP 6379',
      '172.18.0.1 → default/db TCP 6379',
      'default/frontend → default/db TCP 6380',
      'default/frontend → default/db UDP 6379',
      'default/db → 10.0.1.0 TCP 5978',
      'default/db → 10.0.0.77 TCP 5979',
      'default/db → kube-system/dns UDP 53',
    ],
  },
  {
    title: 'a peer with both selectors wants both',
    policies: `
metadata: { name: both }
spec:
  podSelector: { matchLabels: { role: db } }
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { user: alice } }
          podSelector: { matchLabels: { role: client } }
`,
    passes: ['myproject/job → default/db TCP 1'],
    blocked: ['default/frontend → default/db TCP 1', 'prod/shopper → default/db TCP 1'],
  },
  {
    title: 'a peer for each selector wants either',
    policies: `
metadata: { name: either }
spec:
  podSelector: { matchLabels: { role: db } }
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { user: alice } }
        - podSelector: { matchLabels: { role: frontend } }
`,
    passes: ['myproject/job → default/db TCP 1', 'default/frontend → default/db TCP 1'],
    blocked: ['default/client → default/db TCP 1', 'prod/shopper → default/db TCP 1'],
  },
  {
    title: 'default deny all ingress',
    policies: `
metadata: { name: default-deny-ingress }
spec: { podSelector: {}, policyTypes: [Ingress] }
`,
    passes: ['default/web → prod/shopper TCP 80', 'default/web → 192.0.2.1 TCP 443'],
    blocked: [
      'default/client → default/web TCP 80',
      'prod/shopper → default/web TCP 80',
      '192.0.2.1 → default/web TCP 80',
      '2001:db8::1 → default/web TCP 80',
      'default/client → default/web SCTP 80',
    ],
  },
  {
    title: 'allow all ingress, which no other policy takes back',
    policies: `
metadata: { name: default-deny-ingress }
spec: { podSelector: {}, policyTypes: [Ingress] }
---
metadata: { name: allow-all-ingress }
spec: { podSelector: {}, ingress: [{}], policyTypes: [Ingress] }
`,
    passes: ['prod/shopper → default/web TCP 80', '192.0.2.1 → default/web UDP 53', '2001:db8::1 → default/web SCTP 1'],
    blocked: [],
  },
  {
    title: 'default deny all egress',
    policies: `
metadata: { name: default-deny-egress }
spec: { podSelector: {}, policyTypes: [Egress] }
`,
    passes: ['prod/shopper → default/web TCP 80', '192.0.2.1 → default/web TCP 80'],
    blocked: [
      'default/web → prod/shopper TCP 80',
      'default/client → default/web TCP 80',
      'default/web → kube-system/dns UDP 53',
      'default/web → 192.0.2.1 TCP 443',
      'default/web → 2001:db8::1 TCP 443',
    ],
  },
  {
    title: 'allow all egress, which no other policy takes back',
    policies: `
metadata: { name: default-deny-egress }
spec: { podSelector: {}, policyTypes: [Egress] }
---
metadata: { name: allow-all-egress }
spec: { podSelector: {}, egress: [{}], policyTypes: [Egress] }
`,
    passes: ['default/web → prod/shopper TCP 80', 'default/web → 192.0.2.1 TCP 443', 'default/web → 2001:db8::1 UDP 1'],
    blocked: [],
  },
  {
    title: 'default deny all ingress and all egress',
    policies: `
metadata: { name: default-deny-all }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`,
    passes: ['prod/shopper → dev/tester TCP 80', 'prod/shopper → 192.0.2.1 TCP 443'],
    blocked: [
      'default/client → default/web TCP 80',
      'prod/shopper → default/web TCP 80',
      'default/web → prod/shopper TCP 80',
      '192.0.2.1 → default/web TCP 80',
      'default/web → 192.0.2.1 TCP 443',
    ],
  },
  {
    title: 'a range of ports',
    policies: `
metadata: { name: multi-port-egress }
spec:
  podSelector: { matchLabels: { role: db } }
  policyTypes: [Egress]
  egress:
    - to: [{ ipBlock: { cidr: 10.0.0.0/24 } }]
      ports: [{ protocol: TCP, port: 32000, endPort: 32768 }]
`,
    passes: [
      'default/db → 10.0.0.77 TCP 32000',
      'default/db → 10.0.0.77 TCP 32500',
      'default/db → default/web TCP 32768',
      'default/web → default/db TCP 80',
    ],
    blocked: [
      'default/db → 10.0.0.77 TCP 31999',
      'default/db → 10.0.0.77 TCP 32769',
      'default/db → 10.0.0.77 UDP 32000',
      'default/db → 10.0.1.77 TCP 32000',
      'default/db → prod/shopper TCP 32000',
    ],
  },
  {
    title: 'several namespaces by label',
    policies: `
metadata: { name: egress-namespaces }
spec:
  podSelector: { matchLabels: { app: foo } }
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchExpressions: [{ key: purpose, operator: In, values: [production, testing] }]
`,
    passes: [
      'default/foo → prod/shopper TCP 80',
      'default/foo → dev/tester TCP 80',
      'default/web → default/client TCP 80',
    ],
    blocked: [
      'default/foo → operations/runner TCP 80',
      'default/foo → default/web TCP 80',
      'default/foo → 10.1.0.1 TCP 80',
    ],
  },
  {
    title: 'a namespace by name',
    policies: `
metadata: { name: by-name }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: dev } } }]
`,
    passes: ['dev/tester → default/web TCP 80'],
    blocked: ['prod/shopper → default/web TCP 80', 'default/client → default/web TCP 80'],
  },
];
