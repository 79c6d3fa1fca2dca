import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { freePort } from '#local/parts/daemon.ts';
import { createHttpLink } from '#local/slack/http-link.ts';
import { inMemory } from '#local/ways-in.ts';
import { startBot } from '#src/bot.ts';
import { companyFor } from './company.ts';

const company = companyFor(inMemory);

it('a bot whose port is taken says so, and does not end the process that a worker runs in', async () => {
  const { slack, stand } = company();
  const link = await createHttpLink(slack);
  const port = await freePort();
  const taking = createServer();
  await new Promise<void>((resolve) => taking.listen(port, resolve));
  try {
    const started = await startBot(stand.config('bot', { apiUrl: link.slackApiUrl, port }));
    expect(started).toMatchObject({ ok: false, error: [expect.stringContaining('EADDRINUSE')] });
  } finally {
    taking.close();
    await link.stop();
  }
});
