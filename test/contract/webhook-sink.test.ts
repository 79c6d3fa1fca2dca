import { lookup } from 'node:dns';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '#adapters/http/certificates.ts';
import { guardedBy } from '#adapters/http/guarded-lookup.ts';
import type { Pace } from '#adapters/http/retries.ts';
import { parseSigningKeys } from '#adapters/http/standard-webhook.ts';
import { createWebhookSink } from '#adapters/http/webhook-sink.ts';
import { lineOf, settingAfter } from '#domain/audit/line.ts';
import type { Destination } from '#domain/outgoing/destination.ts';
import { err } from '#domain/result.ts';
import { chainOf } from '#test/build/chains.ts';
import { destination } from '#test/build/destinations.ts';
import { bob } from '#test/build/people.ts';
import { approved, submitted } from '#test/build/requests.ts';
import { hang, hangUp, type Reply, startReceiver, status } from '#test/contract/parts/receiver.ts';

type Pair = { cert: string; key: string; ca: string };
let pair: Pair;
const makePair = async (): Promise<Pair> => {
  const validFor = Temporal.Duration.from({ hours: 1 });
  const made = await makeCertificate({ names: ['127.0.0.1'], now: Temporal.Now.instant(), validFor });
  return { ...made, ca: made.ca ?? '' };
};
beforeAll(async () => {
  pair = await makePair();
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
const receiving = async (...replies: readonly [Reply, ...Reply[]]) => {
  const server = await startReceiver(replies, pair);
  closing.push(server.stop);
  return server;
};

const [keyOne, keyTwo] = [7, 9].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`) as [string, string];
/** As somebody else's code does it. */
const verify = (key: string, { body, headers }: { body: string; headers: Readonly<Record<string, string>> }): unknown =>
  new Webhook(key).verify(body, headers);

/** The lines of a request, as the audit writes them. */
const lines = (): readonly string[] => {
  const { request, entries } = chainOf(submitted(), { type: 'voted', by: bob, revision: 1 }, approved);
  const setting = settingAfter(undefined, submitted());
  return entries.map((entry) => JSON.stringify(lineOf(request.asked.id, entry, setting)));
};
const [line = ''] = lines();

const quick: Pace = { timeout: 400, first: 40, most: 200, slow: 150, patience: 300, remind: 60_000 };
const sinkFor = (
  url: string,
  {
    pace,
    ca,
    ...changed
  }: Partial<Destination> & { readonly pace?: Partial<Pace>; readonly ca?: string | undefined } = {},
) => {
  const alarms: { message: string; fields: Readonly<Record<string, string>> }[] = [];
  const infos: string[] = [];
  const results: string[] = [];
  const state = { keys: keyOne };
  const sink = createWebhookSink({
    destination: destination({ url, ...changed }),
    source: 'https://hallpass.example.com',
    ca: ca ?? pair.ca,
    readKeys: async () => parseSigningKeys(state.keys),
    alarm: (message, fields) => void alarms.push({ message, fields }),
    info: (message) => void infos.push(message),
    count: (_, result) => void results.push(result),
    pace: { ...quick, ...pace },
  });
  closing.push(sink.close);
  /** As the follower does: once it is ready, until it has taken it; how long that took. */
  const untilTaken = async (text: string): Promise<number> => {
    const started = performance.now();
    for (;;) {
      if (sink.isReady() && (await sink.write([text], new AbortController().signal)))
        return performance.now() - started;
      if (performance.now() - started > 10_000) throw new Error('It was not taken');
      await wait(5);
    }
  };
  const once = (text = line) => sink.write([text], new AbortController().signal);
  return { sink, alarms, infos, results, state, untilTaken, once };
};

describe('a webhook over HTTPS', () => {
  it('gets each event as a CloudEvent with the audit line in it, and a signature that holds elsewhere too', async () => {
    const server = await receiving(status(204));
    const { untilTaken, results } = sinkFor(server.url);
    for (const text of lines()) await untilTaken(text);
    expect(server.got.map(({ event }) => event.type)).toEqual([
      'dev.hallpass.request.submitted.v1',
      'dev.hallpass.request.voted.v1',
      'dev.hallpass.request.approved.v1',
    ]);
    for (const [index, got] of server.got.entries()) {
      const text = lines()[index] ?? '';
      expect(got.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
      expect(got.headers['webhook-id']).toBe(got.event.id);
      expect(got.path).toBe('/hooks/hallpass?key=secret-of-the-url');
      expect(verify(keyOne, got)).toMatchObject({ specversion: '1.0', subject: 'k7m2-qx', data: JSON.parse(text) });
      expect(() => verify(keyOne, { ...got, body: got.body.replace('k7m2-qx', 'k7m2-qy') })).toThrow();
      expect(() => verify(keyTwo, got)).toThrow();
    }
    expect(results).toEqual(['taken', 'taken', 'taken']);
  });

  it('is signed by both keys while one is replaced, and by the new one from then on, without a restart', async () => {
    const server = await receiving(status(200));
    const { once, state } = sinkFor(server.url);
    for (const keys of [keyOne, `${keyTwo}\n${keyOne}`, keyTwo]) {
      state.keys = keys;
      expect(await once()).toBe(true);
    }
    const [before, between, after] = server.got;
    if (before === undefined || between === undefined || after === undefined) throw new Error('Not all came');
    expect(verify(keyOne, between)).toEqual(verify(keyTwo, between));
    expect(() => verify(keyTwo, before)).toThrow();
    expect(() => verify(keyOne, after)).toThrow();
    expect(verify(keyTwo, after)).toMatchObject({ specversion: '1.0' });
  });

  it.each([500, 502, 503, 408, 429])(
    'that answers %i gets the same message with the same id again, later each time',
    async (code) => {
      const server = await receiving(status(code), status(code), status(code), status(202));
      const { untilTaken, results } = sinkFor(server.url, { pace: { first: 100, most: 400, patience: 60_000 } });
      // At least half of 100, 200 and 400.
      expect(await untilTaken(line)).toBeGreaterThan(350);
      expect(new Set(server.got.map(({ body, headers }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
      expect(results).toEqual(['away', 'away', 'away', 'taken']);
    },
  );

  it('is sent an event anew with the time of that try, so that nobody takes it for a replay', async () => {
    const server = await receiving(status(503), status(200));
    const { untilTaken } = sinkFor(server.url, { pace: { first: 3_000, most: 3_000 } });
    await untilTaken(line);
    const [first, second] = server.got.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(second).toBeGreaterThan(first ?? 0);
    for (const got of server.got) expect(verify(keyOne, got)).toBeDefined();
  });

  it('that says when to come again is not asked before', async () => {
    const server = await receiving(status(429, { 'retry-after': '1' }), status(200));
    expect(await sinkFor(server.url).untilTaken(line)).toBeGreaterThan(1_000);
  });

  it.each([400, 401, 403, 404, 413, 422])(
    'that answers %i is told of at once and tried on slowly: nothing is dropped, and nothing passes it',
    async (code) => {
      const server = await receiving(status(code), status(code), status(200));
      const { untilTaken, alarms, infos, results } = sinkFor(server.url);
      const [first = '', second = ''] = lines();
      expect(await untilTaken(first)).toBeGreaterThan(140);
      await untilTaken(second);
      expect(server.got.map(({ event }) => event.type.split('.')[3])).toEqual([
        'submitted',
        'submitted',
        'submitted',
        'voted',
      ]);
      expect(alarms).toEqual([
        {
          message: 'A webhook refuses events',
          fields: {
            webhook: 'tickets',
            host: `https://127.0.0.1:${server.port}`,
            cause: expect.stringContaining(`HTTP status ${code} to dev.hallpass.request.submitted.v1 `),
            remedy: expect.stringContaining('Nothing is lost'),
          },
        },
      ]);
      expect(infos).toEqual(['A webhook takes events again']);
      expect(results).toEqual(['refused', 'refused', 'taken', 'taken']);
    },
  );

  it('that redirects is not followed, and is told of', async () => {
    const other = await receiving(status(200));
    const server = await receiving(status(307, { location: other.url }));
    const { once, alarms } = sinkFor(server.url);
    expect(await once()).toBe(false);
    expect(other.got).toEqual([]);
    expect(alarms.map(({ fields }) => fields.cause)).toEqual([expect.stringContaining('HTTP status 307')]);
  });

  it('that says it is gone is told of, and not asked again', async () => {
    const server = await receiving(status(410), status(200));
    const { sink, once, alarms, results } = sinkFor(server.url);
    expect(await once()).toBe(false);
    await wait(500);
    expect(sink.isReady()).toBe(false);
    expect(server.got).toHaveLength(1);
    expect(alarms.map(({ message }) => message)).toEqual([
      'A webhook answers that it is gone (410): nothing is sent there any more',
    ]);
    expect(results).toEqual(['gone']);
  });

  it('that never answers is given up after its time, and administrators are told once', async () => {
    const server = await receiving(hang);
    const { sink, once, alarms } = sinkFor(server.url, { pace: { timeout: 200, patience: 300 } });
    for (let times = 0; times < 4; ) {
      if (!sink.isReady()) await wait(5);
      else {
        expect(await once()).toBe(false);
        times += 1;
      }
    }
    expect(alarms.map(({ message, fields }) => [message, fields.cause])).toEqual([
      ['A webhook has taken nothing for a while', 'no answer within 200 ms'],
    ]);
  });

  it('that hangs up is tried again', async () => {
    const server = await receiving(hangUp, hangUp, status(200));
    await sinkFor(server.url).untilTaken(line);
    expect(server.got).toHaveLength(3);
  });

  it('that is not there is waited for', async () => {
    const { sink, once } = sinkFor('https://127.0.0.1:1/');
    expect(await once()).toBe(false);
    expect(sink.isReady()).toBe(false);
    await wait(100);
    expect(sink.isReady()).toBe(true);
  });

  it('has taken what it answers with 200, though its body is huge or has no end; little of it is read', async () => {
    let sent = 0;
    const huge: Reply = (response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && sent < 500_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    };
    const endless: Reply = (response) => void response.writeHead(200).write('x');
    const server = await receiving(huge, endless, status(200));
    const { once } = sinkFor(server.url);
    expect(await once()).toBe(true);
    // What fits into buffers of the network on the way.
    expect(sent).toBeLessThan(12_000_000);
    const started = performance.now();
    expect(await once()).toBe(true);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await once()).toBe(true);
    expect(server.got).toHaveLength(3);
  });

  it('with a certificate of another authority gets nothing', async () => {
    const server = await receiving(status(200));
    const { once } = sinkFor(server.url, { ca: (await makePair()).ca });
    expect(await once()).toBe(false);
    expect(server.got).toEqual([]);
  });

  it('whose key cannot be read gets nothing unsigned, and administrators are told', async () => {
    const server = await receiving(status(200));
    const { once, state, alarms } = sinkFor(server.url);
    state.keys = 'whsec_short';
    expect(await once()).toBe(false);
    expect(server.got).toEqual([]);
    expect(alarms.map(({ fields }) => fields.cause)).toEqual([expect.stringContaining('holds a')]);
  });

  it('is let go of at once when the bot stops', async () => {
    const server = await receiving(hang);
    const { sink, alarms } = sinkFor(server.url, { pace: { timeout: 10_000 } });
    const stopping = new AbortController();
    const started = performance.now();
    const writing = sink.write([line], stopping.signal);
    await wait(100);
    stopping.abort();
    expect(await writing).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(alarms).toEqual([]);
  });

  it('is told of without what may be secret in its address or its key', async () => {
    const server = await receiving(status(403), status(410));
    const { once, sink, alarms } = sinkFor(server.url);
    await once();
    while (!sink.isReady()) await wait(5);
    await once();
    expect(alarms).toHaveLength(2);
    expect(JSON.stringify(alarms)).not.toContain('secret-of-the-url');
    expect(JSON.stringify(alarms)).not.toContain('whsec_');
  });
});

