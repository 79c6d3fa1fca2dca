import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { blocks, ingress, made, noted, policy } from '#test/build/risk.ts';
import { type Judged, judgeManifests, type WrittenObject } from './judge-manifests.ts';

let line = 0;
const written = (manifest: Manifest, file = 'a.yaml', isGenerated = false): WrittenObject => {
  line += 1;
  const start = line;
  return { manifest, isGenerated, spotOf: () => ({ file, line: start, column: 1 }) };
};
const named = (manifest: Manifest, name: string, apiVersion = manifest.apiVersion): Manifest => ({
  ...manifest,
  apiVersion,
  metadata: { ...manifest.metadata, name },
});
const snippet = noted('configuration-snippet');
const open = policy({ ingress: [{ from: blocks('0.0.0.0/0') }] });
const judged = (objects: readonly Manifest[], base?: readonly Manifest[]): Judged => {
  const all = judgeManifests(
    objects.map((one) => written(one)),
    base?.map((one) => written(one, 'base.yaml')),
  );
  if (!all.ok) throw new Error(all.error.join('\n'));
  return all.value;
};
const said = ({ findings }: Judged): readonly string[] =>
  findings.map(({ change, rule, spot }) => `${change} ${rule} ${spot.file}`);

test('without a base every object is a creation', () => {
  expect(said(judged([snippet]))).toEqual(['introduces ingress-snippet a.yaml']);
});

test('the worst of all objects comes first', () => {
  const { findings, objects } = judged([open, snippet, named(ingress({ rules: [] }), 'harmless')]);
  expect(objects).toBe(3);
  expect(findings.map(({ severity }) => severity)).toEqual(
    findings.map(({ severity }) => severity).toSorted((one, other) => rank(one) - rank(other)),
  );
});
const rank = (severity: string): number => ['critical', 'high', 'medium'].indexOf(severity);

describe('with a base', () => {
  test('what was there before is kept', () => {
    expect(said(judged([snippet], [snippet]))).toEqual(['keeps ingress-snippet a.yaml']);
  });

  test('what is no longer there is removed', () => {
    expect(said(judged([ingress()], [snippet]))).toEqual(['removes ingress-snippet a.yaml']);
  });

  test('what is only there is introduced', () => {
    expect(said(judged([snippet], [ingress()]))).toEqual(['introduces ingress-snippet a.yaml']);
    expect(said(judged([snippet], []))).toEqual(['introduces ingress-snippet a.yaml']);
  });

  test('an object that only the base has is deleted, and stands where it stood', () => {
    const { objects, findings } = judged([snippet], [snippet, policy({ policyTypes: ['Ingress'] })]);
    expect(objects).toBe(2);
    expect(said({ objects, findings })).toContain('introduces policy-deleted base.yaml');
  });

  test('another version of the API is the same object, and another group is not', () => {
    expect(said(judged([snippet], [named(snippet, 'it', 'networking.k8s.io/v1beta1')]))).toEqual([
      'keeps ingress-snippet a.yaml',
    ]);
    expect(said(judged([snippet], [named(snippet, 'it', 'extensions/v1beta1')]))).toContain(
      'introduces ingress-snippet a.yaml',
    );
  });

  test('objects that are yet to be named are compared in their order', () => {
    const all = judgeManifests(
      [written(snippet, 'a.yaml', true), written(snippet, 'a.yaml', true)],
      [written(snippet, 'base.yaml', true)],
    );
    expect(all.ok && said(all.value)).toEqual(['introduces ingress-snippet a.yaml', 'keeps ingress-snippet a.yaml']);
  });
});

test('the same object twice is a problem that names both places', () => {
  const all = judgeManifests([
    { ...written(snippet), spotOf: () => ({ file: 'a.yaml', line: 3, column: 1 }) },
    { ...written(snippet), spotOf: () => ({ file: 'b.yaml', line: 7, column: 1 }) },
  ]);
  expect(all).toEqual({
    ok: false,
    error: ['b.yaml:7: Ingress shop/it stands at a.yaml:3 already. Keep one of them, or check them apart.'],
  });
});

test('the same name in another namespace, or of another kind, is another object', () => {
  const [[, one], [, other]] = made(snippet, { ...snippet, metadata: { ...snippet.metadata, namespace: 'bank' } }) as [
    readonly [undefined, Manifest],
    readonly [undefined, Manifest],
  ];
  expect(judged([one, other, { ...one, kind: 'Other' }]).objects).toBe(3);
});
