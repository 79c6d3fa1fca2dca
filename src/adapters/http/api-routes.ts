import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { parseDuration } from '#domain/duration.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Result } from '#domain/result.ts';
import {
  type ActRefusal,
  approveRequest,
  denyRequest,
  finishGrant,
  revokeGrant,
  seeWhole,
  withdrawRequest,
} from '#use-cases/act-on-request.ts';
import { askByToken, previewByToken, type TokenRefusal } from '#use-cases/ask-by-token.ts';
import { readContent } from '#use-cases/contents.ts';
import type { Alarm, BotPorts } from '#use-cases/ports.ts';
import { accountOf, type Principal } from '#use-cases/principal.ts';
import { listByToken, seeByToken } from '#use-cases/see-by-token.ts';
import { readAsk } from './api-ask.ts';
import { notDoneProblem, notFiledProblem, problemOf, type Refused } from './api-problems.ts';
import {
  askBody,
  decideBody,
  diffView,
  idParameter,
  keyHeader,
  preview,
  problem,
  requestView,
  waitQuery,
  whoBody,
} from './api-schemas.ts';
import { diffOf, previewOf, viewOf } from './api-view.ts';
import type { Waiting } from './api-wait.ts';

export type ApiParts = {
  readonly ports: BotPorts;
  /** Whom a bearer token is of; a problem says why nobody. */
  readonly authenticate: (token: string | undefined) => Promise<Principal | Refused>;
  readonly waiting: Waiting;
  /** Refusals in plain words. */
  readonly sayNotFiled: (refusal: Exclude<TokenRefusal, { type: 'key-reused' }>) => string;
  readonly sayNotDone: (refusal: ActRefusal) => string;
  readonly onFault: Alarm;
  /** Seconds since 1970. */
  readonly epoch: () => number;
  /** A key for who sends none: nothing is repeated then. */
  readonly anyKey: () => string;
};

type Env = { Variables: { principal: Principal } };
type In = Context<Env>;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const refusals = {
  400: { description: 'No request of this API.', content: { 'application/problem+json': { schema: problem } } },
  401: {
    description: 'Nobody is known by this token.',
    content: { 'application/problem+json': { schema: problem } },
  },
  403: { description: 'Not allowed.', content: { 'application/problem+json': { schema: problem } } },
  404: {
    description: 'There is no such request that one may see.',
    content: { 'application/problem+json': { schema: problem } },
  },
  409: { description: 'Not as things stand.', content: { 'application/problem+json': { schema: problem } } },
  413: { description: 'Too large.', content: { 'application/problem+json': { schema: problem } } },
  415: { description: 'Not JSON.', content: { 'application/problem+json': { schema: problem } } },
  422: { description: 'Not understood.', content: { 'application/problem+json': { schema: problem } } },
  429: { description: 'Too much at once.', content: { 'application/problem+json': { schema: problem } } },
  500: { description: 'Hallpass failed.', content: { 'application/problem+json': { schema: problem } } },
  503: { description: 'Not just now.', content: { 'application/problem+json': { schema: problem } } },
} as const;

const body = <T extends z.ZodType>(schema: T) => ({
  body: { content: { 'application/json': { schema } }, required: true },
});
const security = [{ token: [] }];

