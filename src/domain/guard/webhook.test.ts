import { describe, expect, test } from 'vitest';
import type { JsonMap } from '#domain/content/tree.ts';
import type { Manifest } from '#domain/plan.ts';
import { guarded, guarding, ingresses, networkPolicies, protection } from '#test/build/guarded.ts';
import { alterationsOf, isLabelledOurs, nothingHeld, ruledAlike, webhooksIn } from './webhook.ts';

const only = (configuration: Manifest) => {
  const [webhook, ...others] = webhooksIn(configuration);
  if (webhook === undefined || others.length > 0) throw new Error('not one webhook');
  return webhook;
};
const selector = (operator: string, ...values: string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }],
});
const everything = ['CREATE', 'UPDATE', 'DELETE'];

describe('the webhook configuration', () => {
  test('has the API server ask about protected sorts with all subresources, and about the end of a namespace', () => {
    expect(guarded([protection()])).toEqual({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: {
        name: 'hallpass-guard',
        labels: { 'app.kubernetes.io/name': 'hallpass', 'app.kubernetes.io/component': 'guard' },
      },
      webhooks: [
        {
          name: 'guard.hallpass.dev',
          admissionReviewVersions: ['v1'],
          clientConfig: {
            service: { namespace: 'hallpass', name: 'hallpass-guard', port: 443, path: '/review' },
          },
          namespaceSelector: selector('In', 'shop'),
          objectSelector: {},
          rules: [
            {
              apiGroups: ['networking.k8s.io'],
              apiVersions: ['v1'],
              operations: everything,
              resources: ['ingresses', 'ingresses/*'],
              scope: 'Namespaced',
            },
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['DELETE'],
              resources: ['namespaces'],
              scope: 'Cluster',
            },
          ],
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          sideEffects: 'NoneOnDryRun',
          timeoutSeconds: 3,
        },
      ],
    });
  });

  test('names an address where the guard is not in the cluster', () => {
    const url = 'https://guard.example.org:8443/';
    expect(only(guarded([protection()], { at: { url } })).clientConfig).toEqual({ url });
  });

  test('is the same text whatever the order of the protections and sorts', () => {
    const one = protection({ resources: ['networkpolicy', 'ingress'], namespaces: ['shop', 'pay'] });
    const other = protection({ name: 'more', resources: ['configmap'], namespaces: ['pay', 'api'] });
    const text = JSON.stringify(guarded([one, other]));
    expect(JSON.stringify(guarded([other, one]))).toBe(text);
    expect(JSON.stringify(guarded([one, other], { held: [networkPolicies, ingresses] }))).not.toBe(text);
    expect(text).toContain('"values":["api","pay","shop"]');
    expect(text.match(/"apiGroups":\["[^"]*"\],"apiVersions":\["v1"\],"operations":\["CREATE"/g)).toHaveLength(3);
  });

  test('has one rule for a sort that two profiles speak of', () => {
    const held = [ingresses, { ...ingresses, profile: 'route' }];
    expect(only(guarded([protection({ resources: ['route', 'ingress'] })], { held })).rules).toHaveLength(2);
  });

  test('speaks of protections of this cluster only', () => {
    const here = protection({ clusters: ['pr*'] });
    const there = protection({ clusters: ['dev'], namespaces: ['*'], resources: ['configmap'] });
    expect(guarded([here, there])).toEqual(guarded([protection()]));
    expect(guarding([there])).toBeUndefined();
  });

  test.each([
    ['nothing', []],
    ['sorts that no kind holds', [protection({ resources: ['deployment'] })]],
    ['no namespace', [protection({ namespaces: [] })]],
    ["Hallpass's own namespaces", [protection({ namespaces: ['hallpass', 'hallpass-markers'] })]],
  ])('is none where %s is protected', (_, protections) => {
    expect(guarding(protections)).toBeUndefined();
  });

  test('asks about no sort that is in no namespace', () => {
    expect(guarding([protection()], { held: [{ ...ingresses, namespaced: false }] })).toBeUndefined();
  });

  test('asks about the end of a namespace where only that is protected, and about nothing else of it', () => {
    const namespaces = { group: '', version: 'v1', resource: 'namespaces', namespaced: false, profile: 'namespaces' };
    const configuration = guarded([protection({ resources: ['namespaces'] })], { held: [ingresses, namespaces] });
    expect(only(configuration).rules).toMatchObject([{ operations: ['DELETE'], resources: ['namespaces'] }]);
    expect(only(configuration).namespaceSelector).toEqual(selector('In', 'shop'));
  });

  test("asks about all namespaces but Hallpass's own where one is a pattern", () => {
    const patterns = [protection(), protection({ namespaces: ['team-*'] })];
    expect(only(guarded(patterns)).namespaceSelector).toEqual(selector('NotIn', 'hallpass', 'hallpass-markers'));
  });

  test("leaves Hallpass's own namespaces out where they are named among others", () => {
    expect(only(guarded([protection({ namespaces: ['hallpass', 'shop'] })])).namespaceSelector).toEqual(
      selector('In', 'shop'),
    );
  });

  test.each([[['shop']], [['*']]])(
    'asks about all namespaces where anybody could take one off by its labels: %s',
    (namespaces) => {
      const webhook = only(guarded([protection({ namespaces })], { selectsNamespaces: false }));
      expect(webhook.namespaceSelector).toEqual({});
    },
  );
});

/** As the API server gives it back, after guards have come. */
const inUse = (configuration: Manifest): Manifest => ({
  ...configuration,
  metadata: { ...configuration.metadata, annotations: { 'example.org/x': 'y' } },
  webhooks: webhooksIn(configuration).map((webhook) => ({
    ...webhook,
    clientConfig: {
      service: { namespace: 'hallpass', name: 'hallpass-guard', port: 443, path: '/review' },
      caBundle: 'LS0t',
    },
  })),
});

describe('a live configuration', () => {
  const wanted = guarded([protection()]);
  const live = inUse(wanted);
  const changed = (change: JsonMap): Manifest => ({
    ...live,
    webhooks: webhooksIn(live).map((webhook) => ({ ...webhook, ...change })),
  });

  test.each([true, false])('says the same with authorities and bookkeeping (selecting: %s)', (selects) => {
    const one = guarded([protection()], { selectsNamespaces: selects });
    expect(alterationsOf(inUse(one), one)).toEqual([]);
    expect(ruledAlike(inUse(one), one)).toBe(true);
  });

  test.each<[string, JsonMap, string]>([
    ['failurePolicy', { failurePolicy: 'Ignore' }, 'failurePolicy is "Ignore", not "Fail"'],
    ['objectSelector', { objectSelector: { matchLabels: { held: 'yes' } } }, 'objectSelector is {"matchLabels"'],
    ['namespaceSelector', { namespaceSelector: {} }, 'namespaceSelector is {}, not {"matchExpressions"'],
    ['matchPolicy', { matchPolicy: 'Exact' }, 'matchPolicy is "Exact", not "Equivalent"'],
    ['timeoutSeconds', { timeoutSeconds: 30 }, 'timeoutSeconds is 30, not 3'],
    ['rules', { rules: [] }, 'rules is [], not [{'],
    ['clientConfig', { clientConfig: { url: 'https://elsewhere.example.org' } }, 'clientConfig is {"url"'],
    ['matchConditions', { matchConditions: [{ name: 'x', expression: 'false' }] }, 'matchConditions is [{'],
  ])('says something else with another %s', (_, change, words) => {
    const [said, ...others] = alterationsOf(changed(change), wanted);
    expect(said).toContain(words);
    expect(others).toEqual([]);
    expect(ruledAlike(changed(change), wanted)).toBe(false);
  });

  test('says something else without its webhook, with another one, or with one twice', () => {
    const [webhook = {}] = webhooksIn(live);
    const foreign = { ...webhook, name: 'foreign.example.org' };
    expect(alterationsOf({ ...live, webhooks: [] }, wanted)).toEqual(['webhook "guard.hallpass.dev" is missing']);
    expect(alterationsOf({ ...live, webhooks: undefined }, wanted)).toHaveLength(1);
    expect(alterationsOf({ ...live, webhooks: [webhook, foreign] }, wanted)).toEqual([
      'webhook "foreign.example.org" was added',
    ]);
    expect(alterationsOf({ ...live, webhooks: [webhook, webhook] }, wanted)).toEqual([
      'webhook "guard.hallpass.dev" is there twice',
    ]);
  });

  test('is labelled as ours or not, which makes no difference to what it says', () => {
    const unlabelled = { ...live, metadata: { name: live.metadata.name } };
    expect([live, unlabelled].map(isLabelledOurs)).toEqual([true, false]);
    expect(ruledAlike(unlabelled, wanted)).toBe(true);
  });

  test('of which nothing is protected has no webhook, whether the server keeps the empty list or not', () => {
    expect(ruledAlike(nothingHeld(), nothingHeld())).toBe(true);
    expect(ruledAlike({ ...nothingHeld(), webhooks: undefined }, nothingHeld())).toBe(true);
    expect(ruledAlike(live, nothingHeld())).toBe(false);
  });
});
