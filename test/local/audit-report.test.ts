import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { auditReport } from '#src/commands/audit-report.ts';
import { exportText, type PastRequest, pastRequests } from '#test/build/past.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';

const pictures = 'test-output/report';
const hostile =
  '<script>document.title = "taken"</script><img src="http://127.0.0.1:9/x" onerror="alert(1)"> \u202egnp.exe';
const long = 'x'.repeat(300);

let folder: string;
let browser: Browser;
let page: Page;
const requests: string[] = [];
const faults: string[] = [];

/** Every tenth reason is somebody's attempt at the page, or has a word that is longer than the page. */
const withReasons = (all: readonly PastRequest[]): readonly PastRequest[] =>
  all.map((one, index) => ({
    ...one,
    events: one.events.map(([seconds, event]): readonly [number, RequestEvent] => [
      seconds,
      event.type === 'submitted' && index % 10 === 0 ? { ...event, reason: index % 20 === 0 ? hostile : long } : event,
    ]),
  }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-report-'));
  mkdirSync(pictures, { recursive: true });
  const log = join(folder, 'log.jsonl');
  writeFileSync(log, exportText(createMemoryKeys(), withReasons(pastRequests(800))));
  const out = join(folder, 'report.html');
  const answer = await auditReport(['--from', '2026-07-01', '--to', '2026-09-30', '--log', log, '--out', out], {});
  expect(answer).toMatchObject({ status: 0 });
  const { chromium: executablePath } = await ensureParts(['chromium']);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage({ viewport: { width: 1_200, height: 1_400 } });
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => {
    faults.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(out).href);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the report is one page that asks for nothing else and runs nothing', async () => {
  expect(requests).toEqual([page.url()]);
  expect(faults).toEqual([]);
  expect(await page.title()).toBe('Hallpass audit report, 2026-07-01 to 2026-09-30');
  expect(await page.locator('script, img, iframe, link').count()).toBe(0);
  expect(await page.getByText('<script>document.title', { exact: false }).count()).toBeGreaterThan(0);
  expect(await page.getByText('[U+202E]gnp.exe', { exact: false }).count()).toBeGreaterThan(0);
});

test('nothing stands beside the page, on a screen and on paper', async () => {
  const overflow = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `${pictures}/screen.png` });
  await page.emulateMedia({ media: 'print' });
  // A4 without its margins, at 96 dots an inch.
  await page.setViewportSize({ width: 688, height: 1_000 });
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `${pictures}/print.png` });
  const pdf = await page.pdf({ preferCSSPageSize: true, path: `${pictures}/report.pdf` });
  expect(pdf.length).toBeGreaterThan(10_000);
  expect((await readFile(`${pictures}/report.pdf`)).toString('latin1')).toContain('/MediaBox [0 0 59');
  await page.emulateMedia({ media: 'screen' });
});

test('it reads well: dark on white, figures below each other, headings that are repeated', async () => {
  const of = (selector: string, property: string): Promise<string> =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${JSON.stringify(property)}]`,
    );
  const styles = {
    background: await of('html', 'backgroundColor'),
    ink: await of('td', 'color'),
    head: await of('thead', 'display'),
    align: await of('td.figure', 'textAlign'),
    digits: await of('td.figure', 'fontVariantNumeric'),
  };
  expect(styles).toEqual({
    background: 'rgb(255, 255, 255)',
    ink: 'rgb(27, 31, 36)',
    head: 'table-header-group',
    align: 'right',
    digits: 'tabular-nums',
  });
});
