import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserForTests, say, seen } from '#test/local/page-browser.ts';
import { aside, changeDiff, goingOn, ordinaryText } from '#test/local/page-change.ts';
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
  const lines = (sign: RegExp) =>
    changeDiff
      .split('\n')
      .filter((line) => sign.test(line))
      .map((line) => (changeDiff.endsWith(line) ? line : `${line}\n`));
  expect(await diff.locator('.diff-in').allTextContents()).toEqual(lines(/^\+(?!\+)/));
  expect(await diff.locator('.diff-out').allTextContents()).toEqual(lines(/^-(?!-)/));
  expect(await diff.locator('.diff-file').allTextContents()).toEqual(lines(/^(---|\+\+\+)/));
  const colours = await Promise.all(
    ['.diff-in', '.diff-out', '.diff-at', '.diff-same'].map((one) => backgroundOf(diff.locator(one).first())),
  );
  expect(new Set(colours).size).toBe(4);
  expect(await diff.getAttribute('aria-label')).toBe('Diff: 4 added, 2 removed');
});

test('a long line of a diff wraps and leaves the column of the signs free, also where there is little room', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const long = pres().first().locator('.diff-in').filter({ hasText: 'maintenance-page' });
  const seenLines = await long.evaluate((node) => {
    const range = node.ownerDocument.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].map(({ left, width }) => ({ left, width }));
  });
  expect(seenLines.length).toBeGreaterThan(2);
  const [first, ...others] = seenLines;
  for (const { left } of others) expect(left).toBeGreaterThan((first?.left ?? 0) + 10);
  for (const pre of await pres().all())
    expect(await pre.evaluate((node) => node.scrollWidth > node.clientWidth)).toBe(false);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});

test('a block that goes on with the diff before it is coloured as that is, also the rest of a line', async () => {
  const rest = pres().nth(1);
  expect(await rest.textContent()).toBe(goingOn);
  expect(await rest.locator('.diff-in').allTextContents()).toEqual(['↪ who run the checkout\n', '+  owner: web\n']);
  expect(await rest.getAttribute('aria-label')).toBe('Diff: 1 added, 0 removed');
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

test.each([
  { at: 2, text: aside, where: 'it follows a diff' },
  { at: 3, text: ordinaryText, where: 'its lines begin with signs' },
])('preformatted text that is no diff has no colour, though $where', async ({ at, text }) => {
  const ordinary = pres().nth(at);
  expect(await ordinary.textContent()).toBe(text);
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
