import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Severity } from '#domain/risk/finding.ts';
import { rules } from '#domain/risk/rules.ts';
import type { LocatedFinding } from '#use-cases/judge-manifests.ts';
import { sarifOf } from './manifest-check-sarif.ts';

const found = (more: Partial<LocatedFinding> = {}): LocatedFinding => ({
  rule: 'ingress-snippet',
  severity: 'critical',
  change: 'introduces',
  says: 'a snippet',
  object: 'Ingress shop/web',
  path: ['metadata', 'annotations', 'a.test/b'],
  sources: ['CVE-2021-25742'],
  target: { group: 'networking.k8s.io', kind: 'Ingress', namespace: 'shop', name: 'web' },
  spot: { file: 'k8s/a.yaml', line: 7, column: 5 },
  ...more,
});
const written = (findings: readonly LocatedFinding[], isCompared = false) => {
  const [run] = sarifOf({ objects: 1, findings }, { isCompared, from: '/repo' }).runs;
  if (run === undefined) throw new Error('There is no run');
  return run;
};
const printsOf = (findings: readonly LocatedFinding[]) =>
  written(findings, true).results.map(({ partialFingerprints: one }) => one.primaryLocationLineHash);
const resultOf = (finding: LocatedFinding, isCompared = false) => {
  const [result] = written([finding], isCompared).results;
  if (result === undefined) throw new Error('There is no result');
  return result;
};

describe('the schema of SARIF 2.1.0', () => {
  const file = new URL('../../test/sarif/sarif-2.1.0-rtm.5.json', import.meta.url);
  // Draft 4 calls the id "id"; of what it has otherwise that is not in draft 7, the schema uses nothing.
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
  const isUri = (text: string) => URL.canParse(text);
  const formats = {
    uri: isUri,
    'uri-reference': (text: string) => URL.canParse(text, 'a:/'),
    'date-time': true,
  } as const;
  const validate = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats }).compile(schema);

  test.each([
    ['nothing', [], false],
    ['one', [found()], false],
    ['several', [found(), found({ change: 'keeps' }), found({ severity: 'medium', path: [] })], true],
  ])('is kept to with %s found', (_, findings, isCompared) => {
    validate(sarifOf({ objects: 1, findings }, { isCompared, from: '/repo' }));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('would tell a mistake', () => {
    const log = sarifOf({ objects: 1, findings: [found()] }, { isCompared: false, from: '/repo' });
    expect(validate({ ...log, version: '2.0.0' })).toBe(false);
    expect(validate({ ...log, runs: [{ results: [] }] })).toBe(false);
  });
});

