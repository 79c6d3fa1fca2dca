import { sayTarget } from '#domain/plan.ts';
import type { Entry } from '#domain/request/chain.ts';
import { type RequestEvent, requestEvent } from '#domain/request/events.ts';
import { sayUse as sayWhat } from '#domain/watch/say-use.ts';
import { saySuspicion } from '#domain/watch/suspicion.ts';

type Type = RequestEvent['type'];

/** What each event that tells of a grant being used says, in words. One more such event is one more line here. */
const words: { readonly [type in Type]?: (event: Extract<RequestEvent, { type: type }>) => string } = {
  used: ({ operation, target, risk }) => `let through: ${operation} ${sayTarget(target)} (risk ${risk})`,
  misused: ({ operation, target, risk, findings }) =>
    `refused: ${operation} ${sayTarget(target)} (risk ${risk})${findings.length === 0 ? '' : `: ${findings.join('; ')}`}`,
  tripped: ({ rule, does, evidence }) =>
    `looked wrong (${rule}): ${saySuspicion[rule]}${does === 'revoke' ? '' : '; only told'}${evidence.length === 0 ? '' : `: ${evidence.join('; ')}`}`,
  observed: ({ uses }) => `done: ${uses.map(sayWhat).join('; ')}`,
};

/** Something that was done, or tried, under a grant. */
export type Use = { readonly at: string; readonly event: Type; readonly says: string; readonly details: unknown };

/** What a log says of how its grant was used, the first use first. */
export const usesIn = (entries: readonly Pick<Entry, 'at' | 'event'>[]): readonly Use[] =>
  entries.flatMap(({ at, event }) => {
    const says = sayUse(event);
    return says === undefined
      ? []
      : [{ at: at.toString(), event: event.type, says, details: requestEvent.encode(event) }];
  });

const sayUse = <T extends Type>(event: Extract<RequestEvent, { type: T }>): string | undefined => {
  const say: ((event: Extract<RequestEvent, { type: T }>) => string) | undefined = words[event.type as T];
  return say?.(event);
};
