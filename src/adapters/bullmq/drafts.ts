import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { contentRef, operation } from '#domain/content/content.ts';
import { objectVersion } from '#domain/guard/object-version.ts';
import { requestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import { accessProbe, type Manifest, target } from '#domain/plan.ts';
import { type Facts, risks } from '#domain/policy/policy.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sources } from '#domain/source.ts';
import type { Clock, Draft, Drafter, DraftInput } from '#use-cases/ports.ts';
import { prefix } from './queues.ts';
import { createTurns } from './turns.ts';

/** Milliseconds that a draft may take: a person waits for it, and Slack wants its answer within three seconds. */
const patience = 1_600;
/** Seconds that an answer waits to be fetched. */
const keptFor = 30;
/** Milliseconds below which no worker is asked: it could not answer in time. */
const leastTime = 100;
/** Drafts that a worker makes at a time. */
const concurrency = 8;
/** Drafts that a bot has made at a time for one person: nobody keeps all places of the workers. */
const mostOfOne = 2;
const queueName = 'drafts';
const replyKey = (nonce: string): string => `${prefix}:draft:${nonce}`;

/** All of `Facts`: were one missing here, nothing would be tried any more. */
const facts: z.ZodType<Facts> = z.strictObject({
  request: z.strictObject({
    kind: z.string(),
    cluster: z.string(),
    namespace: z.string(),
    namespaceLabels: z.record(z.string(), z.string()).exactOptional(),
    profiles: z.array(z.string()),
    objects: z.array(z.string()),
    seconds: z.int().min(0).exactOptional(),
    breakGlass: z.boolean(),
    reason: z.string(),
    subject: z.string(),
    source: z.enum(sources),
    caller: z.string().exactOptional(),
  }),
  requester: z.strictObject({
    id: z.string(),
    groups: z.array(z.string()),
    unknown: z.array(z.string()).exactOptional(),
  }),
  now: z.iso.datetime({ offset: true }),
});

const input = z.strictObject({
  request: requestId,
  kind: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  ask: z.json(),
  identity: z.strictObject({ user: z.string(), groups: z.array(z.string()) }),
  temporary: z.boolean(),
  prolongs: requestId.optional(),
  held: z.strictObject({ ignore: z.array(z.string()), scales: z.literal(true).optional() }).optional(),
  atLeast: z.enum(risks).optional(),
  beside: z.array(z.string()).optional(),
  facts: facts.optional(),
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
  canonical({
    use: 'hallpass.dev/draft',
    nonce,
    until,
    input: { ...asked, identity: { ...asked.identity } } as unknown as Json,
  });

const manifest = z.custom<Manifest>((value) => typeof value === 'object' && value !== null && 'metadata' in value);
const draft = z.strictObject({
  namespaceUid: z.string(),
  plan: z.strictObject({ create: z.array(manifest), probes: z.array(accessProbe), proofs: z.array(accessProbe) }),
  edits: z.array(z.strictObject({ op: operation, target, uid: z.string().optional(), delta: z.string() })),
  fingerprint: z.string().optional(),
  from: objectVersion.optional(),
  content: contentRef.optional(),
  judged: z
    .strictObject({
      policy: z.string(),
      risk: z.enum(risks),
      answers: z.array(
        z.tuple([
          z.string(),
          z.discriminatedUnion('type', [
            z.strictObject({ type: z.enum(['yes', 'no']) }),
            z.strictObject({ type: z.literal('failed'), why: z.string() }),
          ]),
        ]),
      ),
    })
    .optional(),
});
const answer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('draft'), draft }),
  z.strictObject({ type: z.literal('refused'), why: z.string() }),
]);
const signedAnswer = z.strictObject({ text: z.string(), key: z.string(), signature: z.string() });
const answerText = (nonce: string, text: string): string => canonical({ use: 'hallpass.dev/drafted', nonce, text });
/** Stands between what is signed, which is JSON, and the text of the content, whose digest is signed with it. */
const seam = '\n';

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
    // It asks once, when it is made: no answer within our time-out, and nothing could be asked of it any more. Each process looks itself.
    skipVersionCheck: true,
    streams: { events: { maxLen: 1_000 } },
  });
  const events = new QueueEvents(queueName, { connection: connections.consume, prefix });
  // The connections' own errors, once more: who made them hears of them, and asking fails by itself.
  queue.on('error', () => {});
  events.on('error', () => {});
  // Each draft that is waited for listens to both, and there may be hundreds.
  queue.setMaxListeners(0);
  events.setMaxListeners(0);

  const turns = createTurns(mostOfOne);

  /** `end` is when nobody waits any more, in milliseconds of `performance.now()`. */
  const ask = async (asked: DraftInput, end: number): Promise<Result<Draft, string>> => {
    const nonce = randomUUID();
    const now = (await clock.now()).epochMilliseconds;
    const left = Math.ceil(end - performance.now());
    if (left < leastTime) throw new Error('The turn of a draft came too late for a worker to answer in time');
    const until = now + left;
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
      // A little longer than anybody waits: who gives up says why in words of its own.
      await job.waitUntilFinished(events, Math.max(1, end - performance.now()) + 50);
    } catch (cause) {
      // While no worker is there nobody takes it off the queue, and each look at what is pending adds another one.
      await job.remove().catch(() => {});
      throw cause;
    }
    const found = await connections.commit.getdel(replyKey(nonce));
    if (found === null) throw new Error('A worker’s answer was not there');
    const [head = '', text] = splitAt(found, found.indexOf(seam));
    const signed = signedAnswer.parse(JSON.parse(head));
    if (!trust.verify('worker', signed.key, answerText(nonce, signed.text), signed.signature))
      throw new Error('An answer to a draft was not a worker’s');
    const read = answer.parse(JSON.parse(signed.text));
    if (read.type === 'refused') return err(read.why);
    const { content: ref, ...rest } = read.draft;
    if (ref === undefined) return ok(rest);
    if (text === undefined || trust.digest(text) !== ref.digest)
      throw new Error('What a worker answered to a draft was altered');
    return ok({ ...rest, content: { ref, text } });
  };

  return {
    draft: (asked, by) =>
      giveUpAfter(patience, (signal, sayWhy) => {
        const end = performance.now() + patience;
        if (by === undefined) return ask(asked, end);
        sayWhy(`The turn of a draft did not come: ${mostOfOne} of one person were under way`);
        return turns.take(by, signal, () => {
          sayWhy(noAnswer);
          return ask(asked, end);
        });
      }),
    close: async () => {
      await Promise.all([queue.close(), events.close()]);
    },
  };
};

