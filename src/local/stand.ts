import { mkdirSync, mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustersFolder, generateKeys } from '#adapters/keys/generate.ts';
import { prepareAudit } from '#local/audit.ts';
import { createIssuer } from '#local/oidc/issuer.ts';
import { type ApiClient, createApiClient } from '#local/parts/api-client.ts';
import { type ControlPlane, startControlPlane } from '#local/parts/control-plane.ts';
import { freePort } from '#local/parts/daemon.ts';
import { formatKubeconfig, writeKubeconfig } from '#local/parts/kubeconfig.ts';
import type { Say } from '#local/parts/progress.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { callerNamespace, callerObjects, shopCallers } from '#local/shop/callers.ts';
import { install, readManifests, tokenFor } from '#local/shop/install.ts';
import { shopObjects } from '#local/shop/objects.ts';
import { shopPeople, shopUsers } from '#local/shop/people.ts';
import { writeShopPolicy } from '#local/shop/policy.ts';
import { hallpassApp } from '#local/slack/seed.ts';
import type { Config, Role, SlackConfig } from '#src/config.ts';

/** Where the local Slack is, and how it reaches the bot. */
export type SlackReached = Pick<SlackConfig, 'apiUrl' | 'port'> & Partial<Pick<SlackConfig, 'inbound'>>;

/** Redis, a cluster with the shop in it, keys, policy and kubeconfigs: all that Hallpass needs beside Slack. */
export type Stand = {
  readonly folder: string;
  /** Where people sign in, if the API is served. */
  readonly issuer: string | undefined;
  readonly redis: LocalRedis;
  readonly plane: ControlPlane;
  /** The cluster's administrator. */
  readonly admin: ApiClient;
  /** The kubeconfig of a person or process by its file's name, such as `requester`. */
  readonly kubeconfig: (name: string) => string;
  /** Signed HTTP unless another way in is said. */
  readonly config: (role: Role, slack?: SlackReached) => Config;
  readonly stop: () => Promise<void>;
};

export type StandOptions = {
  /** Where everything is kept over restarts; a temporary folder that goes with `stop` when absent. */
  readonly folder?: string;
  readonly controllerManager?: boolean;
  /** Whether a guard is to be run beside it; some objects of the shop are protected then. */
  readonly guard?: boolean;
  /** Whether the bot serves the API: there is a pipeline and an agent then, each with a token and a kubeconfig. */
  readonly api?: boolean;
  /** Whether a watcher is to be run beside it: the API server sends its audit events then. */
  readonly watcher?: boolean;
  readonly say?: Say;
};

const guardAccount = 'hallpass-guard';
const signedHttp: SlackConfig['inbound'] = { type: 'http', signingSecret: hallpassApp.signingSecret };
const home = 'hallpass';
const apiAudience = 'hallpass';
const cluster = 'shop';
/** The namespaces in which Hallpass may grant, and the manifests as an administrator would apply them. */
const managed = ['shop-front', 'shop-payments', 'shop-dev'];
const manifests = [
  'base/namespace.yaml',
  'base/bot/clusterrole.yaml',
  'base/worker/base.yaml',
  'base/worker/clusterrole.yaml',
  'managed/profiles-ingress-nginx.yaml',
  'base/worker/clusterrole-around.yaml',
  'base/worker/clusterrole-grants.yaml',
  'components/cluster-wide/clusterrole.yaml',
];
const guardManifests = ['components/guard/base.yaml', 'components/guard/clusterrole-worker.yaml'];

