import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type PlainRule, rightsIn, sayRight } from '#domain/rbac/rules.ts';
import { shippedKinds } from '#test/build/shipped-kinds.ts';
import { renderManifests } from './manifests.ts';
import { type Need, needsOfBot, needsOfGuard, needsOfWorker } from './needs.ts';

const kinds = shippedKinds();
const files = renderManifests(kinds);

type Role = { kind: string; metadata: { namespace?: string }; rules?: PlainRule[] };
const rolesIn = (path: string): readonly Role[] =>
  parseAllDocuments(files.get(path) ?? '')
    .map((document): Role => document.toJS())
    .filter(({ rules }) => rules !== undefined);
const rights = (rules: readonly PlainRule[]): readonly string[] => rightsIn(rules).map(sayRight).sort();
const said = ({ rules, namespace = 'the whole cluster', whenMissing }: Need) => [namespace, whenMissing, rights(rules)];

/** What the manifests give, as an administrator applies them: the role of a file, by where it then holds. */
const given = (path: string, namespace: string | undefined, where: string): readonly string[] => {
  const [role, ...others] = rolesIn(path).filter((one) => one.metadata.namespace === namespace);
  if (role === undefined || others.length > 0) throw new Error(`${path} has not one role for ${where}`);
  return rights(role.rules ?? []);
};

test('the bot needs what its manifest gives', () => {
  expect(needsOfBot(kinds).map(said)).toEqual([
    ['the whole cluster', 'wrong', given('manifests/base/bot/clusterrole.yaml', undefined, 'the cluster')],
  ]);
});

test('the worker needs, place by place, what its manifests give there', () => {
  const needs = needsOfWorker(kinds, { home: 'hallpass', managed: ['shop', 'ingress-nginx'], isAskedIn: () => false });
  const of = (file: string, namespace?: string) => given(`manifests/${file}`, namespace, file);
  const worker = (file: string, namespace?: string) => of(`base/worker/${file}`, namespace);
  expect(needs.map(said)).toEqual([
    ['the whole cluster', 'wrong', worker('base.yaml')],
    ['hallpass-markers', 'wrong', worker('base.yaml', 'hallpass-markers')],
    ['shop', 'wrong', worker('clusterrole.yaml')],
    ['ingress-nginx', 'wrong', of('managed/profiles-ingress-nginx.yaml', 'ingress-nginx')],
    ['the whole cluster', 'caution', worker('clusterrole-around.yaml')],
    ['the whole cluster', 'caution', worker('clusterrole-grants.yaml')],
    ['the whole cluster', 'caution', of('components/cluster-wide/clusterrole.yaml')],
  ]);
});

test('what people may ask for in a namespace that profiles name is needed there too, though it keeps nothing else from working', () => {
  const needs = needsOfWorker(kinds, { home: 'hallpass', managed: ['ingress-nginx'], isAskedIn: () => true });
  expect(needs.map(({ namespace, whenMissing }) => [namespace, whenMissing])).toContainEqual([
    'ingress-nginx',
    'caution',
  ]);
});

const placesOf = (needs: readonly Need[]) =>
  needs.map(({ rules, namespace, object, whenMissing }) => [
    namespace ?? 'the whole cluster',
    object ?? 'all',
    whenMissing,
    rights(rules),
  ]);
const configurations = 'validatingwebhookconfigurations.admissionregistration.k8s.io';

test('the guard needs what its manifest gives, of webhook configurations its own', () => {
  expect(placesOf(needsOfGuard('hallpass'))).toEqual([
    ['the whole cluster', 'all', 'wrong', ['get namespaces']],
    ['the whole cluster', 'hallpass-guard', 'wrong', [`get ${configurations}`, `update ${configurations}`]],
    ['hallpass-markers', 'all', 'wrong', ['get configmaps']],
  ]);
  const needed = needsOfGuard('hallpass').flatMap(({ rules }) => rules);
  expect(rights(needed)).toEqual(
    rights(rolesIn('manifests/components/guard/base.yaml').flatMap(({ rules = [] }) => rules)),
  );
});

test('the worker needs more where there is a guard', () => {
  const places = { home: 'hallpass', managed: [], isAskedIn: () => false };
  const without = placesOf(needsOfWorker(kinds, places)).map((place) => JSON.stringify(place));
  const more = placesOf(needsOfWorker(kinds, { ...places, hasGuard: true }));
  expect(more.filter((place) => !without.includes(JSON.stringify(place)))).toEqual([
    ['the whole cluster', 'all', 'wrong', [`create ${configurations}`]],
    ['the whole cluster', 'hallpass-guard', 'wrong', [`get ${configurations}`, `update ${configurations}`]],
  ]);
});

test('each remedy names a manifest that is made', () => {
  const all = [
    ...needsOfBot(kinds),
    ...needsOfWorker(kinds, {
      home: 'hallpass',
      managed: ['shop', 'ingress-nginx'],
      isAskedIn: () => true,
      hasGuard: true,
    }),
    ...needsOfGuard('hallpass'),
  ];
  const made = [...renderManifests(kinds, ['shop', 'ingress-nginx']).keys()];
  for (const { remedy } of all) {
    const named = remedy.match(/(base|managed|components)\/[\w./-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    for (const file of named) expect(made.filter((one) => one.startsWith(`manifests/${file}`))).not.toEqual([]);
  }
});
