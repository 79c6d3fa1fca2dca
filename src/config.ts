import type { RedisAddress } from '#adapters/redis/address.ts';
import type { GuardAddress } from '#domain/guard/webhook.ts';
import { clusterName } from '#domain/ids.ts';
import { isLoopback } from '#domain/outgoing/address.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { readReach } from './redis-settings.ts';

/** Where a cluster's API server is, and as whom Hallpass calls it. */
export type ClusterSource = {
  readonly name: string;
  readonly source:
    | { readonly type: 'kubeconfig'; readonly path: string; readonly context?: string }
    | { readonly type: 'in-cluster'; readonly at?: readonly [host: string, port: string] };
};

/** Bot, worker, or both in one process (small installations, the demo). Guard and watcher have processes of their own. */
export type Role = 'bot' | 'worker' | 'all' | 'guard' | 'watcher';

/** Where API servers send their audit events, and how they prove that they are the ones. */
export type WatcherConfig = {
  /** Whose events they are. */
  readonly cluster: string;
  readonly host?: string;
  readonly port: number;
  /** A folder with tls.crt and tls.key. */
  readonly certificate: string;
  /** A file with the token that the API server sends; at least this or `clientCa`. */
  readonly tokenFile?: string;
  /** A file: only who has a certificate of this authority may send. */
  readonly clientCa?: string;
};

export type GuardConfig = {
  readonly host?: string;
  readonly port: number;
  /** By which the API server calls it: DNS names and IP addresses. */
  readonly names: readonly string[];
  /** A folder with tls.crt, tls.key and, maybe, ca.crt; it makes its own when absent. */
  readonly certificate?: string;
  /** A file: only who has a certificate of this authority may ask. */
  readonly clientCa?: string;
  /** As whom the worker writes. */
  readonly worker: string;
};

export type SlackConfig = {
  readonly botToken: string;
  /** How Slack reaches the bot: through connections that the bot opens, or signed HTTP to it. */
  readonly inbound:
    | { readonly type: 'socket'; readonly appToken: string }
    | { readonly type: 'http'; readonly signingSecret: string };
  readonly apiUrl: string;
  readonly port: number;
};

/** A token that only looks up addresses of people, for the worker. */
export type LookupConfig = { readonly token: string; readonly apiUrl: string };

/** Where each event goes out over HTTPS. */
export type SiemConfig = {
  readonly url: string;
  readonly token?: string;
  /** A file: only a server with a certificate of this authority is believed. */
  readonly ca?: string;
};

/** Where the API is served, for a bot. */
export type ApiConfig = {
  /** 127.0.0.1 without a certificate, all addresses with one. */
  readonly host?: string;
  readonly port: number;
  /** A folder with tls.crt and tls.key; without one it is plain HTTP, for this machine only. */
  readonly certificate?: string;
  /** For whom tokens have to be made. */
  readonly audience: string;
};

export type Config = {
  readonly role: Role;
  /** Absent in a process that is only a worker. */
  readonly slack?: SlackConfig;
  /** Only for a worker; absent where no template of identities needs it. */
  readonly lookup?: LookupConfig;
  readonly redisUrl: string;
  /** Absent where Node's own authorities will do, or there is no TLS. */
  readonly redisTls?: RedisAddress['tls'];
  /** Absent where `redisUrl` leads to Redis itself. */
  readonly redisSentinels?: RedisAddress['sentinels'];
  /** Folder with rules.yaml, identities.yaml and a file for each kind. */
  readonly policy: string;
  /** Folder with bot.key and/or worker.key, and trusted/*.pub. */
  readonly keys: string;
  /** As the bot, which looks. */
  readonly clusters: readonly ClusterSource[];
  /** As the worker, which writes. */
  readonly workerClusters: readonly ClusterSource[];
  /** Absent where there is no guard: then nothing is held. */
  readonly guardAt?: GuardAddress;
  /** Absent in a process that is no guard. */
  readonly guard?: GuardConfig;
  /** Absent in a process that is no watcher. */
  readonly watcher?: WatcherConfig;
  /** Absent where events go to no sink. Only for a bot. */
  readonly siem?: SiemConfig;
  /** `webhooks.yaml`: where events go signed. Absent: nowhere. Only for a bot. */
  readonly webhooks?: string;
  /** Absent where nobody asks over HTTP. Only for a bot. */
  readonly api?: ApiConfig;
  /** `false`: a bot does not print each event on standard output. It does when absent. */
  readonly auditStdout?: false;
  /** Where a kubelet asks whether the process is alive and ready; absent: nowhere. */
  readonly healthPort?: number;
  /** Where Prometheus reads; absent: nowhere. */
  readonly metricsPort?: number;
  /** The namespace that Hallpass lives in. */
  readonly home: string;
  /** Where the worker is bound, and so looks for what it made; empty in a process that is only a bot. */
  readonly managedNamespaces: readonly string[];
};

