import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { formatKubeconfig, writeKubeconfig } from '#local/parts/kubeconfig.ts';
import { inMemory } from '#local/ways-in.ts';
import { type ApiCall, type ApiProxy, type Hold, startApiProxy } from '#test/stories/parts/api-proxy.ts';
import { type RedisProxy, startRedisProxy } from '#test/stories/parts/redis-proxy.ts';
import { startWorkerProcess, type WorkerProcess } from '#test/stories/parts/worker-process.ts';
import { markersBeside } from '#use-cases/home.ts';
import { companyFor } from './company.ts';
import { rules, storyOf, writeRules } from './story.ts';

const oneVote = rules({
  rules: `  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform, count: 1 }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`,
});

/** Which command or call of one request, and on which side of its effect, the worker does not survive. */
type Boundary<Is> = { readonly name: string; readonly side: 'before' | 'after'; readonly is: Is };
const bothSides = <Is>(name: string, is: Is): readonly Boundary<Is>[] => [
  { name: `before ${name}`, side: 'before', is },
  { name: `after ${name}`, side: 'after', is },
];

/** An access review names only the object that was asked for, so each request has one of its own: `object-<index>`. */
type IsCall = (call: ApiCall, id: string, object: string) => boolean;
const call =
  (method: string, path: RegExp): IsCall =>
  (one, id, object) =>
    one.method === method &&
    path.test(one.path) &&
    [id, `"${object}"`].some((word) => `${one.path} ${one.body}`.includes(word));
