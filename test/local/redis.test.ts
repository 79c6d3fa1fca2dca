import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';

const connectTo = (redis: LocalRedis, options: { username?: string; password?: string } = {}) => {
  const client = new Redis(redis.url, { ...options, maxRetriesPerRequest: 1, retryStrategy: () => null });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
};

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'hallpass-redis-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a local Redis', () => {
  let redis: LocalRedis | undefined;
  afterEach(() => redis?.stop());

  test('keeps what it acknowledged over a kill, on the same port', async () => {
    redis = await startRedis();
    const url = redis.url;
    await connectTo(redis).set('decision', 'approved');
    await redis.kill();
    await expect(connectTo(redis).ping()).rejects.toThrow();
    await redis.start();
    expect(redis.url).toBe(url);
    expect(await connectTo(redis).get('decision')).toBe('approved');
  });

  test('keeps its data in a given folder over a stop, and removes a temporary one', async () => {
    const dir = folder();
    redis = await startRedis({ dir });
    await connectTo(redis).set('decision', 'denied');
    await redis.stop();
    redis = await startRedis({ dir, port: redis.port });
    expect(await connectTo(redis).get('decision')).toBe('denied');
    const temporary = await startRedis();
    await temporary.stop();
    expect(existsSync(temporary.dir)).toBe(false);
  });

  test('syncs every write, never evicts, looks 100 times a second, and listens on 127.0.0.1 only', async () => {
    redis = await startRedis();
    const client = connectTo(redis);
    const setting = async (name: string) => Object.values(await client.config('GET', name)).at(-1);
    expect(await setting('appendfsync')).toBe('always');
    expect(await setting('maxmemory-policy')).toBe('noeviction');
    expect(await setting('hz')).toBe('100');
    expect(await setting('bind')).toBe('127.0.0.1');
  });

  test('gives each process a user of its own when it is given an ACL file', async () => {
    const aclFile = join(folder(), 'users.acl');
    writeFileSync(aclFile, 'user default off\nuser guard on >secret ~intake +xadd\n');
    redis = await startRedis({ aclFile });
    const guard = connectTo(redis, { username: 'guard', password: 'secret' });
    expect(await guard.xadd('intake', '*', 'a', 'b')).toBeTruthy();
    await expect(guard.xadd('log', '*', 'a', 'b')).rejects.toThrow(/NOPERM/);
  });

  test('takes another port when the wanted one is taken', async () => {
    redis = await startRedis();
    const other = await startRedis({ port: redis.port });
    expect(other.port).not.toBe(redis.port);
    await other.stop();
  });

  test('ends with its parent, even when that is killed', async () => {
    const script = `import { startRedis } from '#local/parts/redis.ts';
      const redis = await startRedis({ dir: ${JSON.stringify(folder())} });
      console.log(redis.pid()); setInterval(() => {}, 1000);`;
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: [...stdio] });
    const pid = await new Promise<number>((resolve) => parent.stdout?.once('data', (line) => resolve(Number(line))));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let tries = 0; isAlive(pid) && tries < 40; tries++) await wait(50);
    expect(isAlive(pid)).toBe(false);
  });
});
