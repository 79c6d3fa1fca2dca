import type { Direction } from '#domain/networkpolicy/policy.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import type { Manifest } from '#domain/plan.ts';
import type { PlanContext } from '#kinds/kind.ts';
import { type Ask, isFromPods } from './ask.ts';

/** The label by which the API server itself names a namespace, since 1.22. */
export const nameLabel = 'kubernetes.io/metadata.name';

export const nameOf = (request: PlanContext['request'], direction: Direction): string =>
  `hallpass-${request}-${direction === 'ingress' ? 'in' : 'out'}`;

/** The policy that lets in at the target. It says nothing of egress. */
export const ingressPolicy = ({ to, from, ports }: Ask, { request, namespace }: PlanContext): Manifest => ({
  ...policy(nameOf(request, 'ingress'), namespace),
  spec: {
    podSelector: selector(to.labels),
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: isFromPods(from)
          ? [peer(from.labels, from.namespace)]
          : from.cidrs.map((cidr) => ({ ipBlock: { cidr } })),
        ports,
      },
    ],
  },
});

/** The policy that lets out at the source. It says nothing of ingress. */
export const egressPolicy = (
  { to, ports }: Ask,
  from: { readonly namespace?: string | undefined; readonly labels: Labels },
  { request, namespace }: PlanContext,
): Manifest => ({
  ...policy(nameOf(request, 'egress'), from.namespace ?? namespace),
  spec: {
    podSelector: selector(from.labels),
    policyTypes: ['Egress'],
    egress: [{ to: [peer(to.labels, from.namespace === undefined ? undefined : namespace)], ports }],
  },
});

const policy = (name: string, namespace: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
});

const selector = (labels: Labels) => (Object.keys(labels).length === 0 ? {} : { matchLabels: labels });

/** Without a namespace it is the policy's own. */
const peer = (labels: Labels, namespace: string | undefined) => ({
  podSelector: selector(labels),
  ...(namespace === undefined ? {} : { namespaceSelector: { matchLabels: { [nameLabel]: namespace } } }),
});
