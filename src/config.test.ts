import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Config, inspectConfig, readConfig } from './config.ts';

const manifests = new URL('../manifests/', import.meta.url);
const enough = {
  SLACK_BOT_TOKEN: 'xoxb-1-secret',
  SLACK_SIGNING_SECRET: 'signing-secret',
  HALLPASS_POLICY: '/etc/hallpass/policy',
  HALLPASS_KEYS: '/etc/hallpass/keys',
  HALLPASS_CLUSTERS: 'prod=in-cluster',
  HALLPASS_MANAGED_NAMESPACES: 'shop, bank',
};
const noSlack = { SLACK_BOT_TOKEN: undefined, SLACK_SIGNING_SECRET: undefined };

type Environment = Readonly<Record<string, string | undefined>>;
const configOf = (environment: Environment): Config => {
  const config = readConfig(environment);
  if (!config.ok) throw new Error(config.error.join('\n'));
  return config.value;
};
const configWith = (changed: Environment): Config => configOf({ ...enough, ...changed });
const problemsOf = (environment: Environment): readonly string[] => {
  const config = readConfig(environment);
  return config.ok ? [] : config.error;
};
const problemsWith = (changed: Environment): readonly string[] => problemsOf({ ...enough, ...changed });

describe('an environment that is right', () => {
  test('says the rest by itself', () => {
    expect(configOf(enough)).toEqual({
      role: 'all',
      slack: {
        botToken: 'xoxb-1-secret',
        inbound: { type: 'http', signingSecret: 'signing-secret' },
        apiUrl: 'https://slack.com/api/',
        port: 3_000,
      },
      redisUrl: 'redis://127.0.0.1:6379',
      policy: '/etc/hallpass/policy',
      keys: '/etc/hallpass/keys',
      clusters: [{ name: 'prod', source: { type: 'in-cluster' } }],
      workerClusters: [{ name: 'prod', source: { type: 'in-cluster' } }],
      home: 'hallpass',
      managedNamespaces: ['shop', 'bank'],
    });
  });

  test.each([undefined, 'signing-secret'])(
    'with an app token means Socket Mode, beside signing secret %s',
    (secret) => {
      const { slack } = configWith({ SLACK_SIGNING_SECRET: secret, SLACK_APP_TOKEN: ' xapp-1-A0-secret ' });
      expect(slack?.inbound).toEqual({ type: 'socket', appToken: 'xapp-1-A0-secret' });
    },
  );

  test('of a worker needs nothing of Slack', () => {
    expect(configWith({ ...noSlack, HALLPASS_ROLE: 'worker' })).not.toHaveProperty('slack');
  });

  test('of a worker may have a token that looks up addresses', () => {
    const worker = configWith({ ...noSlack, HALLPASS_ROLE: 'worker', SLACK_LOOKUP_TOKEN: ' xoxb-2 ' });
    expect(worker.lookup).toEqual({ token: 'xoxb-2', apiUrl: 'https://slack.com/api/' });
    expect(worker).not.toHaveProperty('slack');
    expect(configWith({ HALLPASS_ROLE: 'bot', SLACK_LOOKUP_TOKEN: 'xoxb-2' })).not.toHaveProperty('lookup');
  });

  test('of a bot needs no namespaces to grant in', () => {
    const bot = configWith({ HALLPASS_MANAGED_NAMESPACES: undefined, HALLPASS_ROLE: 'bot' });
    expect(bot.managedNamespaces).toEqual([]);
  });

  test('names several clusters, with a context where one is said', () => {
    const { clusters } = configWith({ HALLPASS_CLUSTERS: ' prod=/etc/kube/prod#admin@prod , dev=/etc/kube/dev=1 ' });
    expect(clusters).toEqual([
      { name: 'prod', source: { type: 'kubeconfig', path: '/etc/kube/prod', context: 'admin@prod' } },
      { name: 'dev', source: { type: 'kubeconfig', path: '/etc/kube/dev=1' } },
    ]);
  });

  test('may let the worker call the same clusters as somebody else, in any order', () => {
    const changed = { HALLPASS_CLUSTERS: 'a=/bot-a,b=/bot-b', HALLPASS_WORKER_CLUSTERS: 'b=/worker-b,a=/worker-a' };
    expect(problemsWith(changed)).toEqual([]);
  });

  test('may have white space around what it says, and a slash or none behind the address of Slack', () => {
    const { slack } = configWith({ SLACK_BOT_TOKEN: ' xoxb-1 ', SLACK_API_URL: 'http://127.0.0.1:3003/api' });
    expect(slack).toMatchObject({ botToken: 'xoxb-1', apiUrl: 'http://127.0.0.1:3003/api/' });
  });
});

