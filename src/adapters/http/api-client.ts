import { z } from 'zod';
import type { Result } from '#domain/result.ts';
import type { Call, Failed } from './api-call.ts';
import { type AskBody, type Preview, preview, type RequestView, requestView, whoBody } from './api-schemas.ts';

export type Who = z.infer<typeof whoBody>;
type Answered<T> = Promise<Result<T, Failed>>;

/** This request and no other: what is said of it is acted on. */
export const viewAbout = (id: string) => requestView.refine((view) => view.id === id);

/** What one may do who asks; nothing of it decides. */
export type Asking = {
  readonly who: (signal?: AbortSignal) => Answered<Who>;
  readonly preview: (ask: AskBody, signal?: AbortSignal) => Answered<Preview>;
  /** With the same key it is filed once, however often it is sent. */
  readonly ask: (ask: AskBody, key: string, signal?: AbortSignal) => Answered<RequestView>;
  readonly list: (isOpen: boolean, signal?: AbortSignal) => Answered<readonly RequestView[]>;
  readonly look: (id: string, signal?: AbortSignal) => Answered<RequestView>;
  /** Answers once `version` is larger than `after`, or after so many seconds; tried once. */
  readonly lookLater: (id: string, after: number, seconds: number, signal?: AbortSignal) => Answered<RequestView>;
  readonly withdraw: (id: string, signal?: AbortSignal) => Answered<RequestView>;
  readonly finish: (id: string, signal?: AbortSignal) => Answered<RequestView>;
};

const tries = 4;
/** Milliseconds that an answer may take longer than it was asked to wait. */
const slack = 15_000;

export const pathOf = (id: string): string => `v1/requests/${encodeURIComponent(id)}`;

export const createAsking = (call: Call): Asking => ({
  who: (signal) => call(whoBody, { method: 'GET', path: 'v1/who', tries, signal }),
  preview: (body, signal) => call(preview, { method: 'POST', path: 'v1/previews', body, tries, signal }),
  ask: (body, key, signal) => call(requestView, { method: 'POST', path: 'v1/requests', body, key, tries, signal }),
  list: async (isOpen, signal) => {
    const path = `v1/requests${isOpen ? '?open=true' : ''}`;
    const got = await call(z.object({ requests: z.array(requestView) }), { method: 'GET', path, tries, signal });
    return got.ok ? { ok: true, value: got.value.requests } : got;
  },
  look: (id, signal) => call(viewAbout(id), { method: 'GET', path: pathOf(id), tries, signal }),
  lookLater: (id, after, seconds, signal) =>
    call(viewAbout(id), {
      method: 'GET',
      path: `${pathOf(id)}?wait=${seconds}&after=${after}`,
      within: seconds * 1_000 + slack,
      signal,
    }),
  withdraw: (id, signal) => call(viewAbout(id), { method: 'POST', path: `${pathOf(id)}/withdraw`, signal }),
  finish: (id, signal) => call(viewAbout(id), { method: 'POST', path: `${pathOf(id)}/done`, signal }),
});
