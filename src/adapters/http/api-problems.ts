import type { ActRefusal } from '#use-cases/act-on-request.ts';
import type { TokenRefusal } from '#use-cases/ask-by-token.ts';
import type { Problem } from './api-schemas.ts';

/** A refusal as RFC 9457 has it, with seconds after which it may be tried again. */
export type Refused = { readonly problem: Problem; readonly retryAfter?: number };

const urn = (type: string): string => `urn:hallpass:problem:${type}`;

export const problemOf = (status: number, type: string, title: string, detail: string): Problem => ({
  type: urn(type),
  title,
  status,
  detail,
});

type Shape = { readonly status: number; readonly title: string; readonly retryAfter?: number };

const soon = 5;

const notFiled: Readonly<Record<TokenRefusal['type'], Shape>> = {
  unclear: { status: 422, title: 'Not understood' },
  'not-allowed': { status: 403, title: 'Not allowed to ask for this' },
  refused: { status: 403, title: 'Refused by the policy' },
  'no-break-glass': { status: 403, title: 'Not by break-glass' },
  'rule-failed': { status: 403, title: 'The policy could not be judged' },
  unmapped: { status: 403, title: 'Nobody in the cluster' },
  'not-a-member': { status: 403, title: 'Not a member of the workspace' },
  'lookup-failed': { status: 503, title: 'Somebody could not be looked up', retryAfter: soon },
  'policies-differ': { status: 503, title: 'The policy is being replaced', retryAfter: soon },
  'not-tried': { status: 503, title: 'Nobody could try it', retryAfter: soon },
  'already-have': { status: 409, title: 'Allowed already' },
  'has-it-then': { status: 409, title: 'Asked for already' },
  'at-maximum': { status: 409, title: 'Not for longer' },
  'too-many': { status: 429, title: 'Too many requests wait', retryAfter: 60 },
  'filed-before': { status: 409, title: 'Filed before' },
  'key-reused': { status: 422, title: 'Something else was asked with this key' },
};

/** Why nothing was filed; `say` has the words. */
export const notFiledProblem = (refusal: TokenRefusal, detail: string): Refused => {
  const { status, title, retryAfter } = notFiled[refusal.type];
  return {
    problem: {
      ...problemOf(status, refusal.type, title, detail),
      ...(refusal.type === 'unclear' ? { field: refusal.field } : {}),
      ...(refusal.type === 'has-it-then' ? { request: refusal.request } : {}),
      ...(refusal.type === 'filed-before' || refusal.type === 'key-reused' ? { request: refusal.id } : {}),
    },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
};

const notDone: Readonly<Partial<Record<ActRefusal['type'], number>>> = {
  'no-such-request': 404,
  'not-a-member': 403,
  'not-entitled': 403,
  'own-request': 403,
  'not-yours': 403,
  'not-the-author': 403,
  'not-their-turn': 403,
  'lookup-failed': 503,
  'not-tried': 503,
  'not-shorter': 422,
  'too-short': 422,
};

/** Why nothing was done with a request. What it is like just now is a conflict: looked at again, it may be done. */
export const notDoneProblem = ({ type }: ActRefusal, detail: string): Refused => {
  const status = notDone[type] ?? 409;
  return {
    problem: problemOf(status, type, 'Not done', detail),
    ...(status === 503 ? { retryAfter: soon } : {}),
  };
};

export const altered: Refused = {
  problem: problemOf(
    409,
    'unreadable',
    'Altered',
    'What it would do cannot be shown any more: the record of it was altered.',
  ),
};

export const unreadable = (field: string, detail: string): Refused => ({
  problem: { ...problemOf(422, 'unclear', 'Not understood', detail), field },
});
export const notThere = (id: string): Refused => ({
  problem: problemOf(
    404,
    'no-such-request',
    'No such request',
    `There is no request ${JSON.stringify(id)} that you may see.`,
  ),
});
export const mayNotDecide: Refused = {
  problem: problemOf(
    403,
    'may-not-decide',
    'Not over the API',
    'Decide in Slack. Over the API only people decide whose line in identities.yaml has "mayDecide: true"; pipelines and agents never do.',
  ),
};
export const crowded: Refused = {
  problem: problemOf(503, 'crowded', 'Too many wait', 'Too many wait at the same time. Ask again without "wait".'),
  retryAfter: 5,
};
export const tooOften: Refused = {
  problem: problemOf(
    429,
    'too-often',
    'Too many requests',
    'More than 300 requests were filed within an hour, whatever became of them. File fewer, and ask for more in one.',
  ),
  retryAfter: 600,
};
export const tooMuch: Refused = {
  problem: problemOf(
    429,
    'too-much',
    'Too much',
    'More than 4 MB were sent within a minute. Wait for the next one, and send no more than is asked for.',
  ),
  retryAfter: 30,
};
export const unparsed: Refused = {
  problem: problemOf(400, 'not-json', 'Not JSON', 'The body cannot be read: it is no JSON. Send application/json.'),
};
export const failed: Refused = {
  problem: problemOf(500, 'failed', 'Hallpass failed', 'Hallpass failed to answer. The administrators have been told.'),
};
export const nothingHere: Refused = {
  problem: problemOf(
    404,
    'nothing-here',
    'Nothing here',
    'There is nothing here. /v1/openapi.json says what there is.',
  ),
};
