import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type Job, Queue, QueueEvents, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDraftClient, createDraftServer, type DraftWork } from '#adapters/bullmq/drafts.ts';
import { prefix } from '#adapters/bullmq/queues.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { err, ok } from '#domain/result.ts';
import { changeOf, contentOf, diffOf, kept } from '#test/build/contents.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import type { Draft, DraftInput } from '#use-cases/ports.ts';

let folder: string;
let redis: TestRedis;
let closing: (() => Promise<unknown>)[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-drafts-'));
  for (const name of ['own', 'strange']) generateKeys(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  redis = await startTestRedis();
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  await redis.stop();
});

/** What a process signs as, and whom it believes. */
const identity = (author: 'bot' | 'worker', of = 'own') => {
  const keys = createKeys(join(folder, of), [author]);
  if (!keys.ok) throw new Error(keys.error.join('\n'));
  const { signer, trust } = keys.value;
  return { signer: signer(author), trust, clock: createRedisClock(redis.connect()) };
};
const client = (of?: string) => {
  const made = createDraftClient({ commit: redis.connect(), consume: redis.connect('consume') }, identity('bot', of));
  closing.push(made.close);
  return made;
};
const server = (work: DraftWork, of?: string) => {
  const faults: string[] = [];
  const made = createDraftServer(
    { commit: redis.connect(), consume: redis.connect('consume') },
    identity('worker', of),
    work,
    ({ message }) => void faults.push(message),
  );
  closing.unshift(made.close);
  return { ...made, faults };
};
const input = (): DraftInput => ({
  request: anId(),
  kind: 'change',
  cluster: 'prod',
  namespace: 'shop',
  ask: { edits: [] },
  identity: { user: '', groups: [] },
  temporary: true,
});
const draftOf = (namespaceUid: string): Draft => ({
  namespaceUid,
  plan: { create: [], probes: [], proofs: [] },
  edits: [],
});
const queueLength = () => redis.connect().llen(`${prefix}:drafts:wait`);

/** How long something took to fail, in milliseconds, and why. */
const failure = async (work: Promise<unknown>): Promise<{ after: number; why: string }> => {
  const start = performance.now();
  const why = await work.then(
    () => 'it did not fail',
    (cause: unknown) => String(cause),
  );
  return { after: performance.now() - start, why };
};

