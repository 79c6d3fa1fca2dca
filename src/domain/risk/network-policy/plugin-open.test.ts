import type { Json } from '#domain/json.ts';
import { made, object, policy, ruleTest, whole } from '#test/build/risk.ts';
import { policyPluginOpen } from './plugin-open.ts';

const cilium = (rule: Json, direction = 'ingress') =>
  object('cilium.io/v2', 'CiliumNetworkPolicy', { endpointSelector: {}, [direction]: [rule] });
const calico = (rule: Json, direction = 'ingress') =>
  object('projectcalico.org/v3', 'GlobalNetworkPolicy', { [direction]: [rule] });
const admin = (from: Json, action = 'Allow') =>
  object('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', { ingress: [{ action, from }] });

ruleTest(policyPluginOpen, {
  hits: [
    ...made(cilium({ fromEntities: ['cluster', 'world'] }), cilium({ toCIDRSet: [{ cidr: '0.0.0.0/0' }] }, 'egress')),
    ...made(cilium({ fromCIDR: ['0.0.0.0/1', '128.0.0.0/1'] })),
    ...made(whole('cilium.io/v2', 'CiliumNetworkPolicy', { specs: [{ ingress: [{ fromEntities: ['all'] }] }] })),
    ...made(calico({ action: 'Allow' }), calico({ action: 'Allow', source: { selector: 'all()' } })),
    ...made(calico({ action: 'Allow', destination: { nets: ['::/0'], ports: [443] } }, 'egress')),
    ...made(admin([{ namespaces: {} }]), admin([{ pods: { namespaceSelector: {}, podSelector: {} } }])),
    [cilium({ fromEntities: ['world'], toPorts: [{ ports: [{ port: '443' }] }] }), cilium({ fromEntities: ['world'] })],
  ],
  misses: [
    ...made(cilium({}), cilium({ fromEntities: ['cluster'] }), cilium({ fromCIDR: ['10.0.0.0/8'] })),
    ...made(calico({ action: 'Deny' }), calico({ action: 'Allow', source: { selector: "app == 'web'" } })),
    ...made(calico({ action: 'Allow', source: { nets: ['10.0.0.0/8'] } })),
    ...made(admin([{ namespaces: { matchLabels: { team: 'shop' } } }]), admin([{ namespaces: {} }], 'Deny')),
    ...made(policy({ ingress: [{}] }), object('acme.test/v1', 'NetworkPolicy', { ingress: [{ action: 'Allow' }] })),
    [calico({ action: 'Allow' }), calico({ action: 'Allow' })],
  ],
});
