import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Company } from './company.ts';

export const front = '/apis/networking.k8s.io/v1/namespaces/shop-front/ingresses';

export const frontIngress = (name: string, paths: readonly string[] = ['/'], more: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop-front', ...more },
  spec: {
    rules: [
      {
        host: `${name}.acme.test`,
        http: {
          paths: paths.map((path) => ({
            path,
            pathType: 'Prefix',
            backend: { service: { name: 'web', port: { number: 80 } } },
          })),
        },
      },
    ],
  },
});

export type Reply = {
  readonly status: number;
  readonly text: string;
  readonly message: string;
  readonly warnings: readonly string[];
};

const said = z.looseObject({ message: z.string().optional() });

/** How people and controllers write with their own tools. */
export type Hands = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  /** Of the body; `apply` is a server-side apply. */
  way?: 'json' | 'merge' | 'strategic' | 'json-patch' | 'apply',
) => Promise<Reply>;

const types = {
  json: 'application/json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  'json-patch': 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * Somebody with a token, who writes straight to the API server; and again, as they are told, where the guard on a machine with too much
 * to do cannot look up in time whether that is approved; or where they have written too much in a minute, as stories do.
 */
export const handsOf = (company: () => Company, token: string | (() => string)): Hands => {
  const once = handsOnce(company, token);
  return async (...write) => {
    for (let left = 5; ; left -= 1) {
      const reply = await once(...write);
      const isTooMuch = reply.message.includes('this user has filed too many');
      if (left === 0 || !(isTooMuch || reply.message.includes('cannot look up just now'))) return reply;
      await setTimeout(isTooMuch ? 13_000 : 1_000);
    }
  };
};

/** Somebody who does not try again. */
export const handsOnce =
  (company: () => Company, token: string | (() => string)): Hands =>
  async (method, path, body, way = 'json') => {
    const { plane } = company().stand;
    const { Agent } = await import('undici');
    const dispatcher = new Agent({ connect: { ca: plane.caPem } });
    try {
      const reply = await request(`${plane.url}${path}`, {
        dispatcher,
        method,
        headers: {
          authorization: `Bearer ${typeof token === 'string' ? token : token()}`,
          accept: 'application/json',
          'content-type': types[way],
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await reply.body.text();
      const warning = reply.headers.warning ?? [];
      return {
        status: reply.statusCode,
        text,
        message: said.safeParse(tryParse(text)).data?.message ?? '',
        warnings: typeof warning === 'string' ? [warning] : warning,
      };
    } finally {
      await dispatcher.close();
    }
  };

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The request that a refusal speaks of. */
export const heldAs = ({ message, status }: Reply): RequestId => {
  const found = requestId.safeParse(/request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(message)?.[1]);
  if (!found.success || status !== 403) throw new Error(`Not held: ${status} ${message}`);
  return found.data;
};