const routes = {
  who: createRoute({
    method: 'get',
    path: '/v1/who',
    summary: 'Who one is, and what may be asked',
    security,
    responses: { 200: json(whoBody, 'Who the token is of.'), ...refusals },
  }),
  ask: createRoute({
    method: 'post',
    path: '/v1/requests',
    summary: 'Ask for something',
    security,
    request: { ...body(askBody), headers: keyHeader },
    responses: {
      200: json(requestView, 'It was asked with this key before, and is not filed twice.'),
      201: json(requestView, 'It is filed.'),
      ...refusals,
    },
  }),
  preview: createRoute({
    method: 'post',
    path: '/v1/previews',
    summary: 'Look at what would be asked, and who would decide; nothing is filed',
    security,
    request: body(askBody),
    responses: { 200: json(preview, 'What approvers would be shown.'), ...refusals },
  }),
  list: createRoute({
    method: 'get',
    path: '/v1/requests',
    summary: 'What one has asked for, the latest first',
    security,
    request: { query: z.object({ open: z.enum(['true', 'false']).optional() }) },
    responses: { 200: json(z.object({ requests: z.array(requestView) }), 'At most a hundred.'), ...refusals },
  }),
  get: createRoute({
    method: 'get',
    path: '/v1/requests/{id}',
    summary: 'Look at a request, or wait for what becomes of it',
    security,
    request: { params: idParameter, query: waitQuery },
    responses: { 200: json(requestView, 'As it stands.'), ...refusals },
  }),
  diff: createRoute({
    method: 'get',
    path: '/v1/requests/{id}/diff',
    summary: 'All that approvers are shown of a request; whoever decides has then seen the whole of this revision',
    security,
    request: { params: idParameter },
    responses: { 200: json(diffView, 'Secret values are masked.'), ...refusals },
  }),
  withdraw: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/withdraw',
    summary: 'Take a request back that waits',
    security,
    request: { params: idParameter },
    responses: { 200: json(requestView, 'It is withdrawn.'), ...refusals },
  }),
  done: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/done',
    summary: 'Give back what is not needed any more',
    security,
    request: { params: idParameter },
    responses: { 200: json(requestView, 'It is being ended.'), ...refusals },
  }),
  approve: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/approve',
    summary: 'Approve; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(decideBody) },
    responses: { 200: json(requestView, 'It counts.'), ...refusals },
  }),
  deny: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/deny',
    summary: 'Deny; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(decideBody) },
    responses: { 200: json(requestView, 'It is denied.'), ...refusals },
  }),
  revoke: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/revoke',
    summary: 'End a grant before its time; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(decideBody) },
    responses: { 200: json(requestView, 'It is being ended.'), ...refusals },
  }),
} as const;

/** What anybody may read of the API itself. */
export const document = {
  openapi: '3.1.0',
  info: {
    title: 'Hallpass',
    version: '1',
    description: 'Ask for access, changes and operations in Kubernetes, and wait for what people decide.',
  },
} as const;

