import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { type ReceivingServer, startReceiver, status } from '#test/contract/parts/receiver.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const keyOf = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const [ticketKey, mailKey] = [keyOf(7), keyOf(9)];

let tickets: ReceivingServer;
let mail: ReceivingServer;
beforeAll(async () => {
  [tickets, mail] = [await startReceiver(), await startReceiver()];
});
afterAll(() => Promise.all([tickets, mail].map((server) => server?.stop())));

let folder = '';
const company = companyFor(
  (slack) => {
    const way = inMemory(slack);
    return {
      ...way,
      startBot: (configure) =>
        way.startBot((reached) => ({ ...configure(reached), webhooks: join(folder, 'webhooks.yaml') })),
    };
  },
  {
    prepare: async (stand) => {
      folder = stand.folder;
      await writeFile(join(folder, 'tickets.key'), `${ticketKey}\n`, { mode: 0o600 });
      await writeFile(join(folder, 'mail.key'), `${mailKey}\n`, { mode: 0o600 });
      await writeFile(
        join(folder, 'webhooks.yaml'),
        `source: https://hallpass.acme.test
destinations:
  - name: tickets
    url: ${tickets.url}
    events: [submitted, approved, activated, ended]
    namespaces: ['shop-*']
    signingKeyFile: tickets.key
  - name: dead
    url: http://127.0.0.1:1/
    events: ['*']
    signingKeyFile: tickets.key
  - name: mail
    url: ${mail.url}
    events: ['*']
    signingKeyFile: mail.key
`,
      );
    },
  },
);
const story = storyOf(company);
const eventsAt = ({ got }: ReceivingServer, id: string): readonly string[] =>
  got.flatMap(({ event }) => (event.subject === id ? [event.type] : []));
const named = (...types: readonly string[]) => types.map((type) => `dev.hallpass.request.${type}.v1`);

it('a request that is asked for, approved, in force and over arrives in order, signed, while another destination is dead', async () => {
  const id = await story.ask(typed('6s'));
  await story.approve(id);
  const { lagMilliseconds } = await story.reaches(id, 'revoked');
  expect(lagMilliseconds).toBeLessThan(10_000);
  for (const server of [tickets, mail])
    await story.until('the end to be sent', () => eventsAt(server, id).includes(...(named('ended') as [string])));
  // Whatever would come twice, has.
  await wait(2_000);
  expect(eventsAt(tickets, id)).toEqual(named('submitted', 'approved', 'activated', 'ended'));
  const all = (await story.chain(id)).entries;
  const sent = mail.got.filter(({ event }) => event.subject === id);
  expect(sent.map(({ event }) => event.id)).toEqual(all.slice(0, sent.length).map(({ hash }) => hash));
  expect(sent.length).toBeGreaterThanOrEqual(6);
  for (const [server, key, other] of [
    [tickets, ticketKey, mailKey],
    [mail, mailKey, ticketKey],
  ] as const)
    for (const { body, headers } of server.got) {
      expect(new Webhook(key).verify(body, headers)).toMatchObject({
        specversion: '1.0',
        source: 'https://hallpass.acme.test',
        data: { type: 'hallpass.audit', verified: true },
      });
      expect(() => new Webhook(other).verify(body, headers)).toThrow();
    }
});

it('what a receiver did not take comes when it is back, after the bot was replaced meanwhile, and nothing else comes twice', async () => {
  tickets.answer(status(503));
  const before = tickets.got.length;
  const id = await story.ask(typed('6s'));
  await story.approve(id);
  await story.reaches(id, 'revoked');
  await story.until('the end to be sent elsewhere', () => eventsAt(mail, id).includes(...(named('ended') as [string])));
  expect(new Set(tickets.got.slice(before).map(({ event }) => event.id)).size).toBe(1);
  await company().bot.stop();
  tickets.answer(status(200));
  const tried = tickets.got.length;
  const bot = await inMemory(company().slack).startBot((settings) => ({
    ...company().stand.config('bot', settings),
    webhooks: join(folder, 'webhooks.yaml'),
  }));
  try {
    await story.until('the end to be sent', () => eventsAt(tickets, id).includes(...(named('ended') as [string])));
    await wait(1_500);
    const since = tickets.got.slice(tried);
    expect(since.map(({ event }) => event.type)).toEqual(named('submitted', 'approved', 'activated', 'ended'));
    expect(new Set(mail.got.map(({ event }) => event.id)).size).toBe(mail.got.length);
  } finally {
    await bot.stop();
  }
});

it('no token, key or password of Hallpass stands in anything that was sent', async () => {
  const { stand, slack } = company();
  const { app } = slack.state;
  const sent = JSON.stringify([tickets.got, mail.got].flat().map(({ body, headers }) => [body, headers]));
  expect(sent).toContain('shop-payments');
  for (const secret of [app.token, app.appToken, app.signingSecret, ticketKey, mailKey, stand.redis.url])
    expect(sent).not.toContain(secret);
});

it('a bot whose webhooks.yaml, or what it names, is wrong does not start, and names everything', async () => {
  const { slack, stand } = company();
  const startWith = (webhooks: string) =>
    inMemory(slack).startBot((settings) => ({ ...stand.config('bot', settings), webhooks }));
  await expect(startWith(join(folder, 'nowhere.yaml'))).rejects.toThrow(/nowhere\.yaml: cannot be read/);
  await writeFile(join(folder, 'short.key'), 'whsec_c2hvcnQ=', { mode: 0o600 });
  await writeFile(
    join(folder, 'wrong.yaml'),
    `destinations:
  - { name: one, url: 'https://one.acme.test/', events: ['*'], signingKeyFile: short.key }
  - { name: two, url: 'https://two.acme.test/', events: ['*'], signingKeyFile: none.key }
`,
  );
  await expect(startWith(join(folder, 'wrong.yaml'))).rejects.toThrow(
    /webhook "one": .*a key of 5 bytes[\s\S]*webhook "two": .*none\.key" cannot be read/,
  );
});
