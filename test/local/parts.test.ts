import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { cacheFolder, makeFolder } from '#local/parts/files.ts';
import { takeLock } from '#local/parts/lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const putProgram = (name: string, script = 'exit 0', into = join(folder, 'bin')) => {
  mkdirSync(into, { recursive: true });
  const file = join(into, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

describe('the cache', () => {
  test('is where the environment says', () => {
    expect(cacheFolder({ HALLPASS_CACHE: '/a/b', XDG_CACHE_HOME: '/c' })).toBe('/a/b');
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/hallpass');
    expect(cacheFolder({})).toMatch(/\/\.cache\/hallpass$/);
  });

  test('never takes an interrupted step for a finished one', async () => {
    const part = join(folder, 'part');
    // What a killed process leaves behind: a half-filled temporary folder.
    mkdirSync(`${part}.unfinished`);
    writeFileSync(join(`${part}.unfinished`, 'half'), '');
    await expect(makeFolder(part, () => Promise.reject(new Error('interrupted')))).rejects.toThrow('interrupted');
    expect(existsSync(part)).toBe(false);
    await makeFolder(part, async (unfinished) => writeFileSync(join(unfinished, 'whole'), ''));
    expect(existsSync(join(part, 'whole'))).toBe(true);
    expect(existsSync(join(part, 'half'))).toBe(false);
  });

  test('keeps a finished step as it is', async () => {
    const part = join(folder, 'part');
    await makeFolder(part, async (unfinished) => writeFileSync(join(unfinished, 'first'), ''));
    await makeFolder(part, () => Promise.reject(new Error('must not be called')));
    expect(existsSync(join(part, 'first'))).toBe(true);
  });
});

describe('finding parts', () => {
  test('takes a Redis or a Valkey from PATH without a word', async () => {
    const valkey = putProgram('valkey-server');
    const said: string[] = [];
    const env = { PATH: join(folder, 'bin'), HALLPASS_CACHE: join(folder, 'cache') };
    expect(await ensureParts(['redis-server'], (line) => said.push(line), env)).toEqual({ 'redis-server': valkey });
    expect(said).toEqual([]);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });

  test('puts KUBEBUILDER_ASSETS before the cache', async () => {
    const assets = join(folder, 'assets');
    const [etcd, server] = [putProgram('etcd', '', assets), putProgram('kube-apiserver', '', assets)];
    const env = { PATH: '', HALLPASS_CACHE: join(folder, 'cache'), KUBEBUILDER_ASSETS: assets };
    expect(await ensureParts(['etcd', 'kube-apiserver'], undefined, env)).toEqual({ etcd, 'kube-apiserver': server });
  });

  test('says what is missing from KUBEBUILDER_ASSETS, and what to do', async () => {
    const assets = join(folder, 'assets');
    putProgram('kube-apiserver', '', assets);
    const env = { PATH: process.env.PATH, HALLPASS_CACHE: join(folder, 'cache'), KUBEBUILDER_ASSETS: assets };
    await expect(ensureParts(['etcd'], undefined, env)).rejects.toThrow(/has no executable "etcd"\. Put one there/);
    expect(existsSync(join(folder, 'cache/setup.lock'))).toBe(false);
  });

  test('says which part cannot be had on a machine without apt, and goes on with the others', async () => {
    const chromium = putProgram('chromium');
    const said: string[] = [];
    const env = { PATH: join(folder, 'bin'), HALLPASS_CACHE: join(folder, 'cache') };
    const wanted = ensureParts(['redis-server', 'chromium'], (line) => said.push(line), env);
    await expect(wanted).rejects.toThrow(/1 of 2 parts.*\n.*redis-server.*no apt-get/);
    expect(said.at(-1)).toContain(`[2/2] chromium: found: ${chromium}`);
  });
});

describe('the set-up lock', () => {
  const lock = () => join(folder, 'setup.lock');

  test('is taken over from a process that is gone', async () => {
    const gone = spawnSync('true').pid;
    writeFileSync(lock(), `${gone} 1\n`);
    const held = await takeLock(lock());
    expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    held.release();
    expect(existsSync(lock())).toBe(false);
  });

  test('is taken over when its process id now belongs to another process', async () => {
    writeFileSync(lock(), `${process.ppid} 1\n`);
    (await takeLock(lock())).release();
  });

  test('is waited for while its process lives', async () => {
    const script = `import { takeLock } from '#local/parts/lock.ts'; await takeLock(${JSON.stringify(lock())}); console.log('held'); await new Promise((done) => setTimeout(done, 30_000));`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const waited: number[] = [];
    const taking = takeLock(lock(), (pid) => waited.push(pid));
    await wait(200);
    expect(waited).toEqual([holder.pid]);
    holder.kill('SIGKILL');
    (await taking).release();
  });

  test('lets one of many through at a time', async () => {
    // One process cannot tell its own holders apart by id, so each of these is a process.
    const script = `import { takeLock } from '#local/parts/lock.ts';
      import { mkdirSync, rmdirSync } from 'node:fs';
      for (let i = 0; i < 5; i++) { const lock = await takeLock(${JSON.stringify(lock())}); mkdirSync(${JSON.stringify(join(folder, 'alone'))});
      await new Promise((done) => setTimeout(done, 5)); rmdirSync(${JSON.stringify(join(folder, 'alone'))}); lock.release(); }`;
    const one = () =>
      new Promise((resolve) =>
        spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }).once('exit', resolve),
      );
    expect(await Promise.all([one(), one(), one()])).toEqual([0, 0, 0]);
  });
});
