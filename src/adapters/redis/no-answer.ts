import type { ConnectionOptions } from 'node:tls';
import {
  type Credentials,
  credentialsOf,
  type Endpoint,
  endpointOf,
  type RedisAddress,
  type RedisSentinels,
  sayEndpoint,
  usesTls,
} from './address.ts';
import { converse, type Heard } from './dialogue.ts';
import { misledToSentinel } from './health.ts';
import { tlsOptions } from './tls.ts';

/** Why there is no answer, and what to do about it: a sentence each. */
export type NoAnswer = { readonly problem: string; readonly remedy: string };

/**
 * Says why Redis does not answer as it should, by asking it anew in the plainest way; undefined where that finds nothing
 * wrong. No password is in what it says, and none is sent to who cannot prove to be Redis. Takes some seconds at most.
 */
export const whyNoAnswer = async (address: RedisAddress): Promise<NoAnswer | undefined> => {
  const { sentinels } = address;
  if (sentinels === undefined) return whyNot(address, endpointOf(address));
  const primary = await primaryOf(address, sentinels);
  return 'problem' in primary ? primary : whyNot(address, primary);
};

/** Whether it lets in who says no password at all, and shows them Hallpass' keys. */
export const isOpenToAll = async (address: RedisAddress): Promise<boolean> => {
  const { sentinels } = address;
  const at = sentinels === undefined ? endpointOf(address) : await primaryOf(address, sentinels);
  if ('problem' in at) return false;
  const heard = await converse(at, tlsFor(address), {}, ['EXISTS', '{hallpass}:due']);
  return heard.type === 'answer' && heard.text.startsWith(':');
};

const tlsFor = (address: RedisAddress): ConnectionOptions | undefined =>
  usesTls(address) ? tlsOptions(address.tls) : undefined;

type Who = {
  readonly what: string;
  readonly at: Endpoint;
  readonly tls: ConnectionOptions | undefined;
  readonly credentials: Credentials;
  /** The setting that has the password. */
  readonly setting: string;
  readonly hasCa: boolean;
  readonly checked: string;
};

const whyNot = async (address: RedisAddress, at: Endpoint): Promise<NoAnswer | undefined> => {
  const credentials = credentialsOf(address);
  const who: Who = {
    what: `Redis at ${sayEndpoint(at)}`,
    at,
    tls: tlsFor(address),
    credentials,
    setting: 'REDIS_URL',
    hasCa: address.tls?.ca !== undefined,
    checked: address.tls?.servername ?? at.host,
  };
  const heard = await converse(at, who.tls, credentials, about);
  // A Sentinel does not know the users of Redis.
  if (heard.type === 'answer' && heard.text.startsWith('-') && isSentinel(await converse(at, who.tls, {}, about)))
    return misledToSentinel;
  return judge(who, heard);
};

const about = ['INFO', 'server'];

const isSentinel = (heard: Heard): boolean =>
  heard.type === 'answer' && /^(redis|server)_mode:sentinel/m.test(heard.text);

const primaryOf = async (
  address: RedisAddress,
  { at: all, name, username, password }: RedisSentinels,
): Promise<Endpoint | NoAnswer> => {
  const { servername: _, ...tls } = address.tls ?? {};
  const ask = async (at: Endpoint): Promise<Endpoint | NoAnswer> => {
    const who: Who = {
      what: `Sentinel at ${sayEndpoint(at)}`,
      at,
      tls: usesTls(address) ? tlsOptions(tls) : undefined,
      credentials: { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) },
      setting: 'REDIS_SENTINEL_PASSWORD',
      hasCa: address.tls?.ca !== undefined,
      checked: at.host,
    };
    const heard = await converse(at, who.tls, who.credentials, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
    const [, host, port] =
      (heard.type === 'answer' ? /^\*2\r\n\$\d+\r\n(.*)\r\n\$\d+\r\n(\d+)\r\n/.exec(heard.text) : null) ?? [];
    if (host !== undefined) return { host, port: Number(port) };
    if (heard.type === 'answer' && heard.text.startsWith('*'))
      return {
        problem: `${who.what} watches no primary by the name "${name}".`,
        remedy: 'Set REDIS_SENTINEL_NAME to the name behind "sentinel monitor" in its configuration.',
      };
    if (heard.type === 'answer' && heard.text.startsWith('-ERR unknown command'))
      return {
        problem: `What is at ${sayEndpoint(at)} is a Redis and no Sentinel.`,
        remedy: 'Let REDIS_SENTINELS name Sentinels (their port is 26379 unless it was changed), or take it away.',
      };
    return (await judge(who, heard)) ?? { problem: `${who.what} says nothing of use.`, remedy: 'Look at its log.' };
  };
  const asked = await Promise.all(all.map(ask));
  const [first] = asked.flatMap((one) => ('problem' in one ? [one] : []));
  return (
    asked.find((one): one is Endpoint => 'host' in one) ?? first ?? { problem: 'No Sentinel is named.', remedy: '' }
  );
};

/** Nobody was met: it is of no use to speak otherwise. */
const network = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

const judge = async (who: Who, heard: Heard): Promise<NoAnswer | undefined> => {
  const { what, tls } = who;
  switch (heard.type) {
    case 'answer':
      return heard.text.startsWith('-') ? refused(who, heard.text) : undefined;
    case 'foreign':
      return {
        problem: `What answers at ${sayEndpoint(who.at)} is not Redis: it says ${JSON.stringify(heard.text.slice(0, 60))}.`,
        remedy: 'Correct host and port.',
      };
    case 'unproven':
      return unproven(who, heard);
    case 'fault':
      return (network.includes(heard.code) ? undefined : await otherWay(who)) ?? fault(who, heard.code);
    case 'tls':
    case 'closed':
    case 'silent':
      return (
        (await otherWay(who)) ?? {
          problem: `${what} takes the connection and ${heard.type === 'silent' ? 'says nothing' : 'closes it'}${tls === undefined ? '' : ' before TLS is agreed on'}.`,
          remedy: 'Look whether host and port are those of Redis, whether it hangs, and what is between.',
        }
      );
  }
};

