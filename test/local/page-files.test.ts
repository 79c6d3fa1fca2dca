import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserForTests, say, seen } from '#test/local/page-browser.ts';
import { longDiff, ordinaryText } from '#test/local/page-change.ts';
import { type Started, startPage } from '#test/local/page-start.ts';

let started: Started;
const open = browserForTests(() => started.stop());
let page: Page;

beforeEach(async () => {
  started = await startPage();
  page = await open(`${started.url}/#as=U0ALICE&at=C0APPROVALS`);
  await say(page, '/jit change');
  await page.getByRole('button', { name: '2 replies' }).click();
});

const thread = () => page.getByRole('complementary', { name: 'Thread' });
const file = (name: string) => thread().getByRole('button', { name });

test('a file opens in its message with its size and lines, closes again, and is not read before', async () => {
  const reads: string[] = [];
  page.on('request', (request) => void (/\/file\//.test(request.url()) && reads.push(request.url())));
  await seen(file('Notes').getByText(/^notes\.txt · \d+ bytes · 5 lines$/));
  expect(reads).toEqual([]);
  await file('Notes').click();
  const content = thread().locator('.file pre');
  await seen(content);
  expect(await content.textContent()).toBe(ordinaryText);
  expect(await content.locator('.diff-in, .diff-out').count()).toBe(0);
  expect(await file('Notes').getAttribute('aria-expanded')).toBe('true');
  await started.workspace.acts.say('U0BOB', { channelId: 'C0GENERAL', text: 'elsewhere' });
  expect(await content.count()).toBe(1);
  await file('Notes').click();
  expect(await content.count()).toBe(0);
  await file('Notes').click();
  await seen(content);
  expect(reads).toHaveLength(1);
});

test('a file of 5,000 lines shows its beginning, then all of it, and the page goes on answering', async () => {
  const whole = longDiff(5_000);
  await seen(file('The whole diff').getByText('long.diff · 199.6 kB · 5,000 lines'));
  const begun = performance.now();
  await file('The whole diff').click();
  const pre = thread().locator('.file pre');
  await seen(pre.getByText('item-0003'));
  const opened = performance.now() - begun;
  expect(await pre.textContent()).toBe(`${whole.split('\n').slice(0, 300).join('\n')}\n`);
  expect(await pre.locator('.diff-in').count()).toBe(30);

  await page.evaluate(`(() => {
    window.longest = 0;
    let last = performance.now();
    const step = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(step); };
    requestAnimationFrame(step);
  })()`);
  const asked = performance.now();
  await thread().getByRole('button', { name: 'Show all 5,000 lines' }).click();
  await page.getByRole('textbox', { name: 'Reply' }).fill('still here');
  const answered = performance.now() - asked;
  await thread().locator('.file pre:not([aria-busy])').waitFor();
  const complete = performance.now() - asked;
  expect(await pre.textContent()).toBe(whole);
  const longest = await page.evaluate('Math.round(window.longest)');
  console.log(
    `5,000 lines: open ${Math.round(opened)} ms, answering again ${Math.round(answered)} ms, complete ${Math.round(complete)} ms, longest frame ${longest} ms`,
  );
  expect(complete).toBeLessThan(15_000);
  await pre.evaluate((node) => node.scrollTo(0, node.scrollHeight));
  await seen(pre.getByText('item-5000'));
});

test('a file is downloaded as it was attached, under its name', async () => {
  const download = page.waitForEvent('download');
  await thread().getByRole('link', { name: 'Download long.diff' }).click();
  const got = await download;
  expect(got.suggestedFilename()).toBe('long.diff');
  expect(await readFile(await got.path(), 'utf8')).toBe(longDiff(5_000));
});

test('what somebody opened whole stays so when its message is shown anew', async () => {
  await file('The whole diff').click();
  await thread().getByRole('button', { name: 'Show all 5,000 lines' }).click();
  await thread().locator('.file pre:not([aria-busy])').waitFor();
  await page.getByRole('button', { name: 'Close thread' }).click();
  await page.getByRole('button', { name: '2 replies' }).click();
  await expect.poll(() => thread().locator('.file pre').textContent()).toBe(longDiff(5_000));
});
