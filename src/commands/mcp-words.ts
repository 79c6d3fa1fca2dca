import type { Problem, RequestView } from '#adapters/http/api-schemas.ts';
import { outcomeOfProblem } from './request-status.ts';

/** What an agent is to do once it has seen how a request stands. */
export const sayNext = ({ id, status, conflict, followedBy }: RequestView): string => {
  switch (status) {
    case 'pending':
      return `People decide on it in Slack. Call wait with "${id}"; take it back with withdraw if it is not needed any more.`;
    case 'approved':
      return `It is agreed to and about to be applied. Call wait with "${id}".`;
    case 'active':
      return conflict
        ? 'Somebody else changed the same meanwhile. A person has to settle that in Slack; change nothing there.'
        : `It is in force. Do what you asked it for, and nothing else; then call done with "${id}".`;
    case 'completed':
      return 'It is done; nothing will be taken back.';
    case 'revoked':
      return 'It is over. Do not go on with it; ask anew if it is still needed.';
    case 'denied':
      return 'A person said no. Do not ask for the same again unless what they said is met; tell who gave you the task.';
    case 'withdrawn':
      return 'It was taken back. Ask anew if it is needed after all.';
    case 'timed-out':
      return 'Nobody decided in time. Tell who gave you the task, before you ask anew.';
    case 'lapsed':
      return followedBy === undefined
        ? 'It was agreed to, but could not be applied any more. Look at it anew with preview.'
        : `Things had changed by then. It goes on as another request: call wait with "${followedBy}".`;
    case 'failed':
      return 'It could not be applied. Read why, and tell who gave you the task.';
  }
};

/** Why nothing came of a call, and what to do about it. */
export const sayRefused = (problem: Problem, key?: string): string => {
  const { title, detail, field, request } = problem;
  const where = field === undefined ? '' : ` It is about "${field}".`;
  const other = request === undefined ? '' : ` See status of "${request}".`;
  return `${title}: ${detail}${where}${other} ${remedyFor(problem, key)}`.trim();
};

const remedyFor = (problem: Problem, key: string | undefined): string => {
  switch (outcomeOfProblem(problem)) {
    case 'misspelt':
      return problem.status === 404 ? 'list has what you asked for.' : 'who_am_i lists the kinds, with their usage.';
    case 'not-allowed':
      return 'Trying again changes nothing: tell who gave you the task.';
    case 'away':
      return key === undefined
        ? 'Try again in a while.'
        : `It may have been filed all the same. Try again in a while with "key": "${key}", and nothing is filed twice.`;
    default:
      return '';
  }
};
