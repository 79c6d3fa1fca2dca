import { startAuditServer } from '#adapters/http/audit-server.ts';
import { mountedCertificate } from '#adapters/http/certificate-source.ts';
import type { Ready } from '#adapters/http/probes.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createRedisReports, createRedisSeen } from '#adapters/redis/watching.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { markRunning, tellCertificate } from '#src/metrics/processes.ts';
import { countingBatches } from '#src/metrics/watcher.ts';
import type { Clock } from '#use-cases/ports.ts';
import { createUseWatch } from '#use-cases/watch-use.ts';
import type { WatcherPorts } from '#use-cases/watcher-ports.ts';
import { boundElsewhere } from './bound-keys.ts';
import type { Config } from './config.ts';
import { every } from './every.ts';
import { openOutpost } from './outpost.ts';
import { openPolicy } from './policy.ts';
import { redisFiles } from './redis-at-start.ts';
import { readSecrets } from './watcher-secrets.ts';

/** A running watcher; `stop` answers what is under way. */
export type RunningWatcher = { readonly port: number; readonly lacks: Ready; readonly stop: () => Promise<void> };

/** Milliseconds between two looks at files that may be others by now. */
const rereadEvery = 10_000;

/**
 * Starts the watcher of one cluster: it takes the audit events of that cluster's API server, and has grants ended whose use looks
 * wrong. It asks no cluster anything, reads logs, and can do nothing but leave word for the bot. Several may run side by side.
 */
export const startWatcher = async (config: Config): Promise<Result<RunningWatcher, readonly string[]>> => {
  const { watcher } = config;
  if (watcher === undefined)
    return err(['A watcher wants HALLPASS_AUDIT_CLUSTER, and where and by what it is reached.']);
  const keys = createKeys(config.keys, ['watcher']);
  const policy = await openPolicy(config.policy);
  const secrets = await readSecrets(watcher);
  const certificates = await mountedCertificate(watcher.certificate, machineClock);
  const problems = [
    ...(keys.ok ? boundElsewhere(keys.value, 'watcher', watcher.cluster) : keys.error),
    ...redisFiles(config),
    ...policy.problems,
    ...(secrets.ok ? [] : secrets.error),
    ...(certificates.ok ? [] : [`HALLPASS_AUDIT_CERTIFICATE: ${certificates.error}`]),
  ];
  if (!keys.ok || !secrets.ok || !certificates.ok || problems.length > 0) return err(problems);

  const away = 'Redis is away; audit events are sent again once it is back';
  const outpost = openOutpost(config, 'watcher', keys.value, away);
  const { redis, info, error, tell, onStop, stop } = outpost;
  const ports: WatcherPorts = {
    ...outpost.ports,
    settings: policy.settings,
    cluster: watcher.cluster,
    seen: createRedisSeen(redis),
    reports: createRedisReports(redis),
    moment: () => performance.now(),
  };
  let { token } = secrets.value;
  const server = await startAuditServer({
    host: watcher.host,
    port: watcher.port,
    certificates: certificates.value,
    clientCa: secrets.value.clientCa,
    token: () => token,
    take: countingBatches(createUseWatch(ports).take),
    onFault: ports.alarm,
  });
  if (!server.ok) {
    await stop();
    return err([server.error]);
  }
  onStop(() => server.value.stop());
  const reread = async (): Promise<void> => {
    const again = await readSecrets(watcher);
    if (again.ok) token = again.value.token;
    const renewed = await certificates.value.refresh();
    const wrong = [...(again.ok ? [] : again.error), ...(renewed.ok ? [] : [renewed.error])];
    if (wrong.length > 0)
      ports.alarm('Token or certificate of the watcher cannot be read anew; it goes on with the last', {
        why: wrong.join(' '),
      });
    if (renewed.ok && renewed.value) server.value.useCertificate();
  };
  const running = [
    every(rereadEvery, reread, (cause) =>
      error('Token and certificate could not be looked at', { cause: String(cause) }),
    ),
    policy.follow('watcher', { info, error, tell }),
  ];
  for (const one of running) onStop(() => one.stop());
  onStop(tellCertificate('watcher', () => certificates.value.current().cert).stop);
  markRunning('watcher');
  info('The watcher is running', { cluster: watcher.cluster, port: server.value.port });
  // What it cannot look at now the API server sends again.
  return ok({ port: server.value.port, lacks: () => undefined, stop });
};

/** Certificates are judged by this machine's clock: there is no API server to ask. */
const machineClock: Clock = { now: async () => Temporal.Now.instant() };
