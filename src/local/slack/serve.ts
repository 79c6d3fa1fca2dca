import { z } from 'zod';
import type { Answer } from '#local/slack/web-api/method.ts';
import { callMethod } from '#local/slack/web-api/methods.ts';
import type { Core } from './core.ts';
import type { Fault, Faults } from './faults.ts';
import type { Rates } from './rates.ts';
import type { ResponseUrls } from './response-urls.ts';

/** One request as it stands on the wire, whichever way it came. */
export type WireRequest = {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: Uint8Array;
};
export type WireReply =
  | { type: 'reply'; status: number; headers: Record<string, string>; body: string | Uint8Array; delay: number }
  | { type: 'refused' }
  | { type: 'hang' };

/** One call that arrived, for tests to count. `performed` tells whether the workspace did it, whatever the app was told. */
export type Call = {
  method: string;
  args: Record<string, unknown>;
  performed: boolean;
  answer?: Answer;
  fault?: Fault['type'];
};

export type Server = { serve: (request: WireRequest) => Promise<WireReply>; calls: Call[] };

const text = (status: number, body: string, headers: Record<string, string> = {}): WireReply => ({
  type: 'reply',
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body,
  delay: 0,
});
const json = (status: number, body: unknown, headers: Record<string, string> = {}): WireReply => ({
  ...text(status, JSON.stringify(body)),
  type: 'reply',
  status,
  body: JSON.stringify(body),
  delay: 0,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
});

const JsonObject = z.record(z.string(), z.unknown());

type Args = { ok: true; args: Record<string, unknown> } | { ok: false; error: string };

/** Reads arguments as Slack does: a form, a JSON object, or the query. */
const readArgs = (request: WireRequest): Args => {
  const query = Object.fromEntries(new URLSearchParams(request.query));
  if (request.body.length === 0) return { ok: true, args: query };
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const body = new TextDecoder().decode(request.body);
  if (type === '') return { ok: false, error: 'missing_post_type' };
  if (type === 'application/x-www-form-urlencoded')
    return { ok: true, args: { ...query, ...Object.fromEntries(new URLSearchParams(body)) } };
  if (type !== 'application/json') return { ok: false, error: 'invalid_post_type' };
  try {
    const parsed = JsonObject.safeParse(JSON.parse(body));
    return parsed.success ? { ok: true, args: { ...query, ...parsed.data } } : { ok: false, error: 'json_not_object' };
  } catch {
    return { ok: false, error: 'invalid_json' };
  }
};

const tokenOf = (request: WireRequest, args: Record<string, unknown>): string | undefined => {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? (typeof args.token === 'string' ? args.token : undefined);
};

/** Slack tells a token that it knows what it may do; an app-level one has scopes of its own. */
const scopesHeader = ({ state: { app } }: Core, token: string | undefined): Record<string, string> => {
  if (token === app.token) return { 'x-oauth-scopes': app.scopes.join(',') };
  return token === app.appToken ? { 'x-oauth-scopes': 'connections:write' } : {};
};

const limited = (seconds: number) => json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) });

/** Does the work and lets the fault have its way with the answer. */
const withFault = async (
  fault: Fault | undefined,
  perform: () => Promise<WireReply>,
): Promise<{ reply: WireReply; performed: boolean }> => {
  if (fault === undefined) return { reply: await perform(), performed: true };
  switch (fault.type) {
    case 'status':
      return { reply: text(fault.status, 'upstream error'), performed: false };
    case 'performed-then-status':
      await perform();
      return { reply: text(fault.status, 'upstream error'), performed: true };
    case 'hang':
      return { reply: { type: 'hang' }, performed: false };
    case 'performed-then-hang':
      await perform();
      return { reply: { type: 'hang' }, performed: true };
    case 'refused':
      return { reply: { type: 'refused' }, performed: false };
    case 'performed-then-refused':
      await perform();
      return { reply: { type: 'refused' }, performed: true };
    case 'rate-limited':
      return { reply: limited(fault.retryAfter), performed: false };
    case 'error':
      return { reply: json(200, { ok: false, error: fault.error }), performed: false };
    case 'slow': {
      const reply = await perform();
      return { reply: reply.type === 'reply' ? { ...reply, delay: fault.milliseconds } : reply, performed: true };
    }
  }
};

/** The bytes of an upload: raw, or the one file of a multipart form. */
const uploadedBytes = async (request: WireRequest): Promise<Uint8Array> => {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return request.body;
  const form = await new Response(Buffer.from(request.body), { headers: { 'content-type': type } }).formData();
  const file = [...form.values()].find((one) => one instanceof Blob);
  return file === undefined ? new Uint8Array() : new Uint8Array(await file.arrayBuffer());
};

export const createServer = (core: Core, faults: Faults, rates: () => Rates, responseUrls: ResponseUrls): Server => {
  const calls: Call[] = [];

  const api = async (name: string, request: WireRequest): Promise<WireReply> => {
    const read = readArgs(request);
    const args = read.ok ? read.args : {};
    const call: Call = { method: name, args: { ...args, token: undefined }, performed: false };
    calls.push(call);
    const fault = faults.take(name);
    const { reply, performed } = await withFault(fault, async () => {
      if (!read.ok) return json(200, { ok: false, error: read.error });
      const wait = rates().take(name, typeof args.channel === 'string' ? args.channel : undefined);
      if (wait !== undefined) return limited(wait);
      const token = tokenOf(request, args);
      call.answer = callMethod(core, name, token, args);
      return json(200, call.answer, scopesHeader(core, token));
    });
    call.performed = performed && call.answer !== undefined;
    if (fault !== undefined) call.fault = fault.type;
    return reply;
  };

  const hook = async (id: string, request: WireRequest): Promise<WireReply> => {
    const read = readArgs(request);
    calls.push({ method: 'response_url', args: read.ok ? read.args : {}, performed: true });
    const { reply } = await withFault(faults.take('response_url'), async () => {
      if (!read.ok) return text(400, 'invalid_payload');
      const answer = responseUrls.use(id, read.args);
      return text(answer.status, answer.body);
    });
    return reply;
  };

  const upload = async (id: string, request: WireRequest): Promise<WireReply> => {
    calls.push({ method: 'upload', args: { id }, performed: true });
    const { reply } = await withFault(faults.take('upload'), async () => {
      const file = core.state.files.get(id);
      if (file === undefined || file.bytes !== undefined) return text(404, 'no such upload');
      const bytes = await uploadedBytes(request);
      if (bytes.length !== file.length) return text(400, `expected ${file.length} bytes, got ${bytes.length}`);
      file.bytes = bytes;
      return text(200, `OK - ${bytes.length}`);
    });
    return reply;
  };

  const answer = (request: WireRequest): Promise<WireReply> => {
    const [, kind, ...rest] = request.path.split('/');
    if (kind === 'api' && rest.length === 1) return api(rest[0] ?? '', request);
    if (kind === 'hooks' && request.method === 'POST') return hook(rest.at(-1) ?? '', request);
    if (kind === 'upload' && request.method === 'POST') return upload(rest.at(-1) ?? '', request);
    return Promise.resolve(text(404, 'not found'));
  };
  const serve = async (request: WireRequest): Promise<WireReply> => {
    const reply = await answer(request);
    if (reply.type !== 'reply') return reply;
    const date = new Date(core.now().epochMilliseconds).toUTCString();
    return { ...reply, headers: { date, ...reply.headers } };
  };
  return { serve, calls };
};
