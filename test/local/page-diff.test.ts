import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserForTests, say, seen } from '#test/local/page-browser.ts';
import { changeDiff, ordinaryText } from '#test/local/page-change.ts';
import { type Started, startPage } from '#test/local/page-start.ts';

let started: Started;
const open = browserForTests(() => started.stop());
let page: Page;

beforeEach(async () => {
  started = await startPage();
  page = await open(`${started.url}/#as=U0ALICE&at=C0APPROVALS`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await say(page, '/jit change');
  await seen(page.getByText('2 replies'));
});

const pres = () => page.getByRole('article').locator('pre');
const backgroundOf = (locator: Locator): Promise<string> =>
  locator.evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).backgroundColor ?? '');

test('a diff on a card is coloured line by line, and its text stays as it was sent', async () => {
  const diff = pres().first();
  expect(await diff.textContent()).toBe(changeDiff);
  expect(await diff.locator('.diff-in').allTextContents()).toEqual([
    `${changeDiff
      .split('\n')
      .filter((line) => /^\+(?!\+)/.test(line))
      .join('\n')}\n`,
  ]);
  expect(await diff.locator('.diff-out').allTextContents()).toEqual(['-  - path: /checkout\n-    pathType: Prefix\n']);
  expect(await diff.locator('.diff-file').allTextContents()).toEqual([
    `${changeDiff.split('\n').slice(0, 2).join('\n')}\n`,
  ]);
  const colours = await Promise.all(
    ['.diff-in', '.diff-out', '.diff-at', '.diff-same'].map((one) => backgroundOf(diff.locator(one).first())),
  );
  expect(new Set(colours).size).toBe(4);
  expect(await diff.getAttribute('aria-label')).toBe('Diff: 3 added, 2 removed');
});

test('a long line of a diff scrolls sideways within its box', async () => {
  const size = await pres()
    .first()
    .evaluate((node) => ({
      line: node.querySelectorAll('.diff-at')[0]?.getBoundingClientRect().height ?? 0,
      long: (node.querySelectorAll('.diff-in')[0]?.getBoundingClientRect().height ?? 0) / 3,
      isWider: node.scrollWidth > node.clientWidth,
    }));
  expect(size.long).toBe(size.line);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(
    await pres()
      .first()
      .evaluate((node) => node.scrollWidth > node.clientWidth),
  ).toBe(true);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});

test('what is selected in a diff, or copied by its button, is the text itself', async () => {
  await pres()
    .first()
    .evaluate((node) => node.ownerDocument.getSelection()?.selectAllChildren(node));
  expect(await page.evaluate('getSelection().toString()')).toBe(changeDiff);
  await page.keyboard.press('Control+c');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(changeDiff);
  await page.evaluate('navigator.clipboard.writeText("")');
  await page.getByRole('button', { name: 'Copy', exact: true }).first().click();
  await seen(page.getByText('Copied', { exact: true }));
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(changeDiff);
});

test('preformatted text that is no diff has no colour, though its lines begin with signs', async () => {
  const ordinary = pres().nth(1);
  expect(await ordinary.textContent()).toBe(ordinaryText);
  expect(await ordinary.getAttribute('class')).toBeNull();
  expect(await ordinary.locator('*').count()).toBe(0);
});

test.each([
  { is: true, text: '--- a\n+++ b\n x' },
  { is: true, text: '@@ -1 +1 @@\n-a\n+b' },
  { is: true, text: ' a\n-b\n+c\n' },
  { is: false, text: '- a\n- b\n  c: 1' },
  { is: false, text: 'apiVersion: v1\n---\nkind: Pod' },
  { is: false, text: '+49 30 1234' },
  { is: false, text: '' },
  { is: false, text: 'we saw:\n-1\n+1' },
])('"$text" is a diff: $is', async ({ text, is }) => {
  expect(await page.evaluate(`import('/diff.js').then((m) => m.looksLikeDiff(${JSON.stringify(text)}))`)).toBe(is);
});

test('a modal shows a long diff page by page, each from its beginning', async () => {
  await page.getByRole('button', { name: 'Full diff', exact: true }).click();
  const modal = page.getByRole('dialog', { name: 'Full diff' });
  await seen(modal.getByText('Page 1 of 5'));
  expect(await modal.locator('.diff-out').count()).toBeGreaterThan(3);
  await modal.getByRole('button', { name: 'Next page' }).click();
  await seen(modal.getByText('Page 2 of 5'));
  await seen(modal.locator('pre').getByText('item-0061'));
  expect(await modal.locator('.modal-body').evaluate((node) => node.scrollTop)).toBe(0);
  expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true);
});
