import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startDemo } from '#local/demo/start.ts';
import { createObjectReader } from '#local/panel/read-object.ts';
import { type ApiClient, createApiClient } from '#local/parts/api-client.ts';
import { freePort } from '#local/parts/daemon.ts';
import { browserForTests, focused, say, seen } from '#test/local/page-browser.ts';
import { poorContrasts } from '#test/local/page-contrast.ts';
import { startPage } from '#test/local/page-start.ts';

const open = browserForTests(async () => {});
const ends: (() => Promise<void> | void)[] = [];
let url = '';
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-panel-test-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  ({ url } = await startDemo({ folder, port: await freePort(), say: () => {}, onStop: (end) => void ends.push(end) }));
}, 120_000);
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
}, 60_000);

const openDemo = (options: Parameters<typeof open>[1] = {}): Promise<Page> =>
  open(`${url}/#as=U0ALICE&at=C0APPROVALS`, options);
const panel = (page: Page) => page.getByRole('complementary', { name: 'In the cluster' });
const become = async (page: Page, name: RegExp) => {
  await page.getByRole('button', { name: /Switch person/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
};
const cardOf = (page: Page, id: string) => page.getByRole('article').filter({ hasText: `Request ${id}` });
const approve = async (page: Page, name: RegExp, id: string) => {
  await become(page, name);
  await cardOf(page, id).getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('dialog[open]').getByRole('button', { name: 'Approve', exact: true }).click();
};
const secondsOn = async (clock: Locator): Promise<number> => {
  const [minutes = 0, seconds = 0] = (await clock.innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
};
const ask = async (page: Page, duration: string): Promise<string> => {
  await say(page, `/jit request access ingress-edit shop-payments/ledger for ${duration} because checkout 502s`);
  const answer = page.getByText(/Asked, as/).last();
  await seen(answer);
  return /[2-9a-z]{4}-[2-9a-z]{2}/.exec(await answer.innerText())?.[0] ?? '';
};

const kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});
/** Does something as the cluster's administrator would by hand. */
const asAdmin = async <T>(act: (admin: ApiClient) => Promise<T>): Promise<T> => {
  const { clusters, users } = kubeconfig.parse(parse(readFileSync(join(folder, 'kubeconfig'), 'utf8')));
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const caPem = Buffer.from(authority, 'base64').toString();
  const admin = createApiClient({ url: server, caPem, token: users[0].user.token });
  try {
    return await act(admin);
  } finally {
    await admin.close();
  }
};

test('shows a request while it waits, its RoleBinding while it is active, and a clock that runs down and then goes', async () => {
  const page = await openDemo();
  await seen(panel(page).getByText('No request is open.'));
  const id = await ask(page, '12s');
  const request = panel(page).getByRole('region', { name: `Request ${id}` });
  const clock = request.getByRole('timer');
  await seen(request.getByText('left to decide'));
  expect(await request.locator('.object').count()).toBe(0);

  await approve(page, /Bob/, id);
  await seen(cardOf(page, id).getByText('1 of 2'));
  await approve(page, /Dan/, id);
  const binding = request.locator('.object').filter({ hasText: 'RoleBinding' });
  await seen(binding.getByText('live', { exact: true }));
  expect(await binding.locator('pre').innerText()).toContain(`name: hallpass-${id}`);
  await seen(request.getByText('active', { exact: true }));
  const first = await secondsOn(clock);
  expect(first).toBeLessThanOrEqual(12);
  await expect.poll(() => secondsOn(clock), { timeout: 3_000 }).toBeLessThan(first);
  expect(await poorContrasts(page)).toEqual([]);

  await request.getByText(/ended \d+ s ago/).waitFor({ timeout: 20_000 });
  expect(await clock.count()).toBe(0);
  await seen(binding.getByText('deleted', { exact: true }));
  await seen(request.getByText('ended', { exact: true }));
  expect(await poorContrasts(page)).toEqual([]);
});

test('follows the card and thread that somebody looks at, and shows all again', async () => {
  const page = await openDemo();
  const requests = panel(page).locator('.panel-request');
  const first = await ask(page, '5m');
  const second = await ask(page, '6m');
  await expect.poll(() => requests.count()).toBeGreaterThanOrEqual(2);
  await cardOf(page, first).getByText('Why, in their words').click();
  await expect.poll(() => requests.count()).toBe(1);
  await seen(panel(page).getByRole('region', { name: `Request ${first}` }));
  await cardOf(page, second).getByRole('button', { name: /repl/ }).click();
  await seen(panel(page).getByRole('region', { name: `Request ${second}` }));
  await expect.poll(() => requests.count()).toBe(1);
  await page.reload();
  // All are there until the thread is open again.
  await expect.poll(() => requests.count()).toBe(1);
  await seen(panel(page).getByRole('region', { name: `Request ${second}` }));
  await panel(page).getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => requests.count()).toBeGreaterThanOrEqual(2);
});

