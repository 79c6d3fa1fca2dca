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
    // What is for the machine of the API server, and no object, is written by hand.
    const byHand = ['audit-policy.yaml', 'audit-webhook.yaml'];
    for (const folder of ['bot', 'worker', 'guard', 'watcher'])
      for (const file of readdirSync(join(root, 'manifests', folder)).filter((one) => !byHand.includes(one)))
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

  it('give the watcher an account without rights, and no token of it', () => {
    const all = [...renderManifests(exampleKinds()).values()].flatMap((file) =>
      parseAllDocuments(file).map((document) => document.toJS()),
    );
    const its = all.filter(({ metadata }) => metadata?.labels?.['app.kubernetes.io/component'] === 'watcher');
    expect(its.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Deployment', 'Service', 'PodDisruptionBudget']);
    const bound = all.flatMap(({ subjects }) => subjects ?? []).map((subject) => subject.name);
    expect(bound).toContain('hallpass-guard');
    expect(bound).not.toContain('hallpass-watcher');
    const [account, deployment] = its;
    expect(account.automountServiceAccountToken).toBe(false);
    expect(deployment.spec.template.spec.automountServiceAccountToken).toBe(false);
  });

  it('mount to the watcher what its settings name, as folders that are renewed while it runs', () => {
    const [deployment] = parseAllDocuments(text('manifests/watcher/deployment.yaml')).map((document) =>
      document.toJS(),
    );
    const [{ env, volumeMounts, ports }] = deployment.spec.template.spec.containers;
    const settings = Object.fromEntries(env.map((one: { name: string; value: string }) => [one.name, one.value]));
    const folders = volumeMounts.filter((one: { subPath?: string }) => one.subPath === undefined);
    const paths = folders.map((one: { mountPath: string }) => one.mountPath);
    expect(paths).toContain(settings.HALLPASS_AUDIT_CERTIFICATE);
    expect(paths).toContain(settings.HALLPASS_AUDIT_TOKEN_FILE.replace(/\/token$/, ''));
    expect(settings.HALLPASS_AUDIT_PORT).toBe(String(ports[0].containerPort));
    for (const { secret } of deployment.spec.template.spec.volumes) expect(secret?.defaultMode ?? 0o440).toBe(0o440);
  });

  it.each([
    ['guard', 443],
    ['watcher', 8_444],
  ])('name the %s by the same labels and port wherever it is looked for', (component, port) => {
    const documents = parseAllDocuments(text(`manifests/${component}/deployment.yaml`)).map((document) =>
      document.toJS(),
    );
    const of = (kind: string) => documents.find((one) => one.kind === kind).spec;
    const { labels } = of('Deployment').template.metadata;
    const { selector, ports } = of('Service');
    expect([of('Deployment').selector.matchLabels, selector, of('PodDisruptionBudget').selector.matchLabels]).toEqual([
      labels,
      labels,
      labels,
    ]);
    const [container] = of('Deployment').template.spec.containers;
    expect(ports).toEqual([{ name: 'https', port, targetPort: container.ports[0].name }]);
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
    expect(files.get('manifests/watcher/deployment.yaml')).not.toMatch(
      /(bot|worker|guard|journal|shared)[.-]key|hallpass-(bot|worker|guard)$/m,
    );
    for (const component of ['bot', 'worker', 'guard', 'watcher'])
      expect(files.get(`manifests/${component}/deployment.yaml`)).toContain(`subPath: ${component}.key`);
  });
});
