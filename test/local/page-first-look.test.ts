import { expect, onTestFinished, test } from 'vitest';
import { browserForTests, seen } from '#test/local/page-browser.ts';
import { poorContrasts } from '#test/local/page-contrast.ts';
import { startPage } from '#test/local/page-start.ts';

const open = browserForTests(async () => {});
const start = async (...shown: Parameters<typeof startPage>) => {
  const started = await startPage(...shown);
  onTestFinished(started.stop);
  return started;
};

test('the page opens where the app is, with commands that one press puts into the box and does not send', async () => {
  const example = '/jit request access ingress-edit shop-payments/ledger for 5m because checkout 502s';
  const { url, workspace } = await start({ examples: ['/jit help', example] });
  const page = await open(url);
  await seen(page.getByRole('heading', { name: '#approvals' }));
  expect(await poorContrasts(page)).toEqual([]);
  await page.getByRole('button', { name: example }).click();
  const box = page.getByRole('textbox', { name: 'Message or command' });
  expect(await box.inputValue()).toBe(example);
  expect(await box.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);
  expect(workspace.deliveries.filter(({ envelope }) => envelope.type === 'slash_commands')).toEqual([]);
  await workspace.acts.say('U0BOB', { channelId: 'C0APPROVALS', text: 'Hello' });
  await page.getByRole('button', { name: example }).waitFor({ state: 'hidden' });
});

test('the page opens where it was left, as its address says', async () => {
  const { url } = await start();
  const page = await open(`${url}/#as=U0BOB&at=C0GENERAL`);
  await seen(page.getByRole('heading', { name: '#general' }));
  await seen(page.getByText('Nothing here yet. Type / to see the commands.'));
});
