/** The program of the thread that examines. States come and edits go as JSON: cheaper to pass on than what it stands for. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { compareStates, digestState } from '#domain/content/compare.ts';
import type { PathEdit } from '#domain/content/comparison.ts';
import type { Manifest } from '#domain/plan.ts';
import { reachOf } from '#domain/radius/reach.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import type { Examination, States, Work } from './examiner.ts';
import type { Answer, Question } from './thread.ts';

/** What of the edits is read in one turn of the asking event loop: some milliseconds' work. */
const most = { characters: 250_000, edits: 1_000 };

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const manifest = (text: string): Manifest => JSON.parse(text);
const manifests = ({ before, after }: States) => ({
  before: before === undefined ? undefined : manifest(before),
  after: after === undefined ? undefined : manifest(after),
});

const work: Work = {
  compare: (states) => {
    const { before, after } = manifests(states);
    const { edits, ...rest } = compareStates(before, after, digest);
    return { rest, edits: [...inChunks(edits)] };
  },
  digest: (state) => digestState(manifest(state), digest),
  findings: (changes) => findingsIn(changes.map(manifests)),
  reach: ({ changes, sight, unseen }) => reachOf(changes.map(manifests), sight, unseen),
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

const examine = (asked: Examination): ReturnType<Work[keyof Work]> => {
  switch (asked.what) {
    case 'compare':
      return work.compare(asked.of);
    case 'digest':
      return work.digest(asked.of);
    case 'findings':
      return work.findings(asked.of);
    case 'reach':
      return work.reach(asked.of);
  }
};

const answer = ({ id, question }: Question<Examination>): Answer<ReturnType<Work[keyof Work]>> => {
  try {
    return { id, answer: examine(question) };
  } catch (error) {
    return { id, fault: String(error) };
  }
};

parentPort?.on('message', (asked: Question<Examination>) => parentPort?.postMessage(answer(asked)));
