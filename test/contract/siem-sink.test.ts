import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '#adapters/http/certificates.ts';
import type { Pace } from '#adapters/http/retries.ts';
import { createSiemSink } from '#adapters/http/siem-sink.ts';
import { createStdoutSink } from '#src/audit.ts';

type Pair = { cert: string; key: string; ca: string };
let pair: Pair;
const pairFor = async (name: string): Promise<Pair> => {
  const made = await makeCertificate({
    names: [name],
    now: Temporal.Now.instant(),
    validFor: Temporal.Duration.from({ hours: 1 }),
  });
  return { ...made, ca: made.ca ?? '' };
};
beforeAll(async () => {
  pair = await pairFor('127.0.0.1');
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Batch = { lines: readonly string[]; headers: IncomingMessage['headers'] };
type Answer = (response: ServerResponse, batch: Batch) => void;

/** A server that keeps what it gets, and answers as each in turn says; the last one goes on. */
const serving = async (answers: readonly [Answer, ...Answer[]], { cert, key }: Pair = pair, secure = true) => {
  const batches: Batch[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const batch = { lines: Buffer.concat(chunks).toString().split('\n').slice(0, -1), headers: request.headers };
    batches.push(batch);
    const answer = answers[Math.min(batches.length, answers.length) - 1];
    answer?.(response, batch);
  };
  const server = secure ? createServer({ cert, key }, listener) : createHttpServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/ingest?source=hallpass`, batches };
};

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end('x');
const ok = status(200);

const quick: Pace = { timeout: 400, first: 40, most: 200, slow: 150, patience: 300, remind: 60_000 };
const sinkFor = (url: string, changed: { ca?: string | undefined; token?: string; pace?: Partial<Pace> } = {}) => {
  const alarms: { message: string; fields: Readonly<Record<string, string>> }[] = [];
  const infos: string[] = [];
  const { pace, ...rest } = changed;
  const sink = createSiemSink({
    url,
    ca: pair.ca,
    alarm: (message, fields) => void alarms.push({ message, fields }),
    info: (message) => void infos.push(message),
    pace: { ...quick, ...pace },
    ...rest,
  });
  closing.push(sink.close);
  /** As the follower does: once it is ready, until it has taken all; how long that took. */
  const untilTaken = async (lines: readonly string[]): Promise<number> => {
    const started = performance.now();
    for (;;) {
      if (sink.isReady() && (await sink.write(lines, new AbortController().signal))) return performance.now() - started;
      if (performance.now() - started > 10_000) throw new Error('It was not taken');
      await wait(5);
    }
  };
  return { sink, alarms, infos, untilTaken };
};
const once = (
  sink: { write: (lines: readonly string[], signal: AbortSignal) => Promise<boolean> },
  lines: readonly string[] = ['{"a":1}'],
) => sink.write(lines, new AbortController().signal);
const numbered = (count: number, size = 10): readonly string[] =>
  Array.from({ length: count }, (_, index) => JSON.stringify({ index, pad: 'x'.repeat(size) }));

describe('a sink over HTTPS', () => {
  it('gets lines as they are, with the token, as NDJSON', async () => {
    const server = await serving([ok]);
    const { sink, alarms } = sinkFor(server.url, { token: 'token-of-the-siem' });
    expect(await once(sink, ['{"a":1}', '{"b":"ü"}'])).toBe(true);
    expect(server.batches).toMatchObject([
      {
        lines: ['{"a":1}', '{"b":"ü"}'],
        headers: { 'content-type': 'application/x-ndjson', authorization: 'Bearer token-of-the-siem' },
      },
    ]);
    expect(alarms).toEqual([]);
  });

  it('gets at most 500 lines and one megabyte at a time, and what is longer alone', async () => {
    const server = await serving([ok]);
    const { sink } = sinkFor(server.url, { pace: { timeout: 5_000 } });
    const lines = [...numbered(1_100), ...numbered(3, 600_000), ...numbered(1, 1_500_000), ...numbered(1)];
    expect(await once(sink, lines)).toBe(true);
    expect(server.batches.flatMap((batch) => batch.lines)).toEqual(lines);
    for (const batch of server.batches) {
      expect(batch.lines.length).toBeLessThanOrEqual(500);
      if (batch.lines.length > 1) expect(batch.lines.join('\n').length).toBeLessThanOrEqual(1_000_000);
    }
  });

  it('may be one on this machine without TLS', async () => {
    const server = await serving([ok], pair, false);
    expect(await once(sinkFor(server.url).sink)).toBe(true);
  });

  it.each([500, 502, 503, 408, 429])(
    'that answers %i is tried again, later each time, until it takes it',
    async (code) => {
      const server = await serving([status(code), status(code), status(code), ok]);
      const { untilTaken, alarms } = sinkFor(server.url, { pace: { first: 100, most: 400 } });
      const took = await untilTaken(['{"a":1}']);
      expect(server.batches).toHaveLength(4);
      // At least half of 100, 200 and 400.
      expect(took).toBeGreaterThan(350);
      expect(alarms.filter(({ message }) => message.includes('refuses'))).toEqual([]);
    },
  );

  it('that says when to come again is not asked before', async () => {
    const server = await serving([status(429, { 'retry-after': '1' }), ok]);
    const { untilTaken } = sinkFor(server.url);
    expect(await untilTaken(['{"a":1}'])).toBeGreaterThan(1_000);
    const dated = await serving([status(503, { 'retry-after': new Date(Date.now() + 2_000).toUTCString() }), ok]);
    expect(await sinkFor(dated.url).untilTaken(['{"a":1}'])).toBeGreaterThan(700);
  });

  it('that says nonsense about when to come again is tried as usual', async () => {
    const server = await serving([status(503, { 'retry-after': 'soon' }), status(503, { 'retry-after': '-5' }), ok]);
    expect(await sinkFor(server.url).untilTaken(['{"a":1}'])).toBeLessThan(1_500);
  });

  it.each([400, 401, 403, 404, 302])(
    'that answers %i is told of at once, and tried on slowly; nothing is dropped',
    async (code) => {
      const server = await serving([status(code, { location: 'https://127.0.0.1:1/' }), status(code), ok]);
      const { untilTaken, alarms, infos } = sinkFor(server.url);
      const took = await untilTaken(['{"a":1}']);
      expect(took).toBeGreaterThan(140);
      expect(server.batches.map(({ lines }) => lines)).toEqual([['{"a":1}'], ['{"a":1}'], ['{"a":1}']]);
      expect(alarms).toEqual([
        {
          message: 'The sink of the audit refuses lines',
          fields: {
            sink: new URL(server.url).origin,
            cause: `HTTP status ${code}`,
            remedy: expect.stringContaining('Nothing is lost'),
          },
        },
      ]);
      expect(infos).toEqual(['The sink of the audit takes lines again']);
    },
  );

  it('that finds a batch too large gets halves of it', async () => {
    const picky: Answer = (response, { lines }) => void response.writeHead(lines.length > 3 ? 413 : 200).end();
    const server = await serving([picky]);
    const { sink, alarms } = sinkFor(server.url);
    expect(await once(sink, numbered(10))).toBe(true);
    const taken = server.batches.filter(({ lines }) => lines.length <= 3).flatMap(({ lines }) => lines);
    expect(taken).toEqual(numbered(10));
    expect(alarms).toEqual([]);
  });

  it('that never answers is given up after its time, and administrators are told once', async () => {
    const server = await serving([() => {}]);
    const { sink, alarms } = sinkFor(server.url, { pace: { timeout: 200, patience: 300 } });
    const started = performance.now();
    for (let times = 0; times < 4; ) {
      if (!sink.isReady()) await wait(5);
      else {
        expect(await once(sink)).toBe(false);
        times += 1;
      }
    }
    expect(performance.now() - started).toBeGreaterThan(800);
    expect(alarms.map(({ message, fields }) => [message, fields.cause])).toEqual([
      ['The sink of the audit has taken nothing for a while', 'no answer within 200 ms'],
    ]);
  });

  it('that answers without an end, or slower than its time, has not taken it', async () => {
    const drip: Answer = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    };
    const slow: Answer = (response) => void setTimeout(() => response.writeHead(200).end(), 600);
    for (const answer of [drip, slow]) {
      const server = await serving([answer]);
      expect(await once(sinkFor(server.url).sink)).toBe(false);
    }
  });

  it('that hangs up is tried again', async () => {
    const hangUp: Answer = (response) => void response.socket?.destroy();
    const server = await serving([hangUp, hangUp, ok]);
    const { untilTaken } = sinkFor(server.url);
    await untilTaken(['{"a":1}']);
    expect(server.batches).toHaveLength(3);
  });

  it('that is not there is waited for', async () => {
    const { sink, alarms } = sinkFor('https://127.0.0.1:1/ingest');
    expect(await once(sink)).toBe(false);
    expect(sink.isReady()).toBe(false);
    await wait(100);
    expect(sink.isReady()).toBe(true);
    expect(alarms).toEqual([]);
  });

  it.each([
    ['another authority', async () => ({ served: pair, ca: (await pairFor('127.0.0.1')).ca })],
    [
      'another name',
      async () => {
        const other = await pairFor('siem.example.com');
        return { served: other, ca: other.ca };
      },
    ],
    ['no authority that Node knows', async () => ({ served: pair, ca: undefined })],
  ])('with a certificate of %s gets nothing', async (_, certificates) => {
    const { served, ca } = await certificates();
    const server = await serving([ok], served);
    const { sink } = sinkFor(server.url, { ca });
    expect(await once(sink)).toBe(false);
    expect(server.batches).toEqual([]);
  });

  it('is let go of at once when the bot stops', async () => {
    const server = await serving([() => {}]);
    const { sink, alarms } = sinkFor(server.url, { pace: { timeout: 10_000 } });
    const stopping = new AbortController();
    const started = performance.now();
    const writing = sink.write(['{"a":1}'], stopping.signal);
    await wait(100);
    stopping.abort();
    expect(await writing).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(alarms).toEqual([]);
  });

  it('is told of without what may be secret in its address', async () => {
    const server = await serving([status(403)]);
    const { sink, alarms } = sinkFor(server.url.replace('source=hallpass', 'key=secret-of-the-sink'), {
      token: 'secret-token',
    });
    await once(sink);
    expect(JSON.stringify(alarms)).not.toContain('secret-');
    expect(alarms).toHaveLength(1);
  });
});

describe('standard output', () => {
  it('gets each line with its end, and holds up nobody when its reader has stopped', async () => {
    const texts: string[] = [];
    const sink = createStdoutSink((text, done) => {
      texts.push(text);
      if (texts.length === 1) done();
    });
    expect(await once(sink, ['a', 'b'])).toBe(true);
    expect(texts).toEqual(['a\nb\n']);
    const stopping = new AbortController();
    const stuck = sink.write(['c'], stopping.signal);
    await wait(20);
    stopping.abort();
    expect(await stuck).toBe(false);
    expect(await sink.write(['d'], stopping.signal)).toBe(false);
    expect(texts).toEqual(['a\nb\n', 'c\n']);
  });
});
