import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { keys } from '#adapters/redis/keys.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const line = z.looseObject({
  type: z.literal('hallpass.audit'),
  schema: z.literal(1),
  id: z.string(),
  time: z.string(),
  request: z.string(),
  version: z.int(),
  event: z.string(),
  actors: z.array(z.string()),
  cluster: z.string().nullable(),
  namespace: z.string().nullable(),
  verified: z.boolean(),
});
type Line = z.infer<typeof line>;
const linesIn = (text: string): readonly Line[] =>
  text.split('\n').flatMap((one) => {
    try {
      return line.safeParse(JSON.parse(one)).data ?? [];
    } catch {
      return [];
    }
  });

/** What this process prints. */
let printed = '';
/** What a SIEM was sent, and whether it answers. */
let posted = '';
let answers: 'takes' | 'is stuck' | 'fails' = 'takes';
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (answers === 'is stuck') return;
  if (answers === 'takes') posted += Buffer.concat(chunks).toString();
  response.writeHead(answers === 'takes' ? 204 : 500).end();
});
const write = process.stdout.write.bind(process.stdout);
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((...words) => {
    printed += String(words[0]);
    return Reflect.apply(write, process.stdout, words);
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const company = companyFor(async (slack) => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const way = inMemory(slack);
  return {
    ...way,
    startBot: (configure) =>
      way.startBot((reached) => ({
        ...configure(reached),
        siem: { url: `http://127.0.0.1:${port}/ingest`, token: 'token-of-the-siem' },
      })),
  };
});
const story = storyOf(company);
const eventsIn = (text: string, id: string): readonly string[] =>
  linesIn(text).flatMap(({ request, event }) => (request === id ? [event] : []));
const everyEvent = ['submitted', 'voted', 'voted', 'approved', 'activated', 'ended'];

it('each event of a request is printed once and sent once, in order, as the log has it', async () => {
  const id = await story.ask(typed('6s'));
  await story.approve(id);
  await story.reaches(id, 'revoked', 60_000);
  await story.until('the end to be printed and sent', () =>
    [printed, posted].every((text) => eventsIn(text, id).includes('ended')),
  );
  // Whatever would come twice, has.
  await wait(2_000);
  const chain = await story.chain(id);
  for (const text of [printed, posted]) {
    const lines = linesIn(text).filter(({ request }) => request === id);
    expect(lines.map(({ event }) => event).filter((event) => event !== 'warned')).toEqual(everyEvent);
    expect(lines.map((one) => one.id)).toEqual(chain.entries.map(({ hash }) => hash));
    expect(lines.every(({ verified, namespace }) => verified && namespace === 'shop-payments')).toBe(true);
    expect(lines[1]?.actors).toEqual(['U0BOB']);
  }
});

it('a sink that is stuck or fails delays neither cards, ends nor standard output, and gets everything afterwards', async () => {
  answers = 'is stuck';
  const id = await story.ask(typed('6s'));
  await story.approve(id);
  await story.reaches(id, 'active');
  await story.shows(id, 'Active');
  const { lagMilliseconds } = await story.reaches(id, 'revoked');
  expect(lagMilliseconds).toBeLessThan(10_000);
  await story.until('the end to be printed', () => eventsIn(printed, id).includes('ended'));
  expect(eventsIn(posted, id)).toEqual([]);
  answers = 'fails';
  const other = await story.ask(typed('6s'));
  await story.until('another to be printed', () => eventsIn(printed, other).includes('submitted'));
  answers = 'takes';
  await story.until('all to be sent', () => eventsIn(posted, other).includes('submitted'), 90_000);
  expect(eventsIn(posted, id).filter((event) => event !== 'warned')).toEqual(everyEvent);
  expect(new Set(linesIn(posted).map((one) => one.id)).size).toBe(linesIn(posted).length);
});

it('a bot that starts anew goes on where the one before was', async () => {
  await company().bot.stop();
  const id = await story.redis().xlen(keys.audit);
  expect(id).toBeGreaterThan(0);
  const before = linesIn(printed).length;
  const way = inMemory(company().slack);
  const bot = await way.startBot((settings) => company().stand.config('bot', settings));
  try {
    const next = await story.ask(typed('6s'));
    await story.until('it to be printed', () => eventsIn(printed, next).includes('submitted'));
    const since = linesIn(printed).slice(before);
    expect(new Set(linesIn(printed).map((one) => one.id)).size).toBe(linesIn(printed).length);
    expect(since.filter(({ event }) => event === 'submitted')).toHaveLength(1);
  } finally {
    await bot.stop();
  }
});