export type Environment = Readonly<Record<string, string | undefined>>;
type Problems = string[];

/** Reads the environment. Every problem is reported at once, each with its remedy. */
export const readConfig = (environment: Environment): Result<Config, readonly string[]> => {
  const { config, problems } = inspectConfig(environment);
  return problems.length > 0 ? err(problems) : ok(config);
};

/** Settings as far as they can be read, with every problem of them, which begins with its setting's name. */
export type Inspected = { readonly config: Config; readonly problems: readonly string[] };

/** As `readConfig`, for whoever goes on in spite of problems: what is not set is empty. */
export const inspectConfig = (environment: Environment): Inspected => {
  const problems: Problems = [];
  const role = readRole(environment, problems);
  const slack = role === 'bot' || role === 'all' ? readSlack(environment, problems) : undefined;
  const home = readName(environment, 'HALLPASS_NAMESPACE', 'hallpass', problems);
  const guardAt = readGuardAddress(environment, home, role, problems);
  const guard = role === 'guard' ? readGuard(environment, home, guardAt, problems) : undefined;
  const lookup = readLookup(environment, role, problems);
  const metricsPort = readMetricsPort(environment, problems);
  const healthPort = readHealthPort(environment, problems);
  const watcher = role === 'watcher' ? readWatcher(environment, problems) : undefined;
  // A watcher asks no cluster anything.
  const clusters = role === 'watcher' ? [] : readClusters(environment, 'HALLPASS_CLUSTERS', problems);
  const audit = role === 'bot' || role === 'all' ? readAudit(environment, problems) : {};
  const api = role === 'bot' || role === 'all' ? readApi(environment, problems) : undefined;
  const apart =
    role !== 'watcher' && environment.HALLPASS_WORKER_CLUSTERS
      ? readClusters(environment, 'HALLPASS_WORKER_CLUSTERS', problems)
      : clusters;
  const redisUrl = readUrl(environment, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://127.0.0.1:6379', problems);
  const config = {
    role,
    ...(slack === undefined ? {} : { slack }),
    ...(lookup === undefined ? {} : { lookup }),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    ...(healthPort === undefined ? {} : { healthPort }),
    ...(api === undefined ? {} : { api }),
    ...audit,
    ...(guardAt === undefined ? {} : { guardAt }),
    ...(guard === undefined ? {} : { guard }),
    ...(watcher === undefined ? {} : { watcher }),
    redisUrl,
    ...readReach(environment, redisUrl, problems),
    policy: wanted(
      environment,
      'HALLPASS_POLICY',
      'the folder with rules.yaml, identities.yaml and a file for each kind; start from manifests/policy',
      problems,
    ),
    keys: wanted(
      environment,
      'HALLPASS_KEYS',
      'the folder with the signing keys; "npx hallpass keys generate <folder>" makes them',
      problems,
    ),
    clusters,
    workerClusters: apart,
    home,
    managedNamespaces: role === 'worker' || role === 'all' ? readManaged(environment, problems) : [],
  };
  const names = (list: readonly ClusterSource[]): string =>
    list
      .map(({ name }) => name)
      .sort()
      .join(', ');
  if (names(clusters) !== names(apart))
    problems.push(
      `HALLPASS_WORKER_CLUSTERS names ${names(apart)}, HALLPASS_CLUSTERS names ${names(clusters)}. Give both the same clusters.`,
    );
  return { config, problems };
};

const wanted = (environment: Environment, name: string, what: string, problems: Problems): string => {
  const value = environment[name]?.trim() ?? '';
  if (value === '') problems.push(`${name} is not set. Set it to ${what}.`);
  return value;
};

const roles: readonly Role[] = ['bot', 'worker', 'all', 'guard', 'watcher'];

const readRole = (environment: Environment, problems: Problems): Role => {
  const role = environment.HALLPASS_ROLE?.trim() || 'all';
  const known = roles.find((one) => one === role);
  if (known !== undefined) return known;
  problems.push(`HALLPASS_ROLE is ${JSON.stringify(role)}. Set it to "bot", "worker", "all", "guard" or "watcher".`);
  return 'all';
};

const readSlack = (environment: Environment, problems: Problems): SlackConfig => {
  const botToken = wanted(
    environment,
    'SLACK_BOT_TOKEN',
    'the bot token of the Slack app (OAuth & Permissions; it starts with "xoxb-")',
    problems,
  );
  if (botToken !== '' && !botToken.startsWith('xoxb-'))
    problems.push('SLACK_BOT_TOKEN does not start with "xoxb-". Take the bot token, not the user or app token.');
  const inbound = readInbound(environment, problems);
  return {
    botToken,
    inbound,
    apiUrl: readApiUrl(environment, problems),
    port: readPort(environment, problems),
  };
};

const readApiUrl = (environment: Environment, problems: Problems): string => {
  const apiUrl = readUrl(environment, 'SLACK_API_URL', ['http:', 'https:'], 'https://slack.com/api/', problems);
  return apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`;
};

const readLookup = (environment: Environment, role: Role, problems: Problems): LookupConfig | undefined => {
  const token = environment.SLACK_LOOKUP_TOKEN?.trim() ?? '';
  if ((role !== 'worker' && role !== 'all') || token === '') return undefined;
  if (!token.startsWith('xoxb-'))
    problems.push(
      'SLACK_LOOKUP_TOKEN does not start with "xoxb-". Take the bot token of an app made from manifests/slack-lookup-app.yaml.',
    );
  // Where there is a bot too, its settings have the problems of the address.
  return { token, apiUrl: readApiUrl(environment, role === 'worker' ? problems : []) };
};

/** Where both are set, Socket Mode it is: it needs no address that others can reach. */
const readInbound = (environment: Environment, problems: Problems): SlackConfig['inbound'] => {
  const appToken = environment.SLACK_APP_TOKEN?.trim() ?? '';
  const signingSecret = environment.SLACK_SIGNING_SECRET?.trim() ?? '';
  if (appToken === '' && signingSecret !== '') return { type: 'http', signingSecret };
  if (appToken === '')
    problems.push(
      'SLACK_APP_TOKEN is not set. Set it to an app-level token with the scope connections:write (Basic Information; it starts with "xapp-"): the bot then connects to Slack. Or set SLACK_SIGNING_SECRET to the signing secret of the Slack app (Basic Information): Slack then sends to the bot over HTTP.',
    );
  else if (!appToken.startsWith('xapp-'))
    problems.push(
      'SLACK_APP_TOKEN does not start with "xapp-". Take an app-level token (Basic Information), not the bot token or the signing secret.',
    );
  return { type: 'socket', appToken };
};

/** `hallpass-guard` is a Service in Hallpass's namespace, with a port behind a colon if it is not 443; otherwise a whole address. */
const readGuardAddress = (
  environment: Environment,
  home: string,
  role: Role,
  problems: Problems,
): GuardAddress | undefined => {
  const text = environment.HALLPASS_GUARD?.trim() || (role === 'guard' ? 'hallpass-guard' : '');
  if (text === '') return undefined;
  const [, service, port = '443'] = /^([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (service !== undefined)
    return { service: { namespace: home, name: service, port: portOf('The port in HALLPASS_GUARD', port, problems) } };
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return { url: text };
  problems.push(
    `HALLPASS_GUARD is ${JSON.stringify(text)}. Set it to the guard's Service in the namespace "${home}", like "hallpass-guard", or to an address like "https://10.0.0.5:8443/review".`,
  );
  return undefined;
};

