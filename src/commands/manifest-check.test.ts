import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rules } from '#domain/risk/rules.ts';
import { withFolder } from '#test/build/folder.ts';
import type { Answer } from './answer.ts';
import { checkManifests } from './manifest-check.ts';
import { readManifestAsk } from './manifest-request.ts';

async function* stdinOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
const ingress = (name: string, more = '', host = 'shop.test') => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: shop
${more}spec:
  ingressClassName: nginx
  rules:
    - host: ${host}
      http: {paths: [{path: /cart, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`;
const annotated = (key: string, value: string) =>
  `  annotations:\n    nginx.ingress.kubernetes.io/${key}: ${JSON.stringify(value)}\n`;
const safe = ingress('safe');
const critical = ingress('critical', annotated('configuration-snippet', 'return 200;'));
const high = ingress('high', '', '"*.shop.test"');
const medium = ingress('medium', annotated('canary', 'true'));

/** The answer about files, without the folder that they are in. */
const check = (files: Readonly<Record<string, string>>, words: readonly string[], stdin = ''): Promise<Answer> =>
  withFolder(files, async (folder) => {
    const isFile = (word: string): boolean => Object.hasOwn(files, word) || word === '.' || word === 'gone.yaml';
    const named = words.map((word) => {
      const [, flag = '', name = ''] = /^(-[^=]*=)?(.*)$/.exec(word) ?? [];
      return isFile(name) ? `${flag}${join(folder, name)}` : word;
    });
    const { status, out = [], errors = [] } = await checkManifests(named, stdinOf(stdin));
    const without = (line: string) => line.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
    return { status, out: out.map(without), errors: errors.map(without) };
  });
const jsonOf = ({ out = [] }: Answer) => JSON.parse(out.join('\n'));

describe('the exit status', () => {
  test.each<[string, string, readonly string[], Answer['status']]>([
    ['nothing dangerous', safe, [], 0],
    ['medium', medium, [], 0],
    ['high', high, [], 4],
    ['critical', critical, [], 5],
    ['medium where that is enough', medium, ['--fail-on', 'medium'], 3],
    ['high where medium is enough', high, ['--fail-on=medium'], 4],
    ['high where only critical counts', high, ['--fail-on', 'critical'], 0],
    ['critical where only that counts', critical, ['--fail-on', 'critical'], 5],
    ['critical where nothing counts', critical, ['--fail-on', 'never'], 0],
  ])('of %s', async (_, text, more, status) => {
    expect(await check({ 'a.yaml': text }, ['-f', 'a.yaml', ...more])).toMatchObject({ status, errors: [] });
  });

  test('is of the worst of all files', async () => {
    const files = { 'a.yaml': high, 'b.yaml': critical, 'c.yaml': safe };
    expect((await check(files, ['-f', 'a.yaml', '-f=b.yaml', '--file=c.yaml'])).status).toBe(5);
  });

  test('is of what the change introduces', async () => {
    const files = { 'a.yaml': critical, 'base.yaml': critical };
    expect((await check(files, ['-f', 'a.yaml', '--base', 'base.yaml'])).status).toBe(0);
    expect((await check({ ...files, 'base.yaml': safe }, ['-f', 'a.yaml', '--base', 'base.yaml'])).status).toBe(5);
  });
});

describe('as text', () => {
  test('it says each finding with its place, the worst first, and how many there are', async () => {
    const { out } = await check({ 'a.yaml': `${high}---\n${critical}` }, ['-f', '.']);
    expect(out).toEqual([
      expect.stringMatching(
        /^a\.yaml:18: CRITICAL {2}Ingress shop\/critical: Introduces a snippet .* \(CVE-2021-25742\), at metadata\.annotations\["nginx\.ingress\.kubernetes\.io\/configuration-snippet"\]\. \[ingress-snippet\]$/,
      ),
      'a.yaml:9: HIGH      Ingress shop/high: Introduces a rule for many hosts at once: "*.shop.test", at spec.rules[0].host. [ingress-host]',
      '1 critical, 1 high in 2 objects; sources: --output json',
    ]);
  });

  test('it says when there is nothing', async () => {
    expect((await check({ 'a.yaml': safe }, ['-f', 'a.yaml'])).out).toEqual([
      'No findings in 1 object, as far as manifests alone tell.',
    ]);
  });

  test('it counts what is kept and what is removed', async () => {
    const files = { 'a.yaml': `${critical}---\n${ingress('high')}`, 'base.yaml': `${critical}---\n${high}` };
    const { out } = await check(files, ['-f', 'a.yaml', '--base', 'base.yaml']);
    expect(out?.at(-1)).toBe('Nothing dangerous introduced in 2 objects; 1 kept; 1 removed; sources: --output json');
  });

  test('it hides nothing that would hide or fake something', async () => {
    const name = '"sa\\u202efe\\nforged.yaml:1: all is well"';
    const { out } = await check({ 'a.yaml': critical.replace('name: critical', `name: ${name}`) }, ['-f', 'a.yaml']);
    expect(out).toHaveLength(2);
    expect(out?.[0]).toContain('Ingress shop/sa[U+202E]fe forged.yaml:1: all is well: Introduces');
  });
});

describe('as JSON', () => {
  test('it has all of each finding', async () => {
    const answer = jsonOf(await check({ 'a.yaml': high }, ['-f', 'a.yaml', '--output', 'json']));
    expect(answer).toEqual({
      schema: 1,
      objects: 1,
      worst: 'high',
      findings: [
        {
          rule: 'ingress-host',
          severity: 'high',
          change: 'introduces',
          says: 'a rule for many hosts at once: "*.shop.test"',
          object: 'Ingress shop/high',
          path: ['spec', 'rules', 0, 'host'],
          sources: expect.arrayContaining([expect.stringMatching(/^https:/)]),
          file: 'a.yaml',
          line: 9,
          column: 7,
        },
      ],
    });
  });

  test('its worst is of what is introduced', async () => {
    const files = { 'a.yaml': critical, 'base.yaml': critical };
    const answer = jsonOf(await check(files, ['-f', 'a.yaml', '--base', 'base.yaml', '--output', 'json']));
    expect(answer).toMatchObject({ worst: 'none', findings: [{ change: 'keeps' }] });
  });

  test('it has no characters that a terminal would act on, and means the same', async () => {
    const named = critical.replace('name: critical', 'name: "sa\\u202efe\\u009b2J"');
    const answer = await check({ 'a.yaml': named }, ['-f', 'a.yaml', '--output', 'json']);
    expect(answer.out?.join('')).toMatch(/^[\n\x20-\x7e]*$/);
    expect(jsonOf(answer).findings[0].object).toBe('Ingress shop/sa\u202efe\u009b2J');
  });
});

describe('what cannot be read', () => {
  test('is told, every problem of every file, and nothing is judged', async () => {
    const files = { 'a.yaml': critical, 'b.yaml': 'replicas: 3\n', 'c.yaml': 'a: [\n' };
    const { status, out, errors } = await check(files, ['-f', '.', '-f', 'gone.yaml']);
    expect([status, out]).toEqual([1, []]);
    expect(errors).toEqual([
      expect.stringMatching(/^b\.yaml:1: this is no object of Kubernetes/),
      expect.stringMatching(/^c\.yaml:2: /),
      expect.stringMatching(/^gone\.yaml: cannot be read \(ENOENT/),
    ]);
  });

  test('may be the base', async () => {
    const { status, errors } = await check({ 'a.yaml': safe, 'b.yaml': '- a\n' }, ['-f', 'a.yaml', '--base', 'b.yaml']);
    expect({ status, errors }).toEqual({ status: 1, errors: [expect.stringMatching(/^b\.yaml:1: this is no object/)] });
  });

  test('is an object that is there twice', async () => {
    const { status, errors } = await check({ 'a.yaml': safe, 'b.yaml': safe }, ['-f', '.']);
    expect({ status, errors }).toEqual({
      status: 1,
      errors: ['b.yaml:1: Ingress shop/safe stands at a.yaml:1 already. Keep one of them, or check them apart.'],
    });
  });

  test('is nothing at all, as when the command before has failed', async () => {
    expect(await check({}, ['-f', '-'])).toEqual({
      status: 1,
      out: [],
      errors: ['There is no Kubernetes object in standard input. Did what should have written it fail?'],
    });
  });

  test('is named without what a terminal would act on', async () => {
    const name = 'a\u001b[2J.yaml';
    const { errors } = await check({ [name]: '' }, ['-f', name]);
    expect(errors).toEqual([expect.stringMatching(/^There is no Kubernetes object in a\[U\+001B\]\[2J\.yaml\./)]);
    await withFolder({ [name]: '' }, async (folder) => {
      expect(await readManifestAsk([join(folder, name)], 'shop')).toMatchObject({
        ok: false,
        error: [expect.stringContaining('a[U+001B][2J.yaml')],
      });
    });
  });
});

test('a file of kustomize is passed over with a note', async () => {
  const files = {
    'a.yaml': safe,
    'kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
  };
  expect(await check(files, ['-f', '.'])).toEqual({
    status: 0,
    out: ['No findings in 1 object, as far as manifests alone tell.'],
    errors: ['kustomization.yaml:1: Kustomization was passed over. Check what "kustomize build" makes of it.'],
  });
});

test('kinds that no rule speaks of are no problem', async () => {
  const { status } = await check({ 'a.yaml': 'apiVersion: a.test/v1\nkind: Menu\nmetadata: {name: a}\n' }, ['-f', '.']);
  expect(status).toBe(0);
});

test('standard input is read, as the base too', async () => {
  expect(await check({}, ['-f', '-'], critical)).toMatchObject({ status: 5, errors: [] });
  expect(await check({ 'a.yaml': critical }, ['-f', 'a.yaml', '--base', '-'], critical)).toMatchObject({ status: 0 });
});

test.each([
  [[], 'What shall be checked?'],
  [['-f'], '--file lacks its value.'],
  [['a.yaml'], '"a.yaml" is not understood.'],
  [['-f', 'a', '--output', 'xml'], '--output xml is not understood. Write text, json, sarif.'],
  [['-f', 'a', '--fail-on', 'low'], '--fail-on low is not understood. Write critical, high, medium, never.'],
  [['-f', '-', '-f', '-'], 'Standard input ("-") can be read once.'],
  [['-f', '-', '--base', '-'], 'Standard input ("-") can be read once.'],
  [['-f', 'a', '--base', 'a', '--base', 'b'], '--base is there twice.'],
  [['--rules', '-f', 'a'], '--rules lists all rules'],
  [['--rules', '--output', 'sarif'], '--rules is said as text or as JSON.'],
  [['-r'], 'There is no flag "-r".'],
])('%j is not understood, and how it is meant is said', async (words, why) => {
  const { status, errors = [] } = await checkManifests(words, stdinOf(''));
  expect(status).toBe(2);
  expect(errors[0]).toContain(why);
  expect(errors.at(-2)).toMatch(/^hallpass check -f|^$/);
  expect(errors.join('\n')).toContain('hallpass check -f <file|folder|->');
});

describe('all rules', () => {
  test('are listed as text', async () => {
    const { status, out = [] } = await checkManifests(['--rules']);
    expect([status, out.length]).toEqual([0, rules.length + 1]);
    expect(out.find((line) => line.startsWith('ingress-snippet '))).toMatch(/ critical +CVE-2021-25742/);
  });

  test('are listed as JSON', async () => {
    const list = jsonOf(await checkManifests(['--rules', '--output', 'json']));
    expect(list.schema).toBe(1);
    expect(list.rules.map(({ name }: { name: string }) => name)).toEqual(rules.map(({ name }) => name));
    expect(Object.keys(list.rules[0])).toEqual(['name', 'severity', 'sources']);
  });
});

const secret =
  'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2, note: "*hunter2"}\n';
test.each(['text', 'json', 'sarif'])('nothing of a Secret is told as %s', async (output) => {
  const files = { 'a.yaml': secret, 'base.yaml': secret.replaceAll('hunter2', 'hunter1') };
  const { out = [], errors = [] } = await check(files, ['-f', 'a.yaml', '--base', 'base.yaml', '--output', output]);
  expect([...out, ...errors].join('\n')).not.toContain('hunter');
});