/** TLS where there is none, and the reverse: each fails in ways that say little. */
const otherWay = async ({ what, at, tls }: Who): Promise<NoAnswer | undefined> => {
  const heard = await converse(at, tls === undefined ? tlsOptions() : undefined, {}, ['PING']);
  if (tls !== undefined)
    return heard.type === 'answer'
      ? {
          problem: `${what} speaks without TLS, and REDIS_URL starts with rediss://.`,
          remedy: 'Give it a TLS port (tls-port) and name that; redis:// will do only where nobody can listen.',
        }
      : undefined;
  const isTls = heard.type === 'answer' || heard.type === 'unproven' || isAlert(heard);
  return isTls
    ? { problem: `${what} speaks TLS, and REDIS_URL starts with redis://.`, remedy: 'Write rediss://.' }
    : undefined;
};

const isAlert = (heard: Heard): boolean => heard.type === 'fault' && heard.code.includes('_ALERT_');

const sayUser = ({ credentials: { username } }: Who): string =>
  username === undefined ? 'the user "default"' : `the user "${username}"`;

const refused = (who: Who, text: string): NoAnswer => {
  const { what, setting, credentials } = who;
  const [line = ''] = text.slice(1).split('\r\n');
  const [code = ''] = line.split(' ');
  switch (code) {
    case 'WRONGPASS':
      return {
        problem: `${what} does not take ${sayUser(who)} with this password (WRONGPASS): one of both is wrong, or the user is off.`,
        remedy: `Correct them in ${setting}${setting === 'REDIS_URL' ? ', where what is no letter or digit is written like %40' : ''}; in users.acl stands the SHA-256 of the password, and ACL LOAD makes it count.`,
      };
    case 'NOAUTH':
      return {
        problem: `${what} wants a password (NOAUTH), and ${setting} has none.`,
        remedy:
          setting === 'REDIS_URL'
            ? 'Put the user of this process and its password before the host, with a colon between and an @ behind.'
            : `Set ${setting}.`,
      };
    case 'NOPERM':
      return {
        problem: `${what} lets ${sayUser(who)} in and do nothing (NOPERM).`,
        remedy:
          setting === 'REDIS_URL'
            ? `Give it the rights that manifests/redis/users.acl has for ${credentials.username ?? 'each process'}, and load them (ACL LOAD).`
            : 'Let it run SENTINEL get-master-addr-by-name.',
      };
    case 'DENIED':
      return {
        problem: `${what} is in protected mode (DENIED): it has no users, and answers its own machine alone.`,
        remedy: 'Give it the users of manifests/redis/users.acl; do not turn protected-mode off without.',
      };
    case 'LOADING':
      return { problem: `${what} still loads its data (LOADING).`, remedy: 'Wait until it has.' };
    default:
      return { problem: `${what} answers ${JSON.stringify(line.slice(0, 120))}.`, remedy: 'Look at its log.' };
  }
};

const unknown = ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT'];

const unproven = (who: Who, { code, names, until }: Extract<Heard, { type: 'unproven' }>): NoAnswer => {
  const { what, hasCa, checked } = who;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      problem: `The certificate of ${what} is not for "${checked}": its names are ${names}.`,
      remedy: what.startsWith('Redis')
        ? 'Name one of them in REDIS_SERVERNAME, or as host in REDIS_URL, or make a certificate that has this one.'
        : 'Name one of them in REDIS_SENTINELS, or make a certificate that has this one.',
    };
  if (code === 'CERT_HAS_EXPIRED')
    return { problem: `The certificate of ${what} expired on ${until}.`, remedy: 'Renew it, and let Redis load it.' };
  if (code === 'CERT_NOT_YET_VALID')
    return { problem: `The certificate of ${what} is not valid yet.`, remedy: 'Set the clocks, or wait.' };
  return unknown.includes(code) || code.startsWith('UNABLE_TO_GET_ISSUER')
    ? {
        problem: `The certificate of ${what} is of an authority that ${hasCa ? 'is not the one in REDIS_CA' : 'Node does not know'} (${code}).`,
        remedy: `Set REDIS_CA to a file with the authority that signed it (PEM; for a certificate that signed itself, that certificate).`,
      }
    : { problem: `The certificate of ${what} is not believed (${code}).`, remedy: 'Make another one.' };
};

const fault = ({ what, at, tls }: Who, code: string): NoAnswer => {
  const host = at.host;
  switch (code) {
    case 'ECONNREFUSED':
      return {
        problem: `Nothing listens at ${sayEndpoint(at)} (${code}).`,
        remedy: 'Start it, or correct host and port.',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { problem: `The host name "${host}" is not known here (${code}).`, remedy: 'Correct it, or look at DNS.' };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        problem: `${what} cannot be reached (${code}).`,
        remedy: 'Correct host and port, or let this machine through: NetworkPolicies, firewalls, security groups.',
      };
    default:
      return tls !== undefined && code.includes('_ALERT_')
        ? {
            problem: `${what} ends TLS (${code}).`,
            remedy:
              'It may want a certificate (tls-auth-clients): set REDIS_CERT and REDIS_KEY to one that it believes.',
          }
        : { problem: `${what} cannot be spoken to (${code}).`, remedy: 'Look at its log, and at what is between.' };
  }
};
