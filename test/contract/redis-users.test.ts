import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { noPassword, redisAcl, redisUsers } from '#adapters/redis/acl.ts';
import { refusedCommands } from '#adapters/redis/rights.ts';
import { startRedis } from '#local/parts/redis.ts';
import { redisCommand } from '#src/commands/redis-users.ts';
import { runCli } from '#test/contract/parts/operator.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-users-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const aFile = (text?: string): string => {
  files += 1;
  const file = join(folder, `users-${files}.acl`);
  if (text !== undefined) writeFileSync(file, text);
  return file;
};

const urlsIn = (lines: readonly string[] = []): ReadonlyMap<string, string> =>
  new Map(
    lines.flatMap((line) => {
      const [, name, url] = /^(?:REDIS_URL of the )?(\w+): (rediss?:\S+)$/.exec(line) ?? [];
      return name === undefined || url === undefined ? [] : [[name, url]];
    }),
  );

/** As these, with no TLS, on a Redis that has just this file. */
const openWith = async (aclFile: string) => {
  const server = await startRedis({ aclFile });
  onTestFinished(server.stop);
  return (url = ''): Redis => {
    const { username, password } = new URL(url);
    const redis = new Redis({ host: '127.0.0.1', port: server.port, username, password, retryStrategy: () => null });
    redis.on('error', () => {});
    onTestFinished(() => redis.disconnect());
    return redis;
  };
};

