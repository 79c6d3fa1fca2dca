import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import { checkpointLine, checkpointText, readCheckpoint, writeCheckpoint } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { tamperingOf } from '#src/commands/audit-tampering.ts';
import { verifyAudit } from '#src/commands/audit-verify.ts';
import { logCommand } from '#src/commands/log.ts';
import { submitted } from '#test/build/requests.ts';
import { type Audited, auditChannel, startAudited } from '#test/contract/parts/audited.ts';
import { takeSnapshot } from '#test/contract/parts/redis-snapshot.ts';

const withdrawn = { type: 'withdrawn', by: submitted().requester } as const;
const days = (count: number): number => count * 24;

let world: Audited;
/** Of long ago, withdrawn; one of it is still open. */
let old: RequestId;
let deleted: RequestId;
let open: RequestId;
let young: RequestId;
let restore: () => Promise<void>;
let restoreMessages: () => void;
beforeAll(async () => {
  world = await startAudited();
  world.goBack(days(500));
  [old, deleted] = [await world.file(withdrawn), await world.file(withdrawn)];
  open = await world.file();
  await world.settle();
  world.goBack(days(399));
  young = await world.file(withdrawn);
  await world.settle();
  restore = await takeSnapshot(world.admin);
  restoreMessages = world.keepMessages();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await restore();
  restoreMessages();
  world.goBack(2);
});

const verify = async (words: readonly string[] = ['--threads', 'all']) => {
  const answer = await verifyAudit([...words, '--json'], world.environment, () => {});
  const said = JSON.parse(answer.out?.[0] ?? '{}');
  const found: readonly Record<string, unknown>[] = said.findings ?? [];
  return { said, status: answer.status, found: found.map(({ what, request }) => `${what} ${request ?? ''}`.trim()) };
};
const isThere = async (id: RequestId): Promise<boolean> => (await world.admin.exists(redisKeys.log(id))) === 1;
const remove = async (): Promise<void> => {
  await world.removeExpired();
  world.goBack(0);
  await world.removeExpired();
};

