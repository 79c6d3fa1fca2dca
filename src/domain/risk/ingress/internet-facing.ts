import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

/** The AWS load balancer controller makes one inside unless it is told otherwise. */
export const ingressInternetFacing: Rule = {
  name: 'ingress-internet-facing',
  severity: 'high',
  sources: ['https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#scheme'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'scheme' && value.toLowerCase() === 'internet-facing',
      ({ key }) => `a load balancer that faces the internet: ${key}`,
    ),
};
