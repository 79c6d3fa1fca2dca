import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import type { RequestId } from '#domain/ids.ts';
import { alice, bob } from '#test/build/people.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';
import { createWorld, file } from '#test/build/world.ts';
import { type Ran, runCli } from '#test/contract/parts/operator.ts';
import { startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';

/** A shop of two rules, in which developers are named one by one, or are a group of Slack's. */
const rules = (developers: string): string =>
  edited(policyFiles['rules.yaml'], 'developers: S02ABCDEF', `developers: ${developers}`)
    .replace('[U02BOB, U02CAROL]', `[${bob}, U02CAROL]`)
    .replace("namespaces: ['bank-*']", 'namespaces: [bank]');
const filesOf = (text: string): Readonly<Record<string, string>> => ({
  ...policyFiles,
  'rules.yaml': text,
  'identities.yaml': `people:\n  - slack: ${alice}\n    kubernetes: { user: alice@acme.test }\n`,
});

let place: string;
let redis: TestRedis;
let filed: readonly RequestId[];

const at = (name: string): string => join(place, name);
const folder = (name: string, files: Readonly<Record<string, string>>): string => {
  mkdirSync(at(name));
  for (const [one, text] of Object.entries(files)) writeFileSync(join(at(name), one), text);
  return at(name);
};
const replay = (...words: readonly string[]): Promise<Ran> =>
  runCli(['policy', 'replay', ...words, '--keys', at('keys')]);

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'hallpass-replay-'));
  redis = await startTestRedis();
  generateKeys(at('keys'));
  const keys = createKeys(at('keys'));
  const then = await readPolicyFolder(folder('then', filesOf(rules('S02SECURITY'))));
  if (!keys.ok || !then.ok) throw new Error('Keys and policy are right');
  // The bot as it is, over a real Redis: what it wrote is what is exported.
  const world = createWorld();
  const connection = redis.connect();
  const store = createRedisEventStore(connection, createRedisClock(connection));
  const bot = { ...world.bot, store, trust: keys.value.trust, signer: keys.value.signer('bot') };
  Object.assign(world.settings, then.value.settings);
  world.directory.groups.set('S02SECURITY', new Set([alice]));
  const ask = { ask: { profile: 'ingress-view', objects: [] } };
  const first = await file({ ...world, bot }, { ...ask, origin: 'one' });
  const second = await file({ ...world, bot }, { ...ask, duration: '1h', origin: 'two' });
  const { id } = first.request.asked;
  expect(await approveRequest(bot, { by: bob, id, revision: 1 })).toMatchObject({ ok: true });
  filed = [id, second.request.asked.id];
  const ran = await runCli(['log', 'export', at('log.jsonl')], {
    REDIS_URL: redis.server.url,
    HALLPASS_KEYS: at('keys'),
  });
  expect(ran).toMatchObject({ status: 0, errors: '' });
});
afterAll(async () => {
  await redis?.stop();
  rmSync(place, { recursive: true, force: true });
});

describe('what the bot filed, exported from a real Redis', () => {
  it('differs in nothing by the policy that it was filed under', async () => {
    const ran = await replay(at('then'), at('log.jsonl'));
    expect(ran).toEqual({
      status: 0,
      out: '2 requests replayed: 2 as before, 0 otherwise, 0 cannot be known\n',
      errors: '',
    });
  });

  it('differs where another policy decides otherwise, and says why', async () => {
    const shorter = folder('shorter', filesOf(edited(rules('S02SECURITY'), 'longest: 2h', 'longest: 30m')));
    const ran = await replay(shorter, at('log.jsonl'), '--before', at('then'));
    expect(ran).toMatchObject({ status: 1, errors: '' });
    expect(ran.out).toMatch(
      new RegExp(
        `^1 request: rule "shop" then and now, but it allows 30m at most\n {2}${filed[1]} .* access prod/shop: ingress-view, for 1h\n\n2 requests replayed: 1 as before, 1 otherwise, 0 cannot be known\n$`,
      ),
    );
  });

  it('is not known where it depends on groups of Slack’s, until somebody says who was in them', async () => {
    const other = folder('other', filesOf(edited(rules('S02OTHERS'), 'default: 30m', 'default: 20m')));
    const ran = await replay(other, at('log.jsonl'), '--before', at('then'));
    expect(ran.status).toBe(1);
    expect(ran.out).toContain('2 requests: rule "shop" then; now it depends on who was in "developers" (S02OTHERS)');
    writeFileSync(at('groups.yaml'), `developers: [${alice}]\n`);
    expect(await replay(other, at('log.jsonl'), '--groups', at('groups.yaml'))).toMatchObject({ status: 0 });
  });

  it('is refused once it was tampered with', async () => {
    const text = readFileSync(at('log.jsonl'), 'utf8');
    writeFileSync(at('forged.jsonl'), text.replaceAll('"seconds":3600', '"seconds":1800'));
    const ran = await replay(at('then'), at('forged.jsonl'));
    expect(ran.status).toBe(1);
    expect(ran.out).toContain(`  ${filed[1]}  entry 1: its signature is not valid`);
  });

  it.each([[['x']], [[]], [['x', 'y', 'z']], [['x', 'y', '--before']]])('says how it is used: %j', async (words) => {
    const ran = await runCli(['policy', 'replay', ...words]);
    expect(ran).toMatchObject({ status: 2, out: '' });
  });
});
