import { expect, test } from 'vitest';
import { inspectConfig } from './config.ts';
import { redisAt, redisSettings } from './redis-settings.ts';

type Environment = Readonly<Record<string, string>>;
const read = (environment: Environment) => {
  const { config, problems } = inspectConfig(environment);
  return { at: redisAt(config), problems: problems.filter((problem) => problem.startsWith('REDIS_')) };
};
const url = 'rediss://hallpass-bot:secret@redis:6379/2';

test('a URL alone is all there is to it', () => {
  expect(read({ REDIS_URL: url })).toEqual({ at: { url }, problems: [] });
  expect(read({ REDIS_URL: url, ...Object.fromEntries(redisSettings.slice(1).map((name) => [name, ' '])) })).toEqual({
    at: { url },
    problems: [],
  });
});

test('files and a name for TLS', () => {
  const tls = { ca: '/ca.crt', servername: 'redis.example.com', cert: '/tls.crt', key: '/tls.key' };
  const environment = {
    REDIS_URL: url,
    REDIS_CA: ' /ca.crt ',
    REDIS_SERVERNAME: tls.servername,
    REDIS_CERT: tls.cert,
    REDIS_KEY: tls.key,
  };
  expect(read(environment)).toEqual({ at: { url, tls }, problems: [] });
});

test('Sentinels, with a port that is usual unless another is said', () => {
  const environment = {
    REDIS_URL: url,
    REDIS_SENTINELS: 'one.redis:26380, two_2 ,10.0.0.5:1,[::1]:26379,',
    REDIS_SENTINEL_NAME: 'my-master.1',
    REDIS_SENTINEL_USERNAME: 'asker',
    REDIS_SENTINEL_PASSWORD: 'asks',
  };
  expect(read(environment)).toEqual({
    at: {
      url,
      sentinels: {
        at: [
          { host: 'one.redis', port: 26_380 },
          { host: 'two_2', port: 26_379 },
          { host: '10.0.0.5', port: 1 },
          { host: '::1', port: 26_379 },
        ],
        name: 'my-master.1',
        username: 'asker',
        password: 'asks',
      },
    },
    problems: [],
  });
});

const three = { REDIS_SENTINELS: 'one:26379', REDIS_SENTINEL_NAME: 'mymaster' };

test.each<[string, Environment, readonly string[]]>([
  [
    'what is for TLS alone, without it',
    { REDIS_URL: 'redis://redis', REDIS_CA: '/ca.crt', REDIS_SERVERNAME: 'redis' },
    [
      'REDIS_CA is set, and REDIS_URL starts with redis://, which is without TLS. Write rediss://, or take REDIS_CA away.',
      'REDIS_SERVERNAME is set, and REDIS_URL starts with redis://',
    ],
  ],
  [
    'it also where the URL is not set',
    { REDIS_CA: '/ca.crt' },
    ['REDIS_CA is set, and REDIS_URL starts with redis://'],
  ],
  ['a certificate alone', { REDIS_URL: url, REDIS_CERT: '/c' }, ['REDIS_KEY is not set, and REDIS_CERT is. Set it to']],
  ['a key alone', { REDIS_URL: url, REDIS_KEY: '/k' }, ['REDIS_CERT is not set, and REDIS_KEY is. Set it to the file']],
  [
    'an address for a name',
    { REDIS_URL: url, REDIS_SERVERNAME: '10.0.0.5' },
    ['REDIS_SERVERNAME is "10.0.0.5". Set it'],
  ],
  [
    'no name',
    { REDIS_URL: url, REDIS_SERVERNAME: 'redis:6379' },
    ['REDIS_SERVERNAME is "redis:6379". Set it to a DNS'],
  ],
  [
    'Sentinels without the primary’s name',
    { REDIS_SENTINELS: 'one:26379' },
    ['REDIS_SENTINEL_NAME is not set, and REDIS_SENTINELS is. Set it to the name by which they watch the primary'],
  ],
  [
    'a name that none may have',
    { ...three, REDIS_SENTINEL_NAME: 'my master' },
    ['REDIS_SENTINEL_NAME is "my master".'],
  ],
  [
    'what is for Sentinels alone, without them',
    { REDIS_SENTINEL_NAME: 'm', REDIS_SENTINEL_USERNAME: 'u', REDIS_SENTINEL_PASSWORD: 'p' },
    [
      'REDIS_SENTINEL_NAME is set, and REDIS_SENTINELS is not. Set that too, or take this away.',
      'REDIS_SENTINEL_USERNAME is set, and REDIS_SENTINELS is not.',
      'REDIS_SENTINEL_PASSWORD is set, and REDIS_SENTINELS is not.',
    ],
  ],
  ['a user without password', { ...three, REDIS_SENTINEL_USERNAME: 'u' }, ['REDIS_SENTINEL_PASSWORD is not set, and']],
  ['no Sentinel', { ...three, REDIS_SENTINELS: ' , ' }, ['REDIS_SENTINELS names nobody. Write it like "sentinel-0.']],
  ['a port that is none', { ...three, REDIS_SENTINELS: 'one:0' }, ['REDIS_SENTINELS says "one:0". Write it like']],
  ['a port too far', { ...three, REDIS_SENTINELS: 'one:65536' }, ['REDIS_SENTINELS says "one:65536". Write it like']],
  ['no port behind a colon', { ...three, REDIS_SENTINELS: 'one:' }, ['REDIS_SENTINELS says "one:". Write it like']],
  [
    'an address in brackets that is none',
    { ...three, REDIS_SENTINELS: '[one]:1' },
    ['REDIS_SENTINELS says "[one]:1".'],
  ],
  [
    'a URL, of which nothing is repeated',
    { ...three, REDIS_SENTINELS: 'redis://:hunter2@one:1' },
    ['REDIS_SENTINELS has a part that is no host and port. Write it like'],
  ],
  ['a stray "%"', { REDIS_URL: 'rediss://bot:100%@redis' }, ['REDIS_URL holds a "%" in its user or password']],
  [
    'a path that is no number',
    { REDIS_URL: 'rediss://bot:x@redis/prod' },
    ['REDIS_URL has a path that is not the number'],
  ],
])('%s is named', (_, environment, problems) => {
  const found = read(environment).problems;
  expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  for (const problem of found) expect(problem).not.toContain('hunter2');
});

test('each role and the doctor read the same', () => {
  for (const role of ['bot', 'worker', 'all', 'guard', 'watcher'])
    expect(read({ HALLPASS_ROLE: role, REDIS_URL: url, ...three, REDIS_CA: '/ca.crt' }).at).toEqual({
      url,
      tls: { ca: '/ca.crt' },
      sentinels: { at: [{ host: 'one', port: 26_379 }], name: 'mymaster' },
    });
});
