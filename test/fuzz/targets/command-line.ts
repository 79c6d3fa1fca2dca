import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiSettings } from '#src/commands/api-settings.ts';
import { checkManifests } from '#src/commands/manifest-check.ts';
import { runCommand, runPlugin } from '#src/commands/run-command.ts';
import { inspectConfig } from '#src/config.ts';
import { policyFiles } from '#test/build/policy-files.ts';
import type { Seeded } from '#test/fuzz/seeded.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target } from '#test/fuzz/target.ts';
import { leakIn } from './parts.ts';

type Typed = { readonly words: readonly string[]; readonly environment: Readonly<Record<string, string>> };

const secret = 'hunter2-of-the-environment';
/** Stands where the address of the one API that answers belongs. */
const placeholder = 'http://127.0.0.1:1/';

/** As somebody types them, one for each command, and a flag for each of its flags. */
const lines: readonly string[] = [
  'help',
  'request access ingress-edit shop/web --reason why --for 30m --from 22:00 --on prod --as self --key k --wait --rollout --timeout 1s --output json --yes',
  'request change -f manifest.yaml -n shop --reason why',
  'status k7m2-qx --output json',
  'list --open',
  'who --output json',
  'withdraw k7m2-qx',
  'done k7m2-qx --output text',
  'approve k7m2-qx --for 30m --revision 1 --yes',
  'deny k7m2-qx --reason no --yes',
  'revoke k7m2-qx --reason enough --revision 2 --yes',
  'check -f manifest.yaml --base base.yaml --fail-on never --output sarif',
  'check -f manifest.yaml --output json --fail-on medium',
  'check --rules --output json',
  'policy check policy',
  'policy test policy tests.yaml',
  'policy explain policy tests.yaml',
  'policy replay policy export.jsonl --before policy --groups groups.yaml --json --all',
  'policy schema out',
  'manifests policy out',
  'keys generate out',
  'keys generate out --cluster prod --cluster stage',
  'log export out',
  'audit export --from 2026-01-01 --to 2026-02-01T00:00:00Z --format csv --out out --log export.jsonl',
  'audit report --from 2026-01-01 --to 2026-02-01 --out out --names names.yaml --log export.jsonl --retention 30d',
  'audit verify --threads none --sample 5 --channel C0AUDIT --retention 30d --export export.jsonl --checkpoints checkpoints.txt --json',
  'standing --cluster prod --namespace shop --profile x --kubeconfig kube.yaml#one --all --json',
  'doctor --json',
  'webhooks test tickets',
  'login --issuer https://issuer.test --client x --device',
];

const environments: readonly Readonly<Record<string, string>>[] = [
  {},
  { HALLPASS_API: placeholder, HALLPASS_TOKEN: secret },
  { HALLPASS_API: placeholder, HALLPASS_TOKEN_FILE: 'token' },
  {
    HALLPASS_ROLE: 'all',
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_SIGNING_SECRET: secret,
    REDIS_URL: `redis://:${secret}@127.0.0.1:1`,
    HALLPASS_POLICY: 'policy',
    HALLPASS_KEYS: 'keys',
    HALLPASS_CLUSTERS: 'prod=in-cluster,other=kube.yaml#one',
    HALLPASS_MANAGED_NAMESPACES: 'shop,bank',
    HALLPASS_NAMESPACE: 'hallpass',
    HALLPASS_GUARD: 'hallpass-guard',
    HALLPASS_SIEM_URL: `https://siem.test/${secret}`,
    HALLPASS_SIEM_TOKEN: secret,
    HALLPASS_WEBHOOKS: 'webhooks.yaml',
    HALLPASS_API_PORT: '8445',
    HALLPASS_METRICS_PORT: '9000',
    HALLPASS_PORT: '3000',
  },
  {
    HALLPASS_ROLE: 'guard',
    HALLPASS_GUARD: 'https://10.0.0.5:8443/review',
    HALLPASS_GUARD_PORT: '8443',
    HALLPASS_GUARD_CERTIFICATE: 'x',
    HALLPASS_CLUSTERS: 'prod=in-cluster',
    HALLPASS_POLICY: 'policy',
    HALLPASS_KEYS: 'keys',
  },
  {
    HALLPASS_ROLE: 'watcher',
    HALLPASS_AUDIT_CLUSTER: 'prod',
    HALLPASS_AUDIT_CERTIFICATE: 'x',
    HALLPASS_AUDIT_TOKEN_FILE: 'token',
    HALLPASS_AUDIT_PORT: '8444',
  },
];

const manifest = `apiVersion: v1
kind: List
items:
- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: { name: web, namespace: shop, annotations: { nginx.ingress.kubernetes.io/configuration-snippet: "return 200;" } }
  spec: &spec
    rules: [{ host: shop.acme.test, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]
---
apiVersion: v1
kind: Secret
metadata: { name: s }
stringData: { password: hunter2 }
---
{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:latest","securityContext":{"privileged":true}}]}}}}
`;

