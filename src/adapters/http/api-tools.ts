import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { requestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Result } from '#domain/result.ts';
import type { ActRefusal } from '#use-cases/act-on-request.ts';
import type { TokenRefusal } from '#use-cases/ask-by-token.ts';
import type { Alarm, BotPorts } from '#use-cases/ports.ts';
import type { Principal } from '#use-cases/principal.ts';
import { seeByToken } from '#use-cases/see-by-token.ts';
import { notDoneProblem, type Refused } from './api-problems.ts';
import { viewOf } from './api-view.ts';
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

export type Env = {
  Variables: { principal: Principal };
  /** Who was known before the body was read. */
  Bindings: { principal?: Principal | undefined };
};
export type In = Context<Env>;
export type Api = OpenAPIHono<Env>;

export const refuse = (context: Context, { problem: said, retryAfter }: Refused) => {
  context.header('content-type', 'application/problem+json');
  if (retryAfter !== undefined) context.header('retry-after', String(retryAfter));
  if (said.status === 401) context.header('www-authenticate', 'Bearer');
  // The status is the problem's own; each route lists what it may be.
  return context.body(JSON.stringify(said), said.status as 400) as never;
};

/** What most calls do: look at a request as one who may see it, and answer with how it stands. */
export const createTools = (parts: ApiParts) => {
  const { ports } = parts;
  const view = (chain: Chain) => viewOf(chain, ports.settings().kinds);
  const answered = (context: In, done: Result<Chain, ActRefusal>) =>
    done.ok
      ? context.json(view(done.value), 200)
      : refuse(context, notDoneProblem(done.error, parts.sayNotDone(done.error)));
  const seen = async (context: In, id: string): Promise<Chain | undefined> => {
    const read = requestId.safeParse(id);
    return read.success ? seeByToken(ports, context.get('principal'), read.data) : undefined;
  };
  return { view, answered, seen };
};
export type Tools = ReturnType<typeof createTools>;
