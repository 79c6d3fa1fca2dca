import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { startAdmissionServer } from '#adapters/http/admission-server.ts';
import { type CertificateSource, mountedCertificate, ownCertificate } from '#adapters/http/certificate-source.ts';
import type { Ready } from '#adapters/http/probes.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { loadMark } from '#adapters/keys/shared.ts';
import { serverTime } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { createGuardedCluster } from '#adapters/kubernetes/guarded-cluster.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { createWebhooks, endOfCertificate } from '#adapters/kubernetes/webhooks.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { readEdition } from '#domain/guard/edition.ts';
import { matches } from '#domain/policy/policy.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { countDecision } from '#src/metrics/guard.ts';
import { markRunning, tellCertificate, tellClusters } from '#src/metrics/processes.ts';
import { createGrantUses } from '#use-cases/grant-uses.ts';
import type { GuardPorts } from '#use-cases/guard-ports.ts';
import { createJustDeleted } from '#use-cases/just-deleted.ts';
import { createLostGrants } from '#use-cases/lost-grants.ts';
import { createAuthorityOffer } from '#use-cases/offer-authority.ts';
import type { Clock } from '#use-cases/ports.ts';
import { createRecentRefusals } from '#use-cases/recent-refusals.ts';
import { reviewWrite, undecided } from '#use-cases/review-write.ts';
import { boundElsewhere } from './bound-keys.ts';
import type { Config, GuardConfig } from './config.ts';
import { every } from './every.ts';
import { tellMissingRights } from './missing-rights.ts';
import { openOutpost } from './outpost.ts';
import { openPolicy } from './policy.ts';
import { redisFiles } from './redis-at-start.ts';

/** A running guard; `stop` answers what is under way. */
export type RunningGuard = { readonly port: number; readonly lacks: Ready; readonly stop: () => Promise<void> };

/** Milliseconds. A call to the cluster is waited for by a write, which Kubernetes gives 3 s. */
const callDeadline = 700;
const rounds = { offer: 1_000, certificate: 10_000 } as const;
const certificateLife = Temporal.Duration.from({ hours: 72 });

/**
 * Starts the guard of one cluster: it answers the API server whether a write to something protected goes through. It reads, files what
 * it holds for the bot, and puts its own certificate authority into its webhook configuration; it can do nothing else. Several may run
 * side by side.
 */