const splitAt = (text: string, at: number): readonly [string, string?] =>
  at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];

const noAnswer = 'No worker answered';

const giveUpAfter = async <T>(
  milliseconds: number,
  start: (signal: AbortSignal, sayWhy: (why: string) => void) => Promise<T>,
): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const waiting = new AbortController();
  let why = noAnswer;
  const sayWhy = (said: string): void => {
    why = said;
  };
  const timer = setTimeout(() => {
    const reason = new Error(`${why} within ${milliseconds} ms`);
    reject(reason);
    waiting.abort(reason);
  }, milliseconds);
  try {
    return await Promise.race([start(waiting.signal, sayWhy), late]);
  } finally {
    clearTimeout(timer);
  }
};

export type DraftServer = { readonly close: () => Promise<void> };

/** Makes a draft; the signal comes when nobody waits for it any more. */
export type DraftWork = (input: DraftInput, signal: AbortSignal) => Promise<Result<Draft, string>>;

/**
 * Answers what bots want to have tried, so many at a time; anything that a bot did not sign is not looked at. What nobody
 * waits for any more is not begun, and stopping it in the midst is no fault.
 */
export const createDraftServer = (
  connections: { readonly commit: Redis; readonly consume: Redis },
  { signer, trust, clock }: Identity,
  work: DraftWork,
  onFault: (cause: Error) => void,
): DraftServer => {
  const reply = async (nonce: string, result: Result<Draft, string>): Promise<void> => {
    const content = result.ok ? result.value.content : undefined;
    const text = JSON.stringify(
      result.ok
        ? { type: 'draft', draft: { ...result.value, content: content?.ref } }
        : { type: 'refused', why: result.error },
    );
    const signed = JSON.stringify({ text, key: signer.key, signature: signer.sign(answerText(nonce, text)) });
    const whole = content === undefined ? signed : `${signed}${seam}${content.text}`;
    await connections.commit.set(replyKey(nonce), whole, 'EX', keptFor);
  };
  const worker = new Worker<unknown>(
    queueName,
    async (job) => {
      const read = signedQuestion.safeParse(job.data);
      if (!read.success) throw new UnrecoverableError('Not a draft of Hallpass');
      const { nonce, until, input: asked, key, signature } = read.data;
      if (!trust.verify('bot', key, questionText(nonce, until, asked as DraftInput), signature))
        throw new UnrecoverableError('A draft was asked for by nobody who may');
      const left = until - (await clock.now()).epochMilliseconds;
      if (left < 0) return;
      // A bot asks for no more, whatever its clock says.
      const late = AbortSignal.timeout(Math.min(left, patience));
      try {
        await reply(nonce, await work(asked as DraftInput, late));
      } catch (cause) {
        if (!late.aborted) throw cause;
      }
    },
    { connection: connections.consume, prefix, concurrency, maxStalledCount: 1, runRetryDelay: 500 },
  );
  worker.on('error', () => {});
  worker.on('failed', (_, cause) => onFault(cause));
  return { close: () => worker.close() };
};
