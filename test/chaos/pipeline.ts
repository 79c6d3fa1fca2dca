import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { Ground } from './ground.ts';
import type { Ask, Deed } from './plan.ts';
import { annotation, objectOf } from './seen.ts';

/** What the API answered; without `status` nothing came back. Milliseconds of this process's clock. */
export type Answer = {
  readonly at: number;
  readonly status?: number;
  /** The request that it speaks of, and how it stands. */
  readonly id?: string;
  readonly state?: string;
  /** What kind of refusal it is, and what it says. */
  readonly problem?: string;
};

const body = z.object({
  id: z.string().optional(),
  status: z.unknown(),
  type: z.string().optional(),
  detail: z.string().optional(),
});

/** Milliseconds that a pipeline waits for an answer, between two tries, and until it gives up. */
const patience = { answer: 3_000, again: 400, whole: 9_000 };

const call = async (
  { apis, pipeline }: Pick<Ground, 'apis' | 'pipeline'>,
  nth: number,
  sent: { readonly method: 'GET' | 'POST'; readonly path: string; readonly key?: string; readonly body?: object },
): Promise<Answer> => {
  try {
    const answer = await request(`${apis[nth % apis.length]}${sent.path}`, {
      method: sent.method,
      signal: AbortSignal.timeout(patience.answer),
      headers: {
        authorization: `Bearer ${pipeline.token}`,
        ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(sent.key === undefined ? {} : { 'idempotency-key': sent.key }),
      },
      body: sent.body === undefined ? null : JSON.stringify(sent.body),
    });
    const read = body.safeParse(await answer.body.json());
    const { id, status, type, detail = '' } = read.success ? read.data : {};
    return {
      at: Date.now(),
      status: answer.statusCode,
      ...(id === undefined ? {} : { id }),
      ...(typeof status === 'string' ? { state: status } : {}),
      ...(type === undefined ? {} : { problem: `${type}: ${detail}` }),
    };
  } catch {
    return { at: Date.now() };
  }
};

/** Whether trying again would be answered the same. */
export const isFinal = ({ status }: Answer): boolean =>
  status !== undefined && status < 500 && status !== 429 && status !== 408;

/** Asks over the API as a pipeline does: with one key, again for as long as it gets no answer, at whichever bot is next. */
export const file = async (ground: Ground, round: number, ask: Ask, heard: (answer: Answer) => void): Promise<void> => {
  const what = {
    kind: ask.kind,
    namespace: ask.namespace,
    words: ask.kind === 'access' ? ['networkpolicy-edit'] : ['annotate', `${annotation}=yes`],
    objects: [objectOf(round, ask)],
    reason: 'because things break',
    for: `${ask.seconds}s`,
  };
  const sent = { method: 'POST', path: '/v1/requests', key: `run-${objectOf(round, ask)}`, body: what } as const;
  const send = async (nth: number): Promise<Answer> => {
    const answer = await call(ground, nth, sent);
    heard(answer);
    return answer;
  };
  const deadline = Date.now() + patience.whole;
  for (let nth = ask.nth; Date.now() < deadline; nth += 1) {
    const answers = await Promise.all(ask.twice ? [send(nth), send(nth + 1)] : [send(nth)]);
    if (answers.some(isFinal)) break;
    await wait(patience.again);
  }
  if (ask.twice) await send(ask.nth + 1);
};

/** Does something about its own request, and again until it has an answer; the last one. */
export const actOver = async (ground: Ground, id: string, does: Deed['does'], which = 0): Promise<Answer> => {
  const sent =
    does === 'look'
      ? ({ method: 'GET', path: `/v1/requests/${id}` } as const)
      : ({ method: 'POST', path: `/v1/requests/${id}/${does}` } as const);
  const deadline = Date.now() + patience.whole;
  for (let nth = which; ; nth += 1) {
    const answer = await call(ground, nth, sent);
    if (isFinal(answer) || Date.now() > deadline) return answer;
    await wait(patience.again);
  }
};
