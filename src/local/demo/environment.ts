import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stand } from '#local/stand.ts';
import type { ClusterSource, Config } from '#src/config.ts';

/** Writes the demo's settings as a file `.env`, so that `hallpass doctor`, `audit verify` and the others find it there. */
export const writeEnvironment = (folder: string, { config }: Stand, { slack }: Config): void => {
  if (slack === undefined) throw new Error('The demo has no Slack');
  const { botToken, inbound, apiUrl } = slack;
  const { redisUrl, policy, keys, clusters, workerClusters, home, managedNamespaces } = config('worker');
  const settings = {
    SLACK_BOT_TOKEN: botToken,
    ...(inbound.type === 'socket'
      ? { SLACK_APP_TOKEN: inbound.appToken }
      : { SLACK_SIGNING_SECRET: inbound.signingSecret }),
    SLACK_API_URL: apiUrl,
    REDIS_URL: redisUrl,
    HALLPASS_POLICY: policy,
    HALLPASS_KEYS: keys,
    HALLPASS_CLUSTERS: clusters.map(say).join(','),
    HALLPASS_WORKER_CLUSTERS: workerClusters.map(say).join(','),
    HALLPASS_NAMESPACE: home,
    HALLPASS_MANAGED_NAMESPACES: managedNamespaces.join(','),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(join(folder, '.env'), lines.join(''), { mode: 0o600 });
};

const say = ({ name, source }: ClusterSource): string =>
  `${name}=${source.type === 'in-cluster' ? 'in-cluster' : source.path}`;