/** The API as a function from requests to responses: no sockets, no clock of its own. */
export const createApi = (parts: ApiParts): OpenAPIHono<Env> => {
  const { ports, waiting } = parts;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const field = issue?.path.map(String).join('.') ?? '';
      const detail = `${field === '' ? 'The body' : `"${field}"`}: ${issue?.message ?? 'not understood'}. /v1/openapi.json says what may be sent.`;
      return refuse(context, {
        problem: { ...problemOf(422, 'unclear', 'Not understood', detail), ...(field === '' ? {} : { field }) },
      });
    },
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.get('/v1/openapi.json', (context) => context.json(app.getOpenAPI31Document(document)));

  app.use('/v1/*', async (context, next) => {
    const [, token] = /^Bearer (\S{1,16384})$/.exec(context.req.header('authorization') ?? '') ?? [];
    const found = await parts.authenticate(token);
    if ('problem' in found) return refuse(context, found);
    context.set('principal', found);
    return next();
  });

  const view = (chain: Chain) => viewOf(chain, ports.settings().kinds);
  const answered = (context: In, done: Result<Chain, ActRefusal>) =>
    done.ok
      ? context.json(view(done.value), 200)
      : refuse(context, notDoneProblem(done.error, parts.sayNotDone(done.error)));
  const seen = async (context: In, id: string): Promise<Chain | undefined> => {
    const read = requestId.safeParse(id);
    return read.success ? seeByToken(ports, context.get('principal'), read.data) : undefined;
  };
  /** Somebody who may decide, on a request that they may see. */
  const deciding = async (
    context: In,
    id: string,
    decide: (which: { by: ReturnType<typeof accountOf>; id: RequestId }) => Promise<Result<Chain, ActRefusal>>,
  ) => {
    const principal = context.get('principal');
    if (principal.type !== 'person' || !principal.mayDecide) return refuse(context, mayNotDecide);
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    return answered(context, await decide({ by: principal.person, id: chain.request.asked.id }));
  };

  app.openapi(routes.who, (context) => {
    const principal = context.get('principal');
    const { kinds } = ports.settings();
    return context.json(
      {
        type: principal.type,
        name: principal.type === 'caller' ? principal.caller.name : principal.person,
        responsible: accountOf(principal),
        mayDecide: principal.type === 'person' && principal.mayDecide,
        kinds: kinds.map(({ name, title, usage }) => ({ name, title, usage })),
        clusters: [...ports.clusters.keys()],
      },
      200,
    );
  });

  app.openapi(routes.ask, async (context) => {
    const principal = context.get('principal');
    const key = context.req.valid('header')['idempotency-key'] ?? parts.anyKey();
    const asking = readAsk(ports, principal, context.req.valid('json'));
    if (!asking.ok) return refuse(context, notFiledProblem(asking.error, asking.error.why));
    const asked = await askByToken(ports, principal, { ...asking.value, key });
    if (!asked.ok) return refuse(context, sayRefusal(parts, asked.error));
    const { chain, isNew } = asked.value;
    context.header('location', `/v1/requests/${chain.request.asked.id}`);
    return isNew ? context.json(view(chain), 201) : context.json(view(chain), 200);
  });

  app.openapi(routes.preview, async (context) => {
    const principal = context.get('principal');
    const asking = readAsk(ports, principal, context.req.valid('json'));
    if (!asking.ok) return refuse(context, notFiledProblem(asking.error, asking.error.why));
    const found = await previewByToken(ports, principal, { ...asking.value, key: '' });
    return found.ok
      ? context.json(previewOf(found.value, asking.value.ask), 200)
      : refuse(context, sayRefusal(parts, found.error));
  });

  app.openapi(routes.list, async (context) => {
    const { open } = context.req.valid('query');
    const requests = (await listByToken(ports, context.get('principal'))).map(view);
    return context.json({ requests: open === 'true' ? requests.filter(({ isOver }) => !isOver) : requests }, 200);
  });

  app.openapi(routes.get, async (context) => {
    const { id } = context.req.valid('param');
    const { wait = 0, after } = context.req.valid('query');
    const first = await seen(context, id);
    if (first === undefined) return refuse(context, notThere(id));
    const { asked } = first.request;
    const from = after ?? first.entries.length;
    if (wait === 0 || first.entries.length > from || view(first).isOver) return context.json(view(first), 200);
    const waited = await waiting.until(asked.id, from, wait * 1_000, context.req.raw.signal);
    if (waited === 'crowded') return refuse(context, crowded);
    const now = await seen(context, id);
    return now === undefined ? refuse(context, notThere(id)) : context.json(view(now), 200);
  });

  app.openapi(routes.diff, async (context) => {
    const { id } = context.req.valid('param');
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    const { asked } = chain.request;
    const shown = await readContent(ports, asked);
    if (shown.type === 'unreadable') return refuse(context, altered);
    const principal = context.get('principal');
    // Whoever may not decide has only read it.
    if (principal.type === 'person' && principal.mayDecide)
      await seeWhole(ports, { by: principal.person, id: asked.id, revision: asked.revision });
    const kind = ports.settings().kinds.find(({ name }) => name === asked.kind);
    const description = kind?.describe(asked.ask as Json);
    const said = description?.ok === true ? description.value : undefined;
    return context.json(diffOf(chain.request, shown.type === 'shown' ? shown.content : undefined, said), 200);
  });

  const owning = (act: typeof withdrawRequest) => async (context: In, id: string) => {
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    return answered(context, await act(ports, { by: accountOf(context.get('principal')), id: chain.request.asked.id }));
  };
  app.openapi(routes.withdraw, (context) => owning(withdrawRequest)(context, context.req.valid('param').id));
  app.openapi(routes.done, (context) => owning(finishGrant)(context, context.req.valid('param').id));

  app.openapi(routes.approve, async (context) => {
    const { revision, for: length } = context.req.valid('json');
    const seconds = length === undefined ? undefined : parseDuration(length);
    if (seconds?.ok === false) return refuse(context, unreadable('for', seconds.error));
    return deciding(context, context.req.valid('param').id, (which) =>
      approveRequest(ports, {
        ...which,
        revision,
        seconds: seconds?.value.total('seconds'),
        isConfirmed: isFresh(context.get('principal'), parts.epoch()),
      }),
    );
  });
  app.openapi(routes.deny, (context) => {
    const { revision, reason = '' } = context.req.valid('json');
    if (reason.trim() === '') return refuse(context, unreadable('reason', 'Say why.'));
    return deciding(context, context.req.valid('param').id, (which) =>
      denyRequest(ports, { ...which, revision, reason }),
    );
  });
  app.openapi(routes.revoke, (context) => {
    const { reason = '' } = context.req.valid('json');
    if (reason.trim() === '') return refuse(context, unreadable('reason', 'Say why.'));
    return deciding(context, context.req.valid('param').id, (which) => revokeGrant(ports, { ...which, reason }));
  });

  app.notFound((context) => refuse(context, nothingHere));
  app.onError((cause, context) => {
    if (cause instanceof HTTPException) return refuse(context, unparsed);
    parts.onFault('The API failed to answer', { cause: String(cause) });
    return refuse(context, failed);
  });
  return app;
};

