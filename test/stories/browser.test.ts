import { mkdirSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPageHandler } from '#local/page/page.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { createPageRoutes } from '#local/slack/page-routes.ts';
import { overHttp, type Way } from '#local/ways-in.ts';
import { companyFor } from './company.ts';

let way: Way;
let browser: Browser;
let page: Page;
const faults: string[] = [];
const pictures = 'test-output/story';
const ledger = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses/ledger';

const company = companyFor(async (slack) => {
  way = await overHttp(slack, { routes: [createPageRoutes(slack, { serveStatic: createPageHandler() })] });
  return way;
});

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const { chromium: executablePath } = await ensureParts(['chromium']);
  const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  browser = await chromium.launch({ executablePath, args: [...quiet, '--disable-component-update', '--disable-sync'] });
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, locale: 'en-GB' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${way.url}/#as=U0ALICE&at=C0APPROVALS`);
}, 120_000);
afterAll(() => browser?.close());

const picture = (name: string) => page.screenshot({ path: `${pictures}/${name}.png` });
const button = (name: string, from: Page | Locator = page) => from.getByRole('button', { name, exact: true });
const card = () => page.getByRole('article').filter({ hasText: 'Edit Ingresses' }).last();
const become = async (name: RegExp) => {
  await page.getByRole('button', { name: /Switch person/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
};
const choose = async (field: string, typed: string, option: string) => {
  await page.getByRole('combobox', { name: field }).fill(typed);
  await page.getByRole('option', { name: option, exact: true }).click();
};
const approveAs = async (name: RegExp) => {
  await become(name);
  await button('Approve', card()).click();
  await button('Approve', page.getByRole('alertdialog').or(page.locator('dialog[open]')))
    .last()
    .click();
};

test('a person asks in the form, two others approve, it works in the cluster, and it ends on time', async () => {
  const { slack, tries } = company();
  expect(await tries('requester', 'GET', ledger)).toBe(403);

  await page.getByRole('textbox', { name: 'Message or command' }).fill('/jit');
  await page.keyboard.press('Enter');
  await choose('Namespace', 'pay', 'shop-payments');
  await choose('What for', 'Edit', 'Edit Ingresses');
  await choose('Only these objects', 'led', 'ledger');
  await page.getByRole('textbox', { name: 'For how long' }).fill('1h -5m');
  await page.getByRole('textbox', { name: 'Why' }).fill('checkout 502s since the 14:00 deploy');
  await button('Ask').click();
  await page.getByText('is not a duration').waitFor();
  await picture('1-form-with-a-wrong-duration');
  await page.getByRole('textbox', { name: 'For how long' }).fill('8s');
  await button('Ask').click();
  await page.getByText('Asked, as').waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await card().waitFor();
  await picture('2-card-pending');

  await approveAs(/Bob/);
  await card().getByText('1 of 2').waitFor();
  await picture('3-card-one-of-two');
  await approveAs(/Dan/);
  await slack.until(async () => (await tries('requester', 'GET', ledger)) === 200, { milliseconds: 10_000 });
  await card().getByText('Active', { exact: false }).first().waitFor();
  await picture('4-card-active');

  await slack.until(async () => (await tries('requester', 'GET', ledger)) === 403, { milliseconds: 12_000 });
  await card().getByText('Ended', { exact: false }).first().waitFor();
  await card().getByRole('button', { name: /repl/ }).click();
  await become(/Alice/);
  await picture('5-card-ended-with-its-thread');
  expect(slack.problems).toEqual([]);
  expect(faults).toEqual([]);
}, 90_000);
