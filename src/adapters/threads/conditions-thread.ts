/** The program of the thread that answers conditions over objects: what takes too long there is ended with it. */
import { parentPort } from 'node:worker_threads';
import { compileCondition } from '#domain/policy/condition.ts';
import type { Answer as Said } from '#domain/policy/policy.ts';
import type { Conditions } from './examiner.ts';
import type { Answer, Question } from './thread.ts';

const answersTo = ({ questions, found }: Conditions): readonly Said[] => {
  const objects = { ...found, before: found.before.map(parsed), after: found.after.map(parsed) };
  return questions.map(({ text, facts }) => {
    const compiled = compileCondition(text);
    return compiled.ok ? compiled.value.holds(facts, objects) : { type: 'failed', why: compiled.error };
  });
};

const parsed = (text: string) => JSON.parse(text);

const answer = ({ id, question }: Question<Conditions>): Answer<readonly Said[]> => {
  try {
    return { id, answer: answersTo(question) };
  } catch (error) {
    return { id, fault: String(error) };
  }
};

parentPort?.on('message', (asked: Question<Conditions>) => parentPort?.postMessage(answer(asked)));
