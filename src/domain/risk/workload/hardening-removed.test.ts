import type { Json } from '#domain/json.ts';
import { deployment, ruleTest } from '#test/build/risk.ts';
import { workloadHardeningRemoved } from './hardening-removed.ts';

const held = (securityContext: Json, pod: Record<string, Json> = {}) => deployment(pod, { securityContext });
const all: Json = { runAsNonRoot: true, capabilities: { drop: ['ALL'] } };

ruleTest(workloadHardeningRemoved, {
  hits: [
    [held({ runAsNonRoot: true }), held({})],
    [held({ runAsUser: 1000 }), held(null)],
    [held({ allowPrivilegeEscalation: false }), held({})],
    [held({ capabilities: { drop: ['all'] } }), held({ capabilities: { drop: ['NET_RAW'] } })],
    [held({}, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }), held({})],
    [held({}, { automountServiceAccountToken: false }), held({})],
    [held(all), deployment({}, { name: 'other' })],
    [held(all), held(all, { initContainers: [{ name: 'new', image: 'x:1' }] })],
  ],
  misses: [
    [held({ runAsUser: 1000, runAsNonRoot: true }), held({ runAsUser: 1000 })],
    [held({ runAsNonRoot: true }), held({}, { securityContext: { runAsNonRoot: true } })],
    [held({ runAsNonRoot: true }), held({ runAsNonRoot: false })],
    [held({ runAsUser: 1000, runAsNonRoot: true }), held({ runAsNonRoot: true })],
    [held({ runAsUser: 1000 }), held({ runAsUser: 2000 })],
    [held({}), deployment({ initContainers: [{ name: 'new', image: 'x:1' }] })],
    [held({}), held(all)],
    [held(all), undefined],
  ],
});
