import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDraftClient, createDraftServer } from '#adapters/bullmq/drafts.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import { ok, type Result } from '#domain/result.ts';
import { facts } from '#test/build/conditions.ts';
import { ada, anId, ben, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import type { Draft, DraftInput } from '#use-cases/ports.ts';

let redis: TestRedis;
let closing: (() => Promise<unknown>)[];
beforeEach(async () => {
  redis = await startTestRedis();
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  await redis.stop();
});

const input = (request: RequestId): DraftInput => ({
  request,
  kind: 'change',
  cluster: 'prod',
  namespace: 'shop',
  ask: {},
  identity: { user: '', groups: [] },
  temporary: false,
  facts: {
    ...facts,
    request: { ...facts.request, namespaceLabels: { env: 'prod' } },
    requester: { ...facts.requester, unknown: ['leads'] },
  },
});
const draft: Draft = { namespaceUid: 'uid', plan: { create: [], probes: [], proofs: [] }, edits: [] };
const faults: string[] = [];
beforeEach(() => void faults.splice(0));

/** A bot and a worker, whose drafts end when the test says so. */
const start = () => {
  const { signer, trust } = createMemoryKeys();
  const begun: RequestId[] = [];
  const told: DraftInput[] = [];
  const aborted: RequestId[] = [];
  const ends = new Map<RequestId, () => void>();
  const work = (asked: DraftInput, signal: AbortSignal): Promise<Result<Draft, string>> => {
    begun.push(asked.request);
    told.push(asked);
    const { promise, resolve, reject } = Promise.withResolvers<Result<Draft, string>>();
    ends.set(asked.request, () => resolve(ok(draft)));
    signal.addEventListener('abort', () => {
      aborted.push(asked.request);
      reject(signal.reason);
    });
    return promise;
  };
  const parts = () => {
    const commit = redis.connect();
    return { connections: { commit, consume: redis.connect('consume') }, clock: createRedisClock(commit) };
  };
  const bots = parts();
  const workers = parts();
  const client = createDraftClient(bots.connections, { signer: signer('bot'), trust, clock: bots.clock });
  const server = createDraftServer(
    workers.connections,
    { signer: signer('worker'), trust, clock: workers.clock },
    work,
    (cause) => void faults.push(cause.message),
  );
  closing.push(client.close, server.close);
  const ask = (by?: PersonId) => {
    const request = anId();
    const answer = client.draft(input(request), by);
    answer.catch(() => undefined);
    return { request, answer, end: () => ends.get(request)?.() };
  };
  const hasBegun = (...requests: readonly { readonly request: RequestId }[]) =>
    vi.waitFor(() => expect(begun).toEqual(expect.arrayContaining(requests.map(({ request }) => request))));
  return { ask, begun, told, aborted, hasBegun };
};

describe('drafts of one person', () => {
  test('are two at a time; the others wait for their turn in the order they came, and hold up nobody else', async () => {
    const { ask, begun, hasBegun } = start();
    const [first, second] = [ask(ada), ask(ada)];
    await hasBegun(first, second);
    const [third, fourth] = [ask(ada), ask(ada)];
    const [other, nobodys] = [ask(ben), ask()];
    await hasBegun(other, nobodys);
    await wait(100);
    expect(begun).toHaveLength(4);
    second.end();
    await hasBegun(third);
    await wait(50);
    expect(begun).not.toContain(fourth.request);
    first.end();
    await hasBegun(fourth);
    for (const { end } of [third, fourth, other, nobodys]) end();
    for (const { answer } of [first, second, third, fourth, other, nobodys]) expect(await answer).toEqual(ok(draft));
    expect(faults).toEqual([]);
  });

  test('that wait for longer than a person does reach no worker, and the next ones get their turn', async () => {
    const { ask, begun, hasBegun } = start();
    const busy = [ask(ada), ask(ada)];
    const late = ask(ada);
    await hasBegun(...busy);
    await expect(late.answer).rejects.toThrow('turn');
    await Promise.allSettled(busy.map(({ answer }) => answer));
    const next = ask(ada);
    await hasBegun(next);
    next.end();
    expect(await next.answer).toEqual(ok(draft));
    expect(begun).not.toContain(late.request);
  });
});

describe('a worker', () => {
  test('is told all that conditions of rules may speak of', async () => {
    const { ask, told, hasBegun } = start();
    const one = ask(ada);
    await hasBegun(one);
    expect(told).toEqual([input(one.request)]);
    one.end();
    expect(await one.answer).toEqual(ok(draft));
  });

  test('stops a draft for which nobody waits any more, and calls that no fault', async () => {
    const { ask, aborted, hasBegun } = start();
    const one = ask(ada);
    await hasBegun(one);
    await expect(one.answer).rejects.toThrow();
    await vi.waitFor(() => expect(aborted).toEqual([one.request]));
    await wait(50);
    expect(faults).toEqual([]);
  });

  test('makes eight drafts at a time', async () => {
    const { ask, begun, hasBegun } = start();
    const eight = Array.from({ length: 8 }, () => ask());
    await hasBegun(...eight);
    const ninth = ask();
    await wait(100);
    expect(begun).toHaveLength(8);
    eight[0]?.end();
    await hasBegun(ninth);
    for (const { end } of [...eight, ninth]) end();
    await Promise.all([...eight, ninth].map(({ answer }) => answer));
  });
});
