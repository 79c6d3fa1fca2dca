import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { inOneLine } from '#local/demo/told.ts';
import { commandFor, readWords, sayPeople } from '#local/demo/words.ts';
import { freePort } from '#local/parts/daemon.ts';
import { tryLock } from '#local/parts/lock.ts';

const script = new URL('../../src/local/demo.ts', import.meta.url).pathname;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-demo-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
});
const inside = (...names: string[]) => join(folder, '.hallpass', ...names);

type Demo = { child: ChildProcess; said: () => string; ended: Promise<number | null> };

/** A demo in the test's folder, in a process group of its own, as a shell starts it. */
const begin = (...words: string[]): Demo => {
  const child = spawn(process.execPath, [script, ...words], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => Buffer.concat(said).toString(), ended };
};

/** What a demo says that ends by itself. */
const refusal = async (...words: string[]): Promise<string> => {
  const demo = begin(...words);
  expect(await demo.ended).toBe(1);
  return demo.said();
};

const untilSaid = async (demo: Demo, text: string): Promise<void> => {
  while (!demo.said().includes(text)) {
    if (demo.child.exitCode !== null) throw new Error(`The demo ended before it said "${text}": ${demo.said()}`);
    await wait(50);
  }
};

/** Programs that work in the test's folder, whoever their parent is now. */
const partsHere = (): string[] =>
  spawnSync('ps', ['-ewwo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(inside()) && !/^\s*\d+ Z/.test(line));

/** Redis gives itself another name, so `ps` does not show its folder; its log begins each line with its process id. */
const isRedisAlive = (): boolean => {
  const pid = Number(
    /^(\d+):/.exec(readFileSync(inside('redis', 'redis.log'), 'utf8').trim().split('\n').at(-1) ?? '')?.[1],
  );
  return spawnSync('ps', ['-p', String(pid)]).status === 0;
};

const takePort = async (): Promise<number> => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return port;
};

describe('the demo', () => {
  test('runs once in a folder, repeats its port in what it advises, and on Ctrl-C ends in order and says so', async () => {
    const port = await freePort();
    const demo = begin(`--port=${port}`);
    await untilSaid(demo, 'Ctrl-C');
    expect(demo.said()).toContain(`npm run demo -- --fresh --port=${port}`);
    for (const line of sayPeople()) expect(demo.said()).toContain(line);
    expect(partsHere().length).toBeGreaterThanOrEqual(2);
    expect(isRedisAlive()).toBe(true);

    const here = `A demo already runs here (pid ${demo.child.pid}, http://127.0.0.1:${port}). End it first.\n`;
    expect(await Promise.all([refusal(), refusal('--fresh'), refusal('--fresh', `--port=${port}`)])).toEqual([
      here,
      here,
      here,
    ]);
    expect(existsSync(inside('kubeconfig'))).toBe(true);

    // Twice to the whole group, as a terminal and npm together do.
    const group = -(demo.child.pid ?? 0);
    process.kill(group, 'SIGINT');
    process.kill(group, 'SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.said().trimEnd()).toMatch(
      new RegExp(`Stopped\\. npm run demo -- --port=${port} goes on where it was\\.$`),
    );
    expect(demo.said()).not.toContain('"level":"error"');
    expect([...partsHere(), isRedisAlive()]).toEqual([false]);

    // What is protected is there from before, and the guard of before is not.
    const again = begin(`--port=${port}`);
    await untilSaid(again, 'Ctrl-C');
    process.kill(-(again.child.pid ?? 0), 'SIGINT');
    expect(await again.ended).toBe(0);
  });

  test('ends on Ctrl-C while it starts, too', async () => {
    const demo = begin(`--port=${await freePort()}`);
    while (!existsSync(inside('kubernetes'))) await wait(20);
    process.kill(-(demo.child.pid ?? 0), 'SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.said()).toMatch(/^\nStopped\. .* goes on where it was\.\n$/);
    await expect.poll(partsHere, { timeout: 5_000 }).toEqual([]);
  });

  test('leaves nothing running and no lock in the way when it is killed', async () => {
    const demo = begin(`--port=${await freePort()}`);
    await untilSaid(demo, 'Ctrl-C');
    demo.child.kill('SIGKILL');
    await demo.ended;
    await expect.poll(() => [...partsHere(), isRedisAlive()], { timeout: 5_000 }).toEqual([false]);
    const taken = await tryLock(inside('demo.lock'));
    expect(taken).toHaveProperty('lock');
  });

  test('says in one line that its port is taken, before it deletes anything', async () => {
    const port = await takePort();
    mkdirSync(inside());
    writeFileSync(inside('kept'), 'yes');
    expect(await refusal('--fresh', `--port=${port}`)).toMatch(
      new RegExp(`^Port ${port} is in use \\(another demo\\?\\)\\. Use: npm run demo -- --port=\\d+\n$`),
    );
    expect(existsSync(inside('kept'))).toBe(true);
    expect(existsSync(inside('demo.lock'))).toBe(false);
  });

  test('says in a line what kept it from starting and where more is, and shows no stack', async () => {
    mkdirSync(inside());
    writeFileSync(inside('redis'), 'a file where a folder should be');
    const said = await refusal(`--port=${await freePort()}`);
    expect(said).toMatch(
      /The demo could not start: EEXIST.*redis.*\nMore is in .*demo\.log; npm run demo -- --port=.* tries/,
    );
    expect(said).not.toContain('    at ');
    expect(readFileSync(inside('demo.log'), 'utf8')).toContain('    at ');
    expect(partsHere()).toEqual([]);
  });
});

describe("the demo's words", () => {
  test('are a port and whether to start over', () => {
    expect(readWords([])).toEqual({ port: 3100, isFresh: false });
    expect(readWords(['--port=3177', '--fresh'])).toEqual({ port: 3177, isFresh: true });
    expect(readWords(['--port=x'])).toContain('"--port=x" is not understood');
    expect(readWords(['--frsh'])).toContain('"--frsh" is not understood');
  });

  test('name the port only where it is not the usual one', () => {
    expect(commandFor(3100)).toBe('npm run demo');
    expect(commandFor(3100, '--fresh')).toBe('npm run demo -- --fresh');
    expect(commandFor(3177)).toBe('npm run demo -- --port=3177');
  });

  test('say whose each kubeconfig is', () => {
    expect(sayPeople()).toEqual([
      'requester     Alice Ahmed (Engineer, checkout)',
      'approver-one  Bob Braun (Platform)',
      'approver-two  Dan Díaz (Security)',
      'outsider      Frank Fischer (IT)',
    ]);
  });

  test('tell a fault in one line, with the last of what its first line announces', () => {
    expect(inOneLine(new Error('Redis ended. Its log:\nstarting\nout of disk\n'))).toBe(
      'Redis ended. Its log: out of disk',
    );
    expect(inOneLine(new Error('No port is free.\n  detail'))).toBe('No port is free.');
  });
});