const readGuard = (
  environment: Environment,
  home: string,
  at: GuardAddress | undefined,
  problems: Problems,
): GuardConfig => {
  const certificate = environment.HALLPASS_GUARD_CERTIFICATE?.trim() ?? '';
  const clientCa = environment.HALLPASS_GUARD_CLIENT_CA?.trim() ?? '';
  return {
    port: portOf('HALLPASS_GUARD_PORT', environment.HALLPASS_GUARD_PORT?.trim() || '8443', problems),
    names: namesOf(at),
    worker: environment.HALLPASS_WORKER_USER?.trim() || `system:serviceaccount:${home}:hallpass-worker`,
    ...(certificate === '' ? {} : { certificate }),
    ...(clientCa === '' ? {} : { clientCa }),
  };
};

const auditCluster =
  'the one cluster whose API server sends its audit events here, as HALLPASS_CLUSTERS of the bot calls it';

const readWatcher = (environment: Environment, problems: Problems): WatcherConfig => {
  const cluster = wanted(environment, 'HALLPASS_AUDIT_CLUSTER', auditCluster, problems);
  if (cluster !== '' && !clusterName.test(cluster))
    problems.push(`HALLPASS_AUDIT_CLUSTER is ${JSON.stringify(cluster)}. Set it to ${auditCluster}: "prod".`);
  const tokenFile = environment.HALLPASS_AUDIT_TOKEN_FILE?.trim() ?? '';
  const clientCa = environment.HALLPASS_AUDIT_CLIENT_CA?.trim() ?? '';
  if (tokenFile === '' && clientCa === '')
    problems.push(
      'HALLPASS_AUDIT_TOKEN_FILE is not set. Set it to a file with the token that the API server sends, or HALLPASS_AUDIT_CLIENT_CA to the authority of its client certificate: else anybody could report what nobody did.',
    );
  return {
    cluster,
    port: portOf('HALLPASS_AUDIT_PORT', environment.HALLPASS_AUDIT_PORT?.trim() || '8444', problems),
    certificate: wanted(
      environment,
      'HALLPASS_AUDIT_CERTIFICATE',
      'a folder with tls.crt and tls.key, of an authority that the API server is told in its audit webhook configuration',
      problems,
    ),
    ...(tokenFile === '' ? {} : { tokenFile }),
    ...(clientCa === '' ? {} : { clientCa }),
  };
};

