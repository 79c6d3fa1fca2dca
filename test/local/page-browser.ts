import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ensureParts } from '#local/parts/ensure-parts.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A browser for a file of tests; every page of it must be without a fault at the end of its test. What the pages stand on
 * is ended after them.
 */
export const browserForTests = (endWorkspace: () => Promise<void>) => {
  let browser: Browser;
  let faults: string[] = [];
  const contexts: { close: () => Promise<void> }[] = [];
  beforeAll(async () => {
    const { chromium: executablePath } = await ensureParts(['chromium']);
    browser = await chromium.launch({ executablePath, args: flags });
  }, 180_000);
  afterAll(() => browser?.close());
  beforeEach(() => {
    faults = [];
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await endWorkspace();
    expect(faults).toEqual([]);
  });
  return async (address: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(address);
    return page;
  };
};

export const seen = (locator: Locator) => locator.first().waitFor();

/** Types into the message box and sends it. */
export const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Message or command' }).fill(text);
  await page.keyboard.press('Enter');
};

/** What has the focus, as a screen reader would say it. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(
    "(() => { const a = document.activeElement; return (a.getAttribute('aria-label') ?? '') || a.textContent.trim(); })()",
  );
