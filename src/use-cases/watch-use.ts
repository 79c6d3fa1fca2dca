import { type Attempt, isOnlyReceived, readAttempt, reasonIn, usersOf } from '#domain/watch/audit-event.ts';
import { begunBy, impersonates, isGrave, lookAt, sayAttempt } from '#domain/watch/look.ts';
import { markersBeside } from './home.ts';
import { createUseReports } from './use-reports.ts';
import { createBursts } from './watch-bursts.ts';
import { createWatchedGrants, type WatchedGrants } from './watched-grants.ts';
import type { WatcherPorts } from './watcher-ports.ts';

/** Takes events in the order in which they came. Throws when not all of them could be dealt with: they shall be sent again. */
export type UseWatch = { readonly take: (events: readonly unknown[]) => Promise<void> };

/** Events that are looked at together: each may ask Redis. */
const atOnce = 100;
/**
 * Milliseconds until what matters is looked at once more, and from there until the last time: a grant that a worker made and had no time
 * to write down is written down by another one, some ten seconds later. And how many of these wait at most, each time.
 */
const again: readonly number[] = [1_000, 15_000];
const mostAgain = 1_000;
/** Milliseconds between two signs that events come. */
const signEvery = 5_000;

type Holding = ReturnType<WatchedGrants['open']>;

/**
 * Watches what is done by whoever holds a grant: leaves word for the bot where it looks wrong, and of what was done with it.
 * Idempotent: an event that comes twice, late, or before another one that was first, makes no difference.
 */
export const createUseWatch = (ports: WatcherPorts): UseWatch => {
  const grants = createWatchedGrants(ports);
  const reports = createUseReports(ports);
  const bursts = createBursts(ports, reports);
  const own = [ports.home, markersBeside(ports.home)];
  const waiting = new Map<number, number>();
  let signed = Number.NEGATIVE_INFINITY;

  const lookAtUser = async (attempt: Attempt, of: Holding): Promise<void> => {
    const [now, by] = await Promise.all([of(attempt.user), grants.named(attempt.user, attempt.reason)]);
    // What a grant let happen that has ended since is not held against another one.
    const held = begunBy(attempt, by === undefined || now.some(({ id }) => id === by.id) ? now : [...now, by]);
    if (held.length === 0) return;
    const { trips, uses } = lookAt(attempt, held, own);
    for (const { id, use } of uses) reports.use(id, use);
    // Whoever does such a thing loses all that they hold there: it is they, or somebody in their place, that is not to be trusted.
    const alone = held.flatMap(({ id }) => trips.map((rule) => ({ id, rule, evidence: [sayAttempt(attempt)] })));
    const found = [...alone, ...(await bursts(attempt, held, uses.length > 0))];
    await Promise.all(found.map(({ id, rule, evidence }) => reports.trip(id, rule, evidence)));
  };
  const lookAtOther = async (attempt: Attempt, of: Holding): Promise<void> => {
    if (attempt.by === undefined || !impersonates(attempt)) return;
    for (const { id } of begunBy(attempt, await of(attempt.by)))
      await reports.trip(id, 'impersonation', [sayAttempt(attempt)]);
  };

  const lookAtAll = async (attempts: readonly Attempt[]): Promise<void> => {
    for (const { user, reason } of attempts) await grants.learn(user, reason);
    const of = grants.open();
    // In any order: what is counted is counted by when it was done.
    for (let next = 0; next < attempts.length; next += atOnce)
      await Promise.all(
        attempts.slice(next, next + atOnce).flatMap((one) => [lookAtUser(one, of), lookAtOther(one, of)]),
      );
    await reports.leaveUses();
  };

  /** A grant works a moment before its log says so: what matters is looked at once more, and again. */
  const lookAgain = async (attempts: readonly Attempt[], times = again): Promise<void> => {
    const [milliseconds, ...others] = times;
    if (milliseconds === undefined) return;
    // Each time by itself, so that those who wait long take no room from the first look.
    const before = waiting.get(milliseconds) ?? 0;
    const grave = attempts.filter(isGrave).slice(0, Math.max(0, mostAgain - before));
    if (grave.length === 0) return;
    waiting.set(milliseconds, before + grave.length);
    await ports.pause(milliseconds);
    waiting.set(milliseconds, (waiting.get(milliseconds) ?? 0) - grave.length);
    await lookAtAll(grave).catch((cause: unknown) =>
      ports.alarm('What was done in the first moment of a grant could not be looked at again', {
        cause: String(cause),
      }),
    );
    await lookAgain(grave, others);
  };

  return {
    take: async (events) => {
      await grants.meet(events.flatMap((event) => (isOnlyReceived(event) ? [] : (usersOf(event) ?? []))));
      const { attempts, foreign } = read(events, grants);
      if (foreign > 0)
        ports.alarm('Some of what was sent as audit events are none, and were left out', { count: String(foreign) });
      await lookAtAll(attempts);
      // Whoever sends events does not wait for it.
      void lookAgain(attempts);
      if (ports.moment() - signed < signEvery) return;
      signed = ports.moment();
      await ports.reports.watching(ports.cluster, await ports.clock.now());
    },
  };
};

/** Those that may be about a grant: most are of the cluster's own components, and are not even read. */
const read = (events: readonly unknown[], { knows }: WatchedGrants) => {
  const attempts: Attempt[] = [];
  let foreign = 0;
  for (const event of events) {
    const users = usersOf(event);
    if (users === undefined) foreign += 1;
    if (users === undefined || isOnlyReceived(event)) continue;
    if (!users.some(knows) && !reasonIn(event).includes('"hallpass-')) continue;
    const attempt = readAttempt(event);
    if (attempt === undefined) foreign += 1;
    else if (attempt !== 'none') attempts.push(attempt);
  }
  return { attempts, foreign };
};
