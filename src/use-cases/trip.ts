import type { PersonId, RequestId } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { isKept } from '#domain/request/misuse.ts';
import type { Request } from '#domain/request/request.ts';
import { isNewTrip } from '#domain/request/watched.ts';
import { isAboutPerson, type WatchRule } from '#domain/watch/suspicion.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

/** What looks wrong with a grant. `cluster` is where it was seen, unless it is about the person alone. */
export type Seen = {
  readonly id: RequestId;
  readonly cluster?: string;
  readonly rule: WatchRule;
  readonly evidence: readonly string[];
  /** Of its people, whom it is about. */
  readonly about?: readonly PersonId[];
};

/**
 * Does what the policy says where a grant's use, or whose it is, looks wrong: ends it, or has its people told. Idempotent: what comes
 * late, or again, or of a grant that is not in force, changes nothing.
 */
export const trip = async (ports: BotPorts, seen: Seen): Promise<void> => {
  for (;;) {
    const found = await find(ports, seen.id);
    const event = found.type === 'found' ? tripIn(ports, found.chain.request, seen) : undefined;
    if (found.type !== 'found' || event === undefined) return;
    const result = await commit(ports, seen.id, found.chain, [event], await ports.clock.now());
    if (result.type !== 'conflict') return;
  }
};

const tripIn = (
  { settings }: BotPorts,
  { asked, state }: Request,
  { cluster = asked.cluster, rule, evidence, about }: Seen,
): Extract<RequestEvent, { type: 'tripped' }> | undefined => {
  const wanted = settings().policy.watch.does[rule];
  if (wanted === 'off' || cluster !== asked.cluster) return undefined;
  // In an emergency nobody loses what they hold for what the emergency wants; whoever has left has no emergency.
  const does = wanted === 'revoke' && isKept(asked) && !isAboutPerson(rule) ? 'warn' : wanted;
  const whom = about === undefined ? {} : { about: [...about] };
  return isNewTrip(state, rule, does) ? { type: 'tripped', rule, does, evidence: [...evidence], ...whom } : undefined;
};
