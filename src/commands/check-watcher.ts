import { X509Certificate } from 'node:crypto';
import { isAuthority } from '#adapters/http/https-server.ts';
import { openTo } from '#adapters/keys/modes.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { WatcherConfig } from '#src/config.ts';
import { readClientCa, readToken } from '#src/watcher-secrets.ts';
import { lookAtPair } from './check-certificates.ts';
import type { Check } from './checks.ts';
import { daysUntil, sayDays, soon } from './lifetimes.ts';

const pair = { setting: 'HALLPASS_AUDIT_CERTIFICATE', callers: 'the API server' };

/** Looks at what a watcher shows to the API server, and by what the API server proves to be the one. By this machine's clock, as the watcher does. */
export const checkWatcher = (watcher: WatcherConfig, now = Temporal.Now.instant()): Check => ({
  about: 'Audit webhook',
  look: async () => [
    ...(watcher.certificate === '' ? [] : await lookAtPair({ ...pair, folder: watcher.certificate }, now)),
    ...(await lookAtToken(watcher.tokenFile)),
    ...(await lookAtClientCa(watcher.clientCa, now)),
  ],
});

const lookAtToken = async (file: string | undefined): Promise<readonly Finding[]> => {
  if (file === undefined) return [];
  const token = await readToken(file);
  if (!token.ok) return [wrong(token.error)];
  const open = openTo(file);
  return open === undefined
    ? [fine(`The token in "${file}" is long enough, and nobody else can read it.`)]
    : [caution(`Token file "${file}" is ${open}. Who reads it can have grants ended; make a new token then.`)];
};

const lookAtClientCa = async (file: string | undefined, now: Temporal.Instant): Promise<readonly Finding[]> => {
  if (file === undefined) return [];
  const read = await readClientCa(file);
  if (!read.ok) return [wrong(read.error)];
  if (!isAuthority(read.value ?? ''))
    return [
      wrong(
        `HALLPASS_AUDIT_CLIENT_CA: "${file}" holds no certificate authority in PEM. Take that which signs for the API server.`,
      ),
    ];
  const days = daysUntil(new X509Certificate(read.value ?? '').validToDate.toTemporalInstant(), now);
  if (days < 0)
    return [
      wrong(
        `HALLPASS_AUDIT_CLIENT_CA: the authority in "${file}" has expired, and nobody can send. Put a new one there.`,
      ),
    ];
  const said = `Only who has a certificate of the authority in "${file}" may send; it is good for ${sayDays(days)} more`;
  return [days < soon ? caution(`${said} only. Renew it.`) : fine(`${said}.`)];
};
