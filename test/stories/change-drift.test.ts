import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { personId, type RequestId, requestId } from '#domain/ids.ts';
import { formatKubeconfig, writeKubeconfig } from '#local/parts/kubeconfig.ts';
import { inMemory } from '#local/ways-in.ts';
import { type Running, startWorker } from '#src/worker.ts';
import { type ApiCall, type ApiProxy, startApiProxy } from '#test/stories/parts/api-proxy.ts';
import { changeStoryOf } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const alice = personId.parse('U0ALICE');

describe('an object that somebody changes while a change of it is under way', () => {
  const company = companyFor(inMemory, { worker: 'none' });
  const story = storyOf(company);
  const { admin, text, ingress, edit, backend, noJournal } = changeStoryOf(company, story);
  let api: ApiProxy;
  let worker: Running | undefined;
  let gate: (call: ApiCall) => Promise<void> = async () => {};

  beforeAll(async () => {
    const { stand } = company();
    api = await startApiProxy(stand.plane, { hold: () => undefined, onHeld: () => {}, gate: (call) => gate(call) });
    const path = writeKubeconfig(
      stand.kubeconfig('proxied'),
      formatKubeconfig({
        url: api.url,
        caPem: stand.plane.caPem,
        user: 'hallpass-worker',
        token: /token: (\S+)/.exec(await readFile(stand.kubeconfig('hallpass-worker'), 'utf8'))?.[1] ?? '',
        cluster: 'shop',
      }),
    );
    const workerClusters = [{ name: 'shop', source: { type: 'kubeconfig', path } as const }];
    const started = await startWorker({ ...stand.config('worker'), workerClusters });
    if (!started.ok) throw new Error(started.error.join('\n'));
    worker = started.value;
  });
  afterAll(async () => {
    await worker?.stop();
    await api.stop();
  });

  /** Stops the first call of a kind, and what is done meanwhile; everything else goes on. */
  const meanwhile = (is: (call: ApiCall) => boolean | Promise<boolean>, work: () => Promise<void>): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let once = false;
    gate = async (call) => {
      if (once || !(await is(call)) || once) return;
      once = true;
      await work().then(resolve, reject);
    };
    return promise;
  };
  const voted = async (id: RequestId, revision: number): Promise<void> => {
    for (const person of ['U0BOB', 'U0DAN']) await story.press(person, 'approve', id, revision);
  };
  const toThird = (path: string) => edit(path, (body) => body.replaceAll('"name":"ledger"', '"name":"third"'));
  const isWrite = (name: string) => (call: ApiCall) =>
    call.method === 'PUT' && call.path.includes(`/${name}`) && !call.path.includes('dryRun');

  /** The one request that was asked anew for one that lapsed, with its card. */
  const followedBy = async (id: RequestId): Promise<RequestId> => {
    await story.until(`${id} to be followed`, async () => (await story.events(id)).includes('followed'));
    await pause(2_500);
    const all = (await story.redis().zrange(keys.person(alice), '0', '-1')).map((one) => requestId.parse(one));
    const chains = await Promise.all(all.map((one) => story.chain(one)));
    const followers = chains.filter(({ request }) => request.asked.follows?.request === id);
    expect(followers).toHaveLength(1);
    expect((await story.events(id)).filter((type) => type === 'followed')).toHaveLength(1);
    const [follower] = followers.map(({ request }) => request.asked.id);
    if (follower === undefined) throw new Error('Nothing follows it.');
    await story.shows(follower, `Follows  ${id}`);
    return follower;
  };
  const leftAlone = async (id: RequestId, path: string): Promise<void> => {
    expect(await story.reaches(id, 'lapsed')).toMatchObject({ moved: true });
    expect(await text(path)).toContain('"third"');
    expect(await text(path)).not.toContain(`hallpass-${id}`);
    await noJournal(id);
    await story.shows(id, 'apsed');
    const follower = await followedBy(id);
    expect((await story.chain(follower)).request.state).toMatchObject({ status: 'pending', votes: [] });
  };

  it('between two votes: the first is gone with its revision, and both are needed for the new one', async () => {
    const path = await ingress('votes');
    const id = await backend('votes', 'postgres', '4s');
    await story.press('U0BOB', 'approve', id);
    await toThird(path);
    await story.press('U0DAN', 'approve', id);
    expect((await story.chain(id)).request).toMatchObject({ asked: { revision: 2 }, state: { votes: [] } });
    await story.press('U0DAN', 'approve', id, 2);
    expect((await story.chain(id)).request.state).toMatchObject({ status: 'pending' });
    await story.press('U0BOB', 'approve', id, 2);
    await story.reaches(id, 'active');
    expect(await text(path)).toContain('"postgres"');
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('"third"');
  });

  it('between the approval and its application: it lapses, and one request asks anew and says what it follows', async () => {
    const path = await ingress('approved');
    const id = await backend('approved', 'postgres', '4s');
    const isApproved = async ({ method, path: called }: ApiCall) =>
      method === 'GET' &&
      called.includes('/ingresses/approved') &&
      (await story.chain(id)).request.state.status === 'approved';
    const moved = meanwhile(isApproved, () => toThird(path));
    await voted(id, 1);
    await moved;
    await leftAlone(id, path);
  });

  it('between the trial and the write: it is not overwritten, nothing of ours is left, and one request asks anew', async () => {
    const path = await ingress('written');
    const id = await backend('written', 'postgres', '4s');
    const moved = meanwhile(isWrite('written'), () => toThird(path));
    await voted(id, 1);
    await moved;
    await leftAlone(id, path);
    expect(story.told('could not be taken back')).toEqual([]);
  });

  it('elsewhere in it between the trial and the write: both changes are there, and only ours goes', async () => {
    const path = await ingress('unrelated');
    const id = await backend('unrelated', 'postgres', '4s');
    const label = async (): Promise<void> => {
      await admin().send('PATCH', path, { metadata: { labels: { added: 'meanwhile' } } });
    };
    const moved = meanwhile(isWrite('unrelated'), label);
    await voted(id, 1);
    await moved;
    await story.reaches(id, 'active');
    expect(await text(path)).toContain('"postgres"');
    const again = meanwhile(isWrite('unrelated'), async () => {
      await admin().send('PATCH', path, { metadata: { labels: { again: 'meanwhile' } } });
    });
    await again;
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('"ledger"');
    for (const key of ['added', 'again']) expect(await text(path)).toContain(`"${key}":"meanwhile"`);
    expect(await text(path)).not.toContain(`hallpass-${id}`);
  });

  it('at the moment it is deleted: nothing is made in its place, and nothing of ours is left', async () => {
    const path = await ingress('vanished');
    const id = await backend('vanished', 'postgres', '4s');
    const moved = meanwhile(isWrite('vanished'), async () => {
      expect((await admin().send('DELETE', path)).status).toBe(200);
    });
    await voted(id, 1);
    await moved;
    expect(await story.reaches(id, 'lapsed')).toMatchObject({ moved: true });
    expect((await admin().send('GET', path)).status).toBe(404);
    await noJournal(id);
  });
});
