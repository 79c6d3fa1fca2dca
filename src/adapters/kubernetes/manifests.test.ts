import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Kind, PolicyRule } from '#kinds/kind.ts';
import { shippedKinds } from '#test/build/shipped-kinds.ts';
import { renderManifests } from './manifests.ts';
import { managedIn } from './manifests-managed.ts';
import { overlayFiles } from './manifests-overlays.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

type Rule = PolicyRule & { resourceNames?: string[] };
type Rendered = { kind: string; metadata: { name: string; labels?: Record<string, string> }; rules?: Rule[] };
const shipped = (kinds = shippedKinds()): ReadonlyMap<string, string> =>
  renderManifests(kinds, ['shop-front', 'shop-payments']);
const rendered = (kinds = shippedKinds()): readonly Rendered[] =>
  [...shipped(kinds).values()].flatMap((file) => parseAllDocuments(file).map((document) => document.toJS()));
const overlays = overlayFiles(['shop-front', 'shop-payments', 'ingress-nginx']);
const rulesOf = (name: string): readonly Rule[] =>
  rendered()
    .filter(({ metadata, rules }) => metadata?.name === name && rules)
    .flatMap(({ rules }) => rules ?? []);

const kindThatNeeds = (rule: PolicyRule): Kind => {
  const [first] = shippedKinds();
  if (first === undefined) throw new Error('there are no kinds');
  return { ...first, permissions: { namespaced: [rule], inNamespaces: {}, clusterWide: [] } };
};

