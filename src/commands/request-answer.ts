import type { Problem } from '#adapters/http/api-schemas.ts';
import { oneLine } from '#domain/text.ts';
import type { Answer } from './answer.ts';
import { sayJson } from './manifest-check-text.ts';
import type { Came } from './request-filing.ts';
import { outcomes } from './request-status.ts';
import { sayPlaceOf, sayState } from './request-text.ts';

/** What it came to, for a person or for a script: then one JSON object, the request or else why there is none. */
export const answerOf = ({ outcome, request, problem }: Came, isJson: boolean): Answer => {
  const status = outcomes[outcome];
  const errors = problem === undefined ? [] : sayProblem(problem);
  if (isJson) return { status, out: [sayJson(request ?? problem ?? {})], errors };
  if (request === undefined) return { status, errors };
  const { id, title } = request;
  const line = `${id} ${sayState(request, Temporal.Now.instant())}. ${oneLine(title)}: ${sayPlaceOf(request)}`;
  return { status, out: [line], errors };
};

export const sayProblem = ({ title, detail, request }: Problem): readonly string[] => [
  `${oneLine(title)}: ${oneLine(detail)}`,
  ...(request === undefined ? [] : [`See \`hallpass status ${oneLine(request)}\`.`]),
];
