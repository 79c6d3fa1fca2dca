import type { Manifest } from '#domain/plan.ts';
import { type Annotation, annotationsIn, isOff, isOn } from '#domain/risk/annotations.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isBalanced, serviceDocument } from './service.ts';

const is = (wanted: string) => (value: string) => value.toLowerCase() === wanted;
type Inside = readonly [cloud: string, keeps: (value: string) => boolean];

/** The annotations that keep a load balancer inside, of each cloud, and which of their values do. */
const inside: ReadonlyMap<string, Inside> = new Map<string, Inside>([
  ['service.beta.kubernetes.io/aws-load-balancer-internal', ['aws', (value) => value !== '' && !isOff(value)]],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', ['aws', is('internal')]],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', ['azure', isOn]],
  ['networking.gke.io/load-balancer-type', ['google', is('internal')]],
  ['cloud.google.com/load-balancer-type', ['google', is('internal')]],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', ['openstack', isOn]],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', ['oracle', isOn]],
  ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', ['ibm', is('private')]],
  ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', ['alibaba', is('intranet')]],
  ['service.beta.kubernetes.io/cce-load-balancer-internal-vpc', ['baidu', isOn]],
  ['service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', ['tencent', (value) => value !== '']],
]);

export const serviceInternalLoadBalancerRemoved: Rule = {
  name: 'service-internal-load-balancer-removed',
  severity: 'high',
  sources: [serviceDocument('internal-load-balancer')],
  between: (before, after) => {
    if (after === undefined || !isBalanced(after) || !isBalanced(before)) return [];
    const scheme = facing(after);
    if (scheme !== undefined && facing(before) === undefined)
      return [{ says: `a load balancer that faces the internet: ${scheme.key}`, path: scheme.path }];
    const left = new Set(keptInside(after).map(([cloud]) => cloud));
    const kept = keptInside(before).find(([cloud]) => !left.has(cloud))?.[1];
    if (kept === undefined) return [];
    return [
      { says: `a load balancer that the internet may reach: ${kept.key} was ${quoted(kept.value)}`, path: kept.path },
    ];
  },
};

/** By cloud: which one a cluster is in cannot be seen here, and another one’s annotation keeps nothing inside. */
const keptInside = (object: Manifest): readonly (readonly [cloud: string, annotation: Annotation])[] =>
  annotationsIn(object).flatMap((one) => {
    const found = inside.get(one.key);
    return found?.[1](one.value) === true ? [[found[0], one] as const] : [];
  });

/** Where an AWS load balancer is inside unless it is said otherwise. */
const facing = (object: Manifest): Annotation | undefined =>
  annotationsIn(object).find(({ name, value }) => name === 'aws-load-balancer-scheme' && is('internet-facing')(value));
