import { ruleTest, whole } from '#test/build/risk.ts';
import { ingressControllerGuards } from './controller-guards.ts';

const set = (data: Record<string, string>) => whole('v1', 'ConfigMap', { data });

ruleTest(ingressControllerGuards, {
  hits: [
    [set({ 'global-auth-url': 'https://auth.test' }), set({})],
    [set({ 'global-auth-url': 'https://auth.test' }), undefined],
    [set({ 'annotation-value-word-blocklist': 'a,b' }), set({ 'annotation-value-word-blocklist': 'b' })],
    [set({ 'whitelist-source-range': '10.0.0.0/8' }), set({ 'whitelist-source-range': '10.0.0.0/7' })],
    [set({ 'block-cidrs': '192.0.2.0/24' }), set({})],
    [set({ 'enable-modsecurity': 'true' }), set({ 'enable-modsecurity': 'false' })],
    [set({ x: 'y' }), set({ 'ssl-redirect': 'false' })],
  ],
  misses: [
    [set({}), set({ 'global-auth-url': 'https://auth.test' })],
    [set({ 'annotation-value-word-blocklist': 'a,b' }), set({ 'annotation-value-word-blocklist': 'b,a,c' })],
    [set({ 'whitelist-source-range': '10.0.0.0/8' }), set({ 'whitelist-source-range': '10.1.0.0/16' })],
    [set({ 'proxy-body-size': '8m' }), set({})],
    [set({ colour: 'red' }), undefined],
    [undefined, set({ 'ssl-redirect': 'false' })],
  ],
});
