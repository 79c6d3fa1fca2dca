import { type RequestId, requestId } from '#domain/ids.ts';
import type { RequestEvent } from './events.ts';

/**
 * The requests that events name, wherever in them: what an extension goes on from, what followed what lapsed, and whatever else
 * is added one day. A text that is written exactly as an id counts as one.
 */
export const requestsNamedIn = (events: readonly RequestEvent[]): ReadonlySet<RequestId> => {
  const found = new Set<RequestId>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      const id = requestId.safeParse(value).data;
      if (id !== undefined) found.add(id);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  events.forEach(look);
  return found;
};