describe('a name', () => {
  const lookUp = (name: string, all: boolean) =>
    new Promise<{ code?: string; address: unknown }>((resolve) =>
      guardedBy(lookup)(name, { all }, (fault, address) =>
        resolve({ address, ...(fault?.code === undefined ? {} : { code: fault.code }) }),
      ),
    );

  it('that leads to the metadata of a cloud is called no further', async () => {
    for (const all of [true, false]) expect(await lookUp('169.254.169.254', all)).toMatchObject({ code: 'EMETADATA' });
    expect(await lookUp('::ffff:169.254.169.254', true)).toMatchObject({ code: 'EMETADATA' });
  });

  it('that leads elsewhere is called as ever', async () => {
    expect(await lookUp('127.0.0.1', false)).toEqual({ address: '127.0.0.1' });
    expect(await lookUp('127.0.0.1', true)).toEqual({ address: [{ address: '127.0.0.1', family: 4 }] });
    const server = await startReceiver();
    closing.push(server.stop);
    expect(await sinkFor(server.url.replace('127.0.0.1', 'localhost')).once()).toBe(true);
  });
});

it('what a key file cannot be read for is said in the words of whoever reads it', async () => {
  const server = await receiving(status(200));
  const alarms: string[] = [];
  const sink = createWebhookSink({
    destination: destination({ url: server.url }),
    source: '/a',
    ca: pair.ca,
    readKeys: async () => err('signing key file "/keys/tickets.key" cannot be read (ENOENT).'),
    alarm: (_, { cause = '' }) => void alarms.push(cause),
    info: () => {},
    count: () => {},
    pace: quick,
  });
  closing.push(sink.close);
  expect(await sink.write([line], new AbortController().signal)).toBe(false);
  expect(alarms).toEqual(['signing key file "/keys/tickets.key" cannot be read (ENOENT).']);
});
