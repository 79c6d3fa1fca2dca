import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import { checkpointLine, checkpointText, readCheckpoint, writeCheckpoint } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { extend, readChain } from '#domain/request/chain.ts';
import type { Message } from '#local/slack/state.ts';
import { verifyAudit } from '#src/commands/audit-verify.ts';
import { logCommand } from '#src/commands/log.ts';
import { bob } from '#test/build/people.ts';
import { submitted } from '#test/build/requests.ts';
import { type Audited, approvals, auditChannel, startAudited } from '#test/contract/parts/audited.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { takeSnapshot } from '#test/contract/parts/redis-snapshot.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const withdrawn = { type: 'withdrawn', by: submitted().requester } as const;

let world: Audited;
let one: RequestId;
let other: RequestId;
let restore: () => Promise<void>;
let restoreMessages: () => void;
beforeAll(async () => {
  world = await startAudited();
  one = await world.file(voted, withdrawn);
  other = await world.file(voted);
  await world.settle();
  await world.record(other, withdrawn);
  await world.file();
  await world.settle();
  restore = await takeSnapshot(world.admin);
  restoreMessages = world.keepMessages();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await restore();
  restoreMessages();
});

type Found = {
  readonly about: string;
  readonly what: string;
  readonly request?: string;
  readonly version?: number;
  readonly checkpoint?: number;
};
const verify = async (words: readonly string[] = ['--threads', 'all'], changed: Record<string, string> = {}) => {
  const answer = await verifyAudit([...words, '--json'], { ...world.environment, ...changed }, () => {});
  const said = answer.out?.[0] === undefined ? undefined : JSON.parse(answer.out[0]);
  return { ...answer, said, findings: (said?.findings ?? []) as readonly Found[] };
};
const named = async (words?: readonly string[]): Promise<readonly string[]> =>
  (await verify(words)).findings.map(({ about, what, request, version, checkpoint }) =>
    [about, what, request, version, checkpoint === undefined ? undefined : `#${checkpoint}`]
      .filter((part) => part !== undefined)
      .join(' '),
  );
const messageOf = (id: RequestId, version: number): Message => {
  const found = world.workspace.state.messages
    .get(approvals)
    ?.find(
      ({ metadata }) =>
        metadata?.event_type === 'hallpass_event' &&
        metadata.event_payload.request === id &&
        metadata.event_payload.version === version,
    );
  if (found === undefined) throw new Error(`There is no message of entry ${version}`);
  return found;
};
const checkpointMessage = (number: number): Message => {
  const found = world.workspace.state.messages
    .get(auditChannel)
    ?.find(({ metadata }) => metadata?.event_payload.number === number);
  if (found === undefined) throw new Error(`There is no message of checkpoint ${number}`);
  return found;
};
const log = (id: RequestId) => redisKeys.log(id);
const rewrite = async (key: string, lines: readonly string[]): Promise<void> => {
  await world.admin.del(key);
  if (lines.length > 0) await world.admin.rpush(key, ...lines);
};

describe('where nobody touched anything', () => {
  test('nothing is found, and what was looked at is counted', async () => {
    const { status, said, findings } = await verify();
    expect(findings).toEqual([]);
    expect(status).toBe(0);
    expect(said).toMatchObject({
      log: { requests: 3, entries: 7, unanchored: 0 },
      checkpoints: { stored: 2, posted: 2, underWay: 0 },
      threads: { checked: 3, of: 3, messages: 7, byHash: 0, waiting: 0 },
      notLookedAt: [],
      incomplete: [],
    });
  });

  test('a sample says how many of how many, and words say the same as JSON', async () => {
    const answer = await verifyAudit(['--sample', '1'], world.environment, () => {});
    expect(answer).toMatchObject({ status: 0, errors: [] });
    expect(answer.out?.join('\n')).toMatch(/Threads: 1 of 3, chosen by chance, with \d message/);
    expect(answer.out?.at(-1)).toBe('Everything is as Hallpass wrote it.');
  });

  test('what has only just happened is no fault: not shown yet, in no checkpoint yet', async () => {
    const newest = await world.file();
    await world.record(one, { type: 'followed', request: other }).catch(() => undefined);
    const { status, said } = await verify();
    expect(status).toBe(0);
    expect(said.log.unanchored).toBeGreaterThan(0);
    expect(said.threads.waiting).toBeGreaterThan(0);
    expect(newest).toBeDefined();
  });

  test('messages from before there were proofs are compared by hash alone, and counted', async () => {
    for (const message of world.workspace.state.messages.get(approvals) ?? []) {
      const { text: _, key: __, signature: ___, ...payload } = message.metadata?.event_payload ?? {};
      if (message.metadata?.event_type === 'hallpass_event') message.metadata.event_payload = payload;
    }
    // Nor were there checkpoints.
    await world.admin.del(redisKeys.checkpoints, redisKeys.view('checkpoints', 'all'));
    world.workspace.state.messages.delete(auditChannel);
    const { status, said } = await verify();
    expect(status).toBe(0);
    expect(said.threads).toMatchObject({ messages: 7, byHash: 7 });
  });
});

