import { made, object, ruleTest } from '#test/build/risk.ts';
import { ingressInternetFacing } from './internet-facing.ts';

const facing = (value: string, kind = 'Ingress') =>
  object('networking.k8s.io/v1', kind, {}, { 'alb.ingress.kubernetes.io/scheme': value });

ruleTest(ingressInternetFacing, {
  hits: [
    [undefined, facing('internet-facing')],
    [facing('internal'), facing('Internet-Facing')],
  ],
  misses: [
    ...made(facing('internal'), facing('internet-facing', 'Other')),
    [facing('internet-facing'), facing('internet-facing')],
  ],
});
