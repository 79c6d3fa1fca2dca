import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserForTests, focused, say, seen } from '#test/local/page-browser.ts';
import { type Started, startPage } from '#test/local/page-start.ts';

let started: Started;
let page: Page;
const open = browserForTests(() => started.stop());

beforeEach(async () => {
  started = await startPage();
  page = await open(`${started.url}/#as=U0ALICE&at=C0APPROVALS`);
  await seen(page.getByRole('textbox', { name: 'Message or command' }));
});

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
/** Goes on with Tab until something is reached, as somebody without a mouse does. */
const tabTo = async (wanted: Locator, key = 'Tab'): Promise<void> => {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((node) => node === node.ownerDocument.activeElement)) return;
    await press(key);
  }
  throw new Error(`Tab does not reach it; it is at "${await focused(page)}".`);
};
const hasOutline = (): Promise<boolean> =>
  page.evaluate(`(() => { const a = document.activeElement; const s = getComputedStyle(a);
    return a.matches(':focus-visible') && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()`);
const dialog = (name: string) => page.getByRole('dialog', { name });
const leaveBox = () => press('Escape');

test('what is typed and sent while an earlier command is on its way is neither lost nor sent twice', async () => {
  let held = 0;
  await page.route(/\/command\?/, async (route) => {
    held += 1;
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await say(page, '/jit help');
  await press('Enter');
  await say(page, '/jit card');
  await seen(page.getByText('2 replies'));
  await expect.poll(() => page.getByRole('textbox', { name: 'Message or command' }).inputValue()).toBe('');
  expect(held).toBe(2);
});

test('a form is opened, filled in and sent without a mouse', async () => {
  await expect.poll(() => focused(page)).toBe('Message or command');
  await page.keyboard.type('/jit request');
  await press('Enter');
  const form = dialog('Ask for access');
  await seen(form);
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('INPUT');
  await page.keyboard.type('checkout answers 502');
  await tabTo(form.getByRole('combobox', { name: 'Cluster' }));
  await press('ArrowDown', 'ArrowDown', 'Enter');
  await tabTo(form.getByRole('combobox', { name: 'Ports' }));
  await press('ArrowDown', 'Enter', 'Tab');
  await tabTo(form.getByRole('combobox', { name: 'Object' }));
  await page.keyboard.type('web');
  await seen(form.getByRole('option', { name: 'Ingress web' }));
  await press('Enter');
  await tabTo(form.getByRole('radio', { name: 'View' }));
  await press('ArrowDown');
  await tabTo(form.getByRole('button', { name: 'Ask', exact: true }));
  expect(await hasOutline()).toBe(true);
  await press('Space');
  await form.waitFor({ state: 'hidden' });
  expect(started.submitted).toMatchObject([
    {
      cluster: { a: { selected_option: { value: 'prod-us' } } },
      object: { objects: { selected_option: { value: 'Ingress web' } } },
      mode: { a: { selected_option: { value: 'edit' } } },
    },
  ]);
  expect(await focused(page)).toBe('Message or command');
});

test('another person is chosen and approves without a mouse; who was at the card stays at it', async () => {
  await say(page, '/jit card');
  await seen(page.getByText('2 replies'));
  await leaveBox();
  await press('p', 'ArrowDown', 'Enter');
  await seen(page.getByRole('button', { name: /You are Bob Braun/ }));
  await tabTo(page.getByRole('button', { name: 'Approve', exact: true }));
  expect(await hasOutline()).toBe(true);
  await press('Enter');
  await seen(dialog('Approve?'));
  await press('Escape');
  await dialog('Approve?').waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('Approve');
  await press('Space');
  await seen(dialog('Approve?'));
  expect(await focused(page)).toBe('Yes, approve');
  await press('Enter');
  await seen(page.getByRole('article').filter({ hasText: 'approved by @Bob Braun' }));
  await expect.poll(() => focused(page)).toBe('Message from Hallpass');
});

test('who chooses a person is not thrown back when the page learns of something meanwhile', async () => {
  await leaveBox();
  await press('p', 'ArrowDown');
  const chosen = await focused(page);
  expect(chosen).toContain('Bob Braun');
  const bob = await open(`${started.url}/#as=U0BOB&at=C0APPROVALS`);
  await say(bob, 'something new');
  await seen(page.getByText('something new'));
  expect(await focused(page)).toBe(chosen);
});

test('Esc closes dialogs and the thread, and gives the focus back to what opened them', async () => {
  await say(page, '/jit card');
  const replies = page.getByRole('button', { name: '2 replies' });
  await seen(replies);
  await leaveBox();
  await tabTo(page.getByRole('button', { name: 'Deny', exact: true }));
  await press('Enter');
  await seen(dialog('Deny'));
  await press('Escape');
  await dialog('Deny').waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('Deny');
  await tabTo(replies);
  await press('Enter');
  await seen(page.getByRole('complementary', { name: 'Thread' }));
  await expect.poll(() => focused(page)).toBe('Reply');
  await press('Escape');
  await page.getByRole('complementary', { name: 'Thread' }).waitFor({ state: 'hidden' });
  expect(await focused(page)).toBe('2 replies');
});

test('Tab goes round within a dialog, both ways', async () => {
  await say(page, '/jit card');
  await seen(page.getByText('2 replies'));
  await leaveBox();
  await tabTo(page.getByRole('button', { name: 'Approve', exact: true }));
  await press('Enter');
  await seen(dialog('Approve?'));
  const visited: string[] = [];
  for (let presses = 0; presses < 4; presses += 1) {
    visited.push(await focused(page));
    await press('Tab');
  }
  expect(visited).toEqual(['Yes, approve', 'Not yet', 'Yes, approve', 'Not yet']);
  await press('Shift+Tab');
  expect(await focused(page)).toBe('Not yet');
});

test('keys lead to the message box, to channels and to their own help, and write nothing elsewhere', async () => {
  await page.keyboard.type('g2?p/');
  const box = page.getByRole('textbox', { name: 'Message or command' });
  expect(await box.inputValue()).toBe('g2?p/');
  await box.fill('');
  await leaveBox();
  expect(await focused(page)).not.toBe('Message or command');
  await press('?');
  await seen(dialog('Keyboard').getByText('Switch person'));
  await press('g', '1', 'Escape');
  await dialog('Keyboard').waitFor({ state: 'hidden' });
  await seen(page.getByRole('heading', { name: '#approvals' }));
  await press('/');
  expect(await focused(page)).toBe('Message or command');
  expect(await box.inputValue()).toBe('');
  await leaveBox();
  await press('g', '1');
  await seen(page.getByRole('heading', { name: '#general' }));
});

test('who presses a key before a dialog has told that it is shut keeps what the key led to', async () => {
  await leaveBox();
  await press('?');
  await seen(dialog('Keyboard'));
  await page.evaluate(`new Promise((told) => {
    const dialog = document.querySelector('dialog[open]');
    dialog.addEventListener('close', () => setTimeout(told), { once: true });
    dialog.close();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
  })`);
  expect(await focused(page)).toBe('Message or command');
});

test('nothing that can be pressed is out of reach of Tab, and what has the focus shows it', async () => {
  await say(page, '/jit card');
  await page.getByText('2 replies').click();
  await seen(page.getByRole('button', { name: 'Download' }).or(page.getByRole('link', { name: /Download/ })));
  const wanted: number = await page.evaluate(`(() => {
    const all = [...document.querySelectorAll('a[href], button, input, textarea, summary')]
      .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }));
    for (const one of all) one.dataset.wanted = '';
    return all.length;
  })()`);
  await page.evaluate('document.activeElement.blur()');
  for (let presses = 0; presses < wanted + 15; presses += 1) {
    await press('Tab');
    await page.evaluate('delete document.activeElement.dataset.wanted');
    if (
      !(await page.evaluate('document.activeElement === document.body || document.activeElement.matches("textarea")'))
    )
      expect({ at: await focused(page), shows: await hasOutline() }).toMatchObject({ shows: true });
  }
  expect(
    await page.evaluate(
      `[...document.querySelectorAll('[data-wanted]')].map((one) => one.getAttribute('aria-label') ?? one.textContent)`,
    ),
  ).toEqual([]);
});