describe('in Redis it names', () => {
  test('an entry that was altered, with what the thread says of it', async () => {
    const lines = await world.admin.lrange(log(one), 0, -1);
    await world.admin.lset(log(one), 1, (lines[1] ?? '').replace(bob, 'UMALLORY'));
    expect(await named()).toContain(`entry altered ${one} 2`);
  });

  test('entries that are gone from the middle, or from the end', async () => {
    const lines = await world.admin.lrange(log(one), 0, -1);
    await rewrite(log(one), lines.toSpliced(1, 1));
    expect(await named(['--threads', 'none'])).toEqual([`entry missing ${one} 2`]);
    await rewrite(log(one), lines.slice(0, 1));
    expect(await named(['--threads', 'none'])).toEqual([`entry missing ${one} 2 #1`, `entry missing ${one} 3 #1`]);
    expect(await named()).toContain(`entry missing ${one} 3`);
  });

  test('a request of which nothing is left, and one that was taken out of the indices', async () => {
    await world.admin.del(log(one));
    expect(await named(['--threads', 'none'])).toEqual([`request missing ${one} #1`]);
    expect(await named()).toContain(`request missing ${one}`);
    await restore();
    for (const key of await world.admin.keys('*status:*')) await world.admin.zrem(key, one);
    expect(await named(['--threads', 'none'])).toEqual([`request missing ${one}`]);
  });

  test('an older snapshot that was restored', async () => {
    const back = await takeSnapshot(world.admin);
    await world.record((await world.file()) as RequestId, withdrawn);
    const newest = await world.file(voted);
    await world.settle();
    await back();
    const found = await named();
    expect(found).toContain('checkpoint missing #3');
    expect(found).toContain(`request missing ${newest} #3`);
    // The bot goes on, and what was lost stays named.
    await world.file();
    await world.settle();
    expect(world.alarms.join()).toContain('Redis has an older checkpoint than the audit channel');
    const later = await named();
    expect(later).toContain('checkpoint missing #3');
    expect(later).not.toContain('checkpoint missing #4');
  });

  test('everything, when all was written anew with keys of somebody else', async () => {
    const theirs = createMemoryKeys();
    for (const id of [one, other]) {
      const { lines } = extend(
        id,
        undefined,
        [submitted()],
        await world.core.clock.now(),
        theirs.signer('bot'),
        theirs.trust,
      );
      await rewrite(log(id), lines);
    }
    const found = await named(['--threads', 'none']);
    expect(found).toContain(`entry altered ${one} 1`);
    expect(found).toContain(`entry altered ${other} 1`);
  });

  test('everything, when all was written anew with the bot’s own key, checkpoints too: the channel has others', async () => {
    const signer = world.keys.signer('bot');
    const now = await world.core.clock.now();
    const { lines, chain } = extend(
      one,
      undefined,
      [submitted({ reason: 'something harmless' })],
      now,
      signer,
      world.keys.trust,
    );
    await rewrite(log(one), lines);
    await world.admin.del(log(other));
    for (const key of await world.admin.keys('*status:*')) await world.admin.zrem(key, other);
    const forged = writeCheckpoint(undefined, [[one, 1, chain.head.slice(0, 32)]], now, signer, world.keys.trust);
    await rewrite(redisKeys.checkpoints, [checkpointLine(forged)]);
    const found = await named(['--threads', 'none']);
    expect(found).toContain('checkpoint altered #1');
    expect(found).toContain('checkpoint missing #2');
    expect(found).toContain(`entry missing ${one} 2 #1`);
    expect(found).toContain(`request missing ${other} #2`);
    // Without the channel there is nothing to tell it by.
    const { SLACK_BOT_TOKEN: _, ...alone } = world.environment;
    const answer = await verifyAudit([], alone, () => {});
    expect(answer.out?.join('\n')).toContain('only the log was verified, by itself');
  });

  test('an emptied Redis, by all that the channel knows', async () => {
    await world.admin.flushall();
    const found = await named();
    expect(found).toContain('checkpoint missing #1');
    expect(found).toContain('checkpoint missing #2');
    expect(found).toContain(`request missing ${one} #1`);
  });
});

