import { made, ruleTest, whole } from '#test/build/risk.ts';
import { ingressControllerSettings } from './controller-settings.ts';

const set = (data: Record<string, string>) => whole('v1', 'ConfigMap', { data });

ruleTest(ingressControllerSettings, {
  hits: [
    ...made(set({ 'allow-snippet-annotations': 'true' }), set({ 'strict-validate-path-type': 'false' })),
    [set({ 'annotations-risk-level': 'High' }), set({ 'annotations-risk-level': 'Critical' })],
    [set({ 5432: 'pay/postgres:5432' }), set({ 5432: 'pay/other:5432' })],
    ...made(set({ 53: 'dns/resolver:53:PROXY' })),
  ],
  misses: [
    ...made(set({ 'allow-snippet-annotations': 'false' }), set({ 'annotations-risk-level': 'High' })),
    ...made(set({ 5432: 'a port', port: 'pay/postgres:5432', toString: 'true' })),
    ...made(
      whole('v1', 'ConfigMap', { data: 'x' }),
      whole('v1', 'Secret', { data: { 'allow-snippet-annotations': '1' } }),
    ),
    [set({ 5432: 'pay/postgres:5432' }), set({ 5432: 'pay/postgres:5432' })],
  ],
});