/** What a certificate has to be good for. */
const namesOf = (at: GuardAddress | undefined): readonly string[] => {
  if (at === undefined) return [];
  if ('url' in at) return [new URL(at.url).hostname];
  const { name, namespace } = at.service;
  return [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
};

const readUrl = (
  environment: Environment,
  name: string,
  protocols: readonly string[],
  fallback: string,
  problems: Problems,
): string => {
  const value = environment[name]?.trim() || fallback;
  // The value itself is not repeated: a Redis URL may hold a password.
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    problems.push(
      `${name} is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}. Write it like ${fallback}.`,
    );
  }
  return value;
};

const readPort = (environment: Environment, problems: Problems): number =>
  portOf('HALLPASS_PORT', environment.HALLPASS_PORT?.trim() || '3000', problems);

const readMetricsPort = (environment: Environment, problems: Problems): number | undefined => {
  const text = environment.HALLPASS_METRICS_PORT?.trim() ?? '';
  return text === '' ? undefined : portOf('HALLPASS_METRICS_PORT', text, problems);
};

const readHealthPort = (environment: Environment, problems: Problems): number | undefined => {
  const text = environment.HALLPASS_HEALTH_PORT?.trim() || '0';
  return text === '0' ? undefined : portOf('HALLPASS_HEALTH_PORT', text, problems);
};

const readApi = (environment: Environment, problems: Problems): ApiConfig | undefined => {
  const port = environment.HALLPASS_API_PORT?.trim() ?? '';
  const certificate = environment.HALLPASS_API_CERTIFICATE?.trim() ?? '';
  if (port === '') {
    if (certificate !== '')
      problems.push('HALLPASS_API_CERTIFICATE is set, and HALLPASS_API_PORT is not. Set the port, like "8445".');
    return undefined;
  }
  const audience = environment.HALLPASS_API_AUDIENCE?.trim() || 'hallpass';
  if (!/^[\x21-\x7e]{1,200}$/.test(audience))
    problems.push(`HALLPASS_API_AUDIENCE is ${JSON.stringify(audience)}. Write it without spaces, like "hallpass".`);
  return {
    port: portOf('HALLPASS_API_PORT', port, problems),
    audience,
    ...(certificate === '' ? { host: '127.0.0.1' } : { certificate }),
  };
};

