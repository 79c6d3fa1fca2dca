import { expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { chainOf } from '#test/build/chains.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { createAuditFollower, type FollowPorts } from './follow-audit.ts';

test('what the logs have is given also where a time in the stream was ahead of the clock', async () => {
  const { trust } = createMemoryKeys();
  const { request, entries } = chainOf(submitted());
  const cursors = createMemoryProjectionStore();
  // The clock of Redis was a day ahead for a moment, or somebody has added an entry with a place of their own.
  const at = noon.add({ hours: 24 });
  await cursors.write('siem', 0, JSON.stringify({ schema: 1, place: `${at.epochMilliseconds}-0`, at: at.toString() }));
  const given: string[] = [];
  const ports = {
    // It does not go back that far any more.
    stream: { end: async () => undefined, after: async (place: string) => (place === '' ? [] : undefined) },
    log: { ids: async () => [request.asked.id], read: async () => ok(entries.map((one) => JSON.stringify(one))) },
    lines: async ({ version }: { readonly version: number }) => `entry ${version}`,
    trust,
    cursors,
    clock: { now: async () => noon.add({ hours: 1 }) },
    info: () => {},
    report: () => {},
  } as unknown as FollowPorts;
  const sink = {
    name: 'siem',
    isReady: () => true,
    write: async (lines: readonly string[]) => given.push(...lines) > 0,
  } as const;
  await createAuditFollower(ports, sink, new AbortController().signal)();
  expect(given).toEqual(['entry 1']);
});
