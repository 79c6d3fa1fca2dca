import type { RequestId } from '#domain/ids.ts';
import { isDue, stepAt } from '#domain/request/next-step.ts';
import { applyApproved } from './apply-approved.ts';
import { endGrant } from './end-grant.ts';
import { lookAfter } from './look-after.ts';
import type { WorkerPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { sumUp } from './sum-up.ts';
import { lookingKey, summingKey } from './summing.ts';
import { takeOver } from './take-over.ts';

/** Done or nothing to do; or not yet, and how long to wait. */
export type StepOutcome = { readonly type: 'done' } | { readonly type: 'early'; readonly milliseconds: number };

/**
 * Does what is owed to a request as its log stands now, whatever job or sweep asked for it. Idempotent: it may run
 * twice, side by side, or after a crash at any line. Throws on a fault that passes; the sweep comes back to it.
 */
export const runStep = async (ports: WorkerPorts, id: RequestId): Promise<StepOutcome> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return { type: 'done' };
  const { chain } = found;
  // Judged by the common clock: the job's own time came from the clock of the machine it runs on.
  const now = await ports.clock.now();
  const step = stepAt(chain.request, now);
  if (step === undefined) return { type: 'done' };
  if (!isDue(step, now)) return { type: 'early', milliseconds: Math.max(1, step.at.since(now).total('milliseconds')) };
  switch (step.do) {
    case 'time-out':
      await commit(ports, id, chain, [{ type: 'timed-out' }], now);
      break;
    case 'escalate':
      await commit(ports, id, chain, [{ type: 'escalated' }], now);
      break;
    case 'remind':
      await commit(ports, id, chain, [{ type: 'reminded' }], now);
      break;
    case 'apply':
      await applyApproved(ports, chain);
      break;
    case 'take-over':
      await takeOver(ports, chain);
      break;
    case 'warn':
      await commit(ports, id, chain, [{ type: 'warned' }], now);
      break;
    case 'end':
      await endGrant(ports, chain);
      break;
    case 'sum-up':
      // Behind everything that begins or ends; until it is done, the sweep asks for it again.
      ports.summing.later(summingKey(id), () => sumUp(ports, chain));
      break;
    case 'look-after':
      ports.summing.later(lookingKey(id), () => lookAfter(ports, id));
      break;
  }
  return { type: 'done' };
};

/** Runs steps one after another for each request, whoever in this process asks for them. */
export type StepRunner = {
  /** Runs what is owed, after what is under way for the same request. */
  readonly run: (id: RequestId) => Promise<StepOutcome>;
  /**
   * Waits for what is under way, or runs what is owed. For a sweep: what a job is doing needs no second hand, unless it takes so long that
   * it may wait for an answer that was lost.
   */
  readonly join: (id: RequestId) => Promise<StepOutcome>;
};

/** Milliseconds after which a step may hang: a call is given up only after ten seconds, and an end is not to wait for that. */
const mayHangAfter = 3_000;

export const createStepRunner = (ports: WorkerPorts): StepRunner => {
  const underWay = new Map<RequestId, { readonly step: Promise<StepOutcome>; readonly long: Promise<undefined> }>();
  const beside = new Map<RequestId, Promise<StepOutcome>>();
  const run = (id: RequestId): Promise<StepOutcome> => {
    const next = () => runStep(ports, id);
    const step = underWay.get(id)?.step.then(next, next) ?? next();
    const long = ports.pause(mayHangAfter).then(() => undefined);
    const entry = { step, long };
    const settle = (): void => {
      if (underWay.get(id) === entry) underWay.delete(id);
    };
    underWay.set(id, entry);
    step.then(settle, settle);
    return step;
  };
  /** One more at a time, whoever comes to it. */
  const runBeside = (id: RequestId): Promise<StepOutcome> => {
    const before = beside.get(id);
    if (before !== undefined) return before;
    const step = runStep(ports, id);
    const settle = (): void => void beside.delete(id);
    beside.set(id, step);
    step.then(settle, settle);
    return step;
  };
  const join = async (id: RequestId): Promise<StepOutcome> => {
    const running = underWay.get(id);
    if (running === undefined) return run(id);
    return (await Promise.race([running.step, running.long])) ?? runBeside(id);
  };
  return { run, join };
};
