import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import type { Author } from '#domain/request/events.ts';
import { type ClusterSource, type Config, type Environment, type Inspected, inspectConfig } from '#src/config.ts';
import { redisAt, redisSettings } from '#src/redis-settings.ts';
import { unknownSettings } from '#src/settings.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkCluster } from './check-clusters.ts';
import { authorsOf, checkBoundKeys, checkKeys, checkSettings, checkSharedKey } from './check-files.ts';
import { checkGuard } from './check-guard.ts';
import { checkIssuers } from './check-issuers.ts';
import { checkPolicy } from './check-policy.ts';
import { checkRedisAt } from './check-redis.ts';
import { checkLookup, checkSlack } from './check-slack.ts';
import { checkSorts } from './check-sorts.ts';
import { checkWatcher } from './check-watcher.ts';
import { checkWatching } from './check-watching.ts';
import { checkWebhooks } from './check-webhooks.ts';
import { type Check, type Checked, runChecks } from './checks.ts';
import { problemsAbout } from './environment.ts';
import { withoutSecrets } from './secrets.ts';

/** Checks whatever the environment names, whether or not the rest of it is right. */
export const checkAll = async (environment: Environment): Promise<readonly Checked[]> => {
  const inspected = inspectConfig(environment);
  const checked = await runChecks(checksFor(inspected, unknownSettings(environment)));
  return checked.map(({ about, finding }) => ({
    about,
    finding: { ...finding, text: withoutSecrets(inspected.config, finding.text) },
  }));
};

/** What is not set has been said among the settings, and is not looked at. */
const checksFor = (inspected: Inspected, unknown: readonly string[]): readonly Check[] => {
  const { config } = inspected;
  const { role, slack, policy: folder, keys } = config;
  const policy = folder === '' ? Promise.resolve(undefined) : readPolicyFolder(folder);
  const authors = authorsOf(role);
  const hasRedis = problemsAbout(inspected, ...redisSettings).length === 0;
  const [first = 'worker'] = authors;
  const redis = hasRedis ? checkRedisAt(redisAt(config), first) : undefined;
  const known = { policy, redisAhead: redis?.ahead ?? Promise.resolve(undefined) };
  return [
    { about: 'Settings', look: async () => checkSettings(inspected, unknown) },
    {
      about: 'Policy',
      look: async () => {
        const read = await policy;
        return read === undefined ? [] : checkPolicy(folder, read);
      },
    },
    {
      about: 'Keys',
      look: async () =>
        keys === ''
          ? []
          : [...checkKeys(keys, role), ...checkBoundKeys(config), ...checkSharedKey(keys, role, await policy)],
    },
    ...(redis === undefined ? [] : [redis]),
    ...(config.watcher === undefined ? [] : [checkWatcher(config.watcher)]),
    ...(config.webhooks === undefined ? [] : [checkWebhooks(config, known.redisAhead)]),
    ...(slack === undefined ? [] : [checkSlack(slack, policy)]),
    ...(authors.includes('worker') ? [checkLookup(config, policy)] : []),
    ...checkCertificates(config),
    ...(config.api === undefined ? [] : [checkIssuers(known)]),
    ...authors.flatMap((author) =>
      clustersOf(author, config).map((source) => checkCluster(author, source, config, known)),
    ),
    ...authors.flatMap((author) =>
      author === 'worker' || author === 'guard'
        ? clustersOf(author, config).map((source) => checkGuard(author, source, config, known))
        : [],
    ),
    ...clustersOf(authors.at(-1) ?? 'worker', config).map((source) => checkSorts(source, known)),
    ...(authors.some((author) => author === 'bot' || author === 'worker') && redis !== undefined
      ? [checkWatching(config, redis.ahead)]
      : []),
  ];
};

const clustersOf = (author: Author, { clusters, workerClusters }: Config): readonly ClusterSource[] =>
  (author === 'worker' ? workerClusters : clusters).filter(({ name }) => name !== '');
