import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withFolder } from '#test/build/folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

type Said = { readonly status: number; readonly out: string; readonly error: string };

/** `hallpass …` as somebody types it in a folder. */
const hallpass = (folder: string, words: readonly string[], stdin = ''): Promise<Said> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'src/cli.ts'), ...words],
      { cwd: folder },
      (fault, out, error) => resolve({ status: fault === null ? 0 : Number(fault.code), out, error }),
    );
    child.stdin?.end(stdin);
  });

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: yes
  containers: []
`;

describe('hallpass check', () => {
  test('says what is dangerous in a folder, relative to where it runs, and ends with how bad it is', async () => {
    const said = await withFolder({}, async (folder) => {
      await mkdir(join(folder, 'k8s'));
      await writeFile(join(folder, 'k8s/pod.yaml'), pod);
      return hallpass(folder, ['check', '-f', 'k8s']);
    });
    expect(said).toMatchObject({ status: 5, error: '' });
    expect(said.out).toMatch(
      /^k8s\/pod\.yaml:6: CRITICAL {2}Pod web: Introduces .*, at spec\.hostNetwork\. \[workload-host-namespaces\]\n/,
    );
    expect(said.out).toMatch(/\n1 critical.* in 1 object; sources: --output json\n$/);
  });

  test('reads standard input, and writes SARIF whole', async () => {
    const { status, out, error } = await withFolder({}, (folder) =>
      hallpass(folder, ['check', '-f', '-', '--output', 'sarif', '--fail-on', 'never'], pod),
    );
    expect({ status, error }).toEqual({ status: 0, error: '' });
    const { runs } = JSON.parse(out);
    expect(runs[0].results[0]).toMatchObject({ ruleId: 'workload-host-namespaces', level: 'error' });
  });

  test('tells on standard error what cannot be read, and nothing else', async () => {
    const said = await withFolder({ 'values.yaml': 'replicas: 3\n' }, (folder) =>
      hallpass(folder, ['check', '-f', 'values.yaml']),
    );
    expect(said).toMatchObject({ status: 1, out: '' });
    expect(said.error).toMatch(/^values\.yaml:1: this is no object of Kubernetes/);
  });

  test('ends with 2 and its usage when it is not understood', async () => {
    const said = await withFolder({}, (folder) => hallpass(folder, ['check', '--file']));
    expect(said).toMatchObject({ status: 2, out: '' });
    expect(said.error).toContain('hallpass check -f <file|folder|->');
  });

  test('is in the help, with its exit statuses', async () => {
    const { out } = await withFolder({}, (folder) => hallpass(folder, ['help']));
    expect(out).toContain('check -f <file|folder|->');
    expect(out).toMatch(/3, 4 or 5/);
  });
});

describe('its documentation', () => {
  const page = readFileSync(join(root, 'docs/check.md'), 'utf8');
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? '';
  const commands = block('sh').trim().split('\n');
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/configuration-snippet: |
      return 200;
spec:
  rules:
    - host: "*.shop.test"
      http: {paths: [{path: /cart, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`;
  /** Other programs, which may not be here, as far as the commands need them. */
  const others = `npx() { shift; "${process.execPath}" "${join(root, 'src/cli.ts')}" "$@"; }
kustomize() { cat k8s/rbac.yaml; }
helm() { cat k8s/rbac.yaml; }
git() { cp -r k8s-before base/k8s; }
`;
  const run = (command: string): Promise<Said> =>
    withFolder({}, async (folder) => {
      for (const name of ['k8s', 'k8s-before', 'base']) await mkdir(join(folder, name));
      await writeFile(join(folder, 'k8s/ingress.yaml'), ingress);
      await writeFile(join(folder, 'k8s/rbac.yaml'), pod.replace('yes', 'no'));
      await writeFile(join(folder, 'k8s-before/ingress.yaml'), ingress);
      return new Promise((resolve) => {
        execFile('sh', ['-c', `${others}${command}`], { cwd: folder }, (fault, out, error) =>
          resolve({ status: fault === null ? 0 : Number(fault.code), out, error }),
        );
      });
    });

  test('has commands that work', async () => {
    expect(commands).toHaveLength(7);
    const said = await Promise.all(commands.map(run));
    expect(said.map(({ error }) => error).join('')).toBe('');
    expect(said.map(({ status }) => status)).toEqual([5, 5, 0, 0, 0, 5, 0]);
  });

  test('shows what it says', async () => {
    const [as, asJson] = [block('text'), JSON.parse(block('json'))];
    expect((await run('npx hallpass check -f k8s/ingress.yaml')).out).toBe(as);
    const { findings, ...answer } = JSON.parse((await run('npx hallpass check -f k8s/ingress.yaml --output json')).out);
    expect(findings[1]).toEqual(asJson.findings[0]);
    expect(Object.keys({ ...answer, findings })).toEqual(Object.keys(asJson));
  });
});
