import type { RequestId } from '#domain/ids.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { lookedAfter, mostRollouts, owesRollout, type Rollout, rollingIn, writtenAt } from '#domain/request/rollout.ts';
import { rolloutOf } from '#kinds/workloads/rolled.ts';
import { isClusterRefusal, type WorkerPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { lookingKey } from './summing.ts';

/** Between two looks, in milliseconds: a part of the time that it has taken so far. */
const pauses = { least: 2_000, most: 15_000, part: 0.25 } as const;

/**
 * Says in a request's log, once, what became of the pods of the workloads that were written: as soon as all are through or
 * cannot go on, or when they have had their time. Looks once; the sweep asks for it again. Idempotent; throws while a cluster does not answer.
 */
export const lookAfter = async (ports: WorkerPorts, id: RequestId): Promise<void> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return;
  const { asked, state } = found.chain.request;
  if (!owesRollout(state)) return;
  const now = await ports.clock.now();
  const { until } = lookedAfter(state);
  const isLast = Temporal.Instant.compare(now, until) >= 0;
  const seconds = Math.max(0, Math.floor(now.since(writtenAt(state)).total('seconds')));
  const rest = (): void => {
    const wait = seconds * 1_000 * pauses.part;
    ports.summing.rest(lookingKey(id), Math.min(Math.max(wait, pauses.least), pauses.most));
  };
  const rollouts = await look(ports, asked, state, isLast).catch((cause: unknown) => {
    rest();
    throw cause;
  });
  if (!isLast && rollouts.some(({ how }) => how === 'unfinished')) return rest();
  const more = rollingIn(state.changed).length - rollouts.length;
  const event: RequestEvent = { type: 'rolled-out', rollouts, ...(more > 0 ? { more } : {}), seconds };
  await commit(ports, id, found.chain, [event], now);
};

/** As they are now; `unread` where they cannot be looked at, or for the last time do not answer. */
const look = async (
  { clusters }: WorkerPorts,
  asked: Asked,
  { changed }: Extract<State, { status: 'completed' | 'active' }>,
  isLast: boolean,
): Promise<Rollout[]> => {
  const cluster = clusters.get(asked.cluster);
  const rollouts: Rollout[] = [];
  for (const one of rollingIn(changed).slice(0, mostRollouts)) {
    const { uid: _, ...target } = one;
    try {
      rollouts.push(cluster === undefined ? { target, how: 'unread' } : rolloutOf(one, (await cluster.get(one))?.live));
    } catch (cause) {
      if (!isLast && !isClusterRefusal(cause)) throw cause;
      rollouts.push({ target, how: 'unread' });
    }
  }
  return rollouts;
};
