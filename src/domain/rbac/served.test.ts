import { describe, expect, test } from 'vitest';
import { type Served, unservedOf, unservedSort } from './served.ts';

const of = (name: string, kind: string, namespaced = true) => ({ name, kind, namespaced });
const served: Served = {
  groups: ['', 'apps', 'networking.k8s.io', 'metrics.k8s.io'],
  versions: new Map([
    ['', new Map([['v1', [of('pods', 'Pod'), of('pods/log', 'Pod'), of('nodes', 'Node', false)]]])],
    ['apps', new Map([['v1', [of('deployments', 'Deployment')]]])],
    [
      'networking.k8s.io',
      new Map([
        ['v1', [of('ingresses', 'Ingress')]],
        ['v1beta1', [of('ingresses', 'Ingress'), of('ipaddresses', 'IPAddress', false)]],
      ]),
    ],
    ['metrics.k8s.io', undefined],
  ]),
};
const rule = (apiGroups: readonly string[], ...resources: readonly string[]) => ({
  apiGroups,
  resources,
  verbs: ['get'],
});

describe('rules', () => {
  test('of what is there are fine, in whichever of their groups it is', () => {
    expect(unservedOf(served, [rule([''], 'pods', 'pods/log'), rule(['', 'apps'], 'pods', 'deployments')])).toEqual([]);
  });

  test('of what only kubelets know, or of a group that could not be looked at, are not told', () => {
    expect(unservedOf(served, [rule([''], 'nodes/metrics'), rule(['metrics.k8s.io'], 'pods')])).toEqual([]);
  });

  test.each([
    [
      rule(['networking.k8s.io'], 'ingreses'),
      'networking.k8s.io has no "ingreses" in this cluster. Is it "ingresses" that you mean?',
    ],
    [rule([''], 'pods/logs'), 'the core group has no "pods/logs" in this cluster. Is it "pods/log" that you mean?'],
    [rule([''], 'deployments'), 'the core group has no "deployments" in this cluster. It is in apps.'],
    [
      rule(['apps'], 'gadgets'),
      'apps has no "gadgets" in this cluster. Correct it, install what brings it, or take it out.',
    ],
    [
      rule(['gateway.networking.k8s.io'], 'httproutes', 'grpcroutes'),
      'there is no API group "gateway.networking.k8s.io" in this cluster. Install what brings it (its CustomResourceDefinitions), or take it out.',
    ],
    [
      rule(['netwroking.k8s.io'], 'ingresses'),
      'there is no API group "netwroking.k8s.io" in this cluster. Is it "networking.k8s.io" that you mean?',
    ],
  ])('of %j are told once', (one, words) => {
    expect(unservedOf(served, [one, one])).toEqual([words]);
  });
});

describe('a sort', () => {
  const ingress = {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'ingresses',
    kind: 'Ingress',
    namespaced: true,
  };

  test('that is there is fine, and so is one of a group that could not be looked at', () => {
    expect(unservedSort(served, ingress)).toBeUndefined();
    expect(unservedSort(served, { ...ingress, group: 'metrics.k8s.io' })).toBeUndefined();
  });

  test.each([
    [{ group: 'gateway.networking.k8s.io' }, /^there is no API group "gateway\.networking\.k8s\.io"/],
    [{ resource: 'ingrsses' }, /has no "ingrsses" in this cluster\. Is it "ingresses"/],
    [{ version: 'v2' }, /^networking\.k8s\.io has ingresses in v1, v1beta1, and not in v2\. Write one of these/],
    [{ kind: 'Ingres' }, /^the kind of ingresses is Ingress, not Ingres\. Correct "kind"\.$/],
    [{ version: 'v1beta1', resource: 'ipaddresses', kind: 'IPAddress' }, /^ipaddresses belong to the whole cluster/],
  ])('with %j is told', (changed, words) => {
    expect(unservedSort(served, { ...ingress, ...changed })).toMatch(words);
  });
});
