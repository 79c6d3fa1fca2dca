import { itself, type RequestId } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { isNewTrip } from '#domain/request/watched.ts';
import { byRule, type Departure, sayDeparture, sayWhat } from '#domain/watch/people.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { trip } from './trip.ts';

/** What became of it: `ended` where a grant was in force and is ended for this now. */
export type Departed = 'ended' | 'closed' | 'left';

/**
 * Does with a request what the policy says of its people's leaving: what is in force is ended, or told of; what waits, or is approved and
 * not applied, is closed. Idempotent.
 */
export const endDeparted = async (
  ports: BotPorts,
  id: RequestId,
  departures: readonly Departure[],
): Promise<Departed> => {
  for (;;) {
    const found = departures.length === 0 ? undefined : await find(ports, id);
    if (found?.type !== 'found') return 'left';
    const { request } = found.chain;
    if (request.state.status === 'active') return tripFor(ports, request, departures);
    const event = closing(ports, request, departures);
    if (event === undefined) return 'left';
    const result = await commit(ports, id, found.chain, [event], await ports.clock.now());
    if (result.type === 'committed') return 'closed';
    if (result.type !== 'conflict') return 'left';
  }
};

const isRevoked = ({ settings }: BotPorts, { rule }: Departure): boolean =>
  settings().policy.watch.does[rule] === 'revoke';

const tripFor = async (
  ports: BotPorts,
  { asked, state }: Request,
  departures: readonly Departure[],
): Promise<Departed> => {
  const at = await ports.clock.now();
  const ends = departures.some((one) => isRevoked(ports, one) && isNewTrip(state, one.rule, 'revoke'));
  for (const [rule, those] of byRule(departures))
    await trip(ports, {
      id: asked.id,
      rule,
      evidence: those.map((one) => sayDeparture(one, asked, at)),
      about: [...new Set(those.map(({ who }) => who))],
    });
  return ends ? 'ended' : 'left';
};

/** Nobody needs it any more, and nobody is to decide on it. */
const closing = (
  ports: BotPorts,
  { asked, state }: Request,
  departures: readonly Departure[],
): RequestEvent | undefined => {
  const said = departures.filter((one) => isRevoked(ports, one)).map((one) => sayClosed(one, asked));
  if (said.length === 0) return undefined;
  const why = `Slack says that ${said.join(', and that ')}.`;
  if (state.status === 'pending') return { type: 'withdrawn', by: itself, why };
  // Through the worker, which sees to it that nothing of it stays and that no old log grants it.
  return state.status === 'approved' && state.ending === undefined
    ? { type: 'end-requested', by: itself, cause: 'revoked', reason: why }
    : undefined;
};

const sayClosed = (departure: Departure, { subject, requester }: Request['asked']): string => {
  const { who } = departure;
  const as = who === requester ? 'who asked for it' : who === subject ? 'for whom it is' : '';
  return `${who}, ${as}, ${sayWhat(departure)}`;
};
