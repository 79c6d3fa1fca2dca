import { isLoopback } from '#domain/outgoing/address.ts';

/** What proves Redis to us and us to Redis, where the address begins with `rediss://`; files in PEM, by their paths. */
export type RedisTls = {
  /** Only certificates of this authority are believed; without it those that Node knows. */
  readonly ca?: string;
  /** The name that Redis' certificate has to have, where it is not the host's. */
  readonly servername?: string;
  /** What is shown to Redis; both or neither. */
  readonly cert?: string;
  readonly key?: string;
};

export type Endpoint = { readonly host: string; readonly port: number };

/** Who is asked where the primary is. */
export type RedisSentinels = {
  /** At least one. */
  readonly at: readonly Endpoint[];
  /** By which they know the primary. */
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
};

/** Where Redis is and how it is reached. */
export type RedisAddress = {
  /** `redis://user:password@host:port/db` or `rediss://…`; its host and port count only where there are no Sentinels. */
  readonly url: string;
  readonly tls?: RedisTls;
  readonly sentinels?: RedisSentinels;
};

export type Credentials = { readonly username?: string; readonly password?: string };

export const usesTls = ({ url }: RedisAddress): boolean => new URL(url).protocol === 'rediss:';

/** Where the address itself leads to; with Sentinels nobody is there. */
export const endpointOf = ({ url }: RedisAddress): Endpoint => {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, '') || 'localhost', port: Number(port || 6379) };
};

export const credentialsOf = ({ url }: RedisAddress): Credentials => {
  const { username, password } = new URL(url);
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
};

export const sayEndpoint = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where Redis is, without passwords. */
export const sayAddress = (address: RedisAddress): string => {
  const { protocol, username, host, pathname } = new URL(address.url);
  const user = username === '' ? '' : `${username}@`;
  const path = pathname === '/' ? '' : pathname;
  const { sentinels } = address;
  if (sentinels === undefined) return `${protocol}//${user}${host}${path}`;
  return `${protocol}//${user}${sentinels.name}${path} by the Sentinels ${sentinels.at.map(sayEndpoint).join(', ')}`;
};

/** Whether all of it stays on this machine. */
export const isHere = ({ url, sentinels }: RedisAddress): boolean =>
  sentinels === undefined
    ? ['', 'localhost'].includes(new URL(url).hostname) || isLoopback(new URL(url).hostname)
    : sentinels.at.every(({ host }) => host === '::1' || isLoopback(host));
