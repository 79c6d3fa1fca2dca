import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDraftServer } from '#adapters/bullmq/drafts.ts';
import { loadVault } from '#adapters/keys/vault.ts';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { createExaminer } from '#adapters/threads/examiner.ts';
import type { RequestId } from '#domain/ids.ts';
import { formatKubeconfig, writeKubeconfig } from '#local/parts/kubeconfig.ts';
import { inMemory } from '#local/ways-in.ts';
import { openGround } from '#src/core.ts';
import { type ApiCall, type ApiProxy, type Hold, startApiProxy } from '#test/stories/parts/api-proxy.ts';
import { type RedisProxy, startRedisProxy } from '#test/stories/parts/redis-proxy.ts';
import { startWorkerProcess, type WorkerProcess } from '#test/stories/parts/worker-process.ts';
import { draftRequest } from '#use-cases/draft-request.ts';
import { changeStoryOf, core, ingresses, ingressNamed, journals, oneYes } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

/** A call of one request, by its id or by the name of its objects; and on which side of its effect the worker does not survive. */
type Boundary<Is> = { readonly name: string; readonly side: 'before' | 'after'; readonly is: Is };
const bothSides = <Is>(name: string, is: Is): readonly Boundary<Is>[] => [
  { name: `before ${name}`, side: 'before', is },
  { name: `after ${name}`, side: 'after', is },
];

type IsCall = (call: ApiCall, id: string, object: string) => boolean;
const call =
  (method: string, path: RegExp): IsCall =>
  (one, id, object) =>
    one.method === method &&
    path.test(one.path) &&
    (`${one.path} ${one.body}`.includes(id) ||
      `${one.path.split('?')[0]}/`.includes(`/${object}/`) ||
      one.body.includes(`"${object}"`));
const dry = /dryRun=All/;
const both =
  (one: IsCall, isDry: boolean): IsCall =>
  (call_, id, object) =>
    one(call_, id, object) && dry.test(call_.path) === isDry;

