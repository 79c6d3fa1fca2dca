import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { keys } from '#adapters/redis/keys.ts';
import { personId, type RequestId } from '#domain/ids.ts';
import { extend } from '#domain/request/chain.ts';
import type { Author, RequestEvent } from '#domain/request/events.ts';
import { minuteLabel, minuteOf } from '#domain/request/stamp.ts';
import { inMemory } from '#local/ways-in.ts';
import { type Running, startWorker } from '#src/worker.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop-payments';
const broken = 'The log of a request cannot be believed';

describe('a log that somebody has spoiled', () => {
  const company = companyFor(inMemory, { worker: 'none' });
  const story = storyOf(company);
  let worker: Running | undefined;
  const stopWorker = async (): Promise<void> => {
    await worker?.stop();
    worker = undefined;
  };
  /** A worker that has seen nothing yet: one that runs does not believe a log that shrank. */
  const freshWorker = async (): Promise<void> => {
    await stopWorker();
    const started = await startWorker(company().stand.config('worker'));
    if (!started.ok) throw new Error(started.error.join('\n'));
    worker = started.value;
  };
  beforeAll(freshWorker);
  afterAll(stopWorker);

  /** Makes the worker look at a request at once, as whoever may write to Redis can. */
  const makeDue = (id: RequestId) => story.redis().zadd(keys.due, 1, id);
  const pendingWithOneVote = async (): Promise<RequestId> => {
    const id = await story.ask(typed('5m'));
    await story.press('U0BOB', 'approve', id);
    return id;
  };
  const linesOf = (id: RequestId) => story.redis().lrange(keys.log(id), 0, -1);
  const putBack = async (id: RequestId, lines: readonly string[]): Promise<void> => {
    await story
      .redis()
      .multi()
      .del(keys.log(id))
      .rpush(keys.log(id), ...lines)
      .zadd(keys.due, 1, id)
      .exec();
  };
  const untilApproved = async (id: RequestId): Promise<readonly string[]> => {
    const { entries } = await story.chain(id);
    const place = entries.findIndex(({ event }) => event.type === 'approved');
    return (await linesOf(id)).slice(0, place + 1);
  };
  /** The vote that is missing and the approval, as they should be but for the keys, which are not the bot's. */
  const forgedApproval = async (id: RequestId, folder: string, author: Author): Promise<readonly string[]> => {
    const chain = await story.chain(id);
    const own = createKeys(folder, [author]);
    if (!own.ok) throw new Error(own.error.join('\n'));
    const signer = { ...own.value.signer(author), author: 'bot' as const };
    const now = Temporal.Now.instant();
    const [bob, dan] = [personId.parse('U0BOB'), personId.parse('U0DAN')];
    const missing: readonly RequestEvent[] = [
      { type: 'voted', by: dan, revision: 1 },
      { type: 'approved', by: [bob, dan], revision: 1, applyBy: now.add({ minutes: 15 }) },
    ];
    return extend(id, chain, missing, now, signer, { ...own.value.trust, verify: () => true }).lines;
  };

  it('an event that was edited, removed or forged grants nothing, and administrators are told', async () => {
    const { folder, config } = {
      folder: `${company().stand.folder}/stolen-keys`,
      config: company().stand.config('worker'),
    };
    generateKeys(folder);
    const edited = await pendingWithOneVote();
    const removed = await pendingWithOneVote();
    const strange = await pendingWithOneVote();
    const workers = await pendingWithOneVote();
    await story.redis().lset(keys.log(edited), 0, ((await linesOf(edited))[0] ?? '').replace('300', '360'));
    await story.redis().lpop(keys.log(removed));
    await story.redis().rpush(keys.log(strange), ...(await forgedApproval(strange, folder, 'bot')));
    // Even the worker's own key makes no approval.
    await story.redis().rpush(keys.log(workers), ...(await forgedApproval(workers, config.keys, 'worker')));

    for (const id of [edited, removed, strange, workers]) {
      await makeDue(id);
      await story.press('U0DAN', 'approve', id);
    }
    await pause(2_500);
    for (const id of [edited, removed, strange, workers]) {
      expect(await story.inCluster(id)).toEqual([]);
      await story.until(`administrators to be told of ${id}`, () =>
        story.told(broken).some((text) => text.includes(id)),
      );
    }
    expect(await story.mayRead()).toBe(false);
  });

  it('a tail that was cut off, or an older Redis put back, grants nothing again and lengthens nothing', async () => {
    const id = await story.ask(typed('5s'));
    await story.approve(id);
    const { expiresAt } = await story.reaches(id, 'active');
    const approved = await untilApproved(id);
    const before = await story.inCluster(id);
    // A worker that knows better does not believe it, and the grant ends at its time.
    await putBack(id, approved);
    await story.until(`administrators to be told of ${id}`, () => story.told(broken).some((text) => text.includes(id)));
    expect((await story.inCluster(id)).map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    await story.until('the access to be gone', async () => !(await story.mayRead()));
    const late = Temporal.Now.instant().since(expiresAt).total('seconds');
    expect(late).toBeGreaterThan(-0.2);
    expect(late).toBeLessThan(5);
    // One that knows nothing finds the marker: it makes nothing, and the time stays what it was.
    await freshWorker();
    await story.isTold('A request was taken up again after its marker was made');
    const over = await story.reaches(id, 'revoked');
    expect(over.expiresAt.toString()).toBe(expiresAt.toString());
    expect(over.objects).toEqual([]);
    expect(await story.inCluster(id)).toEqual([]);
    expect(await story.mayRead()).toBe(false);
  });

  it('a grant that was given back early is not revived by the log of before, nor by a new vote on it', async () => {
    const id = await story.ask(typed('10m'));
    await story.approve(id);
    await story.reaches(id, 'active');
    const lines = await linesOf(id);
    const approved = await untilApproved(id);
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
    await stopWorker();
    // As it was when approved.
    await putBack(id, approved);
    await freshWorker();
    await story.reaches(id, 'lapsed');
    await story.isTold('A request that was applied and ended before came up again');
    // As it was with one vote, and the other vote cast anew.
    await putBack(id, approved.slice(0, 2));
    await stopWorker();
    await story.press('U0DAN', 'approve', id);
    await freshWorker();
    await pause(2_500);
    expect(await story.inCluster(id)).toEqual([]);
    // As it was when active: what is gone stays gone.
    await putBack(id, lines);
    await pause(2_500);
    expect(await story.inCluster(id)).toEqual([]);
    expect(await story.mayRead()).toBe(false);
  });

  it('whole Redis put back to before the end of a grant grants nothing again', async () => {
    const redis = story.redis();
    const id = await story.ask(typed('10m'));
    await story.approve(id);
    await story.reaches(id, 'active');
    const backup = await Promise.all(
      (await redis.keys('{hallpass}:*')).map(async (key) => ({ key, value: await redis.dumpBuffer(key) })),
    );
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
    await stopWorker();
    await redis.flushall();
    for (const { key, value } of backup) if (value !== null) await redis.restore(key, 0, value, 'REPLACE');
    await freshWorker();
    await pause(4_500);
    expect(await story.inCluster(id)).toEqual([]);
    expect(await story.mayRead()).toBe(false);
  });

  it('what somebody leaves for administrators is posted as plain words, which mention nobody', async () => {
    await story.redis().rpush(keys.alarms, '<!channel> <@U0BOB> all is well, see <https://evil.test|the runbook>');
    await story.isTold('all is well');
    const posted = company()
      .slack.as('U0DAN')
      .readChannel('hallpass-audit')
      .find(({ shown }) => shown.includes('all is well'));
    expect(posted?.shown).toContain('<!channel> <@U0BOB> all is well, see <https://evil.test|the runbook>');
    expect(posted?.mentions).toEqual([]);
  });

  it('copied and edited stamps on somebody else’s RoleBinding do not make the sweep delete it; reported once', async () => {
    const { admin } = company().stand;
    const id = await story.ask(typed('10m'));
    await story.approve(id);
    await story.reaches(id, 'active');
    const [genuine] = (await story.inCluster(id)).slice(-1);
    if (genuine === undefined) throw new Error('There is no binding.');
    const { annotations } = genuine;
    // The sweep's quick rounds look at this minute and the hour before it; a grant that ends later would wait for the long one.
    const labels = { ...genuine.labels, [minuteLabel]: minuteOf(Temporal.Now.instant()) };
    const foreign = (name: string, notes: Record<string, string>) =>
      admin.send('POST', `${rbac}/rolebindings`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name, labels, annotations: { ...annotations, ...notes } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'theirs' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody@acme.test' }],
      });
    const past = Temporal.Now.instant().subtract({ minutes: 5 }).toString();
    expect((await foreign('copied-whole', {})).status).toBe(201);
    expect((await foreign('copied-and-expired', { 'hallpass.dev/expires-at': past })).status).toBe(201);
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
    await pause(5_000);
    for (const name of ['copied-whole', 'copied-and-expired']) {
      expect((await admin.send('GET', `${rbac}/rolebindings/${name}`)).status).toBe(200);
      expect(story.told('without a genuine stamp').filter((text) => text.includes(name))).toHaveLength(1);
      await admin.send('DELETE', `${rbac}/rolebindings/${name}`);
    }
    expect(await story.inCluster(id)).toEqual([]);
  });
});