describe('the tool', () => {
  test('is this version of Hallpass, with every rule', () => {
    const { driver } = written([]).tool;
    expect(driver.name).toBe('Hallpass');
    expect(driver.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(driver.rules.map(({ id }) => id)).toEqual(rules.map(({ name }) => name));
  });

  test('says of a rule how bad it is and where to read on', () => {
    const { driver } = written([]).tool;
    expect(driver.rules.find(({ id }) => id === 'ingress-snippet')).toMatchObject({
      shortDescription: { text: 'Ingress snippet' },
      helpUri: expect.stringMatching(/^https:/),
      help: { text: expect.stringContaining('https://www.cve.org/CVERecord?id=CVE-2021-25742') },
      defaultConfiguration: { level: 'error' },
      properties: { 'security-severity': '9.5', tags: ['security', 'kubernetes'] },
    });
    const scores = Object.fromEntries(driver.rules.map(({ id, properties }) => [id, properties['security-severity']]));
    const meant: Record<Severity, string> = { critical: '9.5', high: '7.5', medium: '5.0' };
    expect(scores).toEqual(Object.fromEntries(rules.map(({ name, severity }) => [name, meant[severity]])));
  });
});

describe('a result', () => {
  test('names its rule, what is found and where', () => {
    expect(resultOf(found())).toMatchObject({
      ruleId: 'ingress-snippet',
      ruleIndex: rules.findIndex(({ name }) => name === 'ingress-snippet'),
      level: 'error',
      message: { text: 'Ingress shop/web: Introduces a snippet (CVE-2021-25742).' },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'k8s/a.yaml' }, region: { startLine: 7, startColumn: 5 } },
          logicalLocations: [
            { name: 'Ingress shop/web', fullyQualifiedName: 'Ingress shop/web metadata.annotations["a.test/b"]' },
          ],
        },
      ],
    });
  });

  test.each([
    ['critical', 'error'],
    ['high', 'error'],
    ['medium', 'warning'],
  ] as const)('that is %s is of level %s', (severity, level) => {
    expect(resultOf(found({ severity })).level).toBe(level);
  });

  test.each([
    ['/repo/k8s/a.yaml', 'k8s/a.yaml'],
    ['./k8s//a b#1.yaml', 'k8s/a%20b%231.yaml'],
    ['/elsewhere/ä.yaml', '../elsewhere/%C3%A4.yaml'],
    ['stdin', 'stdin'],
  ])('in %s is at %s', (file, uri) => {
    const [location] = resultOf(found({ spot: { file, line: 1, column: 1 } })).locations;
    expect(location?.physicalLocation.artifactLocation.uri).toBe(uri);
  });

  test('cannot bring a link or hidden characters into what people read', () => {
    const says = 'a host: "[Fixed](https://evil.test)"';
    const text = resultOf(found({ says, object: 'Ingress shop/we\u202eb' })).message.text;
    expect(text).toBe('Ingress shop/we[U+202E]b: Introduces a host: "[Fixed] (https://evil.test)" (CVE-2021-25742).');
  });

  test('says whether it is new where there is a base', () => {
    expect(resultOf(found())).not.toHaveProperty('baselineState');
    expect(resultOf(found(), true)).toMatchObject({ level: 'error', baselineState: 'new' });
    expect(resultOf(found({ change: 'keeps' }), true)).toMatchObject({ level: 'note', baselineState: 'unchanged' });
  });

  test('is none of what a change takes away', () => {
    expect(written([found({ change: 'removes' })], true).results).toEqual([]);
  });
});

describe('the fingerprint of a result', () => {
  const fingerprintOf = (more: Partial<LocatedFinding>) =>
    resultOf(found(more)).partialFingerprints.primaryLocationLineHash;
  const same = fingerprintOf({ path: ['spec', 'rules', 0, 'host'] });

  test.each<[string, Partial<LocatedFinding>]>([
    ['file and line', { spot: { file: 'b.yaml', line: 9, column: 1 } }],
    ['place in a list', { path: ['spec', 'rules', 3, 'host'] }],
    ['wording', { says: 'something else' }],
    ['having been there before', { change: 'keeps' }],
  ])('stays with another %s', (_, more) => {
    expect(fingerprintOf({ path: ['spec', 'rules', 0, 'host'], ...more })).toBe(same);
  });

  test.each<[string, Partial<LocatedFinding>]>([
    ['rule', { rule: 'ingress-host' }],
    ['object', { target: { group: 'networking.k8s.io', kind: 'Ingress', namespace: 'bank', name: 'web' } }],
    ['place', { path: ['spec', 'rules', 0, 'http'] }],
  ])('is another for another %s', (_, more) => {
    expect(fingerprintOf({ path: ['spec', 'rules', 0, 'host'], ...more })).not.toBe(same);
  });

  test('tells apart what is alike', () => {
    const [one, other] = [0, 1].map((index) => found({ path: ['spec', 'rules', index, 'host'] }));
    expect(one && other && printsOf([one, other])).toEqual([same, same?.replace(/:1$/, ':2')]);
  });

  test('tells apart what is alike in the order that it is written in, whichever of it is new', () => {
    const at = (index: number, change: LocatedFinding['change']) =>
      found({ change, path: ['spec', 'rules', index, 'host'], spot: { file: 'a.yaml', line: index + 1, column: 1 } });
    expect(printsOf([at(1, 'introduces'), at(0, 'keeps')])).toEqual([same?.replace(/:1$/, ':2'), same]);
  });
});