test('an empty environment has every problem at once, each with its remedy', () => {
  const problems = problemsOf({});
  const names = [
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'HALLPASS_CLUSTERS',
    'HALLPASS_POLICY',
    'HALLPASS_KEYS',
    'HALLPASS_MANAGED_NAMESPACES',
  ];
  expect(problems).toHaveLength(names.length);
  for (const name of names)
    expect(problems.filter((problem) => problem.startsWith(`${name} is not set. Set it to `))).toHaveLength(1);
});

test('everything that is wrong is named at once', () => {
  const problems = problemsOf({
    SLACK_BOT_TOKEN: 'xapp-1',
    SLACK_API_URL: 'slack.com',
    HALLPASS_ROLE: 'boss',
    REDIS_URL: 'http://redis',
    HALLPASS_PORT: '99999',
    HALLPASS_CLUSTERS: 'prod,prod',
    HALLPASS_NAMESPACE: 'Hallpass!',
  });
  for (const name of [
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_API_URL',
    'HALLPASS_ROLE',
    'REDIS_URL',
    'HALLPASS_PORT',
    'HALLPASS_CLUSTERS',
    'HALLPASS_NAMESPACE',
    'HALLPASS_POLICY',
    'HALLPASS_KEYS',
  ])
    expect(problems.join('\n')).toContain(name);
});

test.each([
  ['HALLPASS_ROLE', 'both', 'HALLPASS_ROLE is "both". Set it to "bot", "worker", "all", "guard" or "watcher".'],
  ['HALLPASS_GUARD', 'hallpass-guard:70000', 'The port in HALLPASS_GUARD is "70000". Set it to a port between 1'],
  ['HALLPASS_GUARD', 'http://10.0.0.5/review', 'HALLPASS_GUARD is "http://10.0.0.5/review". Set it to the guard'],
  ['HALLPASS_PORT', '3000x', 'HALLPASS_PORT is "3000x". Set it to a port between 1 and 65535.'],
  ['HALLPASS_PORT', '65536', 'HALLPASS_PORT is "65536". Set it to a port between 1 and 65535.'],
  ['HALLPASS_METRICS_PORT', 'x', 'HALLPASS_METRICS_PORT is "x". Set it to a port between 1 and 65535.'],
  ['HALLPASS_HEALTH_PORT', 'x', 'HALLPASS_HEALTH_PORT is "x". Set it to a port between 1 and 65535.'],
  ['HALLPASS_HEALTH_PORT', '65536', 'HALLPASS_HEALTH_PORT is "65536". Set it to a port between 1 and 65535.'],
  ['HALLPASS_PORT', '-1', 'HALLPASS_PORT is "-1". Set it to a port'],
  ['HALLPASS_NAMESPACE', 'hall/pass', 'HALLPASS_NAMESPACE is "hall/pass", which is not the name of a namespace.'],
  ['HALLPASS_CLUSTERS', 'in-cluster', 'HALLPASS_CLUSTERS says "in-cluster". Write it like "prod=in-cluster"'],
  ['HALLPASS_CLUSTERS', 'Prod=in-cluster', 'HALLPASS_CLUSTERS says "Prod=in-cluster". Write it like'],
  ['HALLPASS_CLUSTERS', 'prod=', 'HALLPASS_CLUSTERS says "prod=". Write it like'],
  ['HALLPASS_CLUSTERS', 'a=/x,a=/y', 'HALLPASS_CLUSTERS names cluster "a" twice.'],
  ['HALLPASS_CLUSTERS', ' , ', 'HALLPASS_CLUSTERS names no cluster. Write it like'],
  [
    'HALLPASS_WORKER_CLUSTERS',
    'dev=/x',
    'HALLPASS_WORKER_CLUSTERS names dev, HALLPASS_CLUSTERS names prod. Give both the same clusters.',
  ],
  ['REDIS_URL', '127.0.0.1:6379', 'REDIS_URL is not a URL that starts with redis:// or rediss://.'],
  ['SLACK_API_URL', 'ftp://slack.com', 'SLACK_API_URL is not a URL that starts with http:// or https://.'],
  ['HALLPASS_MANAGED_NAMESPACES', '', 'HALLPASS_MANAGED_NAMESPACES is not set.'],
  [
    'SLACK_SIGNING_SECRET',
    '',
    'Or set SLACK_SIGNING_SECRET to the signing secret of the Slack app (Basic Information)',
  ],
  ['SLACK_APP_TOKEN', 'xoxb-1', 'SLACK_APP_TOKEN does not start with "xapp-". Take an app-level token'],
  ['SLACK_LOOKUP_TOKEN', 'xoxp-1', 'SLACK_LOOKUP_TOKEN does not start with "xoxb-". Take the bot token of an app'],
  ['HALLPASS_POLICY', '  ', 'HALLPASS_POLICY is not set.'],
])('%s=%s is the one problem', (name, value, problem) => {
  const problems = problemsWith({ [name]: value });
  expect(problems.join('\n')).toContain(problem);
  expect(problems).toHaveLength(1);
});

