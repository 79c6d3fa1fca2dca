import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { hostileText } from '#test/local/page-app.ts';
import { type Started, startPage } from '#test/local/page-start.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;
let started: Started;
let context: BrowserContext;
let page: Page;
let faults: string[];

beforeAll(async () => {
  const { chromium: executablePath } = await ensureParts(['chromium']);
  browser = await chromium.launch({ executablePath, args: flags });
}, 180_000);
afterAll(() => browser?.close());

const open = async (person: string, at = 'C0APPROVALS'): Promise<Page> => {
  const opened = await context.newPage();
  opened.setDefaultTimeout(8_000);
  opened.on('pageerror', (error) => faults.push(error.message));
  opened.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await opened.goto(`${started.url}/#as=${person}&at=${at}`);
  return opened;
};

beforeEach(async () => {
  faults = [];
  started = await startPage();
  context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  page = await open('U0ALICE');
});
afterEach(async () => {
  await context.close();
  await started.stop();
  expect(faults).toEqual([]);
});

const seen = (locator: Locator) => locator.first().waitFor();
const gone = (locator: Locator) => locator.first().waitFor({ state: 'detached' });
const button = (name: string, from: Page | Locator = page) => from.getByRole('button', { name, exact: true });
const message = (text: string) => page.getByRole('article').filter({ hasText: text });
const say = async (text: string, box = 'Message or command') => {
  await page.getByRole('textbox', { name: box }).fill(text);
  await page.keyboard.press('Enter');
};
const become = async (name: RegExp) => {
  await page.getByRole('button', { name: /Switch person/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
};
const askForCard = async () => {
  await say('/jit card');
  await seen(page.getByText('2 replies'));
};

test('a post of another person appears without reload and mentions are names', async () => {
  const other = await open('U0BOB');
  await other.getByRole('textbox', { name: 'Message or command' }).fill('Hello @alice & <b>you</b>');
  await other.keyboard.press('Enter');
  await seen(message('Hello @Alice Ahmed & <b>you</b>'));
  expect(await message('Hello').locator('b').count()).toBe(0);
  const time = message('Hello').locator('time').first();
  expect(await time.getAttribute('title')).toMatch(/\d{4}/);
});

test('typing a slash offers the commands, and an answer only for oneself says so', async () => {
  const box = page.getByRole('textbox', { name: 'Message or command' });
  await box.fill('/j');
  await seen(
    page.getByText('request | list | show | diff | withdraw | done | extend | revoke | keep | restore | help'),
  );
  await page.keyboard.press('Enter');
  expect(await box.inputValue()).toBe('/jit ');
  await say('/jit help');
  const answer = message('Try /jit request.');
  await seen(answer.getByText('Only visible to you'));
  await become(/Bob Braun/);
  await gone(answer);
});

test('a command that is none, and one in a thread, are refused and stay in the box', async () => {
  await say('/nothing here');
  await seen(page.getByText('/nothing is not a valid command.'));
  expect(await page.getByRole('textbox', { name: 'Message or command' }).inputValue()).toBe('/nothing here');
  await askForCard();
  await page.getByText('2 replies').click();
  await say('/jit help', 'Reply');
  await seen(page.getByText('/jit is not supported in threads. Sorry!'));
});

test('a button with a confirm dialog acts only after yes, and the card changes in place', async () => {
  await askForCard();
  await become(/Bob Braun/);
  await button('Approve').click();
  const confirm = page.getByRole('dialog', { name: 'Approve?' });
  await seen(confirm.getByText('This applies 3 lines.'));
  await page.keyboard.press('Escape');
  await gone(confirm);
  expect(started.workspace.deliveries.filter(({ envelope }) => envelope.type === 'interactive')).toEqual([]);
  await button('Approve').click();
  await button('Yes, approve').click();
  await seen(message('approved by @Bob Braun'));
  await gone(button('Approve'));
  await seen(message('Recorded.').getByText('Only visible to you'));
});

test('a button that the app does not acknowledge shows that it waits and then that it failed', async () => {
  await askForCard();
  await button('Never answers').click();
  expect(await button('Never answers').getAttribute('aria-busy')).toBe('true');
  await seen(page.getByRole('alert').getByText('The action failed ("operation_timeout")'));
  await seen(page.getByRole('img', { name: /action failed/ }));
  expect(await button('Never answers').getAttribute('aria-busy')).toBeNull();
});

test('a press on a button that is gone meanwhile says so, that nothing came of it and what to do, also after a confirm dialog', async () => {
  await askForCard();
  await button('Approve').click();
  const other = await open('U0BOB');
  await button('Approve', other).click();
  await button('Yes, approve', other).click();
  await gone(button('Approve', page.getByRole('article')));
  await button('Yes, approve').click();
  await seen(page.getByRole('alert').getByText('It changed while you looked; nothing was recorded. Read it again.'));
  const presses = started.workspace.deliveries.filter(({ envelope }) => envelope.type === 'interactive');
  expect(presses).toHaveLength(1);
});

test('what one sends goes to the newest message, so that the answer is seen', async () => {
  for (let count = 1; count <= 40; count += 1)
    await started.workspace.acts.say('U0BOB', { channelId: 'C0APPROVALS', text: `Old news ${count}` });
  await seen(message('Old news 40'));
  const list = page.getByRole('log', { name: 'Messages' });
  const isAtEnd = () => list.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight < 24);
  await message('Old news 3').first().hover();
  await page.mouse.wheel(0, -4_000);
  await expect.poll(isAtEnd).toBe(false);
  await started.workspace.acts.say('U0BOB', { channelId: 'C0APPROVALS', text: 'Just in' });
  await seen(message('Just in'));
  expect(await isAtEnd()).toBe(false);
  await say('/jit help');
  await seen(message('Try /jit request.'));
  expect(await isAtEnd()).toBe(true);
});

test('an answer that comes out of sight is told above the page, only to whom it is for, and shown on a press', async () => {
  await askForCard();
  for (let count = 1; count <= 40; count += 1)
    await started.workspace.acts.say('U0CAROL', { channelId: 'C0APPROVALS', text: `Old news ${count}` });
  const other = await open('U0BOB');
  await seen(other.getByRole('article').filter({ hasText: 'Old news 40' }));
  await button('Approve', other).click();
  await button('Yes, approve', other).click();
  const told = other.getByRole('alert').filter({ hasText: 'Recorded.' });
  await seen(told);
  const answer = other.getByRole('article').filter({ hasText: 'Recorded.' });
  const room = await other.getByRole('log', { name: 'Messages' }).boundingBox();
  const isInRoom = async () => ((await answer.boundingBox())?.y ?? 0) < (room?.y ?? 0) + (room?.height ?? 0);
  expect(await isInRoom()).toBe(false);
  await button('Show', told).click();
  expect(await isInRoom()).toBe(true);
  await told.waitFor({ state: 'hidden' });
  await seen(message('approved by @Bob Braun'));
  expect(await page.getByText('Recorded.').count()).toBe(0);
});

test('an answer that is in sight is not told twice', async () => {
  await say('/jit help');
  await seen(message('Try /jit request.'));
  await page.waitForTimeout(600);
  expect(await page.getByText('Try /jit request.').count()).toBe(1);
});

test('an emoji that is a character is shown, or told by its name where no font has it', async () => {
  await say('Waits \u23f3 for `\u23f3` now');
  expect(await message('Waits').locator('.text').innerText()).toMatch(
    /^Waits (\u23f3|:hourglass_flowing_sand:) for \u23f3 now$/u,
  );
});

test('a modal takes every kind of input, shows what is wrong under its field, and brings what was entered', async () => {
  await say('/jit request');
  const modal = page.getByRole('dialog', { name: 'Ask for access' });
  const field = (name: string) => modal.getByLabel(name, { exact: true });
  const choose = async (name: string, typed: string, option: string) => {
    await modal.getByRole('combobox', { name }).fill(typed);
    await modal.getByRole('option', { name: option }).click();
  };
  await seen(modal);
  await expect.poll(() => field('Reason').evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await seen(modal.getByText('Please complete this required field.'));
  expect(await modal.locator('[aria-invalid]').count()).toBe(5);

  const complaints = modal.getByText('Please complete this required field.');
  await field('Reason').pressSequentially('502s');
  expect(await field('Reason').inputValue()).toBe('502s');
  await expect.poll(() => complaints.count()).toBe(4);
  await modal.getByLabel('Patch').fill('a\nb');
  await field('Minutes').fill('45');
  await choose('Cluster', 'us', 'prod-us');
  await expect.poll(() => complaints.count()).toBe(3);
  await choose('Ports', '443', '443');
  await choose('Ports', '54', '5432');
  await choose('Object', 'web', 'Ingress web');
  await choose('For whom', 'carol', 'Carol Chen');
  await modal.getByLabel('Edit').check();
  await modal.getByLabel('Urgent').check();
  expect(await modal.locator('[aria-invalid], .invalid').count()).toBe(0);
  await button('Ask', modal).click();
  await seen(modal.getByText('Say more: at least 10 characters.'));
  expect(await modal.locator('[aria-invalid]').count()).toBe(1);
  expect(await modal.getByRole('combobox', { name: 'Object' }).inputValue()).toBe('Ingress web');

  await field('Reason').fill('checkout answers 502');
  await page.keyboard.press('Enter');
  await modal.waitFor({ state: 'hidden' });
  expect(started.submitted).toMatchObject([
    {
      reason: { a: { value: 'checkout answers 502' } },
      patch: { a: { value: 'a\nb' } },
      minutes: { a: { value: '45' } },
      cluster: { a: { selected_option: { value: 'prod-us' } } },
      ports: { a: { selected_options: [{ value: '443' }, { value: '5432' }] } },
      object: { objects: { selected_option: { value: 'Ingress web' } } },
      subject: { a: { selected_user: 'U0CAROL' } },
      mode: { a: { selected_option: { value: 'edit' } } },
      extras: { a: { selected_options: [{ value: 'urgent' }] } },
    },
  ]);
});

test('modals stack: Esc closes the one on top, and Tab does not leave it', async () => {
  await askForCard();
  await button('Deny').click();
  await seen(page.getByRole('dialog', { name: 'Deny' }));
  await button('Full diff', page.getByRole('dialog')).click();
  await seen(page.getByRole('dialog', { name: 'Full diff' }).getByText('Nothing hidden.'));
  for (let presses = 0; presses < 6; presses += 1) await page.keyboard.press('Tab');
  const isInside = () =>
    page.evaluate('document.activeElement === document.body || document.activeElement.closest("dialog") !== null');
  expect(await isInside()).toBe(true);
  await page.keyboard.press('Escape');
  await seen(page.getByRole('dialog', { name: 'Deny' }));
  await button('Close', page.getByRole('dialog')).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

test('a thread opens on the right, takes replies, and its file opens in place', async () => {
  await askForCard();
  await page.getByText('2 replies').click();
  const thread = page.getByRole('complementary', { name: 'Thread' });
  await seen(thread.getByText('Asked: <script>'));
  await thread.getByText('full.diff').click();
  await seen(thread.locator('.file pre').getByText('+  replicas: 3'));
  await say('On it', 'Reply');
  await seen(thread.getByRole('article').filter({ hasText: 'On it' }));
  await seen(page.getByText('3 replies'));
  expect(await thread.getByRole('button', { name: 'full.diff', expanded: true }).count()).toBe(1);
  await page.keyboard.press('Escape');
  await thread.waitFor({ state: 'hidden' });
});

test('a direct message counts as unread until it is opened', async () => {
  await askForCard();
  const place = page.getByRole('list', { name: 'Direct messages' }).getByRole('button', { name: /Hallpass/ });
  await seen(place.getByText('1', { exact: true }));
  await place.click();
  await seen(message('Your request waits for 2 approvals.'));
  await gone(place.getByText('1', { exact: true }));
});

test('App Home shows what the app published, and its buttons act', async () => {
  await page.getByRole('button', { name: 'Hallpass Home' }).click();
  await seen(page.getByText('1 request: new'));
  await button('Look').click();
  await seen(page.getByText('1 request: seen'));
});

test('switching people keeps the place and shows who is from outside', async () => {
  await become(/Sam Stranger external/);
  await seen(page.getByRole('button', { name: /You are Sam Stranger/ }).getByText('external'));
  await seen(page.getByText('Sam Stranger does not see this conversation.'));
  await become(/Gwen Guest guest/);
  await seen(page.getByRole('heading', { name: '#approvals' }));
  await say('Hello from a guest');
  await seen(message('Hello from a guest'));
  await page.reload();
  await seen(page.getByRole('button', { name: /You are Gwen Guest/ }));
  await seen(message('Hello from a guest'));
});

test('text that would run, format or turn around does none of it', async () => {
  await askForCard();
  await say(hostileText);
  await seen(message('<script>document.title'));
  expect(await page.title()).toContain('Alice Ahmed');
  expect(await page.locator('article img:not([role])').count()).toBe(0);
  expect(await page.locator('body script').count()).toBe(0);
  await seen(page.getByText('k7m2-qx · revision 1'));
});

test('after the workspace was away the page connects again by itself', async () => {
  await say('before');
  await seen(message('before'));
  const comeBack = await started.goAway();
  await seen(page.getByText('Reconnecting to the workspace…'));
  await comeBack();
  await started.workspace.acts.say('U0BOB', { channelId: 'C0APPROVALS', text: 'after' });
  await seen(message('after'));
  await page.getByText('Reconnecting to the workspace…').waitFor({ state: 'hidden' });
  // The browser itself reports each connection that was refused.
  faults = faults.filter((fault) => !/ERR_CONNECTION|ERR_INCOMPLETE/.test(fault));
});

test('on a narrow screen the places are behind a button', async () => {
  await page.setViewportSize({ width: 390, height: 760 });
  const place = page.getByRole('button', { name: 'general' });
  await place.waitFor({ state: 'hidden' });
  await button('Channels and people').click();
  await place.click();
  await seen(page.getByRole('heading', { name: '#general' }));
  await place.waitFor({ state: 'hidden' });
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});

test('the page is served with a policy that lets nothing else run, and only to its own address', async () => {
  const answer = await fetch(started.url);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await fetch(`${started.url}/main.js`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect((await fetch(`${started.url}/..%2fpage.ts`)).status).toBe(404);
  expect((await fetch(`${started.url}/tsconfig.json`)).status).toBe(404);
  expect((await fetch(started.url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(started.url, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
});