/** A folder to run in, with what the lines name. */
const furnish = (folder: string): void => {
  mkdirSync(join(folder, 'policy'));
  for (const [name, text] of Object.entries(policyFiles)) writeFileSync(join(folder, 'policy', name), text);
  const files = {
    'manifest.yaml': manifest,
    'base.yaml': manifest.replace('80', '81'),
    token: secret,
    'names.yaml': 'U02BOB: Bob\n',
    'groups.yaml': '{}',
    'export.jsonl': '{"export":1}\n',
    'checkpoints.txt': '',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};

/** These write where they are told to, which may be anywhere: only to a folder that is emptied, and by one word. */
const writing: readonly string[] = ['keys', 'manifests', 'log', 'audit', 'login', 'redis'];
const isHarmless = ({ words, environment }: Typed): boolean => {
  const isWriting =
    words.some((word) => writing.includes(word)) || (words.includes('policy') && words.includes('schema'));
  const isOutside = (text: string): boolean => text.includes('/') || text.includes('..') || text.includes('\\');
  // An agent's server reads on until its input ends, and a file that is "-" is that input.
  const isWaiting = words.includes('mcp') || words.some((word) => word === '-' || word.endsWith('=-'));
  const hasHome =
    'XDG_CONFIG_HOME' in environment || Object.keys(environment).some((name) => !/^(HALLPASS|REDIS|SLACK)_/.test(name));
  return (
    !isWaiting &&
    !hasHome &&
    !(isWriting && words.some(isOutside)) &&
    [...words, ...Object.values(environment)].every((one) => !/^\/|\/dev\/|\/proc\//.test(one))
  );
};

const typedIn = (value: unknown): Typed | undefined => {
  if (typeof value !== 'object' || value === null || !('words' in value) || !Array.isArray(value.words))
    return undefined;
  const environment =
    'environment' in value && typeof value.environment === 'object' && value.environment !== null
      ? value.environment
      : {};
  // What is typed, or set, is text without NUL.
  const textOf = (one: unknown): string =>
    (typeof one === 'string' ? one : (JSON.stringify(one) ?? '')).replaceAll('\0', ' ');
  const words = value.words.slice(0, 1_000).map(textOf);
  const entries = Object.entries(environment).flatMap(([name, set]) =>
    /^\w+$/.test(name) ? [[name, textOf(set)] as const] : [],
  );
  return { words, environment: Object.fromEntries(entries) };
};

/** An API that understands nothing, and the only place that can be reached: every other connection is refused at once. */
const startDeafApi = async () => {
  const problem = JSON.stringify({ type: 'urn:x', title: 'Not understood', status: 422, detail: 'no' });
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(422, { 'content-type': 'application/problem+json' }).end(problem);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function refuse(this: Socket, ...given: unknown[]): Socket {
    if (JSON.stringify(given).includes(`:${port}`) || JSON.stringify(given).includes(`"${port}"`))
      return Reflect.apply(connect, this, given) as Socket;
    queueMicrotask(() => this.destroy(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })));
    return this;
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async (): Promise<void> => {
      Socket.prototype.connect = connect;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
type DeafApi = Awaited<ReturnType<typeof startDeafApi>>;

const inEnvironment = async <T>(
  environment: Typed['environment'],
  folder: string,
  work: () => Promise<T>,
): Promise<T> => {
  const before = { ...process.env };
  const from = process.cwd();
  for (const name of Object.keys(process.env)) if (/^(HALLPASS|REDIS|SLACK)_/.test(name)) delete process.env[name];
  Object.assign(process.env, environment, { XDG_CONFIG_HOME: folder });
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(from);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
};

/** Those that would wait for what does not come: for Redis, Slack, clusters or an API, as long as their patience goes. */
const isPatient = ({ words, environment }: Typed, { url }: DeafApi): boolean =>
  words.includes('login') || isWaitingForRest({ words, environment }) || isWaitingForApi(environment, url);

const isWaitingForApi = (environment: Typed['environment'], url: string): boolean => {
  const settings = readApiSettings(environment);
  return settings.ok && settings.value.url.href !== url;
};

const isWaitingForRest = ({ words: [first = ''], environment }: Typed): boolean =>
  ['doctor', 'standing', 'log', 'audit', 'webhooks'].includes(first) &&
  inspectConfig(environment).problems.length === 0;

/** A policy folder is examined on a thread that takes most of a second to begin: of those that read one only some are run. */
const isLeftOut = ({ words }: Typed): boolean =>
  words.some((word) => word === 'policy' || word === 'manifests') && words.join(' ').length % 50 !== 0;

const secretSettings =
  /^(HALLPASS_TOKEN|HALLPASS_SIEM_TOKEN|HALLPASS_SIEM_URL|REDIS_URL|REDIS_SENTINEL_PASSWORD|SLACK_\w+_TOKEN|SLACK_SIGNING_SECRET)$/;
const hasSecretElsewhere = (environment: Typed['environment']): boolean =>
  Object.entries(environment).some(([name, value]) => !secretSettings.test(name) && value.includes(secret));

const judgeTyped = async (folder: string, api: DeafApi, given: Typed, isPlugin: boolean): Promise<Judged> => {
  const at = given.environment.HALLPASS_API === placeholder ? { HALLPASS_API: api.url } : {};
  const typed = { ...given, environment: { ...given.environment, ...at } };
  if (!isHarmless(given) || isPatient(typed, api) || isLeftOut(typed)) return { outcome: 'left out' };
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  const run = isPlugin ? runPlugin : runCommand;
  const answer = await inEnvironment(typed.environment, folder, () => run(typed.words));
  const said = [...(answer?.out ?? []), ...(answer?.errors ?? [])].join('\n');
  // Who writes a secret into a setting that is none may read it there.
  const isSaid = typed.words.some((word) => word.includes(secret)) || hasSecretElsewhere(typed.environment);
  const why =
    leakIn(said) ??
    (said.includes(secret) && !isSaid ? `it tells a secret: ${around(said)}` : undefined) ??
    (answer !== undefined && answer.status !== 0 && said === '' ? 'it fails, and says nothing: so' : undefined);
  return {
    outcome: `${typed.words[0]?.replaceAll(/[^a-z]/g, '').slice(0, 12) ?? ''} ${answer?.status}`.slice(0, 24),
    why,
  };
};
const around = (said: string): string => said.slice(Math.max(0, said.indexOf(secret) - 200), said.indexOf(secret) + 60);

const judgeEnvironment = (typed: Typed): Judged => {
  const { problems } = inspectConfig(typed.environment);
  const named = problems.find((problem) => !/^[A-Z_]+\b/.test(problem));
  const told = hasSecretElsewhere(typed.environment) ? undefined : problems.find((problem) => problem.includes(secret));
  return {
    outcome: `settings ${problems.length}`,
    why:
      named !== undefined
        ? `a problem names no setting: ${named.slice(0, 200)}`
        : told !== undefined
          ? `it tells a secret: ${told.slice(0, 300)}`
          : undefined,
  };
};

const judgeManifest = async (folder: string, bytes: Uint8Array): Promise<Judged> => {
  writeFileSync(join(folder, 'given.yaml'), bytes);
  const answer = await checkManifests(['-f', join(folder, 'given.yaml'), '--output', 'json', '--fail-on', 'never']);
  const said = [...(answer?.out ?? []), ...(answer?.errors ?? [])].join('\n');
  return {
    outcome: `manifest ${answer?.status}`,
    why: leakIn(said) ?? (answer === undefined ? 'it is not understood: so' : undefined),
  };
};

const draw = (random: Seeded): Input => {
  const words = (lines[random.below(lines.length)] ?? '').split(' ');
  const others = (lines[random.below(lines.length)] ?? '').split(' ');
  const at = random.below(words.length + 1);
  const changed = words.toSpliced(
    at,
    random.below(2),
    ...others.slice(random.below(others.length)).slice(0, random.below(4)),
  );
  const environment = Object.assign(
    {},
    environments[random.below(environments.length)],
    random.onceIn(4) ? environments[random.below(environments.length)] : {},
  );
  return inputOf(random.onceIn(5) ? 'plugin' : 'typed', { words: changed, environment });
};

/**
 * What is typed, what is set, and manifests that are checked. Whatever it is, it is answered with a status and words, never by an
 * exception or with a place in the source; no setting that is secret is repeated. Nothing is reached over the network.
 */
export const commandLine: Target = {
  name: 'command-line',
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-fuzz-cli-'));
    furnish(folder);
    const api = await startDeafApi();
    return {
      samples: [
        ...lines.map((line, index) =>
          inputOf(index % 3 === 0 ? 'plugin' : 'typed', {
            words: line.split(' '),
            environment: environments[index % 3],
          }),
        ),
        ...environments.map((environment) => inputOf('settings', { words: [], environment })),
        inputOf('manifest', manifest),
      ],
      words: [
        '--reason',
        '--output',
        'json',
        '-f',
        '-n',
        '--',
        '--yes',
        '--from',
        '--wait',
        'k7m2-qx',
        'shop',
        '1s',
        'HALLPASS_CLUSTERS',
        'HALLPASS_API',
        'in-cluster',
        'prod=',
        '#',
        'https://',
        '65536',
        'kind: Ingress',
        '&spec',
        '*spec',
        '--- ',
      ],
      draw,
      largest: 65_536,
      // Of a command; reading a policy folder begins a thread.
      longest: 10_000,
      judge: async ({ sort, bytes }) => {
        if (sort === 'manifest') return judgeManifest(folder, bytes);
        const typed = typedIn(jsonIn(bytes));
        if (typed === undefined) return { outcome: 'nothing typed' };
        return sort === 'settings' ? judgeEnvironment(typed) : judgeTyped(folder, api, typed, sort === 'plugin');
      },
      close: async () => {
        await api.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
