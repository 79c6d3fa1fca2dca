import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Failed } from '#adapters/http/api-call.ts';
import type { Asking } from '#adapters/http/api-client.ts';
import type { RequestView } from '#adapters/http/api-schemas.ts';
import type { Result } from '#domain/result.ts';
import { awaitRequest } from './await-request.ts';
import { sayNext, sayRefused } from './mcp-words.ts';
import { isSettled } from './request-status.ts';
import { sayState } from './request-text.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Waits as long as an agent may at a time, and tells it meanwhile how things stand where it wants that. */
export const waitFor = async (api: Asking, id: string, seconds: number, extra: Extra): Promise<CallToolResult> => {
  const first = await api.look(id, extra.signal);
  if (!first.ok) return refuse(first.error);
  const token = extra._meta?.progressToken;
  let told = 0;
  const tell = (message: string): void => {
    if (token === undefined) return;
    told += 1;
    const params = { progressToken: token, progress: told, message };
    // A client that has gone is not told, and its going is noticed elsewhere.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {});
  };
  const say = (request: RequestView): void => tell(`${request.id} ${sayState(request, Temporal.Now.instant())}`);
  say(first.value);
  const { request, problem } = await awaitRequest(api, first.value, {
    within: seconds * 1_000,
    signal: extra.signal,
    onLook: say,
    onAway: ({ detail }) => tell(detail),
  });
  return problem === undefined ? answerRequest({ ok: true, value: request }) : refuse({ problem });
};

export const answer = <T extends Record<string, unknown>>(got: Result<T, Failed>): CallToolResult =>
  got.ok ? say(JSON.stringify(got.value), got.value) : refuse(got.error);

/** How a request stands, and what to do now. */
export const answerRequest = (got: Result<RequestView, Failed>, key?: string): CallToolResult => {
  if (!got.ok) return refuse(got.error, key);
  const request = got.value;
  const next = sayNext(request);
  const line = `${request.id} ${sayState(request, Temporal.Now.instant())}. ${next}`;
  return say(`${line}\n${JSON.stringify(request)}`, { request, settled: isSettled(request), next });
};

const say = (text: string, structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  structuredContent,
});
export const wrong = (text: string): CallToolResult => ({ isError: true, content: [{ type: 'text', text }] });
export const refuse = ({ problem }: Failed, key?: string): CallToolResult => wrong(sayRefused(problem, key));