const serverProcess = async (): Promise<{ readonly said: string[]; readonly child: ChildProcess }> => {
  const path = new URL('parts/draft-server.ts', import.meta.url).pathname;
  const args = [path, redis.server.url, join(folder, 'own'), '50'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.unshift(async () => void child.kill('SIGKILL'));
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  if (child.stdout === null) throw new Error('no output to read');
  createInterface(child.stdout).on('line', (line) => (line === 'ready' ? ready.resolve() : said.push(line)));
  await ready.promise;
  return { said, child };
};

describe('drafts', () => {
  test('are made by a bot that began while Redis was slow to answer, or was not there', async () => {
    server(async () => ok(draftOf('at last')));
    // Longer than any call of the bot waits.
    await redis.connect().call('CLIENT', 'PAUSE', '3000', 'ALL');
    const slow = client();
    await pause(3_200);
    expect(await slow.draft(input())).toEqual(ok(draftOf('at last')));
    await redis.server.kill();
    const away = client();
    await pause(2_500);
    await redis.server.start();
    await vi.waitFor(async () => expect(await away.draft(input())).toEqual(ok(draftOf('at last'))), 10_000);
  });

  test('are answered by workers in other processes, each once, and by those that are left when one is killed', async () => {
    const [one, other] = [await serverProcess(), await serverProcess()];
    const { draft } = client();
    const asked = Array.from({ length: 40 }, input);
    const answers = await Promise.all(asked.map((one) => draft(one)));
    const by = new Set(answers.map((answer) => (answer.ok ? answer.value.namespaceUid : answer.error)));
    expect([...by].toSorted()).toEqual([one, other].map(({ child }) => `by ${child.pid}`).toSorted());
    expect([...one.said, ...other.said].toSorted()).toEqual(asked.map(({ request }) => request).toSorted());
    one.child.kill('SIGKILL');
    await pause(200);
    expect(await draft(input())).toEqual(ok(draftOf(`by ${other.child.pid}`)));
  });

  test('are refused with the worker’s words, and fail when it fails', async () => {
    const { faults } = server(async ({ namespace }) => {
      if (namespace === 'shop') return err('There is no Ingress to change.');
      throw new Error('The cluster does not answer');
    });
    const { draft } = client();
    expect(await draft(input())).toEqual(err('There is no Ingress to change.'));
    expect(await failure(draft({ ...input(), namespace: 'bank' }))).toMatchObject({
      why: expect.stringContaining('The cluster does not answer'),
    });
    await expect.poll(() => faults).toEqual(['The cluster does not answer']);
  });

  test('two hundred at once are all answered, each with its own', async () => {
    server(async ({ request }) => ok(draftOf(request)));
    const { draft } = client();
    await draft(input());
    const asked = Array.from({ length: 200 }, input);
    const answers = await Promise.all(asked.map((one) => draft(one)));
    expect(answers).toEqual(asked.map(({ request }) => ok(draftOf(request))));
  });

  test('without a worker fail within 1.8 s, and are neither run nor left behind', async () => {
    const { draft } = client();
    const found = await Promise.all(Array.from({ length: 3 }, () => failure(draft(input()))));
    for (const { after, why } of found) {
      expect(why).toMatch(/within 1600 ms|timed out/);
      expect(after).toBeLessThan(1_800);
    }
    await pause(100);
    expect(await queueLength()).toBe(0);
    const run: string[] = [];
    server(async ({ request }) => {
      run.push(request);
      return ok(draftOf(request));
    });
    await pause(300);
    expect(run).toEqual([]);
  });

  test('without Redis fail within 1.8 s, and work again when it is back', { timeout: 30_000 }, async () => {
    server(async ({ request }) => ok(draftOf(request)));
    const { draft } = client();
    expect((await draft(input())).ok).toBe(true);
    await redis.server.kill();
    const { after, why } = await failure(draft(input()));
    expect(why).not.toBe('it did not fail');
    expect(after).toBeLessThan(1_800);
    await redis.server.start();
    await expect
      .poll(
        () =>
          draft(input()).then(
            ({ ok: was }) => was,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
  });

  test('that took so long that nobody waits are not answered into the void for ever', async () => {
    server(async ({ request }) => {
      await pause(1_800);
      return ok(draftOf(request));
    });
    const { draft } = client();
    await failure(draft(input()));
    await pause(600);
    const left = await redis.connect().keys(`${prefix}:draft:*`);
    for (const key of left) expect(await redis.connect().ttl(key)).toBeGreaterThan(0);
  });
});

describe('whoever writes in Redis', () => {
  const queue = (): Queue => {
    const made = new Queue('drafts', { connection: redis.connect(), prefix });
    closing.push(() => made.close());
    return made;
  };

  test('has nothing tried: unsigned, signed by a strange bot or by a worker, or altered after it was signed', async () => {
    const run: string[] = [];
    const { faults } = server(async ({ namespace }) => {
      run.push(namespace);
      return ok(draftOf(namespace));
    });
    const jobs = queue();
    const events = new QueueEvents('drafts', { connection: redis.connect('consume'), prefix });
    closing.push(() => events.close());
    await events.waitUntilReady();
    const until = Date.now() + 60_000;
    const done = async (data: unknown): Promise<string> =>
      (await jobs.add('draft', data, { attempts: 1 })).waitUntilFinished(events, 5_000).then(
        () => 'run',
        (cause: unknown) => String(cause),
      );
    expect(await done({})).toContain('Not a draft of Hallpass');
    const unsigned = { nonce: randomUUID(), until, input: input(), key: identity('bot').signer.key, signature: '' };
    expect(await done(unsigned)).toContain('nobody who may');
    // A genuine one, as it can be read off the queue.
    const { draft } = client();
    await draft({ ...input(), namespace: 'genuine' });
    const [genuine] = (await jobs.getCompleted()).map(({ data }: Job<typeof unsigned>) => data);
    if (genuine === undefined) throw new Error('There is no genuine one.');
    expect(await done({ ...genuine, input: { ...genuine.input, namespace: 'kube-system' } })).toContain(
      'nobody who may',
    );
    expect(await done({ ...genuine, until })).toContain('nobody who may');
    expect(await failure(client('strange').draft(input()))).toMatchObject({
      why: expect.stringContaining('nobody who may'),
    });
    expect(run).toEqual(['genuine']);
    await expect.poll(() => faults).toHaveLength(5);
  });

  test('shows nobody anything: answers that no worker signed, or that are for another question, are not believed', async () => {
    const commit = redis.connect();
    const strange = identity('worker', 'strange');
    let answer = (_: string): string => '';
    const forger = new Worker<{ nonce: string }>(
      'drafts',
      async ({ data }) => void (await commit.set(`${prefix}:draft:${data.nonce}`, answer(data.nonce))),
      { connection: redis.connect('consume'), prefix },
    );
    closing.unshift(() => forger.close());
    const { draft } = client();
    const text = JSON.stringify({ type: 'draft', draft: draftOf('forged') });
    answer = () => text;
    expect((await failure(draft(input()))).why).not.toBe('it did not fail');
    answer = () => JSON.stringify({ text, key: strange.signer.key, signature: strange.signer.sign(text) });
    expect((await failure(draft(input()))).why).toContain('not a worker');
    answer = () =>
      JSON.stringify({ text, key: identity('bot').signer.key, signature: identity('bot').signer.sign(text) });
    expect((await failure(draft(input()))).why).toContain('not a worker');
    answer = () => 'not even JSON';
    expect((await failure(draft(input()))).why).not.toBe('it did not fail');
    await forger.close();
    // A genuine answer, kept and given to another question.
    const own = server(async ({ request }) => ok(draftOf(request)));
    const kept = Promise.withResolvers<string>();
    const getdel = commit.getdel.bind(commit);
    const watcher = createDraftClient({ commit, consume: redis.connect('consume') }, identity('bot'));
    closing.push(watcher.close);
    commit.getdel = (async (key: string) => {
      const found = await getdel(key);
      kept.resolve(found ?? '');
      return found;
    }) as typeof commit.getdel;
    await watcher.draft(input());
    await own.close();
    const genuine = await kept.promise;
    const again = new Worker<{ nonce: string }>(
      'drafts',
      async ({ data }) => void (await redis.connect().set(`${prefix}:draft:${data.nonce}`, genuine)),
      { connection: redis.connect('consume'), prefix },
    );
    closing.unshift(() => again.close());
    expect((await failure(draft(input()))).why).toContain('not a worker');
  });

  test('brings what approvers are to be shown, to the letter, and believes none that was altered on the way', async () => {
    const content = kept(contentOf([changeOf(diffOf(20_000, 40))], { notes: ['two\nlines, “quoted” and 𝒜'] }));
    const whole = { ...draftOf('uid'), content };
    server(async () => ok(whole));
    expect(await client().draft(input())).toEqual(ok(whole));
    const commit = redis.connect();
    const getdel = commit.getdel.bind(commit);
    let alter = (answer: string): string => answer;
    commit.getdel = (async (key: string) => alter((await getdel(key)) ?? '')) as typeof commit.getdel;
    const { draft, close } = createDraftClient({ commit, consume: redis.connect('consume') }, identity('bot'));
    closing.push(close);
    expect(await draft(input())).toEqual(ok(whole));
    for (const altered of [
      (answer: string) => answer.replace('/line-7-', '/line-8-'),
      (answer: string) => answer.slice(0, answer.indexOf('\n')),
      (answer: string) => `${answer} `,
    ]) {
      alter = altered;
      expect((await failure(draft(input()))).why).toContain('was altered');
    }
  });
});