const applied: readonly Boundary<IsCall>[] = [
  ...bothSides('its marker', call('POST', /\/configmaps/)),
  ...bothSides('its Role', call('POST', /shop-payments\/roles/)),
  ...bothSides('its RoleBinding', call('POST', /shop-payments\/rolebindings/)),
  ...bothSides('its confirmation', call('POST', /subjectaccessreviews/)),
];
const ended: readonly Boundary<IsCall>[] = [
  ...bothSides('the Role’s deletion', call('DELETE', /\/roles\//)),
  ...bothSides('the RoleBinding’s deletion', call('DELETE', /\/rolebindings\//)),
  ...bothSides('the proof', call('POST', /subjectaccessreviews/)),
];
const givenBack: readonly Boundary<IsCall>[] = [
  ...bothSides('the look at the marker', call('GET', /\/configmaps\//)),
  ...bothSides('the note on the marker', call('PUT', /\/configmaps\//)),
];

type IsCommand = (words: readonly string[], id: string) => boolean;
const script = (words: readonly string[]): boolean => /^eval(sha)?$/i.test(words[0] ?? '');
/** A script's first key says which it is: a delayed job is added at the queue's marker, a job is finished from its waiting list. */
const about = (key: RegExp) => (words: readonly string[], id: string) =>
  script(words) && key.test(words[3] ?? '') && words.slice(3).join(' ').includes(id);
const committed = bothSides<IsCommand>('the commit', about(/:log:/));
const finished = [
  ...bothSides<IsCommand>('the job to show it is queued', about(/:slack:/)),
  ...bothSides<IsCommand>('its job is finished', about(/:cluster:wait$/)),
];
const applyCommands = [
  ...committed,
  ...finished,
  ...bothSides<IsCommand>('the job for its end is queued', about(/:cluster:marker$/)),
];
const endCommands = [...committed, ...finished];

describe('a worker killed between commit and effect', () => {
  const company = companyFor(inMemory, { worker: 'none', prepare: (stand) => writeRules(stand, oneVote) });
  const story = storyOf(company);
  let api: ApiProxy;
  let redis: RedisProxy;
  let kubeconfig: string;
  let worker: WorkerProcess | undefined;
  const objects = new Map<RequestId, string>();

  let holdCall: (one: ApiCall) => Hold = () => undefined;
  let holdCommand: (words: readonly string[]) => Hold = () => undefined;
  let onHeld: () => void = () => {};

  beforeAll(async () => {
    const { stand } = company();
    api = await startApiProxy(stand.plane, { hold: (one) => holdCall(one), onHeld: () => onHeld() });
    redis = await startRedisProxy(stand.redis.port, { hold: (words) => holdCommand(words), onHeld: () => onHeld() });
    kubeconfig = writeKubeconfig(
      stand.kubeconfig('proxied'),
      formatKubeconfig({
        url: api.url,
        caPem: stand.plane.caPem,
        user: 'hallpass-worker',
        token: /token: (\S+)/.exec(await readFile(stand.kubeconfig('hallpass-worker'), 'utf8'))?.[1] ?? '',
        cluster: 'shop',
      }),
    );
  });
  afterEach(async () => {
    await worker?.kill();
    worker = undefined;
  });
  afterAll(async () => {
    // Slack takes one post a second; nobody waits for what is left of these.
    company().slack.faults.down();
    await api.stop();
    await redis.stop();
  });

  const start = async (): Promise<void> => {
    worker = await startWorkerProcess(company().stand, { redisUrl: redis.url, kubeconfig });
  };
  const die = async (): Promise<void> => {
    await worker?.kill();
    holdCall = () => undefined;
    holdCommand = () => undefined;
  };

  /** Holds each request's call at its own boundary; resolves when all of them stand there. */
  const allStandAt = (boundaries: ReadonlyMap<RequestId, Boundary<IsCall>>, within = 30_000): Promise<unknown> => {
    const held = new Set<RequestId>();
    const { promise, resolve } = Promise.withResolvers<void>();
    holdCall = (one) => {
      const found = [...boundaries].find(([id, { is }]) => !held.has(id) && is(one, id, objects.get(id) ?? ''));
      if (found === undefined) return undefined;
      held.add(found[0]);
      return found[1].side;
    };
    let standing = 0;
    onHeld = () => {
      standing += 1;
      if (standing === boundaries.size) resolve();
    };
    return Promise.race([
      promise,
      new Promise((_, reject) => {
        const missing = () => [...boundaries].flatMap(([id, { name }]) => (held.has(id) ? [] : [name]));
        setTimeout(() => reject(new Error(`Not reached: ${missing().join(', ')}`)), within).unref();
      }),
    ]);
  };

  /** Kills the worker at one command of one request. */
  const diesAt = async (id: RequestId, { is, side, name }: Boundary<IsCommand>): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onHeld = resolve;
    let once = false;
    holdCommand = (words) => {
      if (once || !is(words, id)) return undefined;
      once = true;
      return side;
    };
    const late = setTimeout(() => {
      throw new Error(`Not reached within 30 s: ${name}`);
    }, 30_000);
    await promise;
    clearTimeout(late);
    await die();
  };

  const ask = async (duration: string): Promise<RequestId> => {
    const object = `object-${objects.size}`;
    const id = await story.ask(
      `/jit request access ingress-view shop-payments/${object} for ${duration} because a worker may die`,
    );
    objects.set(id, object);
    return id;
  };

  /** Everything that must be so for a grant that came and went: each event once, the time it was given and no more. */
  const wentWell = async (id: RequestId, seconds: number, cause: 'expired' | 'done'): Promise<void> => {
    const state = await story.reaches(id, 'revoked');
    const { entries } = await story.chain(id);
    const asked = cause === 'done' ? ['end-requested'] : [];
    expect(
      entries.map(({ event }) => event.type).filter((type) => type !== 'end-delayed' && type !== 'summed-up'),
    ).toEqual(['submitted', 'voted', 'approved', 'activated', ...asked, 'ended']);
    expect(state.cause).toBe(cause);
    expect(state.expiresAt.since(state.startedAt).total('seconds')).toBe(seconds);
    const made = await company().stand.admin.send(
      'GET',
      `/api/v1/namespaces/${markersBeside('hallpass')}/configmaps/applied-${id}-r1`,
    );
    const { metadata } = made.body as { metadata: { creationTimestamp: string; annotations: Record<string, string> } };
    expect(metadata.annotations['hallpass.dev/expires-at']).toBe(state.expiresAt.toString());
    const since = state.startedAt.since(Temporal.Instant.from(metadata.creationTimestamp)).total('seconds');
    expect(Math.abs(since)).toBeLessThan(2);
    expect(await story.inCluster(id)).toEqual([]);
  };

  it('at every call to the API server, on both sides of it, does each thing once and ends each grant', async () => {
    const requests: RequestId[] = [];
    const all = [...ended, ...givenBack];
    // Short enough to be waited for, and long enough that a slow machine has looked at all of them before the first one ends.
    for (const [index] of all.entries()) requests.push(await ask(index < ended.length ? '40s' : '10m'));
    for (const id of requests) await story.approve(id, ['U0BOB']);

    const applying = new Map(applied.map((boundary, index) => [requests[index] as RequestId, boundary]));
    const standing = allStandAt(applying);
    await start();
    await standing;
    await die();

    const ending = new Map(all.map((boundary, index) => [requests[index] as RequestId, boundary]));
    await start();
    for (const id of requests) await story.reaches(id, 'active');
    // What was begun before the crash goes on with the time that it was given then, and there is one of each.
    expect((await story.inCluster()).map(({ name }) => name).sort()).toEqual(
      requests.flatMap((id) => [`hallpass-${id}-0`, `hallpass-${id}-0`]).sort(),
    );
    const atTheEnd = allStandAt(ending, 60_000);
    for (const id of requests.slice(ended.length)) await story.press('U0ALICE', 'done', id);
    await atTheEnd;
    await die();

    await start();
    for (const [index, id] of requests.entries())
      await wentWell(id, index < ended.length ? 40 : 600, index < ended.length ? 'expired' : 'done');
    expect(await story.inCluster()).toEqual([]);
  });

  it.each(applyCommands.map((boundary, index) => ({ ...boundary, atTheEnd: endCommands[index] })))(
    '$name, does each thing once and ends the grant, at whose end it dies there too',
    async ({ atTheEnd, ...boundary }) => {
      await start();
      const id = await ask('10m');
      const dead = diesAt(id, boundary);
      await story.press('U0BOB', 'approve', id);
      await dead;
      await start();
      await story.reaches(id, 'active');
      const deadAgain = atTheEnd === undefined ? undefined : diesAt(id, atTheEnd);
      await story.press('U0ALICE', 'done', id);
      await deadAgain;
      if (deadAgain !== undefined) await start();
      await wentWell(id, 600, 'done');
    },
  );
});
