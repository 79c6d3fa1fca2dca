import { randomUUID } from 'node:crypto';
import type { Asking } from '#adapters/http/api-client.ts';
import { problemOf } from '#adapters/http/api-problems.ts';
import type { AskBody, Problem, RequestView } from '#adapters/http/api-schemas.ts';
import { formatDuration } from '#domain/duration.ts';
import { oneLine } from '#domain/text.ts';
import { awaitRequest, type Watched } from './await-request.ts';
import { sayPreview } from './preview-text.ts';
import type { Manner } from './request-line.ts';
import { isSettled, isThrough, type Outcome, outcomeOf, outcomeOfPods, outcomeOfProblem } from './request-status.ts';
import { sayState } from './request-text.ts';
import type { Terminal } from './terminal.ts';

/** What a command about requests comes to. There is a request, or a problem, or a problem with a request that is there. */
export type Came = { readonly outcome: Outcome; readonly request?: RequestView; readonly problem?: Problem };

export type Talk = { readonly api: Asking; readonly terminal: Terminal; readonly signal: AbortSignal };

export const cameTo = (problem: Problem, request?: RequestView): Came => ({
  outcome: outcomeOfProblem(problem),
  problem,
  ...(request === undefined ? {} : { request }),
});

/** Shows what would be asked, asks for it once that is agreed to, and waits for what becomes of it where that is wanted. */
export const fileRequest = async (talk: Talk, ask: AskBody, manner: Manner): Promise<Came> => {
  const { api, terminal, signal } = talk;
  const preview = await api.preview(ask, signal);
  if (!preview.ok) return cameTo(preview.error.problem);
  terminal.tell(...sayPreview(preview.value, ask.namespace, terminal.paint), '');
  if (terminal.isAttended && !manner.isAgreed && !(await terminal.agree('Ask for this?', signal)))
    return { outcome: signal.aborted ? 'interrupted' : 'withdrawn', problem: notAgreed };
  const key = manner.key ?? randomUUID();
  const filed = await api.ask(ask, key, signal);
  if (!filed.ok) return cameTo(unsure(filed.error.problem, key));
  const request = filed.value;
  terminal.tell(`${request.id} is filed.`);
  if (!manner.wait) return { outcome: outcomeOf(request), request };
  return manner.rollout ? watchPods(talk, request, manner.timeout) : watchRequest(talk, request, manner.timeout);
};

/** Waits until it is known what became of the pods, too, of what was written. */
export const watchPods = async (talk: Talk, request: RequestView, timeout: number | undefined): Promise<Came> => {
  const came = await watchRequest(talk, request, timeout, isThrough);
  return came.outcome === 'done' && came.request !== undefined
    ? { ...came, outcome: outcomeOfPods(came.request) }
    : came;
};

const notAgreed = problemOf(499, 'not-agreed', 'Not asked', 'Nothing was filed.');

/** What was sent and not answered may have been filed all the same. */
const unsure = (problem: Problem, key: string): Problem =>
  ['away', 'interrupted'].includes(outcomeOfProblem(problem))
    ? {
        ...problem,
        detail: `${problem.detail} It may have been filed all the same: ask again with --key ${key}, and nothing is filed twice.`,
      }
    : problem;

/** Milliseconds after which it is said again how things stand, for whoever thinks that silence means that it hangs. */
const quiet = 60_000;

/** Waits for what becomes of a request, and says meanwhile who has approved and how much time is left. */
export const watchRequest = async (
  { api, terminal, signal }: Talk,
  first: RequestView,
  timeout: number | undefined,
  until: (request: RequestView) => boolean = isSettled,
): Promise<Came> => {
  let saidAt = performance.now();
  let away: string | undefined;
  const say = (line: string): void => {
    saidAt = performance.now();
    terminal.tell(line);
  };
  const sayHow = (request: RequestView): void => say(`${request.id} ${sayState(request, Temporal.Now.instant())}.`);
  if (!until(first)) sayHow(first);
  const watched = await awaitRequest(api, first, {
    until,
    within: timeout,
    signal,
    onLook: (request, isNew) => {
      if (away !== undefined) say('It can be reached again.');
      away = undefined;
      if (!until(request) && (isNew || performance.now() - saidAt > quiet)) sayHow(request);
    },
    onAway: ({ detail }) => {
      if (detail !== away || performance.now() - saidAt > quiet) say(`${oneLine(detail)} Trying again.`);
      away = detail;
    },
  });
  return cameOf(watched, timeout);
};

const cameOf = ({ type, request, problem }: Watched, timeout = 0): Came => {
  const still = `${stillWaits(request)}`;
  switch (type) {
    case 'settled':
      return { outcome: outcomeOf(request), request };
    case 'late': {
      const waited = formatDuration(Temporal.Duration.from({ milliseconds: Math.round(timeout) }));
      return {
        outcome: 'undecided',
        request,
        problem: problemOf(408, 'not-decided', 'Not yet', `${notYet(request)} within ${waited}. ${still}`),
      };
    }
    case 'interrupted':
      return { outcome: 'interrupted', request, problem: problemOf(499, 'interrupted', 'Interrupted', still) };
    case 'failed':
      return problem === undefined
        ? { outcome: 'failed', request }
        : cameTo({ ...problem, detail: `${problem.detail} ${still}` }, request);
  }
};

const notYet = ({ status }: RequestView): string => {
  if (status === 'pending') return 'It was not decided';
  return status === 'approved' ? 'It was approved, and not applied' : 'Its pods were not through';
};

const stillWaits = ({ id, status }: RequestView): string => {
  if (status === 'pending')
    return `${id} still waits for a decision. Wait on with \`hallpass status ${id} --wait\`, or take it back with \`hallpass withdraw ${id}\`.`;
  return status === 'approved'
    ? `${id} is approved and will be applied. Wait on with \`hallpass status ${id} --wait\`.`
    : `${id} is ${status}. See \`hallpass status ${id}\`.`;
};