test('what is recorded is removed, which an audit accepts, with all threads and cards that are left in Slack', async () => {
  await world.removeExpired();
  expect(await isThere(old)).toBe(true);
  const between = await verify();
  expect(between).toMatchObject({ status: 0, found: [] });
  expect(between.said.log).toMatchObject({ requests: 4, removed: 0, toBeRemoved: 2 });
  world.goBack(0);
  await world.removeExpired();
  expect([await isThere(old), await isThere(deleted), await isThere(open), await isThere(young)]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  const after = await verify();
  expect(after).toMatchObject({ status: 0, found: [] });
  expect(after.said.log).toMatchObject({ requests: 2, removed: 2, toBeRemoved: 0, unanchored: 0 });
  const words = await verifyAudit(['--threads', 'none'], world.environment, () => {});
  expect(words.out).toContain(
    'Retention: the logs of 2 requests were removed, as checkpoints record; 0 more are still to be.',
  );
  expect(words.out?.join()).toMatch(/The shortest retention that a removal states is 400 days, in checkpoint \d+\./);
  expect(words.out?.at(-1)).toBe('Everything is as Hallpass wrote it.');
  expect(world.alarms).toEqual([]);
});

test('no key of a removed request is left in Redis', async () => {
  await remove();
  const left = await world.admin.keys('*');
  expect(left.filter((key) => key.includes(old) || key.includes(deleted))).toEqual([]);
});

test('what somebody deletes by hand is named, beside what is removed as recorded', async () => {
  await remove();
  await world.admin.del(redisKeys.log(young));
  expect(await verify()).toMatchObject({ status: 1, found: [`missing ${young}`, `missing ${young}`] });
});

test('what somebody deletes by hand before its time is named, though it would be removed later', async () => {
  await world.admin.del(redisKeys.log(old));
  expect((await verify(['--threads', 'none'])).found).toEqual([`missing ${old}`]);
});

test('a removal that the bot’s own stolen key has signed is named when it comes too early', async () => {
  const last = (await world.admin.lrange(redisKeys.checkpoints, -1, -1))[0] ?? '';
  const latest = readCheckpoint(last, world.keys.trust)?.checkpoint;
  const [head] = latest?.heads ?? [];
  if (latest === undefined || head === undefined) throw new Error('There is no checkpoint');
  const said = { heads: [], removed: [head], retention: 400 };
  const at = await world.core.clock.now();
  const forged = writeCheckpoint(latest, said, at, world.keys.signer('bot'), world.keys.trust);
  await world.admin.rpush(redisKeys.checkpoints, checkpointLine(forged));
  await world.admin.del(redisKeys.log(head[0]));
  const { found } = await verify(['--threads', 'none']);
  expect(found).toContain(`deleted ${young}`);
  expect(found).toContain(`missing ${young}`);
});

test('no log goes whose removal is not in the channel any more, and the next checkpoint has it again', async () => {
  await world.removeExpired();
  const message = world.workspace.state.messages.get(auditChannel)?.at(-1);
  if (message === undefined) throw new Error('Nothing was posted');
  world.workspace.world.deleteMessage(message);
  await world.file();
  await world.settle();
  world.goBack(0);
  await world.removeExpired();
  expect([await isThere(old), await isThere(deleted)]).toEqual([true, true]);
  await world.anchor();
  const { said, found } = await verify(['--threads', 'none']);
  expect(found).toEqual(['missing']);
  expect(said.log).toMatchObject({ removed: 0, toBeRemoved: 0 });
  await world.admin.del(redisKeys.log(old));
  expect((await verify(['--threads', 'none'])).found).toContain(`missing ${old}`);
});

describe('under another policy', () => {
  const rules = (): string => join(world.folder, 'policy', 'rules.yaml');
  let before: string;
  beforeEach(async () => {
    before = readFileSync(rules(), 'utf8');
    await remove();
  });
  afterEach(() => writeFileSync(rules(), before));
  const under = (retention: string): void => writeFileSync(rules(), before.replace('retention: 400d', retention));

  test.each(['retention: 401d', ''])('a removal that states a shorter retention is not silent: %j', async (now) => {
    under(now);
    const { found, said } = await verify(['--threads', 'none']);
    expect(new Set(found)).toEqual(
      new Set([`deleted ${old}`, `deleted ${deleted}`, `missing ${old}`, `missing ${deleted}`]),
    );
    expect(said.checkpoints.shortestRetention).toMatchObject({ days: 400 });
    expect((await verify(['--threads', 'none', '--retention', '400d'])).found).toEqual([]);
    expect((await verify(['--threads', 'none', '--retention', '401d'])).found).not.toEqual([]);
  });

  test('a report does not accuse what was removed under the shortest that was in force', async () => {
    under('retention: 401d');
    expect((await tamperingOf(world.environment)).findings).not.toEqual([]);
    expect((await tamperingOf(world.environment, '400d')).findings).toEqual([]);
  });

  test('one that is shorter now accuses nothing, whatever was said', async () => {
    under('retention: 90d');
    for (const words of [[], ['--retention', '400d'], ['--retention', '30d']])
      expect((await verify(['--threads', 'none', ...words])).found).toEqual([]);
  });

  test('it is said that nothing was compared where the policy cannot be read', async () => {
    under('retention: soon');
    const { found, said } = await verify(['--threads', 'none', '--channel', auditChannel]);
    expect(found).toEqual([]);
    expect(said.notLookedAt).toEqual([expect.stringContaining('was not compared')]);
  });
});

describe('a log that was removed', () => {
  test('and comes back with a backup of the time between is removed again', async () => {
    await world.removeExpired();
    const back = await takeSnapshot(world.admin);
    world.goBack(0);
    await world.removeExpired();
    await back();
    expect(await isThere(old)).toBe(true);
    expect((await verify(['--threads', 'none'])).found).toEqual([]);
    await world.removeExpired();
    expect(await isThere(old)).toBe(false);
    expect((await verify()).found).toEqual([]);
  });

  test('and that somebody puts back in part is named', async () => {
    const [first = ''] = await world.admin.lrange(redisKeys.log(old), 0, 0);
    await remove();
    await world.admin.rpush(redisKeys.log(old), first);
    expect((await verify(['--threads', 'none'])).found).toContain(`added ${old}`);
  });

  test('is no fault of an export, by itself or with what was saved of the channel', async () => {
    await remove();
    const [file, saved] = [join(world.folder, 'log.jsonl'), join(world.folder, 'channel.txt')];
    expect(await logCommand(['export', file], world.environment)).toMatchObject({ status: 0 });
    const stored = await world.admin.lrange(redisKeys.checkpoints, 0, -1);
    const texts = stored.flatMap((line) => {
      const seen = readCheckpoint(line, world.keys.trust);
      return seen === undefined ? [] : checkpointText(seen.checkpoint);
    });
    writeFileSync(saved, texts.join('\n'));
    const exported = await verify(['--export', file, '--checkpoints', saved]);
    expect(exported).toMatchObject({ status: 0, found: [] });
    expect(exported.said.log).toMatchObject({ requests: 2, removed: 2 });
    expect((await verify(['--export', file])).found).toEqual([]);
    // Slack's own export says when each was posted.
    const messages = world.workspace.state.messages.get(auditChannel) ?? [];
    const asExported = (at?: string) => JSON.stringify(messages.map(({ ts, blocks }) => ({ ts: at ?? ts, blocks })));
    writeFileSync(saved, asExported());
    expect((await verify(['--export', file, '--checkpoints', saved])).found).toEqual([]);
    writeFileSync(saved, asExported('1700000000.000100'));
    expect((await verify(['--export', file, '--checkpoints', saved])).found).toContain(`deleted ${old}`);
    expect(exported.said.notLookedAt).toContainEqual(expect.stringContaining('was not compared'));
    const compared = await verify(['--export', file, '--retention', '401d']);
    expect(compared.found).toContain(`deleted ${old}`);
    expect(compared.said.notLookedAt).not.toContainEqual(expect.stringContaining('was not compared'));
  });
});
