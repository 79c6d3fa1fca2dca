import type { Manifest } from '#domain/plan.ts';
import { type Annotation, annotationsIn, isOff, isOn } from '#domain/risk/annotations.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isBalanced, serviceDocument } from './service.ts';

const is = (wanted: string) => (value: string) => value.toLowerCase() === wanted;

/** The annotations that keep a load balancer inside, of each cloud, and which of their values do. */
const inside: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['service.beta.kubernetes.io/aws-load-balancer-internal', (value) => value !== '' && !isOff(value)],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', is('internal')],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', isOn],
  ['networking.gke.io/load-balancer-type', is('internal')],
  ['cloud.google.com/load-balancer-type', is('internal')],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', isOn],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', isOn],
  ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', is('private')],
  ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', is('intranet')],
  ['service.beta.kubernetes.io/cce-load-balancer-internal-vpc', isOn],
  ['service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', (value) => value !== ''],
]);

export const serviceInternalLoadBalancerRemoved: Rule = {
  name: 'service-internal-load-balancer-removed',
  severity: 'high',
  sources: [serviceDocument('internal-load-balancer')],
  between: (before, after) => {
    if (after === undefined || !isBalanced(after) || !isBalanced(before)) return [];
    const [kept] = keptInside(before);
    const scheme = facing(after);
    if (scheme !== undefined && facing(before) === undefined)
      return [{ says: `a load balancer that faces the internet: ${scheme.key}`, path: scheme.path }];
    if (kept === undefined || keptInside(after).length > 0) return [];
    return [
      { says: `a load balancer that the internet may reach: ${kept.key} was ${quoted(kept.value)}`, path: kept.path },
    ];
  },
};

const keptInside = (object: Manifest): readonly Annotation[] =>
  annotationsIn(object).filter(({ key, value }) => inside.get(key.toLowerCase())?.(value) === true);

/** Where an AWS load balancer is inside unless it is said otherwise. */
const facing = (object: Manifest): Annotation | undefined =>
  annotationsIn(object).find(({ name, value }) => name === 'aws-load-balancer-scheme' && is('internet-facing')(value));
