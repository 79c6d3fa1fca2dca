import { expect, test } from 'vitest';
import type { Failed } from '#adapters/http/api-call.ts';
import { problemOf } from '#adapters/http/api-problems.ts';
import type { RequestView } from '#adapters/http/api-schemas.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { requestView } from '#test/build/request-views.ts';
import { awaitRequest } from './await-request.ts';

const request = (status: RequestView['status'], version: number): RequestView => requestView({ status, version });
type Look = Result<RequestView, Failed>;
const away: Look = err({ problem: problemOf(503, 'unreachable', 'Away', 'It is away.'), again: 1 });

/** An API that answers with these in turn, and says after which version it was asked. */
const answering = (...answers: readonly Look[]) => {
  const left = [...answers];
  const after: number[] = [];
  const lookLater = async (_: string, version: number): Promise<Look> => {
    after.push(version);
    return left.shift() ?? away;
  };
  return { after, lookLater };
};

test('waits through votes, approval and an API that is away, each time from where it was', async () => {
  const api = answering(ok(request('pending', 2)), away, ok(request('approved', 3)), ok(request('active', 4)));
  const seen: [string, boolean][] = [];
  const troubles: string[] = [];
  const watched = await awaitRequest(api, request('pending', 1), {
    onLook: ({ status }, isNew) => seen.push([status, isNew]),
    onAway: ({ detail }) => troubles.push(detail),
  });
  expect(watched).toMatchObject({ type: 'settled', request: { status: 'active', version: 4 } });
  expect(api.after).toEqual([1, 2, 2, 3]);
  expect(seen).toEqual([
    ['pending', true],
    ['approved', true],
    ['active', true],
  ]);
  expect(troubles).toEqual(['It is away.']);
});

test('does not look at what is settled already', async () => {
  const api = answering();
  expect(await awaitRequest(api, request('denied', 2), {})).toMatchObject({ type: 'settled' });
  expect(api.after).toEqual([]);
});

test('stops where it is refused, and has what it saw last', async () => {
  const refused: Look = err({ problem: problemOf(401, 'expired', 'Not known', 'The token has expired.') });
  const watched = await awaitRequest(answering(ok(request('pending', 2)), refused), request('pending', 1), {});
  expect(watched).toMatchObject({ type: 'failed', request: { version: 2 }, problem: { status: 401 } });
});

test('is late when its time is over, also while the API is away', async () => {
  expect(await awaitRequest(answering(), request('pending', 1), { within: 300 })).toMatchObject({ type: 'late' });
});

test('is not asked again and again by who answers at once that nothing is new', async () => {
  const api = answering(...Array.from({ length: 1_000 }, () => ok(request('pending', 1))));
  expect(await awaitRequest(api, request('pending', 1), { within: 1_500 })).toMatchObject({ type: 'late' });
  expect(api.after.length).toBeLessThan(4);
});

test('is not asked without a pause by who answers at once that something is new, each time', async () => {
  const api = answering(...Array.from({ length: 1_000 }, (_, nth) => ok(request('pending', nth + 2))));
  expect(await awaitRequest(api, request('pending', 1), { within: 1_000 })).toMatchObject({ type: 'late' });
  expect(api.after.length).toBeLessThan(15);
});

test.each([30, 366])('waits for %i days, and asks no more often for that', async (days) => {
  const api = answering();
  const interrupt = new AbortController();
  // An API that keeps its answer back until nobody waits for it any more.
  const lookLater = async (id: string, version: number, _: number, stop?: AbortSignal): Promise<Look> => {
    await new Promise((resolve) => stop?.addEventListener('abort', resolve, { once: true }));
    return api.lookLater(id, version);
  };
  const within = days * 86_400_000;
  const watching = awaitRequest({ lookLater }, request('pending', 1), { within, signal: interrupt.signal });
  setTimeout(() => interrupt.abort(), 100);
  expect(await watching).toMatchObject({ type: 'interrupted' });
  expect(api.after.length).toBeLessThanOrEqual(1);
});

test('can be interrupted while it waits', async () => {
  const interrupt = new AbortController();
  const watching = awaitRequest(answering(), request('pending', 1), { signal: interrupt.signal });
  setTimeout(() => interrupt.abort(), 100);
  expect(await watching).toMatchObject({ type: 'interrupted', request: { id: 'k7m2-qx' } });
});