test('a file for Redis, and once the addresses with which each process can do all that it needs, and the administrator all', async () => {
  const file = aFile();
  const ran = await runCli(['redis', 'users', '--into', file, '--at', 'rediss://redis.example.com:6380/1']);
  expect(ran).toMatchObject({ status: 0, errors: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const urls = urlsIn(ran.out.split('\n'));
  expect([...urls.keys()]).toEqual(['bot', 'worker', 'guard', 'watcher', 'Administrator']);
  const written = readFileSync(file, 'utf8');
  expect(written).toMatch(/^user default off resetchannels ~\* -@all \+@write \+select\n/);
  const open = await openWith(file);
  for (const name of redisUsers) {
    const url = urls.get(name) ?? '';
    expect(url).toMatch(new RegExp(`^rediss://hallpass-${name}:[\\w-]{43}@redis\\.example\\.com:6380/1$`));
    expect(written).not.toContain(new URL(url).password);
    expect(await refusedCommands(open(url), name)).toEqual([]);
  }
  expect(await open(urls.get('Administrator')).acl('LOAD')).toBe('OK');
  await expect(open('redis://default:any@x').ping()).rejects.toThrow();
  expect(new Set([...urls.values()].map((url) => new URL(url).password)).size).toBe(5);
});

test('to standard output the file alone, so that it can be sent on; the addresses beside it', async () => {
  const { out, errors } = await runCli(['redis', 'users']);
  expect(
    out
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('user ')),
  ).toBe(true);
  expect(out).not.toContain('rediss:');
  expect(urlsIn(errors.split('\n')).get('bot')).toMatch(/@redis:6379$/);
});

test('what is there already is not written over', async () => {
  const file = aFile('mine');
  expect(await redisCommand(['users', '--into', file])).toEqual({
    status: 1,
    errors: [`${file} is there already, and is not written over. Name another file.`],
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(await redisCommand(['users', '--into', join(folder, 'nowhere', 'users.acl')])).toMatchObject({
    status: 1,
    errors: [expect.stringMatching(/nowhere.users\.acl cannot be written \(ENOENT\)\. Name a file that you may write/)],
  });
});

describe('from a file of an older version', () => {
  const [bot, botsNext, worker] = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  const older = [
    'user default on nopass ~* &* +@all',
    `user hallpass-bot on #${bot} #${botsNext} ~{hallpass}:* -@all +ping`,
    `user hallpass-worker on #${worker} ~{hallpass}:* -@all +ping`,
    `user hallpass-guard on #${noPassword} -@all`,
    'user ops on nopass ~* &* +@all',
    'user exporter on nopass -@all +info',
    '',
  ].join('\n');

  test('who was turned off stays off: the password that was theirs opens nothing', async () => {
    const stolen = `user hallpass-guard off #${bot} ~{hallpass}:* -@all +ping\n`;
    const answer = await redisCommand(['users', '--from', aFile(stolen)]);
    expect(answer?.out?.join('\n')).toMatch(new RegExp(`^user hallpass-guard off #${bot} `, 'm'));
    expect(answer?.out?.filter((line) => line.includes(' off ')).length).toBe(2);
  });

  test('who has a password keeps it with the rights of this one, others stay, and who had none gets one', async () => {
    const into = aFile();
    const answer = await redisCommand(['users', '--from', aFile(older), '--into', into]);
    expect([...urlsIn(answer?.out).keys()]).toEqual(['guard', 'watcher']);
    const text = readFileSync(into, 'utf8');
    const [guard = '', watcher = ''] = ['guard', 'watcher'].map(
      (name) => new RegExp(`^user hallpass-${name} on #(\\w+)`, 'm').exec(text)?.[1],
    );
    expect([guard, watcher]).not.toContain(noPassword);
    expect(text).toBe(
      redisAcl({ bot: `${bot} #${botsNext}`, worker: worker ?? '', guard, watcher }) +
        'user ops on nopass ~* &* +@all\nuser exporter on nopass -@all +info\n',
    );
    const open = await openWith(into);
    expect(await refusedCommands(open(urlsIn(answer?.out).get('guard')), 'guard')).toEqual([]);
  });

  test('the file of the manifests gets passwords and an administrator', async () => {
    const answer = await redisCommand([
      'users',
      '--from',
      'manifests/redis/users.acl',
      '--into',
      aFile(),
      '--admin',
      'ops',
    ]);
    expect([...urlsIn(answer?.out).keys()]).toEqual(['bot', 'worker', 'guard', 'watcher', 'Administrator']);
  });

  test('said twice it changes nothing, and shows nothing', async () => {
    const [one, two] = [aFile(), aFile()];
    await redisCommand(['users', '--into', one, '--sentinel']);
    const answer = await redisCommand(['users', '--from', one, '--into', two, '--sentinel']);
    expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
    expect(answer?.out?.at(-1)).toBe('Everybody keeps the password that they have.');
  });
});

test.each([
  [
    ['--at', 'redis.example.com:6379'],
    '--at is "redis.example.com:6379". Say where Redis is, like rediss://redis:6379.',
  ],
  [['--at', 'https://redis'], '--at is "https://redis". Say where Redis is, like rediss://redis:6379.'],
  [['--at', 'rediss://bot:hidden@redis'], '--at holds a user or a password. Say where Redis is, and no more.'],
  [['--admin', 'hallpass-bot'], '--admin is "hallpass-bot". Name somebody who is not there already'],
  [['--admin', 'default'], '--admin is "default". Name somebody'],
  [['--admin', 'the boss'], '--admin is "the boss". Name somebody'],
  [['--into'], '--into lacks its value.'],
  [['--passwords'], 'There is no flag "--passwords".'],
  [['more'], '"more" is not understood.'],
])('%j is not understood, and nothing is made', async (words, said) => {
  const answer = await redisCommand(['users', ...words]);
  expect(answer).toEqual({ status: 2, errors: [expect.stringContaining(said)] });
});

test('a file that is none of Redis, or is not there, is named', async () => {
  expect(await redisCommand(['users', '--from', aFile('bind 127.0.0.1\n')])).toEqual({
    status: 1,
    errors: [
      expect.stringMatching(/is no ACL file of Redis, each line of which begins with "user"\. Name one that is\.$/),
    ],
  });
  expect(await redisCommand(['users', '--from', join(folder, 'nowhere')])).toEqual({
    status: 1,
    errors: [expect.stringMatching(/nowhere cannot be read \(ENOENT\)\. Name the users\.acl that Redis has\.$/)],
  });
  expect(await redisCommand(['user'])).toBeUndefined();
});