export const startGuard = async (config: Config): Promise<Result<RunningGuard, readonly string[]>> => {
  const { guard } = config;
  const [source, ...others] = config.clusters;
  if (guard === undefined || source === undefined || others.length > 0)
    return err(['A guard is for one cluster. Name just that one in HALLPASS_CLUSTERS.']);
  const keys = createKeys(config.keys, ['guard']);
  const policy = await openPolicy(config.policy);
  const mark = loadMark(config.keys);
  const elsewhere = keys.ok ? boundElsewhere(keys.value, 'guard', source.name) : keys.error;
  const problems = [...elsewhere, ...(mark.ok ? [] : [mark.error]), ...redisFiles(config), ...policy.problems];
  if (!keys.ok || !mark.ok || problems.length > 0) return err(problems);

  const client = createRawClient(source.name, createCredentials(source), { deadline: callDeadline, inFlight: 32 });
  const away = 'Redis is away; writes to protected objects are refused';
  const outpost = openOutpost(config, 'guard', keys.value, away, { fallback: () => serverTime(client) });
  const { redis, info, error, tell, onStop, stop } = outpost;
  const { alarm } = outpost.ports;
  onStop(() => client.close());
  const ports: GuardPorts = {
    ...outpost.ports,
    settings: policy.settings,
    cluster: createGuardedCluster(client),
    held: createRedisHeldWrites(redis),
    recent: createRecentRefusals(() => performance.now()),
    lostGrants: createLostGrants(() => performance.now()),
    grantUses: createGrantUses(() => performance.now()),
    justDeleted: createJustDeleted(() => performance.now()),
    random: (count) => randomBytes(count),
    worker: guard.worker,
    ...(mark.value === undefined ? {} : { mark: mark.value }),
  };
  const certificates = await certificatesFor(guard, clockOf(client));
  const clientCa = await clientCaOf(guard);
  if (!certificates.ok || !clientCa.ok) {
    await stop();
    return err([certificates, clientCa].flatMap((one) => (one.ok ? [] : [one.error])));
  }
  let isKnown = false;
  // Without Redis it says no in words of its own; were it not asked then, the API server's would tell nobody anything.
  const lacks: Ready = () => (isKnown ? undefined : 'The API server does not know the certificate of this guard yet.');
  const server = await startAdmissionServer({
    host: guard.host,
    port: guard.port,
    certificates: certificates.value,
    clientCa: clientCa.value,
    review: (write) => inTime(reviewWrite(ports, write), () => undecided(ports, write)),
    ready: lacks,
    onFault: (message, fields) => alarm(message, fields),
    count: countDecision,
  });
  if (!server.ok) {
    await stop();
    return err([server.error]);
  }
  onStop(() => server.value.stop());
  let isStrange = false;
  const offer = createAuthorityOffer({
    cluster: source.name,
    webhooks: createWebhooks(client),
    ca: () => certificates.value.current().ca ?? '',
    now: () => serverTime(client),
    endOf: endOfCertificate,
    alarm,
    // Who protects nothing lets everything in: it has to be the policy for this very cluster that says so.
    isForUs: (live) => {
      isStrange = !protectsAnything(ports) && readEdition(source.name, live, outpost.ports.trust) === undefined;
      return !isStrange;
    },
  });
  const offering = async (): Promise<void> => {
    isStrange = false;
    const isOffered = await offer();
    // Where nothing is protected nobody asks.
    isKnown = isOffered || (!protectsAnything(ports) && !isStrange);
  };
  const renewing = async (): Promise<void> => {
    const renewed = await certificates.value.refresh();
    if (!renewed.ok)
      return alarm('The certificate of the guard cannot be renewed; it goes on with the last one', {
        why: renewed.error,
      });
    if (!renewed.value) return;
    // Known first, shown then: nobody meets a certificate that the API server does not know.
    await offering().catch(() => undefined);
    server.value.useCertificate();
  };
  const fault = (message: string) => (cause: unknown) => error(message, { cause: String(cause) });
  await offering().catch(() => undefined);
  const running = [
    every(rounds.offer, offering, fault('The webhook configuration could not be looked at')),
    every(rounds.certificate, renewing, fault('The certificate could not be looked at')),
    policy.follow('guard', { info, error, tell }),
  ];
  for (const one of running) onStop(() => one.stop());
  void tellMissingRights('guard', [client], config, { ...ports, alarm });
  for (const told of [
    tellClusters('guard', [client]),
    tellCertificate('guard', () => certificates.value.current().cert),
  ])
    onStop(told.stop);
  markRunning('guard');
  info('The guard is running', { cluster: source.name, port: server.value.port });
  return ok({ port: server.value.port, lacks, stop });
};

/** Milliseconds, of which Redis and the cluster may take what they like: nobody waits for a no for longer than a second. */
const decideWithin = 800;

const inTime = async <T>(work: Promise<T>, otherwise: () => T): Promise<T> => {
  const { promise: late, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(otherwise()), decideWithin);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** The API server's clock: it judges certificates. This machine's where it does not answer at start. */
const clockOf = (client: RawClient): Clock => ({
  now: () => serverTime(client).catch(() => Temporal.Now.instant()),
});

const protectsAnything = ({ settings, cluster }: GuardPorts): boolean =>
  settings().policy.protect.some(({ clusters }) => clusters.some((one) => matches(one, cluster.name)));

const certificatesFor = async (guard: GuardConfig, clock: Clock): Promise<Result<CertificateSource, string>> => {
  const { certificate: folder, names } = guard;
  if (folder === undefined) return ok(await ownCertificate({ names, clock, validFor: certificateLife }));
  const mounted = await mountedCertificate(folder, clock);
  // The API server has to be told whom to believe, also when somebody has taken that away.
  if (mounted.ok && mounted.value.current().ca === undefined)
    return err(`HALLPASS_GUARD_CERTIFICATE: "${folder}" has no ca.crt. Put the authority that signed tls.crt there.`);
  return mounted;
};

const clientCaOf = async ({ clientCa }: GuardConfig): Promise<Result<string | undefined, string>> => {
  if (clientCa === undefined) return ok(undefined);
  try {
    return ok(await readFile(clientCa, 'utf8'));
  } catch (cause) {
    return err(`HALLPASS_GUARD_CLIENT_CA leads to no file that can be read (${String(cause)}). Correct the path.`);
  }
};
