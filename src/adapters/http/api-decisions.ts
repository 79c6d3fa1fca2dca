import type { Result } from '#domain/result.ts';
import type { Call, Failed } from './api-call.ts';
import { pathOf, viewAbout } from './api-client.ts';
import { type DiffView, diffView, type RequestView } from './api-schemas.ts';

export type Verdict = 'approve' | 'deny' | 'revoke';

/** Decides, as a person who may. It stands apart: what speaks for agents does not even load it. */
export const decide = (
  call: Call,
  verdict: Verdict,
  id: string,
  decision: { readonly revision?: number; readonly reason?: string; readonly for?: string },
  signal?: AbortSignal,
): Promise<Result<RequestView, Failed>> =>
  call(viewAbout(id), { method: 'POST', path: `${pathOf(id)}/${verdict}`, body: decision, signal });

/** All that is to be decided on. By this whoever may decide counts as having seen the whole of it. */
export const readWhole = (call: Call, id: string, signal?: AbortSignal): Promise<Result<DiffView, Failed>> =>
  call(diffView, { method: 'GET', path: `${pathOf(id)}/diff`, tries: 4, signal });
