import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { kindModules } from '#kinds/index.ts';
import type { Kind, PolicyRule } from '#kinds/kind.ts';
import { renderManifests } from './manifests.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const exampleKinds = (): readonly Kind[] =>
  kindModules.map((module) => {
    const kind = module.configure(parse(text(`manifests/policy/${module.settingsFile}`)));
    if (!kind.ok) throw new Error(kind.error.map(({ message }) => message).join('; '));
    return kind.value;
  });

type Rule = PolicyRule & { resourceNames?: string[] };
type Rendered = { kind: string; metadata: { name: string; labels?: Record<string, string> }; rules?: Rule[] };
const rendered = (kinds = exampleKinds()): readonly Rendered[] =>
  [...renderManifests(kinds).values()].flatMap((file) => parseAllDocuments(file).map((document) => document.toJS()));
const rulesOf = (name: string): readonly Rule[] =>
  rendered()
    .filter(({ metadata, rules }) => metadata?.name === name && rules)
    .flatMap(({ rules }) => rules ?? []);

const kindThatNeeds = (rule: PolicyRule): Kind => {
  const [first] = exampleKinds();
  if (first === undefined) throw new Error('there are no kinds');
  return { ...first, permissions: { namespaced: [rule], inNamespaces: {}, clusterWide: [] } };
};

describe('the manifests', () => {
  it('are what the example policy asks for; after a change run "npm run manifests"', () => {
    for (const [path, content] of renderManifests(exampleKinds())) expect(text(path), path).toBe(content);
  });

  it('leave no file behind that is no longer made', () => {
    const made = new Set(renderManifests(exampleKinds()).keys());
    for (const folder of ['bot', 'worker', 'guard'])
      for (const file of readdirSync(join(root, 'manifests', folder)))
        expect(made).toContain(`manifests/${folder}/${file}`);
  });

  it('give nobody wildcards, escalate, bind or impersonate', () => {
    const words = rendered().flatMap(({ rules }) => (rules ?? []).flatMap((rule) => Object.values(rule).flat()));
    expect(words.length).toBeGreaterThan(20);
    for (const word of ['*', 'escalate', 'bind', 'impersonate']) expect(words).not.toContain(word);
  });

  it.each([
    { apiGroups: ['*'], resources: ['pods'], verbs: ['get'] },
    { apiGroups: [''], resources: ['*'], verbs: ['get'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['escalate'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'] },
    { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
  ])('are not written for a kind that needs $verbs on $resources of $apiGroups', (rule) => {
    expect(() => renderManifests([kindThatNeeds(rule)])).toThrow('nothing bounds');
  });

  it('let the bot change nothing and see no Secret', () => {
    const rules = rulesOf('hallpass-bot');
    const verbs = new Set(
      rules.filter(({ resources }) => !resources.includes('subjectaccessreviews')).flatMap((rule) => rule.verbs),
    );
    expect([...verbs].sort()).toEqual(['get', 'list']);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets');
  });

  it('let the bot list every sort of object that a form offers, but Secrets', () => {
    expect(rulesOf('hallpass-bot').flatMap(({ resources }) => resources)).toEqual(
      expect.arrayContaining(['ingresses', 'networkpolicies']),
    );
  });

  it('let the guard write nothing but its own webhook configuration, and see no Secret', () => {
    const rules = [...rulesOf('hallpass-guard'), ...rulesOf('hallpass-guard-markers')];
    const writing = rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing).toEqual([
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        resourceNames: ['hallpass-guard'],
        verbs: ['get', 'update'],
      },
    ]);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets');
  });

  it('let the worker make webhook configurations, and read and change that of the guard alone', () => {
    const rules = rulesOf('hallpass-worker-guard');
    const unnamed = rules.filter(({ resourceNames }) => resourceNames === undefined);
    expect(unnamed.flatMap(({ verbs }) => verbs)).toEqual(['create']);
    expect(rules.flatMap(({ resourceNames }) => resourceNames ?? [])).toEqual(['hallpass-guard']);
  });

  it.each(['hallpass-worker-cluster-wide', 'hallpass-worker-guard', 'hallpass-guard'])(
    'bind %s only in a file that is not applied by default',
    (name) => {
      const installed: { resources: string[] } = parse(text('manifests/kustomization.yaml'));
      const names = installed.resources.flatMap((path) =>
        parseAllDocuments(text(`manifests/${path}`)).map((document) => document.toJS().metadata.name),
      );
      expect(names).toContain('hallpass-worker-namespaced');
      expect(names).not.toContain(name);
      expect(rendered().map(({ metadata }) => metadata?.name)).toContain(name);
    },
  );

  it('name the guard by the same labels and port wherever it is looked for', () => {
    const documents = parseAllDocuments(text('manifests/guard/deployment.yaml')).map((document) => document.toJS());
    const of = (kind: string) => documents.find((one) => one.kind === kind).spec;
    const { labels } = of('Deployment').template.metadata;
    const { selector, ports } = of('Service');
    expect([of('Deployment').selector.matchLabels, selector, of('PodDisruptionBudget').selector.matchLabels]).toEqual([
      labels,
      labels,
      labels,
    ]);
    const [container] = of('Deployment').template.spec.containers;
    expect(ports).toEqual([{ name: 'https', port: 443, targetPort: container.ports[0].name }]);
    expect(of('PodDisruptionBudget').minAvailable).toBeLessThan(of('Deployment').replicas);
  });

  it('write out what rules share, without aliases', () => {
    for (const content of renderManifests(exampleKinds()).values()) expect(content).not.toMatch(/[&*]a\d/);
  });

  it('do not carry the label of grants, which the sweep looks for', () => {
    for (const { metadata } of rendered())
      expect(metadata?.labels ?? {}).not.toHaveProperty('app.kubernetes.io/managed-by');
  });

  it('mount to each process its own key only', () => {
    const files = renderManifests(exampleKinds());
    expect(files.get('manifests/worker/deployment.yaml')).not.toMatch(/(bot|guard)[.-]key|hallpass-(bot|guard)$/m);
    expect(files.get('manifests/bot/deployment.yaml')).not.toMatch(
      /(worker|guard|journal)[.-]key|hallpass-(worker|guard)$/m,
    );
    expect(files.get('manifests/guard/deployment.yaml')).not.toMatch(
      /(bot|worker|journal)[.-]key|hallpass-(bot|worker)$/m,
    );
    for (const component of ['bot', 'worker', 'guard'])
      expect(files.get(`manifests/${component}/deployment.yaml`)).toContain(`subPath: ${component}.key`);
  });
});
