import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { blocks, deployment, host, ingress, noted, object, path, policy, serving, tls } from '#test/build/risk.ts';
import { findingsIn, levelOf } from './assess.ts';
import { isDanger, sayFinding } from './finding.ts';

const dangersIn = (before: Manifest | undefined, after: Manifest | undefined): readonly string[] =>
  findingsIn([{ before, after }])
    .filter(isDanger)
    .map((one) => sayFinding(one));

test('all of IPv6 is not called all of IPv4 too', () => {
  const said = dangersIn(undefined, policy({ egress: [{ to: blocks('::/0') }] }));
  expect(said.filter((text) => text.includes('IPv4'))).toEqual([]);
});

describe('the findings of a change', () => {
  test('the paths and certificates of twenty thousand hosts are judged in a moment', () => {
    const hosts = Array.from({ length: 20_000 }, (_, index) => `h-${index}.a.test`);
    const large = (service: string) =>
      ingress({ rules: hosts.map((name) => host(name, path('/', 'Prefix', service))), tls: [{ hosts }] });
    const [before, after] = [large('web'), large('other')];
    const started = performance.now();
    expect(dangersIn(before, after)).toHaveLength(20_000);
    // Comparing each with each takes several times as long.
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  const snippet = noted('configuration-snippet', 'deny all;');

  test('say what it introduces, what it keeps and what it takes away', () => {
    const says =
      'a snippet that runs inside the ingress controller, where it can read every TLS secret: nginx.ingress.kubernetes.io/configuration-snippet (CVE-2021-25742).';
    expect(dangersIn(undefined, snippet)).toEqual([`Introduces ${says}`]);
    expect(dangersIn(ingress(), snippet)).toEqual([`Introduces ${says}`]);
    expect(dangersIn(snippet, snippet)).toEqual([`Keeps ${says}`]);
    expect(dangersIn(snippet, noted('configuration-snippet', 'allow all;'))).toEqual([`Introduces ${says}`]);
    expect(dangersIn(snippet, ingress())).toEqual([]);
    expect(dangersIn(snippet, undefined)).toEqual([]);
    expect(dangersIn(undefined, undefined)).toEqual([]);
    const removed = findingsIn([{ before: snippet, after: ingress() }]);
    expect(removed.map((one) => sayFinding(one))).toEqual([`Removes ${says}`]);
    expect(levelOf(removed)).toBe('none');
    expect(levelOf(findingsIn([{ before: snippet, after: snippet }]))).toBe('none');
    expect(levelOf(findingsIn([{ before: undefined, after: snippet }]))).toBe('critical');
  });

  test('keep what was part of something wider, which goes', () => {
    const letting = (...ports: number[]) =>
      policy({ ingress: [{ from: blocks('0.0.0.0/0'), ports: ports.map((port) => ({ port })) }] });
    const found = findingsIn([{ before: letting(), after: letting(443) }]);
    expect(found.map((one) => sayFinding(one))).toEqual([
      'Keeps addresses that are all of IPv4, let in on "TCP 443": 0.0.0.0/0.',
      'Removes addresses that are all of IPv4, let in: 0.0.0.0/0.',
    ]);
  });

  test('begin with what is new, and there with the worst', () => {
    const before = ingress({}, { 'server-snippet': 'x', 'use-regex': 'true' });
    const after = ingress(
      {},
      { 'use-regex': 'true', 'server-alias': 'a.test', 'rewrite-target': '/', 'server-snippet': 'x' },
    );
    expect(
      dangersIn(before, after).map((line) => line.replace(/^(\w+).*kubernetes\.io\/([a-z-]+).*$/, '$1 $2')),
    ).toEqual(['Introduces rewrite-target', 'Introduces server-alias', 'Keeps server-snippet', 'Keeps use-regex']);
  });

  test('of several objects begin with the worst that is new, each with its object', () => {
    const named = (name: string, one: Manifest): Manifest => ({ ...one, metadata: { ...one.metadata, name } });
    const old = named('old', noted('server-snippet'));
    const mild = named('mild', noted('use-regex', 'true'));
    const wild = named('wild', noted('rewrite-target', '/'));
    const found = findingsIn([
      { before: old, after: { ...old } },
      { before: undefined, after: mild },
      { before: named('wild', ingress()), after: wild },
      { before: named('gone', noted('server-snippet')), after: undefined },
    ]);
    const said = found.filter(isDanger).map((one) => sayFinding(one, true));
    expect(
      said.map((line) => line.replace(/^(\w+).*kubernetes\.io\/([a-z-]+).* \((?:CVE-[\d-]+, )?(.*)\)\.$/, '$1 $2 $3')),
    ).toEqual([
      'Introduces rewrite-target Ingress shop/wild',
      'Introduces use-regex Ingress shop/mild',
      'Keeps server-snippet Ingress shop/old',
    ]);
    expect(dangersIn(undefined, wild).join()).not.toContain('shop/wild');
  });

  test('name the flaw that a critical annotation is known for', () => {
    const named = (key: string) => dangersIn(undefined, noted(key))[0] ?? '';
    expect(named('server-snippet')).toContain('CVE-2021-25742');
    expect(named('auth-url')).toContain('CVE-2025-24514');
    expect(named('auth-tls-match-cn')).toContain('CVE-2025-1097');
    expect(named('mirror-target')).toContain('CVE-2025-1098');
    expect(named('rewrite-target')).toContain('CVE-2026-3288');
  });

  test('of a deployment that is only restarted, or an ordinary Ingress, are none', () => {
    expect(dangersIn(deployment({}), deployment({ restartPolicy: 'Always' }))).toEqual([]);
    expect(dangersIn(undefined, tls('shop.test'))).toEqual([]);
    expect(dangersIn(undefined, policy({ policyTypes: ['Ingress', 'Egress'] }))).toEqual([]);
  });

  test('show nothing of an object that could format or hide', () => {
    const [line = ''] = dangersIn(undefined, serving(host('a.test', path(`/a\n\u202e${'x'.repeat(500)}`))));
    expect(line).toContain('"/a [U+202E]xxx');
    expect(line.length).toBeLessThan(300);
  });

  test('are the same whatever the order and case of the annotations', () => {
    const keys = [
      'server-snippet',
      'auth-url',
      'mirror-target',
      'rewrite-target',
      'auth-tls-match-cn',
      'server-alias',
      'satisfy',
    ];
    const normal = (lines: readonly string[]) => lines.map((line) => line.toLowerCase()).sort();
    const annotated = (list: readonly string[]) =>
      dangersIn(undefined, ingress({}, Object.fromEntries(list.map((key) => [key, 'any']))));
    const expected = normal(annotated(keys));
    expect(expected).toHaveLength(keys.length);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(keys, { minLength: keys.length }),
        fc.array(fc.boolean(), { minLength: keys.length, maxLength: keys.length }),
        (order, loud) => {
          const spelled = order.map((key, index) => (loud[index] === true ? key.toUpperCase() : key));
          expect(normal(annotated(spelled))).toEqual(expected);
        },
      ),
    );
  });

  test('never fail on an object of whatever shape', () => {
    const words = fc.constantFrom(
      'spec',
      'rules',
      'http',
      'paths',
      'template',
      'containers',
      'ingress',
      'egress',
      'from',
      'to',
      'ipBlock',
      'tls',
      'hosts',
      'filters',
      'podSelector',
      'matchLabels',
      'policyTypes',
      'toString',
      'toJSON',
      'externalIPs',
      'hostnames',
    );
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Json[]>(null, 1, 'x', '', true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(words, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    const kinds = fc.constantFrom<[string, string][]>(
      ['networking.k8s.io/v1', 'Ingress'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['v1', 'Service'],
      ['v1', 'Pod'],
      ['apps/v1', 'Deployment'],
      ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    );
    fc.assert(
      fc.property(kinds, tree, tree, ([apiVersion, kind], one, other) => {
        const [before, after] = [one, other].map((spec) => ({ ...object(apiVersion, kind, {}), spec }));
        dangersIn(before, after);
        dangersIn(before, undefined);
      }),
    );
  });
});