/** Seconds since somebody proved who they are, for which that is proof enough where a rule asks for it. */
const freshFor = 600;

const isFresh = (principal: Principal, now: number): boolean =>
  principal.type === 'person' && now - principal.provenAt <= freshFor;

const altered: Refused = {
  problem: problemOf(
    409,
    'unreadable',
    'Altered',
    'What it would do cannot be shown any more: the record of it was altered.',
  ),
};

const refuse = (context: Context, { problem: said, retryAfter }: Refused) => {
  context.header('content-type', 'application/problem+json');
  if (retryAfter !== undefined) context.header('retry-after', String(retryAfter));
  if (said.status === 401) context.header('www-authenticate', 'Bearer');
  // The status is the problem's own; each route lists what it may be.
  return context.body(JSON.stringify(said), said.status as 400) as never;
};

const sayRefusal = ({ sayNotFiled }: ApiParts, refusal: TokenRefusal): Refused =>
  notFiledProblem(
    refusal,
    refusal.type === 'key-reused'
      ? `This key was used for ${refusal.id}, which asks for something else. Take another key for another request.`
      : sayNotFiled(refusal),
  );

const unreadable = (field: string, detail: string): Refused => ({
  problem: { ...problemOf(422, 'unclear', 'Not understood', detail), field },
});
const notThere = (id: string): Refused => ({
  problem: problemOf(
    404,
    'no-such-request',
    'No such request',
    `There is no request ${JSON.stringify(id)} that you may see.`,
  ),
});
const mayNotDecide: Refused = {
  problem: problemOf(
    403,
    'may-not-decide',
    'Not over the API',
    'Decide in Slack. Over the API only people decide whose line in identities.yaml has "mayDecide: true"; pipelines and agents never do.',
  ),
};
const crowded: Refused = {
  problem: problemOf(503, 'crowded', 'Too many wait', 'Too many wait at the same time. Ask again without "wait".'),
  retryAfter: 5,
};
const unparsed: Refused = {
  problem: problemOf(400, 'not-json', 'Not JSON', 'The body cannot be read: it is no JSON. Send application/json.'),
};
const failed: Refused = {
  problem: problemOf(500, 'failed', 'Hallpass failed', 'Hallpass failed to answer. The administrators have been told.'),
};
const nothingHere: Refused = {
  problem: problemOf(
    404,
    'nothing-here',
    'Nothing here',
    'There is nothing here. /v1/openapi.json says what there is.',
  ),
};
