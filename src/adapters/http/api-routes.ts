import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { serveAsking } from './api-asking.ts';
import { serveDeciding } from './api-deciding.ts';
import { failed, nothingHere, problemOf, unparsed } from './api-problems.ts';
import { type Api, type ApiParts, createTools, type Env, refuse } from './api-tools.ts';
import { bearerIn } from './requests.ts';

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
export const createApi = (parts: ApiParts): Api => {
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
  let written: ReturnType<typeof app.getOpenAPI31Document> | undefined;
  app.get('/v1/openapi.json', (context) => {
    written ??= app.getOpenAPI31Document(document);
    return context.json(written);
  });

  app.use('/v1/*', async (context, next) => {
    const found = context.env?.principal ?? (await parts.authenticate(bearerIn(context.req.header('authorization'))));
    if ('problem' in found) return refuse(context, found);
    context.set('principal', found);
    return next();
  });

  const tools = createTools(parts);
  serveAsking(app, parts, tools);
  serveDeciding(app, parts, tools);

  app.notFound((context) => refuse(context, nothingHere));
  app.onError((cause, context) => {
    if (cause instanceof HTTPException) return refuse(context, unparsed);
    parts.onFault('The API failed to answer', { cause: String(cause) });
    return refuse(context, failed);
  });
  return app;
};
