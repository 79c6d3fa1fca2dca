import { formatDuration } from '#domain/duration.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked } from '#domain/request/request.ts';
import { needsNobody } from '#domain/request/terms.ts';
import { sourceOf } from '#domain/source.ts';
import { type Asking, passes } from './asking.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';

/** What lapsed longer ago is not asked for anew by itself: nobody waits for it any more. */
const within = Temporal.Duration.from({ hours: 1 });

/**
 * So long a no is not the last word: when a request has just lapsed a worker may not have cleared away yet what it had begun, which would be
 * in the way of the same ask.
 */
const settling = Temporal.Duration.from({ seconds: 10 });

/**
 * Asks anew for what was approved but had moved by the time it was applied: the same ask, from how things are now, under
 * a request of its own that needs all approvals again. Each lapsed request is followed once, whoever runs this how often.
 */
export const createFollower = (ports: BotPorts): (() => Promise<void>) => {
  const given = new Set<RequestId>();
  return async () => {
    const now = await ports.clock.now();
    for (const id of await ports.store.inStatus('lapsed', 50)) {
      if (given.has(id)) continue;
      const found = await find(ports, id);
      if (found.type !== 'found') continue;
      if (!isToFollow(found.chain, now)) given.add(id);
      else if (await follow(ports, found.chain, now)) given.add(id);
    }
  };
};

/** What nobody was asked about nobody looks at when it comes again: whoever asked for it is told, and asks anew. */
const isToFollow = ({ request: { asked, state } }: Chain, now: Temporal.Instant): boolean =>
  !needsNobody(asked.approval) &&
  state.status === 'lapsed' &&
  state.moved &&
  state.followedBy === undefined &&
  // Whoever wrote it writes it anew, and it is held anew.
  asked.held === undefined &&
  // Whoever has found it finds what it is now.
  asked.drift === undefined &&
  // It is asked for from the grant itself, which knows how long it may last.
  asked.extends === undefined &&
  Temporal.Instant.compare(state.at.add(within), now) > 0;

/** True when there is nothing left to do for it, also because it cannot be asked for any more. */
const follow = async (ports: BotPorts, chain: Chain, now: Temporal.Instant): Promise<boolean> => {
  const { asked, state } = chain.request;
  if (state.status !== 'lapsed') return true;
  const filed = await submitRequest(ports, askingAnew(asked, state.why));
  if (!filed.ok && filed.error.type !== 'filed-before')
    return !passes(filed.error) && Temporal.Instant.compare(state.at.add(settling), now) < 0;
  const request = filed.ok ? filed.value.request.asked.id : filed.error.type === 'filed-before' && filed.error.id;
  if (request === false) return true;
  const result = await commit(ports, asked.id, chain, [{ type: 'followed', request }], await ports.clock.now());
  return result.type === 'committed';
};

const askingAnew = (
  { id, requester, subject, source, kind, cluster, namespace, ask, caller, reason, seconds }: Asked,
  why: string,
): Asking => ({
  by: requester,
  subject,
  source: sourceOf({ source }),
  kind,
  cluster,
  namespace,
  ask: ask as Json,
  ...(caller === undefined ? {} : { caller }),
  reason,
  duration: seconds === undefined ? 'good' : formatDuration(Temporal.Duration.from({ seconds })),
  // The same for every try: it is filed once.
  origin: `follows:${id}`,
  follows: { request: id, why },
});
