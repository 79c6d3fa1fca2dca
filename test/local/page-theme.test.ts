import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserForTests, say, seen } from '#test/local/page-browser.ts';
import { poorContrasts } from '#test/local/page-contrast.ts';
import { type Started, startPage } from '#test/local/page-start.ts';

let started: Started;
const open = browserForTests(() => started.stop());
beforeEach(async () => {
  started = await startPage();
});

const address = () => `${started.url}/#as=U0ALICE&at=C0APPROVALS`;
const backgroundOf = (page: Page): Promise<string> =>
  page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
const light = 'rgb(255, 255, 255)';
const dark = 'rgb(27, 26, 30)';

test('the page is as light or dark as its system, until somebody chooses, and remembers the choice', async () => {
  const page = await open(address(), { colorScheme: 'light' });
  const turn = (to: string) => page.getByRole('button', { name: `Switch to ${to}` }).click();
  expect(await backgroundOf(page)).toBe(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await backgroundOf(page)).toBe(dark);
  await turn('light');
  expect(await backgroundOf(page)).toBe(light);
  await page.reload();
  await seen(page.getByRole('button', { name: 'Switch to dark' }));
  expect(await backgroundOf(page)).toBe(light);
  await turn('dark');
  expect(await backgroundOf(page)).toBe(dark);
  // Back at the system's own, it follows again.
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await backgroundOf(page)).toBe(light);
});

test.each(['light', 'dark'] as const)(
  'all text of the %s page has the contrast that WCAG AA asks for',
  async (colorScheme) => {
    const page = await open(address(), { colorScheme, reducedMotion: 'reduce' });
    const check = async (where: string) =>
      expect({ where, poor: await poorContrasts(page) }).toEqual({ where, poor: [] });
    await say(page, '/jit help');
    await say(page, '/jit card');
    await say(page, '/jit change');
    await seen(page.getByText('2 replies').nth(1));
    await page.getByText('2 replies').nth(1).click();
    await page.getByRole('button', { name: 'The whole diff' }).click();
    await seen(page.locator('.file pre'));
    await check('messages, a thread and an open file');
    await page.keyboard.press('Escape');
    await say(page, '/jit request');
    await seen(page.getByRole('dialog', { name: 'Ask for access' }));
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await seen(page.getByText('Please complete this required field.'));
    await page.getByRole('combobox', { name: 'Cluster' }).click();
    await check('a form with what is wrong and a list');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /Switch person/ }).click();
    await check('the menu of people');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keyboard help' }).click();
    await check('the help');
  },
);
