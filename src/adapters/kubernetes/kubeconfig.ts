import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Loaded } from './credentials.ts';
import { plainLoader } from './plain-credentials.ts';

/** Reads anew; `refused` says that the server did not accept what the last reading gave. */
export type Load = (refused: boolean) => Promise<Loaded>;

/** The part of a kubeconfig that client-node does not read, or not as kubectl does; and what of it needs no library. */
const kubeconfig = z.object({
  'current-context': z.string().optional(),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string().optional() }) }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.looseObject({ tokenFile: z.string().optional(), as: z.string().optional() }).nullish(),
    }),
  ),
});
type Kubeconfig = z.infer<typeof kubeconfig>;

/** A context of a kubeconfig. The library's own caches (exec plug-ins') live as long as the file stays the same. */
export const loadKubeconfig = (path: string, context: string | undefined): Load => {
  let known: { readonly text: string; readonly load: () => Promise<Loaded>; readonly tokenFile?: string } | undefined;
  return async (refused) => {
    const text = await readFile(path, 'utf8');
    if (refused || known?.text !== text) known = { text, ...(await isolate(path, text, context)) };
    const loaded = await known.load();
    if (known.tokenFile === undefined) return named(loaded, path);
    // As kubectl: what the file says goes before a token in the kubeconfig itself.
    const token = (await readFile(resolve(dirname(path), known.tokenFile), 'utf8')).trim();
    return named(token === '' ? loaded : { ...loaded, headers: bearer(token) }, path);
  };
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A configuration that holds this cluster and this user only: nothing in it can be switched to another. */
const isolate = async (path: string, text: string, wanted: string | undefined) => {
  const file = kubeconfig.parse(parse(text));
  const { cluster: clusterName, user: userName } = contextOf(file, path, wanted);
  const user = file.users.find(({ name }) => name === userName)?.user;
  if (userName === undefined || user == null)
    throw new Error(`${path} names no user, so the API server would take Hallpass for system:anonymous. Give it one.`);
  if (user.as !== undefined)
    throw new Error(`${path} impersonates "${user.as}". Hallpass acts only as itself: give it a user of its own.`);
  const tokenFile = user.tokenFile === undefined ? {} : { tokenFile: user.tokenFile };
  const at = file.clusters.find(({ name }) => name === clusterName)?.cluster;
  const load = plainLoader(path, at, user);
  if (load !== undefined) return { load, ...tokenFile };
  const { KubeConfig } = await import('@kubernetes/client-node');
  const whole = new KubeConfig();
  whole.loadFromFile(path);
  const cluster = whole.getCluster(clusterName);
  const own = whole.getUser(userName);
  if (cluster === null || own === null) throw new Error(`${path} has no cluster "${clusterName}".`);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, own);
  return { load: () => readConfig(config), ...tokenFile };
};

const contextOf = (file: Kubeconfig, path: string, wanted: string | undefined) => {
  const name = wanted ?? file['current-context'];
  const found = file.contexts.find((context) => context.name === name);
  if (found !== undefined) return found.context;
  const known = file.contexts.map((context) => `"${context.name}"`).join(', ');
  throw new Error(`${path} has no context ${JSON.stringify(name ?? '')}. It has: ${known}.`);
};

/** What client-node makes of a configuration: CA, client certificate, and whatever a plug-in or provider answers. */
export const readConfig = async (config: KubeConfig): Promise<Loaded> => {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  if (cluster.proxyUrl !== undefined)
    throw new Error('"proxy-url" is not supported: let Hallpass reach the server directly.');
  if (cluster.skipTLSVerify)
    throw new Error('"insecure-skip-tls-verify" is not accepted: give the cluster its certificate-authority.');
  if (!cluster.server.startsWith('https://'))
    throw new Error(`the address ${cluster.server} is not https: Hallpass's token would travel in the clear.`);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername } = options;
  return {
    server: cluster.server,
    tls: {
      ...pem('ca', ca),
      ...pem('cert', cert),
      ...pem('key', key),
      ...(servername === undefined ? {} : { servername }),
    },
    headers: authorization(options),
  };
};

const pem = <K extends string>(name: K, value: unknown): { readonly [name in K]?: string | Buffer } => {
  const known: { [name in K]?: string | Buffer } = {};
  if (typeof value === 'string' || Buffer.isBuffer(value)) known[name] = value;
  return known;
};

const authorization = ({ headers, auth }: RequestOptions): Loaded['headers'] => {
  if (typeof auth === 'string') return { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  const value = z.object({ Authorization: z.string() }).safeParse(headers).data?.Authorization.trim();
  return value === undefined ? {} : { authorization: value };
};

/** Refuses what would go out without a name. */
const named = (loaded: Loaded, path: string): Loaded => {
  const { tls, headers } = loaded;
  if (tls.cert === undefined && headers.authorization === undefined)
    throw new Error(
      `the user in ${path} has no credentials, so the API server would take Hallpass for system:anonymous. Give it a token, tokenFile, client certificate or exec plug-in.`,
    );
  return loaded;
};