const readAudit = (environment: Environment, problems: Problems): Pick<Config, 'siem' | 'webhooks' | 'auditStdout'> => {
  const stdout = environment.HALLPASS_AUDIT_STDOUT?.trim() || 'on';
  if (stdout !== 'on' && stdout !== 'off')
    problems.push(`HALLPASS_AUDIT_STDOUT is ${JSON.stringify(stdout)}. Set it to "on" or "off".`);
  const siem = readSiem(environment, problems);
  const webhooks = environment.HALLPASS_WEBHOOKS?.trim() ?? '';
  return {
    ...(siem === undefined ? {} : { siem }),
    ...(webhooks === '' ? {} : { webhooks }),
    ...(stdout === 'off' ? { auditStdout: false } : {}),
  };
};

const readSiem = (environment: Environment, problems: Problems): SiemConfig | undefined => {
  const url = environment.HALLPASS_SIEM_URL?.trim() ?? '';
  const token = environment.HALLPASS_SIEM_TOKEN?.trim() ?? '';
  const ca = environment.HALLPASS_SIEM_CA?.trim() ?? '';
  if (url === '') {
    for (const [name, value] of Object.entries({ HALLPASS_SIEM_TOKEN: token, HALLPASS_SIEM_CA: ca }))
      if (value !== '') problems.push(`${name} is set, and HALLPASS_SIEM_URL is not. Set that too, or take this away.`);
    return undefined;
  }
  // Neither address nor token are repeated: both may be secret.
  const { protocol, hostname, username, password } = URL.canParse(url) ? new URL(url) : new URL('none:');
  if (username !== '' || password !== '')
    problems.push('HALLPASS_SIEM_URL holds a user or a password. Take them out, and set HALLPASS_SIEM_TOKEN.');
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    problems.push(
      'HALLPASS_SIEM_URL is not a URL that starts with https://. Write it like https://siem.example.com/ingest; http:// will do for 127.0.0.1 only.',
    );
  if (/[^\x21-\x7e]/.test(token))
    problems.push('HALLPASS_SIEM_TOKEN holds what cannot stand in a header of HTTP, such as a space or a line feed.');
  return { url, ...(token === '' ? {} : { token }), ...(ca === '' ? {} : { ca }) };
};

const portOf = (name: string, text: string, problems: Problems): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 1 || port > 65_535)
    problems.push(`${name} is ${JSON.stringify(text)}. Set it to a port between 1 and 65535.`);
  return port;
};

const readName = (environment: Environment, name: string, fallback: string, problems: Problems): string => {
  const value = environment[name]?.trim() || fallback;
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value))
    problems.push(`${name} is ${JSON.stringify(value)}, which is not the name of a namespace.`);
  return value;
};

const readManaged = (environment: Environment, problems: Problems): readonly string[] =>
  wanted(
    environment,
    'HALLPASS_MANAGED_NAMESPACES',
    'the namespaces in which the worker may grant, with commas between',
    problems,
  )
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const spelling =
  'Write it like "prod=in-cluster" or "prod=/etc/hallpass/prod.kubeconfig#context", several with commas between.';

const readClusters = (environment: Environment, name: string, problems: Problems): readonly ClusterSource[] => {
  const text = wanted(environment, name, `the clusters. ${spelling.replace(/\.$/, '')}`, problems);
  const sources = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, cluster, path, context] = /^([a-z0-9][a-z0-9-]{0,39})=([^#]+)(?:#(.+))?$/.exec(part) ?? [];
      if (cluster === undefined || path === undefined)
        problems.push(`${name} says ${JSON.stringify(part)}. ${spelling}`);
      return source(cluster ?? '', path ?? '', context, environment);
    });
  if (text !== '' && sources.length === 0) problems.push(`${name} names no cluster. ${spelling}`);
  const names = sources.map((one) => one.name);
  for (const twice of new Set(names.filter((one, index) => names.indexOf(one) < index)))
    problems.push(`${name} names cluster "${twice}" twice.`);
  return sources;
};

const source = (
  name: string,
  path: string,
  context: string | undefined,
  { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' }: Environment,
): ClusterSource => {
  if (path === 'in-cluster')
    return {
      name,
      source: { type: 'in-cluster', ...(host === '' || port === '' ? {} : { at: [host, port] as const }) },
    };
  return { name, source: { type: 'kubeconfig', path, ...(context === undefined ? {} : { context }) } };
};