test('what changes in an object stands out for a while', async () => {
  const page = await openDemo();
  const id = await ask(page, '2m');
  await approve(page, /Bob/, id);
  await seen(cardOf(page, id).getByText('1 of 2'));
  await approve(page, /Dan/, id);
  const binding = panel(page)
    .getByRole('region', { name: `Request ${id}` })
    .locator('.object')
    .filter({ hasText: 'RoleBinding' });
  await seen(binding.getByText('live', { exact: true }));
  expect(await binding.locator('.line-new, .line-gone').count()).toBe(0);
  const name = /hallpass-\S+/.exec(await binding.locator('summary').innerText())?.[0] ?? '';
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/shop-payments/rolebindings/${name}`;
  const touched = { metadata: { labels: { touched: 'by-hand' } } };
  expect((await asAdmin((admin) => admin.send('PATCH', path, touched))).status).toBe(200);
  await seen(binding.locator('.line-new').getByText('touched:'));
  await expect.poll(() => binding.locator('.line-new, .line-gone').count(), { timeout: 10_000 }).toBe(0);
  await seen(binding.getByText('touched'));
});

test('reads an object of any kind where it is, tells when it is not that one, and never a value of a Secret', async () => {
  const namespace = 'shop-payments';
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'card-processor' };
  const read = await asAdmin(async (admin) => {
    const made = { ...secret, metadata: { name: secret.name }, stringData: { token: 'hunter2' } };
    expect((await admin.send('POST', `/api/v1/namespaces/${namespace}/secrets`, made)).status).toBe(201);
    const readObject = createObjectReader(admin);
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: 'ledger' };
    return Promise.all(
      [
        { ...ingress, why: 'changed' as const },
        { ...ingress, why: 'changed' as const, uid: 'of-one-that-is-gone' },
        { ...ingress, why: 'asked' as const, name: 'not-there' },
        { apiVersion: 'v1', kind: 'Namespace', name: namespace, why: 'asked' as const },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          namespace,
          name: 'web',
          why: 'asked' as const,
        },
        { ...secret, why: 'asked' as const },
      ].map(readObject),
    );
  });
  expect(read.map(({ live }) => live)).toEqual(['there', 'another', 'absent', 'there', 'unreadable', 'there']);
  expect(read[0]?.yaml).toContain('ingressClassName: nginx');
  expect(read[5]?.yaml).toContain('token: ••••••');
  expect(JSON.stringify(read)).not.toMatch(/hunter2|aHVudGVyMg/);
});

test('is closed and opened again by its button or its key, and stays as it was left', async () => {
  const page = await openDemo();
  const toggle = page.getByRole('button', { name: 'In the cluster', exact: true });
  await seen(panel(page));
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await toggle.click();
  await panel(page).waitFor({ state: 'hidden' });
  await page.reload();
  await seen(page.getByRole('textbox', { name: 'Message or command' }));
  expect(await panel(page).isVisible()).toBe(false);
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await seen(panel(page));
});

test('is a drawer where there is no room: closed at first, and Esc gives the focus back', async () => {
  const page = await openDemo({ viewport: { width: 390, height: 844 } });
  const toggle = page.getByRole('button', { name: 'In the cluster', exact: true });
  await seen(toggle);
  expect(await panel(page).isVisible()).toBe(false);
  await toggle.click();
  await seen(panel(page));
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('In the cluster');
});

test('is not there, and not asked for, where a workspace has no cluster', async () => {
  const started = await startPage();
  const page = await open(`${started.url}/#as=U0ALICE&at=C0APPROVALS`);
  await seen(page.getByRole('textbox', { name: 'Message or command' }));
  expect(await page.getByRole('button', { name: 'In the cluster' }).count()).toBe(0);
  expect((await fetch(`${started.url}/page/api/cluster?as=U0ALICE`)).status).toBe(404);
  await page.close();
  await started.stop();
});