describe('the manifests', () => {
  it('are what the example policy asks for; after a change run "npm run manifests"', () => {
    for (const [path, content] of [...shipped(), ...overlays]) expect(text(path), path).toBe(content);
  });

  it('leave no file behind that is no longer made', () => {
    const made = new Set([...shipped().keys(), ...overlays.keys()]);
    // What is for the machine of the API server, and no object, is written by hand.
    const byHand = ['audit-policy.yaml', 'audit-webhook.yaml'];
    const there = ['base', 'managed', 'components', 'overlays'].flatMap((folder) =>
      readdirSync(join(root, 'manifests', folder), { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && !byHand.includes(one.name))
        .map((one) => relative(root, join(one.parentPath, one.name)))
        // Held to its metrics and runbooks elsewhere.
        .filter((path) => !path.startsWith('manifests/components/monitoring/')),
    );
    expect(there.length).toBeGreaterThan(30);
    for (const path of there) expect(made).toContain(path);
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
    'bind %s only in what is added on purpose',
    (name) => {
      const base: { resources: string[] } = parse(text('manifests/base/kustomization.yaml'));
      const names = base.resources.flatMap((path) =>
        parseAllDocuments(text(`manifests/base/${path}`)).map((document) => document.toJS().metadata.name),
      );
      expect(names).toContain('hallpass-worker-namespaced');
      expect(names).not.toContain(name);
      expect(rendered().map(({ metadata }) => metadata?.name)).toContain(name);
    },
  );

  it('name each namespace that may be asked for once, as it is bound, and never one of ours', () => {
    const files = renderManifests(shippedKinds(), ['shop-dev']);
    const { resources, configMapGenerator } = parse(files.get('manifests/managed/kustomization.yaml') ?? '');
    expect(resources).toEqual(['namespace-shop-dev.yaml', 'profiles-ingress-nginx.yaml']);
    expect(configMapGenerator[0].literals).toEqual(['HALLPASS_MANAGED_NAMESPACES=shop-dev,ingress-nginx']);
    expect(parse(files.get('manifests/managed/namespace-shop-dev.yaml') ?? '').metadata.namespace).toBe('shop-dev');
  });

  it('bind the whole ceiling only in namespaces that were asked for, also once no profile names another one any more', () => {
    const written = renderManifests(shippedKinds(), ['shop-dev']).get('manifests/managed/kustomization.yaml') ?? '';
    expect(managedIn(written)).toEqual(['shop-dev']);
    const nobodyElse = shippedKinds().map((kind) => ({
      ...kind,
      permissions: { ...kind.permissions, inNamespaces: {} },
    }));
    const again = renderManifests(nobodyElse, managedIn(written));
    const { resources, configMapGenerator } = parse(again.get('manifests/managed/kustomization.yaml') ?? '');
    expect(resources).toEqual(['namespace-shop-dev.yaml']);
    expect(configMapGenerator[0].literals).toEqual(['HALLPASS_MANAGED_NAMESPACES=shop-dev']);
    const both = renderManifests(shippedKinds(), ['ingress-nginx']);
    expect(parse(both.get('manifests/managed/kustomization.yaml') ?? '').resources).toEqual([
      'namespace-ingress-nginx.yaml',
      'profiles-ingress-nginx.yaml',
    ]);
  });

  it.each(['', 'a: [', 'kind: Component', 'resources: [namespace-shop.yaml]', '{kind: Component, resources: [1]}'])(
    'are not taken for ones that say which namespaces are managed: %j',
    (written) => expect(managedIn(written)).toBeUndefined(),
  );

  it('are applied by kustomizations that name every file', () => {
    const files = shipped();
    for (const [path, content] of files) {
      if (!path.endsWith('/kustomization.yaml')) continue;
      const folder = dirname(path);
      const { resources = [] }: { resources?: string[] } = parse(content);
      const beside = [...files.keys()].filter((file) => file.startsWith(`${folder}/`) && file !== path);
      // By hand only, where it says so.
      const applied = beside.filter((file) => !file.endsWith('/any-namespace.yaml'));
      expect(resources.map((file) => `${folder}/${file}`).sort(), path).toEqual(applied.sort());
    }
  });

  it('let the doctor reach the port that guards listen on, which is what a NetworkPolicy goes by', () => {
    const all = [...shipped().values()].flatMap((file) => parseAllDocuments(file).map((document) => document.toJS()));
    const named = (name: string) => all.find((one) => one?.metadata?.name === name && one.kind !== 'ServiceAccount');
    const [{ ports }] = all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'hallpass-guard')
      .spec.template.spec.containers;
    const toGuards = named('hallpass-out').spec.egress.filter(({ to }: { to?: unknown }) => to !== undefined);
    expect(toGuards).toEqual([
      {
        to: [
          {
            podSelector: {
              matchLabels: { 'app.kubernetes.io/name': 'hallpass', 'app.kubernetes.io/component': 'guard' },
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: ports[0].containerPort }],
      },
    ]);
  });

  it('run two of each process, say how they are, and keep one through a drain', () => {
    const all = [...shipped().values()].flatMap((file) => parseAllDocuments(file).map((document) => document.toJS()));
    const of = (kind: string) => all.filter((one) => one?.kind === kind);
    const names = ['bot', 'guard', 'watcher', 'worker'].map((name) => `hallpass-${name}`);
    expect(
      of('Deployment')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(names);
    expect(
      of('PodDisruptionBudget')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(names);
    for (const { spec } of of('PodDisruptionBudget')) expect(spec.minAvailable).toBe(1);
    for (const { spec } of of('Deployment')) {
      expect(spec.replicas).toBe(2);
      const { containers, topologySpreadConstraints, securityContext } = spec.template.spec;
      expect(topologySpreadConstraints).toHaveLength(1);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      const [{ livenessProbe, readinessProbe, ports, securityContext: own }] = containers;
      expect([livenessProbe.httpGet.path, readinessProbe.httpGet.path]).toEqual(['/livez', '/readyz']);
      expect(ports.map(({ name }: { name: string }) => name)).toEqual(
        expect.arrayContaining([livenessProbe.httpGet.port, readinessProbe.httpGet.port, 'metrics']),
      );
      expect(own).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('give the watcher an account without rights, and no token of it', () => {
    const all = [...renderManifests(shippedKinds()).values()].flatMap((file) =>
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
    const [deployment] = parseAllDocuments(text('manifests/components/watcher/deployment.yaml')).map((document) =>
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
    const documents = parseAllDocuments(text(`manifests/components/${component}/deployment.yaml`)).map((document) =>
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
    for (const content of renderManifests(shippedKinds()).values()) expect(content).not.toMatch(/[&*]a\d/);
  });

  it('do not carry the label of grants, which the sweep looks for', () => {
    for (const { metadata } of rendered())
      expect(metadata?.labels ?? {}).not.toHaveProperty('app.kubernetes.io/managed-by');
  });

  it('mount to each process its own key only', () => {
    const files = renderManifests(shippedKinds());
    expect(files.get('manifests/base/worker/deployment.yaml')).not.toMatch(/(bot|guard)[.-]key|hallpass-(bot|guard)$/m);
    expect(files.get('manifests/base/bot/deployment.yaml')).not.toMatch(
      /(worker|guard|journal)[.-]key|hallpass-(worker|guard)$/m,
    );
    expect(files.get('manifests/components/guard/deployment.yaml')).not.toMatch(
      /(bot|worker|journal)[.-]key|hallpass-(bot|worker)$/m,
    );
    expect(files.get('manifests/components/watcher/deployment.yaml')).not.toMatch(
      /(bot|worker|guard|journal|shared)[.-]key|hallpass-(bot|worker|guard)$/m,
    );
    for (const component of ['base/bot', 'base/worker', 'components/guard', 'components/watcher'])
      expect(files.get(`manifests/${component}/deployment.yaml`)).toContain(`subPath: ${component.split('/')[1]}.key`);
  });
});
