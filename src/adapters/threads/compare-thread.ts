/** The program of the thread that compares. States come and edits go as JSON: cheaper to pass on than what it stands for. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { compareStates } from '#domain/content/compare.ts';
import type { Manifest } from '#domain/plan.ts';
import type { ComparedParts, States } from './compare.ts';
import type { Answer, Question } from './thread.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const manifest = (text: string | undefined): Manifest | undefined =>
  text === undefined ? undefined : JSON.parse(text);

const compare = ({ before, after }: States): ComparedParts => {
  const { edits, ...comparison } = compareStates(manifest(before), manifest(after), digest);
  const parts = edits.map(({ before, after, ...place }) => ({
    place: JSON.stringify(place),
    ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  }));
  return { comparison, parts };
};

const answer = ({ id, question }: Question & { readonly question: States }): Answer => {
  try {
    return { id, answer: compare(question) };
  } catch (error) {
    return { id, fault: String(error) };
  }
};

parentPort?.on('message', (asked) => parentPort?.postMessage(answer(asked)));
