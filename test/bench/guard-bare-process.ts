/**
 * What the guard is measured against, in a process of its own as the guard is: node's HTTPS server, with a certificate such as the
 * guard makes, that reads a review for its `uid` and answers. `/yes` and `/no` say only that; `/look` first makes the calls to
 * Redis that it takes to look up a write that is held, and `/file` those to file one and wait until it was taken in.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { defineScript } from '#adapters/redis/script.ts';
import { bareKeys } from './guard-bare-keys.ts';

const { BENCH_BARE: folder = '', BENCH_PORT: port, REDIS_URL: url = '' } = process.env;
const [cert, key] = ['tls.crt', 'tls.key'].map((name) => readFileSync(join(folder, name), 'utf8'));
const redis = new Redis(url);
const review = z.object({ request: z.object({ uid: z.string() }) });

const tried = defineScript(
  redis,
  'benchTried',
  `redis.call('HINCRBY', KEYS[1], 'count', 1)
redis.call('HSET', KEYS[1], 'last', ARGV[1], 'by', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1`,
);
const countAttempt = (): Promise<unknown> => tried([bareKeys.tried], [Date.now(), 'somebody@acme.test', 60]);

const look = async (): Promise<void> => {
  await redis.get(bareKeys.held);
  await redis.get(bareKeys.said);
  await redis.lrange(bareKeys.log('held'), 0, -1);
  await redis.zrevrange(bareKeys.person, 0, 29);
  await redis.lrange(bareKeys.log('held'), 0, -1);
  await countAttempt();
};

/** As often as the guard looks. */
const step = 20;

const file = async (text: string): Promise<void> => {
  const id = randomUUID();
  await redis.get(bareKeys.held);
  await redis.xadd(bareKeys.intake, '*', 'id', id, 'entry', text);
  await countAttempt();
  for (let waited = 0; waited < 5_000; waited += step) {
    await pause(step);
    await redis.get(bareKeys.said);
    if ((await redis.lrange(bareKeys.log(id), 0, -1)).length > 0) return;
  }
  throw new Error('Nobody took in what was filed');
};

const yes = { allowed: true };
const message =
  'This write is held until somebody agrees. It is request abcd-ef.\nDo the same again once it is approved.';
const no = { allowed: false, status: { status: 'Failure', code: 403, reason: 'Forbidden', message } };

const answers: Readonly<Record<string, (text: string) => Promise<object>>> = {
  '/yes': async () => yes,
  '/no': async () => no,
  '/look': async () => look().then(() => no),
  '/file': async (text) => file(text).then(() => no),
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

let count = 0;
const server = createServer({ cert, key, keepAliveTimeout: 95_000 }, async (request, response) => {
  const path = request.url?.split('?')[0] ?? '';
  if (path === '/count') return response.end(String(count));
  count += 1;
  const text = await bodyOf(request);
  const { uid } = review.parse(JSON.parse(text)).request;
  const said = await answers[path]?.(text);
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, ...said },
  });
  return response.writeHead(200, { 'content-type': 'application/json' }).end(body);
});
server.listen(Number(port), '127.0.0.1', () => console.log('The bare webhook is running'));
process.once('SIGTERM', () => process.exit(0));
