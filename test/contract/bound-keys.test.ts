import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { generateKeys } from '#adapters/keys/generate.ts';
import { redisAcl } from '#adapters/redis/acl.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisReports } from '#adapters/redis/watching.ts';
import { type GuardEntry, readEntry, writeEntry } from '#domain/guard/entry.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Ground, openGround } from '#src/core.ts';
import { createGuardWorld } from '#test/build/guard-world.ts';
import { anotherOutpost } from '#test/build/outposts.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget } from '#test/build/shop-ingress.ts';
import { createWatchWorld } from '#test/build/watch-world.ts';
import { startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { type Dropped, takeInWrites } from '#use-cases/take-in-writes.ts';

const sha = (password: string): string => createHash('sha256').update(password).digest('hex');

let folder: string;
let redis: TestRedis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-bound-'));
  const file = join(folder, 'users.acl');
  const users = { bot: sha('bot'), worker: sha('worker'), guard: sha('guard'), watcher: sha('watcher') };
  writeFileSync(file, redisAcl(users));
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});
const urlOf = (name: string): string => `redis://hallpass-${name}:${name}@127.0.0.1:${redis.server.port}`;
const as = (name: string, profile: 'commit' | 'listen' = 'commit') => redis.connect(profile, urlOf(name));

/** What the guard and the watcher of cluster test leave in Redis, and what comes of it in cluster prod. */
const attack = async () => {
  const { world, id, entries, request } = await createWatchWorld();
  const guard = anotherOutpost(world.bot.trust, 'guard', ['test']);
  const watcher = anotherOutpost(guard.trust, 'watcher', ['test']);
  const [held, reports] = [createRedisHeldWrites(as('guard')), createRedisReports(as('watcher'))];
  const dropped: Dropped[] = [];
  const taking = { commit: as('bot'), listen: as('bot', 'listen') };
  const takeFrom = (key?: string): Promise<void> =>
    takeInWrites({
      ...world.bot,
      trust: watcher.trust,
      intake: createRedisIntake(taking, 'one', key),
      countDropped: (why) => void dropped.push(why),
    });
  return {
    id,
    dropped,
    kinds: async () => (await entries()).map(({ type }) => type),
    status: async () => (await request()).state.status,
    requests: world.requests,
    guardNotes: (entry: GuardEntry, urgent: boolean) => held.note(writeEntry(entry, guard.signer), urgent),
    guardFiles: (entry: GuardEntry) =>
      held.file({ fingerprint: 'f00d', id: entry.id, author: 'user alice', entry: writeEntry(entry, guard.signer) }),
    watcherLeaves: (entry: GuardEntry, urgent: boolean) => reports.leave(writeEntry(entry, watcher.signer), urgent),
    takeIn: async () => {
      await takeFrom();
      await takeFrom(keys.urgent);
    },
    waiting: async () => (await as('bot').xreadgroup('GROUP', 'bot', 'two', 'STREAMS', keys.intake, '>')) ?? [],
  };
};

/** As a guard of cluster prod would hold it. */
const heldWrite = async (): Promise<GuardEntry> => {
  const world = createGuardWorld();
  await world.write({ object: gate({ auth: 'off', limit: '10' }) });
  const said = readEntry(world.held.waiting()[0] ?? '', world.bot.trust)?.said;
  if (said === undefined) throw new Error('Nothing was held');
  return said;
};

const write = { operation: 'update', target: ingressTarget } as const;
const used = (id: RequestId): GuardEntry => ({ type: 'used', id, ...write, risk: 'none' });
const misused = (id: RequestId): GuardEntry => ({
  ...{ type: 'misused', id, cluster: 'prod', ...write },
  risk: 'critical',
  findings: [],
});
const tripped = (id: RequestId): GuardEntry => ({
  ...{ type: 'tripped', id, cluster: 'prod', rule: 'rbac-write' },
  evidence: ['It was never so.'],
});
const observed = (id: RequestId): GuardEntry => ({
  ...{ type: 'observed', id, cluster: 'prod' },
  uses: [{ verb: 'get', group: '', resource: 'pods', namespace: 'shop', name: 'web-0' } as never],
});

test('guard and watcher of one cluster, with their own keys and users of Redis, file, note and end nothing in another', async () => {
  const attacked = await attack();
  const { id } = attacked;
  const before = [await attacked.kinds(), await attacked.requests()];
  expect(await attacked.guardFiles(await heldWrite())).toEqual({ type: 'filed' });
  expect(await attacked.guardNotes(used(id), false)).toBe(true);
  expect(await attacked.guardNotes(misused(id), true)).toBe(true);
  expect(await attacked.watcherLeaves(observed(id), false)).toBe(true);
  expect(await attacked.watcherLeaves(tripped(id), true)).toBe(true);
  await attacked.takeIn();
  expect(attacked.dropped).toEqual(Array.from({ length: 5 }, () => 'of-another-cluster'));
  expect([await attacked.kinds(), await attacked.requests()]).toEqual(before);
  expect(await attacked.status()).toBe('active');
  // What was dropped is not handed out again.
  expect(await attacked.waiting()).toEqual([]);
});

describe('a bot', () => {
  /** What it logs as it opens its files and connections, with the public keys of these clusters. */
  const logOf = async (of: readonly string[], names: readonly string[]): Promise<string> => {
    const made = mkdtempSync(join(folder, 'keys-'));
    generateKeys(made, of);
    const clusters = names.map((name) => ({ name, source: { type: 'in-cluster', at: ['127.0.0.1', '1'] } as const }));
    const lines: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    let opened: Ground | undefined;
    try {
      const policy = 'manifests/policy';
      const common = { redisUrl: urlOf('bot'), policy, keys: made, home: 'hallpass', managedNamespaces: [] };
      const ground = await openGround({ role: 'bot', ...common, clusters, workerClusters: clusters }, 'bot', []);
      if (ground.ok) opened = ground.value;
      else lines.push(...ground.error);
    } finally {
      spy.mockRestore();
      await opened?.stop();
    }
    return lines.join('\n');
  };

  test('logs at start which keys are good for every cluster, where there is more than one', async () => {
    expect(await logOf([], ['prod', 'stage'])).toContain('A key is good for more clusters than one');
    expect(await logOf([], ['prod'])).not.toContain('A key is good');
    expect(await logOf(['prod', 'stage'], ['prod', 'stage'])).not.toContain('A key is good');
  });

  test('says at start which keys are good for no cluster that it knows', async () => {
    const log = await logOf(['prod', 'stage'], ['prod']);
    expect(log).toContain('What a key signs is believed of no cluster that there is');
    expect(log).toContain('good for cluster \\"stage\\"');
  });
});
