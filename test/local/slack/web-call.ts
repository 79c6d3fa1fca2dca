import { z } from 'zod';
import type { WireReply } from '#local/slack/serve.ts';
import type { Workspace } from '#local/slack/workspace.ts';

const Body = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
export type Body = z.infer<typeof Body>;
type Reply = Extract<WireReply, { type: 'reply' }>;

const encode = (args: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(args).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString();

/** One Web API call as web-api sends it: a form with JSON within. `token: null` leaves the token out. */
export const callRaw = async (
  workspace: Workspace,
  method: string,
  args: Record<string, unknown> = {},
  token: string | null = workspace.state.app.token,
): Promise<Reply> => {
  const reply = await workspace.serve({
    method: 'POST',
    path: `/api/${method}`,
    query: '',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: new TextEncoder().encode(encode(args)),
  });
  if (reply.type !== 'reply') throw new Error(`no reply: ${reply.type}`);
  return reply;
};

export const call = async (
  workspace: Workspace,
  method: string,
  args: Record<string, unknown> = {},
  token?: string | null,
): Promise<Body> => {
  const reply = await callRaw(workspace, method, args, token);
  return Body.parse(JSON.parse(String(reply.body)));
};

/** `ok`, or the error's code. */
export const outcomeOf = async (
  workspace: Workspace,
  method: string,
  args: Record<string, unknown> = {},
  token?: string | null,
): Promise<string> => {
  const body = await call(workspace, method, args, token);
  return body.ok ? 'ok' : (body.error ?? '');
};

export const postTo = async (
  workspace: Workspace,
  url: string,
  body: unknown,
): Promise<{ status: number; body: string }> => {
  const reply = await workspace.serve({
    method: 'POST',
    path: new URL(url).pathname,
    query: '',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(body)),
  });
  if (reply.type !== 'reply') throw new Error(`no reply: ${reply.type}`);
  return { status: reply.status, body: String(reply.body) };
};

/** A clock that stands until it is moved. */
export const standingClock = (start = '2026-03-02T09:00:00Z') => {
  let at = Temporal.Instant.from(start);
  return {
    now: () => at,
    advance: (duration: Temporal.DurationLike) => {
      at = at.add(duration);
    },
  };
};
