import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { canSee } from './core.ts';
import { type Routes, readBody } from './http-link.ts';
import type { Outcome, Suggestions } from './outcome.ts';
import {
  ActionCall,
  CloseCall,
  type ClusterPanel,
  CommandCall,
  PAGE_API,
  type PageChange,
  type PeopleAnswer,
  SayCall,
  SubmitCall,
  SuggestCall,
  TamperCall,
} from './page-api.ts';
import { pagePerson } from './snapshot.ts';
import type { Workspace } from './workspace.ts';

export type PageRoutesOptions = {
  /** Answers whatever is neither the page's API nor Slack's; says whether it did. */
  serveStatic?: Routes;
  /** What stands in the cluster for the open requests and the one named, if any; without it the page has no such panel. */
  cluster?: (wish: { readonly request?: string }) => Promise<ClusterPanel>;
  /** Commands that the page offers where nothing has been said yet. */
  examples?: readonly string[];
};

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
};

const json = (response: ServerResponse, status: number, body: unknown): true => {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...securityHeaders })
    .end(JSON.stringify(body));
  return true;
};

/**
 * Only a browser on this machine that opened this very address may speak here: a foreign site's script reaches
 * 127.0.0.1 by DNS rebinding (another Host) or across origins (another Origin).
 */
export const isLocal = (request: IncomingMessage): boolean => {
  const host = request.headers.host ?? '';
  const port = request.socket.localPort;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(host)) return false;
  const { origin } = request.headers;
  return origin === undefined || names.some((one) => origin === `http://${one}`);
};

const stream = (workspace: Workspace, request: IncomingMessage, response: ServerResponse): true => {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    connection: 'keep-alive',
    ...securityHeaders,
  });
  response.write(': hello\n\n');
  const stop = workspace.subscribe((change: PageChange) => {
    response.write(`event: change\nid: ${change.version}\ndata: ${JSON.stringify(change)}\n\n`);
  });
  request.on('close', stop);
  return true;
};

const file = (workspace: Workspace, userId: string, id: string, response: ServerResponse): true => {
  const found = workspace.state.files.get(id);
  const isSeen = found?.channelIds.some((one) => {
    const channel = workspace.state.channels.get(one);
    return channel !== undefined && canSee(workspace.state, userId, channel);
  });
  if (found?.bytes === undefined || isSeen !== true)
    return json(response, 404, { error: 'There is no such file for this person.' });
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...securityHeaders }).end(found.bytes);
  return true;
};

/** A link to a message, followed from elsewhere (a terminal): it leads to its channel. */
const lead = (response: ServerResponse, channel: string): true => {
  response.writeHead(302, { location: `/#at=${channel}`, ...securityHeaders }).end();
  return true;
};

const showCluster = async (
  cluster: NonNullable<PageRoutesOptions['cluster']>,
  url: URL,
  response: ServerResponse,
): Promise<true> => {
  const wanted = url.searchParams.get('request');
  try {
    return json(response, 200, await cluster(wanted === null ? {} : { request: wanted }));
  } catch {
    return json(response, 503, { error: 'The cluster or Redis did not answer.' });
  }
};

type Post = { schema: z.ZodType; act: (userId: string, call: unknown) => Promise<Outcome | Suggestions> };
const post = <S extends z.ZodType>(
  schema: S,
  act: (userId: string, call: z.infer<S>) => Promise<Outcome | Suggestions>,
): Post => ({
  schema,
  act: (userId, call) => act(userId, schema.parse(call)),
});

const tamper = ({ state, world }: Workspace, userId: string, call: TamperCall): Outcome => {
  if (state.people.get(userId)?.kind !== 'admin')
    return { status: 'not-sent', message: 'Only an administrator of the workspace can do that.' };
  const message = state.messages.get(call.channelId)?.find(({ ts }) => ts === call.ts);
  if (message === undefined) return { status: 'not-sent', message: 'There is no such message.' };
  if ('text' in call) world.editMessage(call, { text: call.text });
  else world.deleteMessage(call);
  return { status: 'acknowledged' };
};

const postsOf = (workspace: Workspace): Record<string, Post> => ({
  tamper: post(TamperCall, async (userId, call) => tamper(workspace, userId, call)),
  ...postsOfActs(workspace),
});

const postsOfActs = ({ acts }: Workspace): Record<string, Post> => ({
  command: post(CommandCall, acts.command),
  say: post(SayCall, acts.say),
  action: post(ActionCall, acts.action),
  suggest: post(SuggestCall, acts.suggest),
  submit: post(SubmitCall, acts.submit),
  'close-view': post(CloseCall, acts.closeView),
  'open-home': post(z.strictObject({}), (userId) => acts.openHome(userId)),
});

const runPost = async (
  found: Post,
  userId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<true> => {
  // A form of another site can post text/plain or a form without a preflight, but not JSON.
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return json(response, 415, { error: 'Send application/json.' });
  const body = new TextDecoder().decode(await readBody(request));
  const parsed = found.schema.safeParse(body === '' ? {} : parseJson(body));
  if (!parsed.success) return json(response, 400, { error: z.prettifyError(parsed.error) });
  const { delivery: _, ...answer } = await found.act(userId, parsed.data);
  return json(response, 200, answer);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The page's API on the same server as Slack's. */
export const createPageRoutes = (
  workspace: Workspace,
  { serveStatic, cluster, examples = [] }: PageRoutesOptions = {},
): Routes => {
  const posts = postsOf(workspace);
  return async (request, response, url) => {
    const isSlack = /^\/(api|hooks|upload)\//.test(url.pathname);
    if (isSlack) return false;
    if (!isLocal(request))
      return json(response, 403, { error: 'This page answers only on its own address on this machine.' });
    const channel = /^\/archives\/(\w+)/.exec(url.pathname)?.[1];
    if (channel !== undefined) return lead(response, channel);
    if (!url.pathname.startsWith(`${PAGE_API}/`))
      return serveStatic === undefined ? false : serveStatic(request, response, url);
    const name = url.pathname.slice(PAGE_API.length + 1);
    if (request.method === 'GET' && name === 'people')
      return json(response, 200, {
        people: [...workspace.state.people.values()].map(pagePerson),
        hasCluster: cluster !== undefined,
        examples,
      } satisfies PeopleAnswer);
    const userId = url.searchParams.get('as') ?? '';
    const person = workspace.state.people.get(userId);
    if (person === undefined)
      return json(response, 400, { error: `Say who acts: ?as=U…; nobody has the id "${userId}".` });
    if (request.method === 'GET' && name === 'state') return json(response, 200, workspace.snapshotFor(userId));
    if (request.method === 'GET' && name === 'events') return stream(workspace, request, response);
    if (request.method === 'GET' && name === 'cluster' && cluster !== undefined)
      return showCluster(cluster, url, response);
    if (request.method === 'GET' && name.startsWith('file/'))
      return file(workspace, userId, name.slice('file/'.length), response);
    const found = request.method === 'POST' && Object.hasOwn(posts, name) ? posts[name] : undefined;
    if (found === undefined) return json(response, 404, { error: `There is no ${request.method} ${url.pathname}.` });
    if (person.kind === 'deleted' || person.kind === 'bot')
      return json(response, 403, { error: `${person.name} cannot sign in.` });
    return runPost(found, userId, request, response);
  };
};
