import { Redis } from 'ioredis';
import { type RedisAddress, usesTls } from './address.ts';
import { tlsOptions } from './tls.ts';

/**
 * `commit`: the log, its readers and the producers of jobs; every call ends within two seconds, with an answer or a fault.
 * `consume`: BullMQ's consumers; their calls wait for Redis to come back, as BullMQ demands.
 * `listen`: whoever waits for something to come, two seconds at a time; an answer that was lost is a fault a second later.
 */
export type RedisProfile = 'commit' | 'consume' | 'listen';

export type RedisConnection = RedisAddress & {
  readonly profile: RedisProfile;
  /** Shown by `CLIENT LIST`. */
  readonly name: string;
  /** Called once per outage, however often reconnecting fails in it. */
  readonly onLost: (cause: Error) => void;
  readonly onBack?: () => void;
};

/** Milliseconds after which a call of the `commit` profile is given up: as long as a person waits for an answer. */
export const patience = 2_000;

const common = {
  // The libraries' own strategies back off to 5 and 20 s: an overdue step would wait that long after Redis is back.
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
  connectTimeout: patience,
  // Redis 7.0 has no CLIENT SETINFO for its ACLs to allow.
  disableClientInfo: true,
  // Who was the primary when it was connected to may be a replica by now: the next connection leads to who is.
  reconnectOnError: (cause: Error) => cause.message.startsWith('READONLY '),
};

const commit = {
  ...common,
  maxRetriesPerRequest: 1,
  commandTimeout: patience,
  // Calls made while connecting wait for it, though not past their time-out: a start is not a fault.
  enableOfflineQueue: true,
  // A command whose answer was lost may have been done: it is a fault for its caller, and never done twice on the quiet.
  autoResendUnfulfilledCommands: false,
  // A peer that vanished sends nothing, and TCP alone notices after a quarter of an hour.
  socketTimeout: patience + 1_000,
} as const;

const profiles = {
  commit,
  consume: {
    ...common,
    maxRetriesPerRequest: null,
    // Longer than BullMQ's longest blocking read (10 s).
    socketTimeout: 15_000,
  },
  listen: { ...commit, commandTimeout: patience + 1_000, socketTimeout: patience + 2_000 },
} as const;

/** How the address is reached; `duplicate()` keeps all of it. */
const reaching = (address: RedisAddress) => {
  const { sentinels, tls: { servername, ...files } = {} } = address;
  const secured = usesTls(address) ? { tls: tlsOptions(address.tls) } : {};
  if (sentinels === undefined) return secured;
  const { at, name, username, password } = sentinels;
  return {
    ...secured,
    sentinels: at.map((one) => ({ ...one })),
    name,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    // Only those that were named: what they say of each other may be addresses that no certificate has.
    updateSentinels: false,
    sentinelCommandTimeout: patience,
    sentinelRetryStrategy: common.retryStrategy,
    // Sentinels are asked by the names that they were given, which their certificates have. A name for Redis is not theirs.
    ...(usesTls(address) ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(files) } : {}),
  };
};

/**
 * Connects to Redis and stays connected. Outages are reported through `onLost`, never as an unhandled 'error' event.
 * The caller ends it with `disconnect()`.
 */
export const connectRedis = ({ profile, name, onLost, onBack, ...address }: RedisConnection): Redis => {
  const redis = new Redis(address.url, { ...profiles[profile], ...reaching(address), connectionName: name });
  let isLost = false;
  let isEnded = false;
  const lose = (cause: Error): void => {
    if (isLost || isEnded) return;
    isLost = true;
    onLost(cause);
  };
  redis.on('error', lose);
  redis.on('close', () => setImmediate(() => lose(new Error('The connection to Redis was closed'))));
  redis.on('end', () => {
    isEnded = true;
  });
  redis.on('ready', () => {
    isEnded = false;
    if (!isLost) return;
    isLost = false;
    onBack?.();
  });
  return redis;
};
