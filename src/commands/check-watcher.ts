import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { isAuthority } from '#adapters/http/https-server.ts';
import { readPair } from '#adapters/http/pair-files.ts';
import { openTo } from '#adapters/keys/modes.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { few } from '#domain/text.ts';
import type { WatcherConfig } from '#src/config.ts';
import { readClientCa, readToken } from '#src/watcher-secrets.ts';
import type { Check } from './checks.ts';

/** Days before which somebody should have seen to a new one. */
const soon = 14;
/** Names that are told. */
const most = 6;

/** Looks at what a watcher shows to the API server, and by what the API server proves to be the one. By this machine's clock, as the watcher does. */
export const checkWatcher = (watcher: WatcherConfig, now = Temporal.Now.instant()): Check => ({
  about: 'Audit webhook',
  look: async () => [
    ...(watcher.certificate === '' ? [] : await lookAtCertificate(watcher.certificate, now)),
    ...(await lookAtToken(watcher.tokenFile)),
    ...(await lookAtClientCa(watcher.clientCa, now)),
  ],
});

const lookAtCertificate = async (folder: string, now: Temporal.Instant): Promise<readonly Finding[]> => {
  const pair = await readPair(folder, now);
  if (!pair.ok) return [wrong(`HALLPASS_AUDIT_CERTIFICATE: ${pair.error}`)];
  const key = join(folder, 'tls.key');
  const open = openTo(key);
  const { subjectAltName } = new X509Certificate(pair.value.cert);
  // "DNS:watcher.example.com, IP Address:10.0.0.5"
  const names = (subjectAltName ?? '').split(', ').filter((name) => name !== '');
  const days = daysUntil(pair.value.notAfter, now);
  const life = `for ${sayDays(days)} more`;
  const goodFor = names.map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return [
    ...(open === undefined ? [] : [caution(`Key file "${key}" is ${open}`)]),
    ...(names.length === 0
      ? [
          wrong(
            `The certificate in "${folder}" names no address that it is good for (subjectAltName): the API server takes none like that. Put a new pair there.`,
          ),
        ]
      : []),
    ...(days < soon ? [caution(`The certificate in "${folder}" is good ${life} only. Renew it.`)] : []),
    ...(names.length > 0 && days >= soon
      ? [
          fine(
            `The certificate is good ${life}, and for ${few(goodFor, most)}: the API server has to call it by one of these.`,
          ),
        ]
      : []),
  ];
};

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

const daysUntil = (end: Temporal.Instant, now: Temporal.Instant): number =>
  Math.floor(end.since(now).total('hours') / 24);

const sayDays = (days: number): string => (days === 1 ? '1 day' : `${days} days`);