test('health is served where that is said, and 0 is nowhere, as a manifest can say it', () => {
  const portOf = (text?: string) =>
    inspectConfig(text === undefined ? {} : { HALLPASS_HEALTH_PORT: text }).config.healthPort;
  expect([portOf('8081'), portOf('0'), portOf(' '), portOf()]).toEqual([8081, undefined, undefined, undefined]);
});

describe('a watcher', () => {
  const watching = {
    HALLPASS_ROLE: 'watcher',
    HALLPASS_POLICY: '/etc/hallpass/policy',
    HALLPASS_KEYS: '/etc/hallpass/keys',
    HALLPASS_AUDIT_CLUSTER: 'prod',
    HALLPASS_AUDIT_CERTIFICATE: '/etc/hallpass/audit/tls',
    HALLPASS_AUDIT_TOKEN_FILE: '/etc/hallpass/audit/token',
  };

  test('needs no Slack, no cluster and no namespace, and says the rest by itself', () => {
    expect(configOf(watching)).toEqual({
      role: 'watcher',
      watcher: {
        cluster: 'prod',
        port: 8_444,
        certificate: '/etc/hallpass/audit/tls',
        tokenFile: '/etc/hallpass/audit/token',
      },
      redisUrl: 'redis://127.0.0.1:6379',
      policy: '/etc/hallpass/policy',
      keys: '/etc/hallpass/keys',
      clusters: [],
      workerClusters: [],
      home: 'hallpass',
      managedNamespaces: [],
    });
  });

  test('takes a client authority in the place of a token, or both, white space or none', () => {
    const ca = { HALLPASS_AUDIT_CLIENT_CA: ' /etc/hallpass/audit/ca.crt ' };
    const both = configOf({ ...watching, ...ca, HALLPASS_AUDIT_PORT: ' 9444 ', HALLPASS_AUDIT_CLUSTER: ' prod ' });
    expect(both.watcher).toEqual({
      cluster: 'prod',
      port: 9_444,
      certificate: '/etc/hallpass/audit/tls',
      tokenFile: '/etc/hallpass/audit/token',
      clientCa: '/etc/hallpass/audit/ca.crt',
    });
    const one = configOf({ ...watching, ...ca, HALLPASS_AUDIT_TOKEN_FILE: '' });
    expect(one.watcher).not.toHaveProperty('tokenFile');
  });

  test.each([
    ['of bot and worker', { ...enough, HALLPASS_CLUSTERS: 'a=/bot-a', HALLPASS_WORKER_CLUSTERS: 'b=/worker-b' }],
    ['that are wrong', { SLACK_BOT_TOKEN: 'x', HALLPASS_CLUSTERS: '?', HALLPASS_WORKER_CLUSTERS: '?' }],
  ])('is not confused by settings %s in its environment', (_, others) => {
    const config = configOf({ ...others, ...watching });
    expect(config).toMatchObject({ clusters: [], workerClusters: [] });
    expect(config).not.toHaveProperty('slack');
  });

  test('as its manifest runs it has all that it needs', () => {
    const documentIn = (path: string) => parseAllDocuments(readFileSync(new URL(path, manifests), 'utf8'))[0]?.toJS();
    const [{ env }] = documentIn('components/watcher/deployment.yaml').spec.template.spec.containers;
    const own = Object.fromEntries(env.map((one: { name: string; value: string }) => [one.name, one.value]));
    const [{ literals }] = documentIn('components/watcher/kustomization.yaml').configMapGenerator;
    const settings = literals.map((line: string) => /^([^=]+)=(.*)$/.exec(line)?.slice(1));
    expect(problemsOf({ ...Object.fromEntries(settings), ...own, HALLPASS_AUDIT_CLUSTER: 'prod' })).toEqual([]);
    // Which cluster it is, only the overlay knows.
    expect(problemsOf({ ...Object.fromEntries(settings), ...own, HALLPASS_AUDIT_CLUSTER: '' })).toHaveLength(1);
  });

  test('of another role reads none of its settings', () => {
    expect(configWith({ HALLPASS_AUDIT_CLUSTER: '?', HALLPASS_AUDIT_PORT: 'x' })).not.toHaveProperty('watcher');
  });

  test.each([
    [
      'HALLPASS_AUDIT_CLUSTER',
      '',
      'HALLPASS_AUDIT_CLUSTER is not set. Set it to the one cluster whose API server sends its audit events here, as HALLPASS_CLUSTERS of the bot calls it.',
    ],
    [
      'HALLPASS_AUDIT_CLUSTER',
      'prod=in-cluster',
      'HALLPASS_AUDIT_CLUSTER is "prod=in-cluster". Set it to the one cluster whose API server sends its audit events here, as HALLPASS_CLUSTERS of the bot calls it: "prod".',
    ],
    ['HALLPASS_AUDIT_CLUSTER', 'prod,stage', 'HALLPASS_AUDIT_CLUSTER is "prod,stage". Set it to the one cluster'],
    ['HALLPASS_AUDIT_PORT', '0', 'HALLPASS_AUDIT_PORT is "0". Set it to a port between 1 and 65535.'],
    ['HALLPASS_AUDIT_PORT', 'https', 'HALLPASS_AUDIT_PORT is "https". Set it to a port between 1 and 65535.'],
    [
      'HALLPASS_AUDIT_CERTIFICATE',
      ' ',
      'HALLPASS_AUDIT_CERTIFICATE is not set. Set it to a folder with tls.crt and tls.key, of an authority that the API server is told in its audit webhook configuration.',
    ],
    [
      'HALLPASS_AUDIT_TOKEN_FILE',
      '',
      'HALLPASS_AUDIT_TOKEN_FILE is not set. Set it to a file with the token that the API server sends, or HALLPASS_AUDIT_CLIENT_CA to the authority of its client certificate: else anybody could report what nobody did.',
    ],
    ['HALLPASS_KEYS', '', 'HALLPASS_KEYS is not set.'],
  ])('%s=%s is the one problem of it', (name, value, problem) => {
    const problems = problemsOf({ ...watching, [name]: value });
    expect(problems.join('\n')).toContain(problem);
    expect(problems).toHaveLength(1);
  });
});

