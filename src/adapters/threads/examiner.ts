import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareStates, digestState } from '#domain/content/compare.ts';
import type { Comparison, PathEdit } from '#domain/content/comparison.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Answer, Facts, Found } from '#domain/policy/policy.ts';
import { type Reach, reachOf } from '#domain/radius/reach.ts';
import type { Sight } from '#domain/radius/sight.ts';
import { type Change, findingsIn } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import type { Examiner } from '#use-cases/ports.ts';
import { createThread } from './thread.ts';
import { outweighs } from './weight.ts';

/** As JSON; absent for what is not there. */
export type States = { readonly before?: string; readonly after?: string };
/** A comparison with its edits as JSON lists, to be put together in several turns. */
export type Compared = { readonly rest: Omit<Comparison, 'edits'>; readonly edits: readonly string[] };

/** What the thread does. */
export type Work = {
  readonly compare: (states: States) => Compared;
  readonly digest: (state: string) => string;
  readonly findings: (changes: readonly States[]) => readonly Finding[];
  readonly reach: (about: {
    readonly changes: readonly States[];
    readonly sight: Sight;
    readonly unseen: readonly string[];
  }) => Reach;
};
/** A question to the thread. */
export type Examination = {
  [What in keyof Work]: { readonly what: What; readonly of: Parameters<Work[What]>[0] };
}[keyof Work];

/** Conditions by their texts, over objects as JSON. */
export type Conditions = {
  readonly questions: readonly { readonly text: string; readonly facts: Facts }[];
  readonly found: Omit<Found, 'before' | 'after'> & {
    readonly before: readonly string[];
    readonly after: readonly string[];
  };
};

/** What may weigh together to be examined at once: some milliseconds' work. */
const light = 16_000;
/** Pods with each policy, and routes, that may be looked over at once. */
const near = 500;
const limits = { mostWaiting: 64, longest: 30_000 };
/** A condition may go through all of two objects, for each place of one through all of the other. */
const conditionLimits = { mostWaiting: 16, longest: 1_000 };

/**
 * Examines on this thread what is small, and on another one, that is started with it, what is not. Throws when that breaks,
 * takes longer than thirty seconds, or too much waits; nothing is lost by asking again.
 */
export const createExaminer = (): Examiner & { readonly close: () => Promise<void> } => {
  const thread = createThread<Examination, unknown>(new URL('./examiner-thread.ts', import.meta.url), limits);
  // The thread is of this very release: to a question it answers what `Work` says.
  const ask = <What extends keyof Work>(what: What, of: Parameters<Work[What]>[0]) =>
    thread.ask({ what, of } as Examination) as Promise<ReturnType<Work[What]>>;
  const conditions = createThread<Conditions, readonly Answer[]>(
    new URL('./conditions-thread.ts', import.meta.url),
    conditionLimits,
  );
  const toText = createTexts();
  const toTexts = async ({ before, after }: Change): Promise<States> => ({
    ...(before === undefined ? {} : { before: await toText(before) }),
    ...(after === undefined ? {} : { after: await toText(after) }),
  });
  return {
    compare: async (before, after) => {
      if (!outweighs([before ?? null, after ?? null], light)) return compareStates(before, after, digest);
      return assemble(await ask('compare', await toTexts({ before, after })));
    },
    digest: async (state) =>
      outweighs(state, light) ? ask('digest', await toText(state)) : digestState(state, digest),
    findings: async (changes) => {
      const states = changes.flatMap(({ before, after }) => [before ?? null, after ?? null]);
      if (!outweighs(states, light)) return findingsIn(changes);
      const texts: States[] = [];
      for (const change of changes) texts.push(await toTexts(change));
      return ask('findings', texts);
    },
    reach: async (changes, sight, unseen) => {
      const states = changes.flatMap(({ before, after }) => [before ?? null, after ?? null]);
      if (sight.pods.length * (1 + sight.policies.length) + sight.routes.length < near && !outweighs(states, light))
        return reachOf(changes, sight, unseen);
      const texts: States[] = [];
      for (const change of changes) texts.push(await toTexts(change));
      return ask('reach', { changes: texts, sight, unseen });
    },
    answers: async (questions, { before, after, ...beside }) => {
      const texts = async (objects: readonly Json[]): Promise<readonly string[]> => {
        const all: string[] = [];
        for (const one of objects) {
          await nextTurn();
          all.push(JSON.stringify(one));
        }
        return all;
      };
      const found = { ...beside, before: await texts(before), after: await texts(after) };
      const asked = { questions: questions.map(({ condition, facts }) => ({ text: condition.text, facts })), found };
      return conditions.ask(asked).catch(() => questions.map(() => tooLong));
    },
    close: async () => {
      await Promise.all([thread.close(), conditions.close()]);
    },
  };
};

const tooLong: Answer = { type: 'failed', why: 'it takes too long' };

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Each object in a turn of its own, and once as long as it is kept: it is asked about more than once. */
const createTexts = (): ((state: Manifest) => Promise<string>) => {
  const known = new WeakMap<Manifest, string>();
  return async (state) => {
    const there = known.get(state);
    if (there !== undefined) return there;
    await nextTurn();
    const text = JSON.stringify(state);
    known.set(state, text);
    return text;
  };
};

const assemble = async ({ rest, edits: chunks }: Compared): Promise<Comparison> => {
  const edits: PathEdit[] = [];
  for (const chunk of chunks) {
    await nextTurn();
    const some: readonly PathEdit[] = JSON.parse(chunk);
    edits.push(...some);
  }
  return { edits, ...rest };
};
