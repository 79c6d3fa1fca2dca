import { Agent, request } from 'undici';

export type Reply = { status: number; body: unknown };

export type Send = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Reply>;

export type ApiClient = { send: Send; close: () => Promise<void> };

export type ApiClientOptions = { url: string; caPem: string; token: string };

/**
 * A small client for the local API server, for what the demo and the tests set up there. PATCH is a strategic merge.
 * Replies of any status are given back; only a fault of the connection throws.
 */
export const createApiClient = ({ url, caPem, token }: ApiClientOptions): ApiClient => {
  const dispatcher = new Agent({
    connect: { ca: caPem, timeout: 2_000 },
    connections: 8,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  const send: Send = async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const reply = await request(`${url}${path}`, {
      dispatcher,
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.body.text();
    const isJson = String(reply.headers['content-type'] ?? '').startsWith('application/json');
    return { status: reply.statusCode, body: isJson && text !== '' ? JSON.parse(text) : text };
  };
  return { send, close: () => dispatcher.destroy() };
};
