import { createRoute, z } from '@hono/zod-openapi';
import {
  approveBody,
  askBody,
  denyBody,
  diffView,
  idParameter,
  keyHeader,
  preview,
  problem,
  requestView,
  revokeBody,
  waitQuery,
  whoBody,
} from './api-schemas.ts';

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

/** What can be called, each with what it takes and answers. */
export const operations = {
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
    responses: { 200: json(requestView, 'It is withdrawn, now or before.'), ...refusals },
  }),
  done: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/done',
    summary: 'Give back what is not needed any more',
    security,
    request: { params: idParameter },
    responses: { 200: json(requestView, 'It is being ended, or was given back before.'), ...refusals },
  }),
  approve: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/approve',
    summary: 'Approve; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(approveBody) },
    responses: { 200: json(requestView, 'It counts.'), ...refusals },
  }),
  deny: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/deny',
    summary: 'Deny; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(denyBody) },
    responses: { 200: json(requestView, 'It is denied.'), ...refusals },
  }),
  revoke: createRoute({
    method: 'post',
    path: '/v1/requests/{id}/revoke',
    summary: 'End a grant before its time; for people whom the policy lets decide over the API',
    security,
    request: { params: idParameter, ...body(revokeBody) },
    responses: { 200: json(requestView, 'It is being ended.'), ...refusals },
  }),
} as const;