describe('in the audit channel it names', () => {
  test('a checkpoint that was deleted', async () => {
    world.workspace.world.deleteMessage(checkpointMessage(1));
    expect(await named(['--threads', 'none'])).toEqual(['checkpoint missing #1']);
  });

  test('a checkpoint that was edited, by its text, by its metadata, or by both', async () => {
    const { ts, blocks, metadata } = checkpointMessage(2);
    const place = { channelId: auditChannel, ts };
    const edited = JSON.parse(JSON.stringify(blocks).replace(`${other} 3`, `${other} 2`));
    world.workspace.world.editMessage(place, { blocks: edited });
    expect(await named(['--threads', 'none'])).toContain('checkpoint edited #2');
    world.workspace.world.editMessage(place, {
      blocks,
      metadata: { ...metadata, event_payload: { ...metadata?.event_payload, hash: 'f' } } as never,
    });
    expect(await named(['--threads', 'none'])).toEqual(['checkpoint edited #2']);
    world.workspace.world.editMessage(place, { text: 'nothing', metadata: undefined });
    expect(await named(['--threads', 'none'])).toEqual(['checkpoint missing #2']);
  });

  test('a checkpoint that somebody else posted, and one that was posted a second time', async () => {
    const { text, blocks, metadata } = checkpointMessage(2);
    const again = { channelId: auditChannel, text, blocks, ...(metadata === undefined ? {} : { metadata }) };
    world.workspace.world.forgeMessage({ userId: 'U0ROBO', isBot: true }, again);
    world.workspace.world.forgeMessage({ userId: 'U0HALLPASS', isBot: true }, again);
    expect(new Set(await named(['--threads', 'none']))).toEqual(
      new Set(['checkpoint forged #2', 'checkpoint added #2']),
    );
  });
});

describe('in threads it names', () => {
  const edit = (change: Parameters<Audited['workspace']['world']['editMessage']>[1]): void =>
    world.workspace.world.editMessage(messageOf(one, 2), change);

  test('a message of which the text was edited through the back door', async () => {
    edit({ text: 'Nobody ever approved this' });
    expect(await named()).toEqual([`message edited ${one} 2`]);
  });

  test('a message of which one word was edited, and Slack’s own mark', async () => {
    const { blocks, text } = messageOf(one, 2);
    edit({ blocks: JSON.parse(JSON.stringify(blocks).replace(' approved', ' disapproved')) });
    expect(await named()).toEqual([`message edited ${one} 2`]);
    edit({ blocks, text, isMarked: true });
    expect(await named()).toEqual([`message edited ${one} 2`]);
  });

  test('a message of which text and metadata were edited', async () => {
    const { metadata } = messageOf(one, 2);
    const payload = { ...metadata?.event_payload, text: createHash('sha256').update('x').digest('hex').slice(0, 32) };
    edit({ text: 'x', metadata: { event_type: 'hallpass_event', event_payload: payload } });
    expect(await named()).toEqual([`message edited ${one} 2`]);
  });

  test('a message of which the proof was taken away', async () => {
    const { metadata } = messageOf(one, 2);
    const { text: _, key: __, signature: ___, ...rest } = metadata?.event_payload ?? {};
    edit({ text: 'x', metadata: { event_type: 'hallpass_event', event_payload: rest } });
    expect(await named()).toEqual([`message edited ${one} 2`]);
    edit({ text: 'x', metadata: undefined });
    expect(await named()).toContain(`message edited ${one} 2`);
  });

  test('a message that was deleted, also when its notes are gone', async () => {
    world.workspace.world.deleteMessage(messageOf(one, 2));
    expect(await named()).toEqual([`message deleted ${one} 2`]);
    await world.admin.del(redisKeys.view('slack', one));
    expect(await named()).toEqual([`message missing ${one} 2`]);
  });

  test('a card that was deleted', async () => {
    const card = messageOf(one, 1).threadTs ?? '';
    const message = world.workspace.state.messages.get(approvals)?.find(({ ts }) => ts === card);
    if (message === undefined) throw new Error('There is no card');
    Object.assign(message, { text: 'This message was deleted.', blocks: [], metadata: undefined });
    expect(await named()).toEqual([`message deleted ${one}`]);
  });

  test('messages that somebody added: another app, a person, the bot’s user without a signature', async () => {
    const { threadTs = '', text, blocks, metadata } = messageOf(one, 2);
    const forge = (userId: string, parts: object) =>
      world.workspace.world.forgeMessage(
        { userId, isBot: true },
        { channelId: approvals, threadTs, text, blocks, ...parts },
      );
    forge('U0ROBO', { metadata });
    forge('U0MALLORY', {});
    forge('U0HALLPASS', { text: 'Approved by everybody', blocks: undefined });
    const { findings } = await verify();
    expect(findings.map(({ what }) => what)).toEqual(['forged', 'forged', 'forged']);
    const payload = { ...metadata?.event_payload, version: 4, hash: 'a'.repeat(64) };
    forge('U0HALLPASS', { metadata: { event_type: 'hallpass_event', event_payload: payload } });
    expect(await named()).toContain(`entry missing ${one} 4`);
    forge('U0HALLPASS', { metadata });
    expect(await named()).toContain(`message added ${one} 2`);
  });

  test('what people say in a thread is theirs', async () => {
    const { threadTs = '' } = messageOf(one, 2);
    world.workspace.world.forgeMessage(
      { userId: 'U0BOB', isBot: false },
      { channelId: approvals, threadTs, text: 'Looks good to me: entry 2' },
    );
    expect(await named()).toEqual([]);
  });

  test('a card without a log, and one that another app posted', async () => {
    const card = (request: string) => ({ event_type: 'hallpass_card', event_payload: { request, version: 1 } });
    const forge = (userId: string, request: string) =>
      world.workspace.world.forgeMessage(
        { userId, isBot: true },
        { channelId: approvals, text: 'A card', metadata: card(request) },
      );
    const [mine, theirs] = [forge('U0HALLPASS', 'k7m2-q2'), forge('U0ROBO', one)];
    // What is posted while it looks is left for the next time.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(mine < theirs).toBe(true);
    expect(new Set(await named())).toEqual(new Set(['request missing k7m2-q2', `message forged ${one}`]));
  });
});