const applied: readonly Boundary<IsCall>[] = [
  ...bothSides('the trial of the update', both(call('PUT', /\/ingresses\//), true)),
  ...bothSides('the trial of the creation', both(call('POST', /shop-payments\/configmaps/), true)),
  ...bothSides('the marker', call('POST', /hallpass-markers\/configmaps/)),
  ...bothSides('the journal', call('POST', /hallpass-markers\/secrets/)),
  ...bothSides('the update', both(call('PUT', /\/ingresses\//), false)),
  ...bothSides('the creation', both(call('POST', /shop-payments\/configmaps/), false)),
];
const takenBack: readonly Boundary<IsCall>[] = [
  ...bothSides('the look at the journal', call('GET', /\/secrets\//)),
  ...bothSides('the look at what was created', call('GET', /shop-payments\/configmaps\//)),
  ...bothSides('its deletion', call('DELETE', /shop-payments\/configmaps\//)),
  ...bothSides('the look at what was updated', call('GET', /\/ingresses\//)),
  ...bothSides('its being put back', call('PUT', /\/ingresses\//)),
  ...bothSides('its owners’ being put back', call('PATCH', /\/ingresses\//)),
  ...bothSides('the journal’s deletion', call('DELETE', /\/secrets\//)),
];

const isCommit = (words: readonly string[], id: string): boolean =>
  /^eval(sha)?$/i.test(words[0] ?? '') && /:log:/.test(words[3] ?? '') && words.slice(3).join(' ').includes(id);

describe('a worker killed while it changes two objects', () => {
  const company = companyFor(inMemory, { worker: 'none', prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, kept, ingress, text, askManifests, approved, noJournal } = changeStoryOf(company, story);
  let api: ApiProxy;
  let redis: RedisProxy;
  let kubeconfig: string;
  let worker: WorkerProcess | undefined;
  const stops: (() => Promise<void>)[] = [];
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
    stops.push(await draftsOnly());
  });
  afterAll(async () => {
    await worker?.kill();
    company().slack.faults.down();
    for (const stop of stops) await stop();
    await api.stop();
    await redis.stop();
  });

  /** The half of a worker that only tries things: people can ask and approve while nobody applies anything. */
  const draftsOnly = async (): Promise<() => Promise<void>> => {
    const config = company().stand.config('worker');
    const ground = await openGround(config, 'worker', config.workerClusters);
    const vault = loadVault(config.keys);
    if (!ground.ok || !vault.ok) throw new Error('Drafts cannot be made here.');
    const { core: parts, clients, redis: connect, stop } = ground.value;
    const { close, ...examiner } = createExaminer();
    const scope = { namespaces: config.managedNamespaces, sorts: [], alarm: parts.alarm };
    const clusters = new Map(clients.map((client) => [client.cluster, createClusterWriter(client, scope)]));
    const { managedNamespaces: managed, home } = config;
    const server = createDraftServer(
      { commit: connect('commit', 'drafts'), consume: connect('consume', 'drafts') },
      parts,
      (input) =>
        draftRequest(
          {
            ...parts,
            clusters,
            managed,
            home,
            examiner,
            vault: vault.value,
          },
          input,
        ),
      (cause) => parts.alarm('It could not be tried', { cause: String(cause) }),
    );
    return async () => {
      await server.close();
      await close();
      await stop();
    };
  };

  const start = async (): Promise<void> => {
    worker = await startWorkerProcess(company().stand, { redisUrl: redis.url, kubeconfig });
  };
  const die = async (): Promise<void> => {
    await worker?.kill();
    holdCall = () => undefined;
    holdCommand = () => undefined;
  };

  /** Holds each request's call at its own boundary; resolves when all of them stand there. */
  const allStandAt = (boundaries: ReadonlyMap<RequestId, Boundary<IsCall>>): Promise<unknown> => {
    const held = new Set<RequestId>();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
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
    const missing = () => [...boundaries].flatMap(([id, { name }]) => (held.has(id) ? [] : [name]));
    setTimeout(() => reject(new Error(`Not reached: ${missing().join(', ')}`)), 60_000).unref();
    return promise;
  };

  /** Kills the worker at its commit of one request. */
  const diesAtCommit = async (id: RequestId, side: 'before' | 'after'): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onHeld = resolve;
    let once = false;
    holdCommand = (words) => {
      if (once || !isCommit(words, id)) return undefined;
      once = true;
      return side;
    };
    await Promise.race([promise, pause(60_000).then(() => Promise.reject(new Error(`No commit of ${id}`)))]);
    await die();
  };

  const nameOf = (index: number): string => `killed-${index}`;
  const before = new Map<string, unknown>();
  const ask = async (): Promise<RequestId> => {
    const name = nameOf(objects.size);
    const path = await ingress(name);
    before.set(name, await kept(path));
    const made = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'shop-payments' },
      data: { a: 'b' },
    };
    const id = await askManifests('10m', ingressNamed(name, 'ledger', ['/', '/beta']), made);
    objects.set(id, name);
    return id;
  };

  const isInForce = async (id: RequestId): Promise<void> => {
    const state = await story.reaches(id, 'active');
    expect(state.changed.map(({ op, kind }) => `${op} ${kind}`)).toEqual(['update Ingress', 'create ConfigMap']);
    const name = objects.get(id) ?? '';
    const { spec, metadata } = (await admin().send('GET', `${ingresses}/${name}`)).body as {
      spec: unknown;
      metadata: { generation: number };
    };
    expect(JSON.stringify(spec)).toContain('"/beta"');
    // Written once: the API server counts what changes a spec.
    expect(metadata.generation, name).toBe(2);
    expect(await text(`${core}/configmaps/${name}`)).toContain('"data":{"a":"b"}');
  };

  const cameAndWent = async (id: RequestId): Promise<void> => {
    const state = await story.reaches(id, 'revoked');
    const { entries } = await story.chain(id);
    expect(entries.map(({ event }) => event.type).filter((type) => type !== 'end-delayed')).toEqual([
      'submitted',
      'voted',
      'approved',
      'activated',
      'end-requested',
      'ended',
    ]);
    expect(state.expiresAt.since(state.startedAt).total('seconds')).toBe(600);
    const name = objects.get(id) ?? '';
    expect(await kept(`${ingresses}/${name}`), name).toEqual(before.get(name));
    expect((await admin().send('GET', `${core}/configmaps/${name}`)).status).toBe(404);
    await noJournal(id);
  };

  it('at every call to the API server, on both sides of it, does each change once and takes it back exactly', async () => {
    const requests: RequestId[] = [];
    for (const _ of takenBack) requests.push(await ask());
    for (const id of requests) await approved(id);
    const standing = allStandAt(new Map(applied.map((boundary, index) => [requests[index] as RequestId, boundary])));
    await start();
    await standing;
    await die();

    await start();
    for (const id of requests) await isInForce(id);
    const atTheEnd = allStandAt(new Map(takenBack.map((boundary, index) => [requests[index] as RequestId, boundary])));
    for (const id of requests) await story.press('U0ALICE', 'done', id);
    await atTheEnd;
    await die();

    await start();
    for (const id of requests) await cameAndWent(id);
    expect(await text(journals)).not.toContain('journal-');
    await die();
  });

  it('at its commits, on both sides of them, does each change once and takes it back exactly', async () => {
    await start();
    for (const side of ['before', 'after'] as const) {
      const id = await ask();
      const dead = diesAtCommit(id, side);
      await approved(id);
      // The click itself is committed by the bot, which has its own way to Redis.
      await dead;
      await start();
      await isInForce(id);
      const deadAgain = diesAtCommit(id, side);
      await story.press('U0ALICE', 'done', id);
      await deadAgain;
      await start();
      await cameAndWent(id);
    }
  });
});
