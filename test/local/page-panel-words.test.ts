import { expect, onTestFinished, test } from 'vitest';
import type { ClusterPanel, PanelObject, PanelRequest } from '#local/slack/page-api.ts';
import { browserForTests, seen } from '#test/local/page-browser.ts';
import { poorContrasts } from '#test/local/page-contrast.ts';
import { startPage } from '#test/local/page-start.ts';

const open = browserForTests(async () => {});
const at = '2026-11-20T12:00:00Z';

const object = (changed: Partial<PanelObject>): PanelObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop-front',
  name: 'catalogue',
  why: 'changed',
  live: 'there',
  yaml: 'kind: ConfigMap\n',
  ...changed,
});

/** A page whose cluster holds one request. */
const openPanel = async (request: Pick<PanelRequest, 'status' | 'clock' | 'objects'>) => {
  const asked = { id: 'k7m2-qx', kind: 'change', namespace: 'shop-front', requester: 'U0ALICE', reason: 'a try' };
  const cluster = async (): Promise<ClusterPanel> => ({ now: at, requests: [{ ...asked, ...request }], troubles: [] });
  const started = await startPage({ cluster });
  onTestFinished(started.stop);
  const page = await open(started.url);
  const shown = page.getByRole('region', { name: 'Request k7m2-qx' });
  await seen(shown);
  expect(await poorContrasts(page)).toEqual([]);
  return { shown, badge: shown.locator('.object-live'), words: shown.locator('.object-place') };
};

test('an object that a request changed is said to be in it, whoever edited it since', async () => {
  const clock = { type: 'ends' as const, from: at, at: '2026-11-20T12:10:00Z' };
  const { words, badge } = await openPanel({ status: 'active', clock, objects: [object({})] });
  expect(await words.innerText()).toBe('shop-front · in this change');
  expect(await badge.innerText()).toBe('live');
});

test('an object that a request deleted is made again once it is over, and one that it changed is another', async () => {
  const clock = { type: 'ended' as const, at };
  const objects = [
    object({ why: 'deleted', live: 'another' }),
    object({ name: 'prices', why: 'changed', live: 'another' }),
    object({ name: 'stock', why: 'deleted', live: 'absent', yaml: '' }),
  ];
  const { badge } = await openPanel({ status: 'revoked', clock, objects });
  expect(await badge.allInnerTexts()).toEqual(['made again', 'another of this name', 'deleted']);
});

test('a request in conflict is not called active: it needs a decision', async () => {
  const { shown } = await openPanel({ status: 'active', clock: { type: 'waits', at }, objects: [object({})] });
  expect(await shown.locator('.request-status').innerText()).toBe('needs a decision');
  expect(await shown.getByRole('timer').count()).toBe(0);
});

test('what is approved and begins later is said to be so, with the time until then', async () => {
  const clock = { type: 'begins' as const, from: at, at: '2026-11-20T14:30:00Z' };
  const { shown } = await openPanel({ status: 'approved', clock, objects: [] });
  expect(await shown.getByRole('timer').innerText()).toBe('2:30:00');
  expect(await shown.innerText()).toContain('until it begins');
  expect(await shown.innerText()).toContain('Approved. It is applied when it begins.');
});
