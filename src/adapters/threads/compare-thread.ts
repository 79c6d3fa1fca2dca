/** The program of the thread that compares. States come and edits go as JSON: cheaper to pass on than what it stands for. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { compareStates } from '#domain/content/compare.ts';
import type { PathEdit } from '#domain/content/comparison.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Compared, States } from './compare.ts';
import type { Answer, Question } from './thread.ts';

/** What of the edits is read in one turn of the asking event loop: some milliseconds' work. */
const most = { characters: 250_000, edits: 1_000 };

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const manifest = (text: string | undefined): Manifest | undefined =>
  text === undefined ? undefined : JSON.parse(text);

const compare = ({ before, after }: States): Compared => {
  const { edits, ...rest } = compareStates(manifest(before), manifest(after), digest);
  return { rest, edits: [...inChunks(edits)] };
};

function* inChunks(edits: readonly PathEdit[]): Generator<string> {
  let chunk: string[] = [];
  let characters = 0;
  for (const edit of edits) {
    const text = JSON.stringify(edit);
    if (chunk.length === most.edits || (chunk.length > 0 && characters + text.length > most.characters)) {
      yield `[${chunk.join(',')}]`;
      [chunk, characters] = [[], 0];
    }
    chunk.push(text);
    characters += text.length;
  }
  yield `[${chunk.join(',')}]`;
}

const answer = ({ id, question }: Question<States>): Answer<Compared> => {
  try {
    return { id, answer: compare(question) };
  } catch (error) {
    return { id, fault: String(error) };
  }
};

parentPort?.on('message', (asked: Question<States>) => parentPort?.postMessage(answer(asked)));
