import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { examineCluster } from '#adapters/kubernetes/examine.ts';
import { namedNamespaces } from '#adapters/kubernetes/manifests-rules.ts';
import { createRawClient } from '#adapters/kubernetes/raw-client.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { Author } from '#domain/request/events.ts';
import type { Result } from '#domain/result.ts';
import type { ClusterSource, Config } from '#src/config.ts';
import { needsOf } from '#src/missing-rights.ts';
import { markersBeside } from '#use-cases/home.ts';
import type { Settings } from '#use-cases/ports.ts';
import { apart, seconds } from './check-redis.ts';
import type { Check } from './checks.ts';

/** Milliseconds for each call, and calls at a time. */
const limits = { deadline: 5_000, inFlight: 16 };

/** What is known from elsewhere by the time that a cluster is looked at. */
export type Known = {
  readonly policy: Promise<Result<PolicyFolder, readonly string[]> | undefined>;
  /** How far Redis' clock is ahead, in milliseconds. */
  readonly redisAhead: Promise<number | undefined>;
};

export const checkCluster = (author: Author, { name, source }: ClusterSource, config: Config, known: Known): Check => ({
  about: `Cluster ${name}, ${author}`,
  look: async (onEnd) => {
    const client = createRawClient(name, createCredentials({ name, source }), limits);
    onEnd(client.close);
    const folder = await known.policy;
    const settings = folder?.ok ? folder.value.settings : undefined;
    const needs = settings === undefined ? [] : needsOf(author, name, config, settings);
    const { findings, ahead } = await examineCluster(client, needs, namespacesOf(author, config));
    const unknown = settings === undefined ? [caution('What it needs is not known: the policy cannot be read.')] : [];
    const unmanaged = author !== 'worker' || settings === undefined ? [] : notManaged(config, settings);
    const clocks = ahead === undefined ? [] : [sayClocks(ahead, await known.redisAhead)];
    return [...findings, ...unknown, ...unmanaged, ...clocks];
  },
});

const namespacesOf = (author: Author, { home, managedNamespaces }: Config): readonly string[] => {
  switch (author) {
    case 'bot':
      return [home];
    case 'guard':
      return [home, markersBeside(home)];
    // It asks no cluster anything.
    case 'watcher':
      return [];
    case 'worker':
      return [...new Set([home, markersBeside(home), ...managedNamespaces])];
  }
};

const notManaged = ({ managedNamespaces }: Config, { kinds }: Settings): readonly Finding[] =>
  namedNamespaces(kinds)
    .filter((namespace) => !managedNamespaces.includes(namespace))
    .map((namespace) =>
      caution(
        `Profiles reach into "${namespace}", which HALLPASS_MANAGED_NAMESPACES does not name: what is granted there would not be found again without the log. Add it, or take those profiles out.`,
      ),
    );

/** The clocks may differ by so much before the worker applies nothing any more (docs/decisions/0008). */
const tooFarApart = 30_000;
/** The server's clock shows whole seconds, and may be a second old when it is looked at. */
const coarse = 1_500;

/** What it means that the API server's clock and Redis' are so far ahead of this machine's; milliseconds. */
export const sayClocks = (ahead: number, redisAhead: number | undefined): Finding => {
  const fromRedis = redisAhead === undefined ? 0 : ahead - redisAhead;
  if (Math.abs(fromRedis) > tooFarApart)
    return wrong(
      `Its clock is ${seconds(fromRedis)} ${fromRedis > 0 ? 'ahead of' : 'behind'} Redis': the worker applies nothing while they are more than ${tooFarApart / 1_000} s apart. Let both keep time (NTP).`,
    );
  const furthest = Math.max(Math.abs(ahead), Math.abs(fromRedis));
  return furthest > apart + coarse
    ? caution(`Its clock is ${seconds(furthest)} away from this machine's or Redis'. Let all of them keep time (NTP).`)
    : fine("Its clock agrees with this machine's, and with Redis' where that answers.");
};
