import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { rules } from '#domain/risk/rules.ts';

/** Objects to look for dangers in, as people write them; and what every rule's own tests have in common. */
type Fields = { readonly [field: string]: Json };
export const object = (
  apiVersion: string,
  kind: string,
  spec: Fields,
  annotations?: Record<string, string>,
): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) },
  spec,
});
export const path = (at: string, pathType = 'Prefix', service = 'web'): Json => ({
  path: at,
  pathType,
  backend: { service: { name: service, port: { number: 80 } } },
});
export const host = (name: string | undefined, ...paths: Json[]): Json => ({
  ...(name === undefined ? {} : { host: name }),
  http: { paths },
});
export const ingress = (spec: Fields = {}, annotations: Record<string, string> = {}): Manifest =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    { ingressClassName: 'nginx', rules: [host('shop.test', path('/cart'))], ...spec },
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    ),
  );
export const noted = (key: string, value = 'x') => ingress({}, { [key]: value });
export const serving = (...list: Json[]) => ingress({ rules: list });
export const policy = (spec: Fields): Manifest =>
  object('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ...spec });
export const blocks = (...cidrs: string[]): Json => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
export const service = (spec: Fields) => object('v1', 'Service', spec);
export const deployment = (pod: Fields, container: Fields = {}): Manifest =>
  object('apps/v1', 'Deployment', {
    template: { spec: { containers: [{ name: 'main', image: 'registry.acme.test/web:1', ...container }], ...pod } },
  });
export const image = (name: string) => deployment({}, { image: name });
export const cronJob = (pod: Fields) =>
  object('batch/v1', 'CronJob', { jobTemplate: { spec: { template: { spec: pod } } } });
export const route = (spec: Fields, kind = 'HTTPRoute') =>
  object('gateway.networking.k8s.io/v1', kind, { hostnames: ['shop.test'], ...spec });
export const gateway = (spec: Fields, kind = 'Gateway') =>
  object('gateway.networking.k8s.io/v1', kind, { gatewayClassName: 'inside', ...spec });
/** A Gateway with one listener. */
export const listening = (listener: Fields, kind?: string) =>
  gateway({ listeners: [{ name: 'web', protocol: 'HTTPS', port: 443, hostname: 'shop.test', ...listener }] }, kind);
export const tls = (...hosts: string[]) => ingress({ tls: [{ hosts, secretName: 'x' }] });

/** An object whose fields are not in a spec. */
export const whole = (apiVersion: string, kind: string, fields: Fields, metadata: Fields = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'it', ...metadata },
  ...fields,
});
const rbac = 'rbac.authorization.k8s.io';
export const role = (...rules: Json[]) => whole(`${rbac}/v1`, 'ClusterRole', { rules });
/** A role with one right: verbs and resources as in `get list`; the last is an API group. */
export const granting = (verbs: string, resources: string, apiGroup = '', more: Fields = {}) =>
  role({ apiGroups: [apiGroup], resources: resources.split(' '), verbs: verbs.split(' '), ...more });
export const account = (name: string, namespace = 'shop'): Json => ({ kind: 'ServiceAccount', name, namespace });
export const group = (name: string): Json => ({ kind: 'Group', apiGroup: rbac, name });
export const binding = (roleRef: Fields, ...subjects: Json[]) =>
  whole(`${rbac}/v1`, 'RoleBinding', { roleRef: { apiGroup: rbac, kind: 'ClusterRole', ...roleRef }, subjects });
export const labelled = (labels: Fields) => whole('v1', 'Namespace', {}, { labels });
export const webhook = (fields: Fields, kind = 'ValidatingWebhookConfiguration') =>
  whole('admissionregistration.k8s.io/v1', kind, { webhooks: [{ name: 'pods.acme.test', ...fields }] });

export type Change = readonly [before: Manifest | undefined, after: Manifest | undefined];
/** Changes that a rule finds something in, and changes that nearly look like those. */
export type Cases = { readonly hits: readonly Change[]; readonly misses: readonly Change[] };
export const made = (...objects: Manifest[]): readonly Change[] => objects.map((after) => [undefined, after] as const);
export const escaped = { rules: [host('a.test', path('/'))] };

/** Says of each change whether the rule finds something in it that is new, and where that stands. */
export const ruleTest = (rule: Rule, { hits, misses }: Cases): void => {
  const introduced = (before: Manifest | undefined, after: Manifest | undefined) =>
    findingsIn([{ before, after }]).filter((one) => one.rule === rule.name && one.change === 'introduces');

  test('is among all rules, with what triggers it and what nearly does', () => {
    expect(rules).toContain(rule);
    expect(Math.min(hits.length, misses.length)).toBeGreaterThan(0);
  });

  test.each(hits.map((change) => [change] as const))('is found in %j', ([before, after]) => {
    const found = introduced(before, after);
    expect(found).not.toEqual([]);
    for (const { path } of found) expect(stands(path, after) || stands(path, before)).toBe(true);
  });

  test.each(misses.map((change) => [change] as const))('is not found in %j', ([before, after]) => {
    expect(introduced(before, after)).toEqual([]);
  });
};

/** Whether there is such a place, or would be: the last step may name what is missing. */
const stands = (path: readonly (string | number)[], object: Manifest | undefined): boolean => {
  let value: Json | undefined = object;
  for (const key of path.slice(0, -1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as { readonly [key: string | number]: Json })[key];
  }
  return typeof value === 'object' && value !== null;
};
