import { z } from 'zod';
import type { Answered, Envelope, Transport } from '#local/slack/delivery.ts';
import type { Workspace } from '#local/slack/workspace.ts';

/** An app reduced to what it is sent and what it acknowledges, for tests of the workspace itself. */
export type ScriptedApp = {
  received: Envelope[];
  /** How it answers from now on: a body, or a status, or not at all. */
  answer: (how: unknown | ((envelope: Envelope) => unknown)) => void;
  answerStatus: (status: number) => void;
  silent: () => void;
  last: () => Record<string, unknown>;
  trigger: () => string;
  responseUrl: () => string;
};

const isFunction = (value: unknown): value is (envelope: Envelope) => unknown => typeof value === 'function';
const text = (value: unknown) => z.string().parse(value);

export const connectScriptedApp = (workspace: Workspace): ScriptedApp => {
  const received: Envelope[] = [];
  let respond: (envelope: Envelope) => Promise<Answered> = async () => ({ type: 'answered', status: 200, body: '' });
  const transport: Transport = {
    deliver: (envelope) => {
      received.push(envelope);
      return respond(envelope);
    },
  };
  workspace.connect(transport);
  const last = () => received.at(-1)?.payload ?? {};
  return {
    received,
    last,
    answer: (how) => {
      respond = async (envelope) => ({
        type: 'answered',
        status: 200,
        body: (isFunction(how) ? await how(envelope) : how) ?? '',
      });
    },
    answerStatus: (status) => {
      respond = async () => ({ type: 'answered', status, body: '' });
    },
    silent: () => {
      respond = () => new Promise<Answered>(() => {});
    },
    trigger: () => text(last().trigger_id),
    responseUrl: () => text(last().response_url),
  };
};

/** Timers that run when told to; `run` fires all that wait at most so long. */
export const heldTimers = () => {
  let waiting: { milliseconds: number; act: () => void }[] = [];
  return {
    after: (milliseconds: number, act: () => void) => {
      const timer = { milliseconds, act };
      waiting.push(timer);
      return () => {
        waiting = waiting.filter((one) => one !== timer);
      };
    },
    run: async (most: number) => {
      const due = waiting.filter((one) => one.milliseconds <= most);
      waiting = waiting.filter((one) => one.milliseconds > most);
      for (const timer of due) timer.act();
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    waits: () => waiting.map((one) => one.milliseconds),
  };
};
