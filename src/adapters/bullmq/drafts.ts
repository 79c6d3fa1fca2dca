import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { content, operation } from '#domain/content/content.ts';
import { requestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import { accessProbe, type Manifest, target } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Clock, Draft, Drafter, DraftInput } from '#use-cases/ports.ts';
import { prefix } from './queues.ts';

/** Milliseconds that a draft may take: a person waits for it, and Slack wants its answer within three seconds. */
const patience = 1_600;
/** Seconds that an answer waits to be fetched. */
const keptFor = 30;
const queueName = 'drafts';
const replyKey = (nonce: string): string => `${prefix}:draft:${nonce}`;

const input = z.strictObject({
  request: requestId,
  kind: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  ask: z.json(),
  identity: z.strictObject({ user: z.string(), groups: z.array(z.string()) }),
  temporary: z.boolean(),
});

/** Both ways are signed: whoever writes in Redis has nothing tried, and shows approvers nothing of their own. */
const signedQuestion = z.strictObject({
  nonce: z.uuid(),
  /** Epoch milliseconds of the common clock, after which nobody waits for it any more. */
  until: z.int(),
  input,
  key: z.string(),
  signature: z.string(),
});
const questionText = (nonce: string, until: number, asked: DraftInput): string =>
  canonical({ use: 'hallpass.dev/draft', nonce, until, input: { ...asked, identity: { ...asked.identity } } as Json });

const manifest = z.custom<Manifest>((value) => typeof value === 'object' && value !== null && 'metadata' in value);
const draft = z.strictObject({
  namespaceUid: z.string(),
  plan: z.strictObject({ create: z.array(manifest), probes: z.array(accessProbe), proofs: z.array(accessProbe) }),
  edits: z.array(z.strictObject({ op: operation, target, uid: z.string().optional(), delta: z.string() })),
  content: content.optional(),
});
const answer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('draft'), draft }),
  z.strictObject({ type: z.literal('refused'), why: z.string() }),
]);
const signedAnswer = z.strictObject({ text: z.string(), key: z.string(), signature: z.string() });
const answerText = (nonce: string, text: string): string => canonical({ use: 'hallpass.dev/drafted', nonce, text });

type Identity = { readonly signer: Signer; readonly trust: Trust; readonly clock: Clock };

export type DraftClient = { readonly draft: Drafter; readonly close: () => Promise<void> };

/** Asks a worker to try something; `commit` and `consume` are connections of these profiles. */
export const createDraftClient = (
  connections: { readonly commit: Redis; readonly consume: Redis },
  { signer, trust, clock }: Identity,
): DraftClient => {
  const queue = new Queue(queueName, {
    connection: connections.commit,
    prefix,
    skipWaitingForReady: true,
    streams: { events: { maxLen: 1_000 } },
  });
  // Whoever waits for an answer listens to the queue's end; many may wait.
  queue.setMaxListeners(0);
  const events = new QueueEvents(queueName, { connection: connections.consume, prefix });
  // The connections' own errors, once more: who made them hears of them, and asking fails by itself.
  queue.on('error', () => {});
  events.on('error', () => {});
  // Each draft that is waited for listens to both, and there may be hundreds.
  queue.setMaxListeners(0);
  events.setMaxListeners(0);

  const ask = async (asked: DraftInput): Promise<Result<Draft, string>> => {
    const nonce = randomUUID();
    const until = (await clock.now()).epochMilliseconds + patience;
    const signature = signer.sign(questionText(nonce, until, asked));
    const data = { nonce, until, input: asked, key: signer.key, signature };
    await events.waitUntilReady();
    const job = await queue.add('draft', data, {
      jobId: nonce,
      attempts: 1,
      // It must still be there when it is waited for: it may be done by then.
      removeOnComplete: { age: keptFor },
      removeOnFail: { age: keptFor },
    });
    try {
      await job.waitUntilFinished(events, patience);
    } catch (cause) {
      // While no worker is there nobody takes it off the queue, and each look at what is pending adds another one.
      await job.remove().catch(() => {});
      throw cause;
    }
    const found = await connections.commit.getdel(replyKey(nonce));
    if (found === null) throw new Error('A worker’s answer was not there');
    const signed = signedAnswer.parse(JSON.parse(found));
    if (!trust.verify('worker', signed.key, answerText(nonce, signed.text), signed.signature))
      throw new Error('An answer to a draft was not a worker’s');
    const read = answer.parse(JSON.parse(signed.text));
    return read.type === 'draft' ? ok(read.draft) : err(read.why);
  };

  return {
    draft: (asked) => giveUpAfter(patience, ask(asked)),
    close: async () => {
      await Promise.all([queue.close(), events.close()]);
    },
  };
};

const giveUpAfter = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No worker answered within ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

export type DraftServer = { readonly close: () => Promise<void> };

/** Answers what bots want to have tried, so many at a time; anything that a bot did not sign is not looked at. */
export const createDraftServer = (
  connections: { readonly commit: Redis; readonly consume: Redis },
  { signer, trust, clock }: Identity,
  work: Drafter,
  onFault: (cause: Error) => void,
): DraftServer => {
  const reply = async (nonce: string, result: Result<Draft, string>): Promise<void> => {
    const said = result.ok ? { type: 'draft', draft: result.value } : { type: 'refused', why: result.error };
    const text = JSON.stringify(said);
    const signed = { text, key: signer.key, signature: signer.sign(answerText(nonce, text)) };
    await connections.commit.set(replyKey(nonce), JSON.stringify(signed), 'EX', keptFor);
  };
  const worker = new Worker<unknown>(
    queueName,
    async (job) => {
      const read = signedQuestion.safeParse(job.data);
      if (!read.success) throw new UnrecoverableError('Not a draft of Hallpass');
      const { nonce, until, input: asked, key, signature } = read.data;
      if (!trust.verify('bot', key, questionText(nonce, until, asked as DraftInput), signature))
        throw new UnrecoverableError('A draft was asked for by nobody who may');
      if ((await clock.now()).epochMilliseconds > until) return;
      await reply(nonce, await work(asked as DraftInput));
    },
    { connection: connections.consume, prefix, concurrency: 16, maxStalledCount: 1, runRetryDelay: 500 },
  );
  worker.on('error', () => {});
  worker.on('failed', (_, cause) => onFault(cause));
  return { close: () => worker.close() };
};
