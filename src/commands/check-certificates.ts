import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificatesIn } from '#adapters/http/look-at-server.ts';
import { readPair } from '#adapters/http/pair-files.ts';
import { openTo } from '#adapters/keys/modes.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { few } from '#domain/text.ts';
import { readSiemCa } from '#src/audit.ts';
import type { Config } from '#src/config.ts';
import type { Check } from './checks.ts';
import { daysUntil, lifeOf, sayDays, soon } from './lifetimes.ts';

/** Names that are told. */
const most = 6;

/** A folder with tls.crt and tls.key, the setting that names it, and who calls by its names. */
export type Pair = { readonly setting: string; readonly folder: string; readonly callers: string };

/** Looks at a pair as a server does that is to show it. By this machine's clock. */
export const lookAtPair = async (
  { setting, folder, callers }: Pair,
  now: Temporal.Instant,
): Promise<readonly Finding[]> => {
  const pair = await readPair(folder, now);
  if (!pair.ok) return [wrong(`${setting}: ${pair.error}`)];
  const key = join(folder, 'tls.key');
  const open = openTo(key);
  const goodFor = namesOf(pair.value.cert);
  const days = daysUntil(pair.value.notAfter, now);
  const life = `for ${sayDays(days)} more`;
  return [
    ...(open === undefined ? [] : [caution(`Key file "${key}" is ${open}`)]),
    ...(goodFor.length === 0
      ? [
          wrong(
            `The certificate in "${folder}" names no address that it is good for (subjectAltName): ${callers} takes none like that. Put a new pair there.`,
          ),
        ]
      : []),
    ...(days < soon ? [caution(`The certificate in "${folder}" is good ${life} only. Renew it.`)] : []),
    ...(goodFor.length > 0 && days >= soon
      ? [
          fine(
            `The certificate is good ${life}, and for ${few(goodFor, most)}: ${callers} has to call it by one of these.`,
          ),
        ]
      : []),
  ];
};

/** "DNS:watcher.example.com, IP Address:10.0.0.5" without what they are. */
const namesOf = (cert: string): readonly string[] =>
  (new X509Certificate(cert).subjectAltName ?? '')
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''));

/** Certificates of servers and authorities that this role's settings name, but the watcher's, which is looked at by itself. */
export const checkCertificates = (config: Config, now = Temporal.Now.instant()): readonly Check[] => [
  ...(config.api === undefined ? [] : [{ about: 'API', look: () => lookAtApi(config.api, now) }]),
  ...(config.guard === undefined ? [] : [{ about: 'Guard', look: () => lookAtGuard(config.guard, now) }]),
  ...(config.siem?.ca === undefined ? [] : [{ about: 'SIEM', look: () => lookAtSiem(config, now) }]),
];

const lookAtApi = async (api: Config['api'], now: Temporal.Instant): Promise<readonly Finding[]> => {
  if (api?.certificate === undefined)
    return [fine('It is plain HTTP on 127.0.0.1, for this machine and for what ends TLS before it.')];
  return lookAtPair({ setting: 'HALLPASS_API_CERTIFICATE', folder: api.certificate, callers: 'a client' }, now);
};

const lookAtGuard = async (guard: Config['guard'], now: Temporal.Instant): Promise<readonly Finding[]> => {
  if (guard === undefined) return [];
  const { certificate: folder, clientCa, names } = guard;
  const setting = 'HALLPASS_GUARD_CERTIFICATE';
  const pair =
    folder === undefined
      ? [fine('It makes its own certificate, and the next one before that ends.')]
      : [
          ...(await lookAtPair({ setting, folder, callers: 'the API server' }, now)),
          ...(await lookAtSigner(folder, names, now)),
        ];
  return clientCa === undefined ? pair : [...pair, ...(await lookAtClientCa(clientCa, now))];
};

/** Whether what a guard puts into its webhook configuration has the API server believe what it shows. */
const lookAtSigner = async (
  folder: string,
  names: readonly string[],
  now: Temporal.Instant,
): Promise<readonly Finding[]> => {
  const pair = await readPair(folder, now);
  if (!pair.ok) return [];
  const authorities = certificatesIn(pair.value.ca ?? '');
  const file = join(folder, 'ca.crt');
  if (authorities.length === 0)
    return [wrong(`There is no "${file}". Put the authority that signed tls.crt there: the API server is told it.`)];
  const chain = certificatesIn(pair.value.cert);
  const isSigned = authorities.some((ca) => chain.some((one) => one.checkIssued(ca) && one.verify(ca.publicKey)));
  const [cert] = chain;
  const others = names.filter((name) => cert?.checkHost(name) === undefined && cert?.checkIP(name) === undefined);
  return [
    ...(isSigned
      ? lifesOf(authorities, `The authority in "${file}"`, now)
      : [
          wrong(
            `The authority in "${file}" has not signed the certificate beside it: the API server would not believe it. Put the one there that did.`,
          ),
        ]),
    ...(others.length === names.length && names.length > 0
      ? [
          wrong(
            `The certificate in "${folder}" is not good for ${few(names, most)}, by which the API server calls it (HALLPASS_GUARD). Have it made for that.`,
          ),
        ]
      : []),
  ];
};

const lookAtClientCa = async (file: string, now: Temporal.Instant): Promise<readonly Finding[]> => {
  try {
    const authorities = certificatesIn(await readFile(file, 'utf8')).filter(({ ca }) => ca);
    return authorities.length === 0
      ? [wrong(`HALLPASS_GUARD_CLIENT_CA: "${file}" holds no certificate authority in PEM. Take the API server's.`)]
      : lifesOf(authorities, `The authority of who may ask, in "${file}",`, now);
  } catch (cause) {
    return [wrong(`HALLPASS_GUARD_CLIENT_CA leads to no file that can be read (${String(cause)}). Correct the path.`)];
  }
};

const lookAtSiem = async (config: Config, now: Temporal.Instant): Promise<readonly Finding[]> => {
  const read = readSiemCa(config);
  if (!read.ok) return [wrong(read.error)];
  const authorities = certificatesIn(read.value ?? '');
  const file = config.siem?.ca ?? '';
  return authorities.length === 0
    ? [wrong(`HALLPASS_SIEM_CA: "${file}" holds no certificate that can be read. Put the authority's there, in PEM.`)]
    : lifesOf(authorities, `The authority of the SIEM, in "${file}",`, now);
};

/** Of several the one that lasts the longest counts: those before it are replaced by it. */
const lifesOf = (authorities: readonly X509Certificate[], what: string, now: Temporal.Instant): readonly Finding[] => {
  const [last] = authorities.toSorted((one, other) => other.validToDate.getTime() - one.validToDate.getTime());
  if (last === undefined) return [];
  const { type, said } = lifeOf(last, now);
  switch (type) {
    case 'over':
      return [wrong(`${what} ${said}: nothing that it signed is believed. Put a new one there.`)];
    case 'soon':
      return [caution(`${what} is ${said} only. Renew it.`)];
    case 'good':
      return [fine(`${what} is ${said}.`)];
  }
};
