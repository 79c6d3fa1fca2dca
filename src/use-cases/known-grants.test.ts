import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { createWorld, file, look, settle } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { createKnownGrants } from './known-grants.ts';
import type { Managed } from './ports.ts';

const known = async () => {
  const world = createWorld();
  const filed = await file(world);
  const { id } = filed.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  await settle(world);
  const found = await world.cluster.managed('hallpass.dev/request');
  const grants = createKnownGrants(world.worker)(world.cluster);
  for (const one of found) grants.stampOf(one);
  grants.see(found, (await look(world, filed)).entries.length);
  return { world, id, found, grants };
};

test('what was in order is so while its log is as long as it was', async () => {
  const { found, grants } = await known();
  await grants.lookAgain(found);
  expect(grants.areInOrder(found)).toBe(true);
});

test.each([
  ['was added to', (lines: readonly string[]) => [...lines, 'one more']],
  ['was cut', (lines: readonly string[]) => lines.slice(0, -1)],
  ['is gone', () => []],
])('nothing is in order any more once its log %s', async (_, edit) => {
  const { world, id, found, grants } = await known();
  world.store.tamper(id, (lines) => [...edit(lines)]);
  await grants.lookAgain(found);
  expect(grants.areInOrder(found)).toBe(false);
});

test('what is in no whole list any more is forgotten', async () => {
  const { found, grants } = await known();
  const [first, ...others] = found;
  await grants.lookAgain(others);
  expect(grants.areInOrder(others)).toBe(true);
  expect(grants.areInOrder(first === undefined ? [] : [first])).toBe(false);
});

test('a stamp that was believed is not for an object that was altered since', async () => {
  const { found, grants } = await known();
  const [one] = found;
  if (one === undefined) throw new Error('Nothing was made');
  const { metadata } = one.live;
  const altered = (resourceVersion: string | undefined): Managed => ({
    ...one,
    live: {
      ...one.live,
      metadata: {
        ...metadata,
        annotations: { ...metadata.annotations, 'hallpass.dev/expires-at': '2036-01-01T00:00:00Z' },
        resourceVersion,
      },
    },
  });
  expect(grants.stampOf(one)?.expiresAt).toBe(Date.parse('2026-11-20T12:30:00Z'));
  expect(grants.stampOf(altered('another'))).toBeUndefined();
  expect(grants.stampOf(altered(undefined))).toBeUndefined();
  expect(grants.stampOf(one)?.expiresAt).toBe(Date.parse('2026-11-20T12:30:00Z'));
});