/** Starts the parts and sets them up as the manifests say; what is set up already stays as it is. */
export const startStand = async ({
  folder: kept,
  controllerManager = false,
  guard: isGuarded = false,
  watcher: isWatched = false,
  api: isServed = false,
  say = () => {},
}: StandOptions = {}): Promise<Stand> => {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'hallpass-stand-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const audit = isWatched
    ? await prepareAudit(folder, cluster, await keptPort(join(folder, 'watcher-port')))
    : undefined;
  const [redis, plane] = await Promise.all([
    startRedis({ dir: join(folder, 'redis'), say }),
    startControlPlane({
      dir: join(folder, 'kubernetes'),
      users: shopUsers,
      controllerManager,
      apiServerFlags: audit?.flags ?? [],
      say,
    }),
  ]);
  const admin = createApiClient({ url: plane.url, caPem: plane.caPem, token: plane.adminToken });
  await install(admin, shopObjects);
  for (const file of [...manifests, ...(isGuarded ? guardManifests : [])])
    await install(admin, await readManifests(file));
  const [bindingHere] = await readManifests('managed/any-namespace.yaml');
  if (bindingHere === undefined) throw new Error('manifests/managed/any-namespace.yaml is empty');
  await install(
    admin,
    managed.map((namespace) => ({ ...bindingHere, metadata: { ...bindingHere.metadata, namespace } })),
  );
  const kubeconfig = (name: string): string => join(folder, name === 'admin' ? 'kubeconfig' : `${name}.kubeconfig`);
  await writeKubeconfigs(plane, admin, kubeconfig, [
    'hallpass-bot',
    'hallpass-worker',
    ...(isGuarded ? [guardAccount] : []),
  ]);
  const guardAt = isGuarded ? { host: '127.0.0.1', port: await keptPort(join(folder, 'guard-port')) } : undefined;
  const apiAt = isServed
    ? { host: '127.0.0.1', port: await keptPort(join(folder, 'api-port')), audience: apiAudience }
    : undefined;
  if (isServed) await prepareCallers(plane, admin, folder, kubeconfig);
  const issuer = isServed ? createIssuer(folder, await keptPort(join(folder, 'issuer-port'))) : undefined;
  await issuer?.daemon.start();
  const keys = join(folder, 'keys');
  // As an operator of several clusters makes them: the guard and the watcher of this one sign for no other.
  generateKeys(keys, [cluster]);
  const policy = await writeShopPolicy(join(folder, 'policy'), isGuarded, issuer?.url);
  return {
    folder,
    issuer: issuer?.url,
    redis,
    plane,
    admin,
    kubeconfig,
    config: (role, slack) => ({
      role,
      ...(slack === undefined ? {} : { slack: { botToken: hallpassApp.token, inbound: signedHttp, ...slack } }),
      redisUrl: redis.url,
      policy,
      keys: role === 'guard' || role === 'watcher' ? join(keys, clustersFolder, cluster) : keys,
      ...(guardAt === undefined ? {} : { guardAt: { url: `https://${guardAt.host}:${guardAt.port}/review` } }),
      ...(guardAt === undefined || role !== 'guard'
        ? {}
        : { guard: { ...guardAt, names: [guardAt.host], worker: `system:serviceaccount:${home}:hallpass-worker` } }),
      ...(apiAt === undefined || role !== 'bot' ? {} : { api: apiAt }),
      ...(audit === undefined || role !== 'watcher' ? {} : { watcher: audit.watcher }),
      clusters: [
        {
          name: cluster,
          source: { type: 'kubeconfig', path: kubeconfig(role === 'guard' ? guardAccount : 'hallpass-bot') },
        },
      ],
      workerClusters: [{ name: cluster, source: { type: 'kubeconfig', path: kubeconfig('hallpass-worker') } }],
      home,
      managedNamespaces: [...managed, 'ingress-nginx'],
    }),
    stop: async () => {
      await admin.close();
      await Promise.all([redis.stop(), plane.stop(), issuer?.daemon.stop()]);
      if (kept === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
};

/** The webhook configuration outlives this process, and names the port; so does whoever waits for an API server that is away. */
const keptPort = async (file: string): Promise<number> => {
  const before = Number(await readFile(file, 'utf8').catch(() => ''));
  const port = await freePort(before > 0 ? before : undefined);
  await writeFile(file, String(port));
  return port;
};

/** What the pipeline and the agent have: a token for Hallpass in `<account>.token`, and one for the API server in a kubeconfig. */
const prepareCallers = async (
  plane: ControlPlane,
  admin: ApiClient,
  folder: string,
  pathOf: (name: string) => string,
): Promise<void> => {
  await install(admin, [...callerObjects, ...(await readManifests('components/api/clusterrole.yaml'))]);
  for (const { account } of shopCallers) {
    const forHallpass = await tokenFor(admin, callerNamespace, account, apiAudience);
    await writeFile(join(folder, `${account}.token`), forHallpass, { mode: 0o600 });
    const token = await tokenFor(admin, callerNamespace, account);
    writeKubeconfig(
      pathOf(account),
      formatKubeconfig({ url: plane.url, caPem: plane.caPem, user: account, token, cluster }),
    );
  }
};

const writeKubeconfigs = async (
  plane: ControlPlane,
  admin: ApiClient,
  pathOf: (name: string) => string,
  accounts: readonly string[],
): Promise<void> => {
  writeKubeconfig(pathOf('admin'), plane.kubeconfig());
  for (const { file, user } of shopPeople) writeKubeconfig(pathOf(file), plane.kubeconfig(user));
  for (const account of accounts) {
    const token = await tokenFor(admin, home, account);
    writeKubeconfig(
      pathOf(account),
      formatKubeconfig({ url: plane.url, caPem: plane.caPem, user: account, token, cluster }),
    );
  }
};
