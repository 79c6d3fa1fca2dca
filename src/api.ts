import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startApiServer } from '#adapters/http/api-serve.ts';
import { createAuthenticate } from '#adapters/http/api-tokens.ts';
import { createWaiting } from '#adapters/http/api-wait.ts';
import { mountedCertificate } from '#adapters/http/certificate-source.ts';
import { createOidcTokens } from '#adapters/http/oidc-tokens.ts';
import { reviewToken } from '#adapters/kubernetes/token-review.ts';
import { plain } from '#adapters/slack/mrkdwn.ts';
import { sayNotDone, sayNotFiled } from '#adapters/slack/replies.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { tellCertificate } from '#src/metrics/processes.ts';
import type { LastKnown } from '#use-cases/last-known.ts';
import type { BotPorts, Clock } from '#use-cases/ports.ts';
import type { ApiConfig } from './config.ts';
import type { Ground } from './core.ts';
import { every } from './every.ts';

/** Milliseconds between two looks at a certificate that may be another by now. */
const rereadEvery = 10_000;
/** Milliseconds between two looks at who is who, for when Slack does not answer. */
const learnEvery = 120_000;
/** Slack takes 20 questions about groups a minute, and others ask too. */
const learnPause = 4_000;

/** Serves the API beside the bot. `err` says why it cannot. */
export const startApi = async (
  { clients, core, info, onStop }: Ground,
  api: ApiConfig,
  ports: BotPorts,
  lastKnown: LastKnown,
): Promise<Result<undefined, string>> => {
  const certificates =
    api.certificate === undefined ? undefined : await mountedCertificate(api.certificate, machineClock);
  if (certificates?.ok === false) return err(`HALLPASS_API_CERTIFICATE: ${certificates.error}`);
  // Slack's own clients are told no by a Slack that is away; here people prove who they are without it.
  const learn = async (): Promise<void> => {
    const { policy, tokenPeople = [] } = core.settings();
    if (policy.slackAway === undefined) return;
    await lastKnown.learn(
      tokenPeople.map(({ person }) => person),
      [...policy.groups.values()],
      () => pause(learnPause, undefined, { signal: stopping.signal }),
    );
  };
  const stopping = new AbortController();
  const learning = every(learnEvery, learn, () => {});
  onStop(() => {
    stopping.abort();
    return learning.stop();
  });
  const server = await startApiServer({
    host: api.host,
    port: api.port,
    certificates: certificates?.value,
    onFault: core.alarm,
    api: {
      ports: { ...ports, directory: lastKnown.directory },
      authenticate: createAuthenticate({
        settings: core.settings,
        audience: api.audience,
        oidc: createOidcTokens(api.audience),
        clusters: new Map(
          clients.map((client) => [client.cluster, (token: string) => reviewToken(client, token, api.audience)]),
        ),
        alarm: core.alarm,
        epoch,
      }),
      waiting: createWaiting(core.store),
      sayNotFiled: (refusal) => plain(sayNotFiled(refusal)),
      sayNotDone: (refusal) => plain(sayNotDone(refusal)),
      onFault: core.alarm,
      anyKey: randomUUID,
      epoch,
    },
  });
  if (!server.ok) return server;
  onStop(() => server.value.stop());
  if (certificates !== undefined) {
    onStop(tellCertificate('api', () => certificates.value.current().cert).stop);
    const reread = async (): Promise<void> => {
      const renewed = await certificates.value.refresh();
      if (!renewed.ok)
        core.alarm('The certificate of the API cannot be read anew; it goes on with the last', { why: renewed.error });
      else if (renewed.value) server.value.useCertificate();
    };
    onStop(
      every(rereadEvery, reread, (cause) =>
        core.alarm('The certificate of the API could not be looked at', { cause: String(cause) }),
      ).stop,
    );
  }
  info('The API is served', { port: server.value.port, audience: api.audience });
  return ok(undefined);
};

const epoch = (): number => Math.floor(Temporal.Now.instant().epochMilliseconds / 1_000);

/** Certificates are judged by this machine's clock, as the clients that they are shown to do. */
const machineClock: Clock = { now: async () => Temporal.Now.instant() };