describe('an export', () => {
  const file = (): string => join(world.folder, 'log.jsonl');
  const saved = (): string => join(world.folder, 'channel.txt');
  const exported = async (): Promise<readonly string[]> => {
    expect(await logCommand(['export', file()], world.environment)).toMatchObject({ status: 0 });
    const lines = readFileSync(file(), 'utf8').trimEnd().split('\n');
    const stored = await world.admin.lrange(redisKeys.checkpoints, 0, -1);
    const texts = stored.flatMap((line) => {
      const seen = readCheckpoint(line, world.keys.trust);
      return seen === undefined ? [] : checkpointText(seen.checkpoint);
    });
    writeFileSync(saved(), `Hallpass 10:20\n${texts.join('\n')}\n`);
    return lines;
  };
  const words = () => ['--export', file()];

  test('is verified without Redis and Slack, and says so', async () => {
    await exported();
    const { HALLPASS_KEYS: keys } = world.environment;
    const answer = await verifyAudit(words(), { HALLPASS_KEYS: keys }, () => {});
    expect(answer).toMatchObject({ status: 0, errors: [] });
    const said = answer.out?.join('\n') ?? '';
    expect(said).toContain('3 requests with 7 entries');
    expect(said).toContain('Checkpoints: 2 in the log');
    expect(said).toContain('Slack was not asked');
    expect(await verify([...words(), '--checkpoints', saved()])).toMatchObject({ status: 0, findings: [] });
    const { HALLPASS_KEYS: _, ...none } = world.environment;
    expect(await verifyAudit([...words(), '--keys', keys ?? ''], none, () => {})).toMatchObject({ status: 0 });
  });

  test('names each line that was altered, left out, put in or moved', async () => {
    const lines = await exported();
    for (const [index] of lines.slice(0, -1).entries()) {
      writeFileSync(file(), `${lines.toSpliced(index, 1).join('\n')}\n`);
      expect((await verify(words())).status).toBe(1);
      writeFileSync(file(), `${lines.toSpliced(index, 0, lines[index] ?? '').join('\n')}\n`);
      expect((await verify(words())).status).toBe(1);
      writeFileSync(file(), `${lines.with(index, (lines[index] ?? '').replace(/"at":"2/, '"at":"3')).join('\n')}\n`);
      if (!(lines[index] ?? '').startsWith('{"checkpoint"')) expect((await verify(words())).status).toBe(1);
    }
  });

  test('with a request taken out of it, and of its last line, is named by the checkpoints', async () => {
    const lines = await exported();
    const left = lines.filter((line) => !line.includes(`"request":"${one}"`));
    const end = JSON.parse(left.at(-1) ?? '');
    const last = JSON.stringify({ ...end, requests: 2, entries: end.entries - 3 });
    writeFileSync(file(), `${left.with(-1, last).join('\n')}\n`);
    expect(await named(words())).toEqual([`request missing ${one} #1`]);
    const bare = left.filter((line) => !line.startsWith('{"checkpoint"'));
    writeFileSync(
      file(),
      `${bare.with(-1, JSON.stringify({ ...JSON.parse(last), checkpoints: undefined })).join('\n')}\n`,
    );
    expect(await named(words())).toEqual([]);
    expect(await named([...words(), '--checkpoints', saved()])).toContain(`request missing ${one} #1`);
  });

  test('from before there were checkpoints is still read', async () => {
    const lines = await exported();
    const { checkpoints: _, ...end } = JSON.parse(lines.at(-1) ?? '');
    const older = [...lines.slice(0, -1).filter((line) => !line.startsWith('{"checkpoint"')), JSON.stringify(end)];
    writeFileSync(file(), `${older.join('\n')}\n`);
    expect(await verify(words())).toMatchObject({ status: 0, findings: [] });
  });

  test('as the bot exported it can still be read line by line', async () => {
    const entries = (await exported()).filter(
      (line) => line.includes(`"request":"${one}"`) && !line.startsWith('{"checkpoint"'),
    );
    expect(readChain(one, entries, world.keys.trust).ok).toBe(true);
  });
});

