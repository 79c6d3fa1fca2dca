import { isIP } from 'node:net';
import type { Endpoint, RedisAddress, RedisSentinels, RedisTls } from '#adapters/redis/address.ts';
import type { Config, Environment } from './config.ts';

/** All that say where Redis is, and how it is reached. */
export const redisSettings = [
  'REDIS_URL',
  'REDIS_CA',
  'REDIS_SERVERNAME',
  'REDIS_CERT',
  'REDIS_KEY',
  'REDIS_SENTINELS',
  'REDIS_SENTINEL_NAME',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
] as const;

/** Where the settings say that Redis is. */
export const redisAt = ({ redisUrl: url, redisTls: tls, redisSentinels: sentinels }: Config): RedisAddress => ({
  url,
  ...(tls === undefined ? {} : { tls }),
  ...(sentinels === undefined ? {} : { sentinels }),
});

type Reach = Pick<Config, 'redisTls' | 'redisSentinels'>;

/** Reads how `REDIS_URL`, which is a URL if `isUrl`, is reached; adds what is wrong with it. */
export const readReach = (environment: Environment, url: string, problems: string[]): Reach => {
  const isUrl = URL.canParse(url);
  if (isUrl) checkParts(new URL(url), problems);
  const tls = readTlsSettings(environment, isUrl && new URL(url).protocol === 'redis:', problems);
  const sentinels = readSentinels(environment, problems);
  return {
    ...(tls === undefined ? {} : { redisTls: tls }),
    ...(sentinels === undefined ? {} : { redisSentinels: sentinels }),
  };
};

/** No part is repeated: it may be of a password. */
const checkParts = ({ username, password, pathname, search, hash }: URL, problems: string[]): void => {
  if (!isDecodable(username + password))
    problems.push('REDIS_URL holds a "%" in its user or password that stands for nothing. Write "%" as "%25".');
  // The client would take settings out of it, such as those of TLS.
  if (search !== '' || hash !== '')
    problems.push(
      'REDIS_URL has something behind a "?" or "#". Take it away, and write these in a password as "%3F" and "%23".',
    );
  if (!/^(\/\d{0,5})?$/.test(pathname))
    problems.push('REDIS_URL has a path that is not the number of a database. Leave it out, or write it like "/0".');
};

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

const textOf = (environment: Environment, name: (typeof redisSettings)[number]): string =>
  environment[name]?.trim() ?? '';

const readTlsSettings = (environment: Environment, isPlain: boolean, problems: string[]): RedisTls | undefined => {
  const read = {
    ca: textOf(environment, 'REDIS_CA'),
    servername: textOf(environment, 'REDIS_SERVERNAME'),
    cert: textOf(environment, 'REDIS_CERT'),
    key: textOf(environment, 'REDIS_KEY'),
  };
  const set = Object.entries(read).filter(([, value]) => value !== '');
  if (set.length === 0) return undefined;
  if (isPlain)
    for (const [name] of set)
      problems.push(
        `REDIS_${name.toUpperCase()} is set, and REDIS_URL starts with redis://, which is without TLS. Write rediss://, or take REDIS_${name.toUpperCase()} away.`,
      );
  if (read.cert !== '' && read.key === '')
    problems.push('REDIS_KEY is not set, and REDIS_CERT is. Set it to the file with the key of that certificate.');
  if (read.key !== '' && read.cert === '')
    problems.push('REDIS_CERT is not set, and REDIS_KEY is. Set it to the file with the certificate of that key.');
  if (read.servername !== '' && (isIP(read.servername) !== 0 || !isHostname(read.servername)))
    problems.push(
      `REDIS_SERVERNAME is ${JSON.stringify(read.servername)}. Set it to a DNS name that stands in Redis’ certificate, or take it away: an IP address in REDIS_URL is looked for there by itself.`,
    );
  return Object.fromEntries(set);
};

const isHostname = (text: string): boolean => /^[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(text);

const sentinelSpelling = 'Write it like "sentinel-0.redis:26379,sentinel-1.redis:26379,sentinel-2.redis:26379".';

const readSentinels = (environment: Environment, problems: string[]): RedisSentinels | undefined => {
  const text = textOf(environment, 'REDIS_SENTINELS');
  const name = textOf(environment, 'REDIS_SENTINEL_NAME');
  const username = textOf(environment, 'REDIS_SENTINEL_USERNAME');
  const password = textOf(environment, 'REDIS_SENTINEL_PASSWORD');
  if (text === '') {
    for (const [setting, value] of [
      ['REDIS_SENTINEL_NAME', name],
      ['REDIS_SENTINEL_USERNAME', username],
      ['REDIS_SENTINEL_PASSWORD', password],
    ])
      if (value !== '')
        problems.push(`${setting} is set, and REDIS_SENTINELS is not. Set that too, or take this away.`);
    return undefined;
  }
  if (!/^[\w.-]{1,200}$/.test(name))
    problems.push(
      name === ''
        ? 'REDIS_SENTINEL_NAME is not set, and REDIS_SENTINELS is. Set it to the name by which they watch the primary, like "mymaster".'
        : `REDIS_SENTINEL_NAME is ${JSON.stringify(name)}. Set it to the name behind "sentinel monitor", of letters, digits and ._-, like "mymaster".`,
    );
  if (username !== '' && password === '')
    problems.push('REDIS_SENTINEL_PASSWORD is not set, and REDIS_SENTINEL_USERNAME is. Set both, or neither.');
  return {
    at: readEndpoints(text, problems),
    name,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
  };
};

const readEndpoints = (text: string, problems: string[]): readonly Endpoint[] => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) problems.push(`REDIS_SENTINELS names nobody. ${sentinelSpelling}`);
  return parts.flatMap((part) => {
    const [, v6, named = '', port = '26379'] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(part) ?? [];
    const isRight = v6 === undefined ? isHostname(named) : isIP(v6) === 6;
    if (isRight && Number(port) >= 1 && Number(port) <= 65_535) return [{ host: v6 ?? named, port: Number(port) }];
    // Somebody may have taken it for an address with a password.
    const said = /[@/]/.test(part) ? 'has a part that is no host and port' : `says ${JSON.stringify(part)}`;
    problems.push(`REDIS_SENTINELS ${said}. ${sentinelSpelling}`);
    return [];
  });
};
