import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClusterSource, Config } from '#src/config.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const sayClusters = (clusters: readonly ClusterSource[]): string =>
  clusters.map(({ name, source }) => `${name}=${source.type === 'in-cluster' ? source.type : source.path}`).join(',');

/** The environment that gives these settings. */
export const environmentFor = (config: Config): Record<string, string> => {
  const { slack } = config;
  const inbound =
    slack?.inbound.type === 'socket'
      ? { SLACK_APP_TOKEN: slack.inbound.appToken }
      : { SLACK_SIGNING_SECRET: slack?.inbound.signingSecret ?? '' };
  return {
    ...(slack === undefined ? {} : { SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl, ...inbound }),
    HALLPASS_ROLE: config.role,
    REDIS_URL: config.redisUrl,
    HALLPASS_POLICY: config.policy,
    HALLPASS_KEYS: config.keys,
    HALLPASS_CLUSTERS: sayClusters(config.clusters),
    HALLPASS_WORKER_CLUSTERS: sayClusters(config.workerClusters),
    HALLPASS_NAMESPACE: config.home,
    HALLPASS_MANAGED_NAMESPACES: config.managedNamespaces.join(','),
  };
};

export type Ran = { readonly status: number | null; readonly out: string; readonly errors: string };

/** Runs the command line as a process of its own, with nothing in its environment but this. */
export const runCli = (
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { cwd = root, preload = [] }: { readonly cwd?: string; readonly preload?: readonly string[] } = {},
): Promise<Ran> => {
  const before = preload.flatMap((path) => ['--import', `${root}${path}`]);
  const child = spawn(process.execPath, [...before, `${root}src/cli.ts`, ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, ...environment },
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out, errors }));
  });
};
