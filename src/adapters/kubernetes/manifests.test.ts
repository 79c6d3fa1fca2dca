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

type Rendered = { kind: string; metadata: { name: string; labels?: Record<string, string> }; rules?: PolicyRule[] };
const rendered = (kinds = exampleKinds()): readonly Rendered[] =>
  [...renderManifests(kinds).values()].flatMap((file) => parseAllDocuments(file).map((document) => document.toJS()));
const rulesOf = (name: string): readonly PolicyRule[] =>
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
    for (const folder of ['bot', 'worker'])
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

  it('bind the cluster-wide ceiling only in a file that is not applied by default', () => {
    const installed: { resources: string[] } = parse(text('manifests/kustomization.yaml'));
    const names = installed.resources.flatMap((path) =>
      parseAllDocuments(text(`manifests/${path}`)).map((document) => document.toJS().metadata.name),
    );
    expect(names).toContain('hallpass-worker-namespaced');
    expect(names).not.toContain('hallpass-worker-cluster-wide');
  });

  it('do not carry the label of grants, which the sweep looks for', () => {
    for (const { metadata } of rendered())
      expect(metadata?.labels ?? {}).not.toHaveProperty('app.kubernetes.io/managed-by');
  });

  it('mount to each process its own key only', () => {
    const files = renderManifests(exampleKinds());
    expect(files.get('manifests/worker/deployment.yaml')).not.toMatch(/bot[.-]key|hallpass-bot$/m);
    expect(files.get('manifests/bot/deployment.yaml')).not.toMatch(/worker[.-]key|hallpass-worker$/m);
  });
});