describe('the command', () => {
  test('is run from the command line, and ends with 1 for a finding', { timeout: 60_000 }, async () => {
    world.workspace.world.editMessage(messageOf(one, 2), { text: 'x' });
    const ran = await runCli(['audit', 'verify', '--threads', 'all'], world.environment);
    expect(ran.status).toBe(1);
    expect(ran.out).toContain(`request ${one}, entry 2, message`);
    expect(ran.out).toContain('edited message: its text was edited.');
    expect(ran.out).toContain('1 finding: this is not what Hallpass wrote.');
    expect(ran.errors).toContain('Threads: 3 of 3');
  });

  test.each([
    [['--threads', 'some']],
    [['--sample', '0']],
    [['--sample', 'x']],
    [['--sample', '5', '--threads', 'all']],
    [['--checkpoints', 'x']],
    [['--export', 'x', '--threads', 'all']],
    [['--channel', '#audit']],
    [['--retention', '90']],
    [['--retention', '29d']],
    [['--what']],
    [['more']],
  ])('does not understand %j', async (words) => {
    expect(await verifyAudit(words, world.environment, () => {})).toMatchObject({
      status: 2,
      errors: [expect.any(String)],
    });
  });

  test.each([
    ['Redis is away', { REDIS_URL: 'redis://127.0.0.1:1' }],
    ['Slack is away', { SLACK_API_URL: 'http://127.0.0.1:1/api/' }],
    ['its token is not taken', { SLACK_BOT_TOKEN: 'xoxb-wrong' }],
    ['there are no keys', { HALLPASS_KEYS: '/nowhere' }],
    ['keys are not set', { HALLPASS_KEYS: '' }],
  ])('ends with 3 when %s', async (_, changed) => {
    const answer = await verifyAudit([], { ...world.environment, ...(changed as Record<string, string>) }, () => {});
    expect(answer.status).toBe(3);
    expect(answer.errors?.join()).not.toBe('');
  });

  test('ends with 3 when the audit channel cannot be read, and says why', async () => {
    world.workspace.state.channels.get(auditChannel)?.members.delete('U0HALLPASS');
    const answer = await verify(['--threads', 'none']);
    world.workspace.state.channels.get(auditChannel)?.members.add('U0HALLPASS');
    expect(answer.status).toBe(3);
    expect(answer.said.incomplete).toEqual([expect.stringContaining('Invite Hallpass to it')]);
  });

  test.each([[['--export', '/nowhere']], [['--export', '/']]])(
    'ends with 3 for a file that cannot be read: %j',
    async (words) => {
      expect((await verifyAudit(words, world.environment, () => {})).status).toBe(3);
    },
  );
});