test('no secret is ever repeated in a problem', () => {
  const problems = problemsOf({
    ...enough,
    SLACK_BOT_TOKEN: 'xoxp-hunter2',
    SLACK_APP_TOKEN: 'hunter2',
    SLACK_LOOKUP_TOKEN: 'hunter2',
    SLACK_SIGNING_SECRET: 'hunter2',
    REDIS_URL: 'http://:hunter2@redis:6379',
    SLACK_API_URL: 'ftp://hunter2@slack.com',
    HALLPASS_PORT: 'x',
  });
  expect(problems.length).toBeGreaterThanOrEqual(5);
  expect(problems.join('\n')).not.toContain('hunter2');
});

test('whoever goes on in spite of problems gets what there is; each problem begins with its setting', () => {
  const { config, problems } = inspectConfig({
    ...enough,
    SLACK_BOT_TOKEN: '',
    HALLPASS_CLUSTERS: 'prod=in-cluster,?',
  });
  expect(config).toMatchObject({ policy: '/etc/hallpass/policy', slack: { botToken: '' } });
  expect(config.clusters.map(({ name }) => name)).toEqual(['prod', '']);
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['SLACK_BOT_TOKEN', 'HALLPASS_CLUSTERS']);
});

describe('where each event goes out', () => {
  const url = 'https://siem.example.com/ingest?source=hallpass';

  test('is standard output alone unless something else is said', () => {
    expect(configWith({})).not.toHaveProperty('siem');
    expect(configWith({ HALLPASS_AUDIT_STDOUT: 'on' })).not.toHaveProperty('auditStdout');
    expect(configWith({ HALLPASS_AUDIT_STDOUT: ' off ' }).auditStdout).toBe(false);
  });

  test('may be an address, with a token and an authority', () => {
    expect(configWith({ HALLPASS_SIEM_URL: ` ${url} ` }).siem).toEqual({ url });
    expect(
      configWith({ HALLPASS_SIEM_URL: url, HALLPASS_SIEM_TOKEN: 't.0-k', HALLPASS_SIEM_CA: '/etc/ca.crt' }).siem,
    ).toEqual({
      url,
      token: 't.0-k',
      ca: '/etc/ca.crt',
    });
    for (const local of ['http://127.0.0.1:9/x', 'http://localhost:9/x', 'http://[::1]:9/x'])
      expect(configWith({ HALLPASS_SIEM_URL: local }).siem).toEqual({ url: local });
  });

  test('may be webhooks, by their file', () => {
    expect(configWith({ HALLPASS_WEBHOOKS: ' /etc/hallpass/webhooks.yaml ' }).webhooks).toBe(
      '/etc/hallpass/webhooks.yaml',
    );
    expect(configWith({ HALLPASS_WEBHOOKS: ' ' })).not.toHaveProperty('webhooks');
  });

  test('is nothing that a worker looks at', () => {
    const worker = configWith({ HALLPASS_ROLE: 'worker', HALLPASS_SIEM_URL: url, HALLPASS_WEBHOOKS: '/x.yaml' });
    expect(worker).not.toHaveProperty('siem');
    expect(worker).not.toHaveProperty('webhooks');
  });

  test.each([
    [{ HALLPASS_AUDIT_STDOUT: 'no' }, 'HALLPASS_AUDIT_STDOUT is "no". Set it to "on" or "off".'],
    [{ HALLPASS_SIEM_URL: 'http://siem.example.com/' }, 'HALLPASS_SIEM_URL is not a URL that starts with https://'],
    [{ HALLPASS_SIEM_URL: 'http://127.0.0.1.example.com/' }, 'HALLPASS_SIEM_URL is not a URL'],
    [{ HALLPASS_SIEM_URL: 'siem.example.com' }, 'HALLPASS_SIEM_URL is not a URL'],
    [{ HALLPASS_SIEM_URL: 'file:///etc/passwd' }, 'HALLPASS_SIEM_URL is not a URL'],
    [
      { HALLPASS_SIEM_URL: 'https://ann:secret-word@siem.example.com/' },
      'HALLPASS_SIEM_URL holds a user or a password.',
    ],
    [
      { HALLPASS_SIEM_URL: url, HALLPASS_SIEM_TOKEN: 'two\nsecret-word' },
      'HALLPASS_SIEM_TOKEN holds what cannot stand in a header',
    ],
    [{ HALLPASS_SIEM_TOKEN: 'secret-word' }, 'HALLPASS_SIEM_TOKEN is set, and HALLPASS_SIEM_URL is not.'],
    [{ HALLPASS_SIEM_CA: '/etc/ca.crt' }, 'HALLPASS_SIEM_CA is set, and HALLPASS_SIEM_URL is not.'],
  ])('%j is told to be wrong, without what may be secret in it', (changed, problem) => {
    const problems = problemsWith(changed);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain('secret-word');
  });
});

test('where the API server of a pod is stands in its environment', () => {
  const inPod = readConfig({ ...enough, KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' });
  expect(inPod).toMatchObject({
    value: { clusters: [{ name: 'prod', source: { type: 'in-cluster', at: ['10.96.0.1', '443'] } }] },
  });
});
