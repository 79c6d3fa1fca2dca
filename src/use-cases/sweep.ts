import type { RequestId } from '#domain/ids.ts';
import { inLanes } from '#domain/lanes.ts';
import { isOver } from '#domain/request/request.ts';
import { dueSelector, requestLabel } from '#domain/request/stamp.ts';
import { createKnownGrants, type Stamped } from './known-grants.ts';
import type { ClusterWriter, Managed, WorkerPorts } from './ports.ts';
import { find } from './request-log.ts';
import { createStepRunner, type StepRunner } from './run-step.ts';
import { lookingKey, summingKey } from './summing.ts';

/** Leaves a job this long before doing its work: jobs run within some 10 ms, so what is older was lost. */
const grace = Temporal.Duration.from({ milliseconds: 1_500 });
/** While the store does not answer no job runs, so nothing is left to one. */
const noGrace = Temporal.Duration.from({ milliseconds: 0 });
/** Milliseconds that the store may take to answer a round of the sweep: what is overdue does not wait for one that hangs. */
const patience = 500;
/**
 * So long the sweep over a cluster leaves to the log what the log knows to be due: in a rush both would do it twice. With
 * the time between two rounds it stays below 5 s, for the log may be one that nobody believes.
 */
const head = Temporal.Duration.from({ seconds: 2 });
/** Clocks that are kept differ by less. */
const apart = Temporal.Duration.from({ seconds: 30 });
const atOnce = 32;
/** What is only looked at waits for what has to end; so many at a time leave most of a second to others. */
const unhurried = 4;

/**
 * Does what jobs left undone, over the log. Safe beside running jobs and other sweeps. People are told when nothing else is
 * left to do, and after each handful of that it is looked whether there is.
 */
export const sweepLog = async (ports: WorkerPorts, steps: StepRunner = createStepRunner(ports)): Promise<void> => {
  const { store, clock, summing } = ports;
  const indices = [
    { of: store.due, tried: new Set<RequestId>(), isLeft: () => false },
    // What is being summed up or looked after needs no second look meanwhile.
    {
      of: store.news,
      tried: new Set<RequestId>(),
      isLeft: (id: RequestId) => summing.isUnderWay(summingKey(id)) || summing.isUnderWay(lookingKey(id)),
    },
  ];
  /** Asked anew for each handful: in a rush the jobs go through the same ones, and what they did needs no second look. */
  const next = async (): Promise<readonly RequestId[]> => {
    const overdue = (await clock.now()).subtract(grace);
    for (const { of, tried, isLeft } of indices) {
      const handful = (await of(overdue, 1_000)).filter((id) => !tried.has(id) && !isLeft(id)).slice(0, atOnce);
      for (const id of handful) tried.add(id);
      if (handful.length > 0) return handful;
    }
    return [];
  };
  for (let handful = await next(); handful.length > 0; handful = await next()) {
    await inParallel(handful, async (id) => {
      try {
        await steps.join(id);
      } catch (cause) {
        ports.alarm('A step failed and will be tried again', { request: id, cause: String(cause) });
      }
    });
  }
};

/** Looks at a cluster; `everything` at all that Hallpass made there, otherwise at what ends in this minute or should have in the last hour. */
export type ClusterSweep = (cluster: ClusterWriter, everything: boolean) => Promise<void>;

/**
 * Ends what is overdue in a cluster whatever has become of the log, and reports, once each, what the log does not know
 * of. Only objects with a genuine stamp are touched.
 */
export const createClusterSweep = (ports: WorkerPorts, steps: StepRunner = createStepRunner(ports)): ClusterSweep => {
  const reported = new Set<string>();
  const knownIn = createKnownGrants(ports);
  const alarmOnce = (key: string, ...said: Parameters<WorkerPorts['alarm']>): void => {
    if (reported.has(key)) return;
    reported.add(key);
    ports.alarm(...said);
  };

  const genuine =
    (cluster: ClusterWriter) =>
    (found: readonly Managed[]): Promise<readonly Stamped[]> =>
      knownIn(cluster).stampsOf(found, ({ uid, kind, namespace = '', name }) =>
        alarmOnce(uid, 'An object bears the label of Hallpass without a genuine stamp; it is left alone', {
          cluster: cluster.name,
          kind,
          namespace,
          name,
        }),
      );

  /** The list may be older than the log that was read after it: only what is there now counts, as it is now. */
  const stillThere = async (cluster: ClusterWriter, objects: readonly Stamped[]): Promise<readonly Stamped[]> => {
    const now = await Promise.all(objects.map(({ ref }) => cluster.get(ref)));
    return now.flatMap((there, index) =>
      there === undefined || there.ref.uid !== objects[index]?.ref.uid ? [] : (knownIn(cluster).stampOf(there) ?? []),
    );
  };

  const settle = async (
    cluster: ClusterWriter,
    id: RequestId,
    objects: readonly Stamped[],
    late: readonly Stamped[],
    { isReadable, isLate }: Judged,
  ): Promise<void> => {
    const { status, entries } = isReadable ? await saidByLog(ports, id) : unreadable;
    // Being applied, or active as it should be: the sweep over the log ends it, or its job does.
    if (status === 'approved' && late.length === 0) return;
    if (status === 'active' && late.length === 0) return knownIn(cluster).see(objects, entries);
    // Past its stamp nothing stays, whatever the log says of it: a log may be cut, and a key of ours stolen.
    if (status === 'active') await steps.join(id).catch(() => {});
    const fields = { request: id, status, cluster: cluster.name };
    const there = await stillThere(cluster, isOver(status) ? objects : late);
    // What ends later by now than when it was listed was prolonged.
    const stale = isOver(status) ? there : there.filter(isLate);
    for (const { ref } of stale) await cluster.remove(ref);
    if (stale.length > 0)
      ports.alarm('A grant was ended by what the cluster says of it; the log does not call it active', fields);
    else if (!isOver(status) && status !== 'active')
      alarmOnce(
        `${id} ${status}`,
        'A grant is in force that the log does not call active; it ends at its time',
        fields,
      );
  };

  return async (cluster, everything) => {
    const now = await ports.clock.now();
    // Also what to look for: whoever holds Redis' clock back would hide what is due.
    const judged = await latest(cluster, now);
    const selector = everything ? requestLabel : dueSelector(judged);
    const objects = await cluster.scanManaged(selector, genuine(cluster), { mayLag: !everything });
    const { areInOrder, lookAgain } = knownIn(cluster);
    const due = await dueByLog(ports, now);
    const isReadable = due !== undefined;
    const isLate = isLateAt(judged, isReadable ? grace : noGrace);
    const isLateForAll = isLateAt(judged, head);
    const grants = [...Map.groupBy(objects, ({ request }) => request)].map(([id, of]) => ({
      id,
      objects: of,
      late: of.some(isLate) ? of.filter(isLate) : [],
    }));
    const settleEach = ({ id, objects: of, late }: (typeof grants)[number]): Promise<void> =>
      settle(cluster, id, of, late, { isReadable, isLate });
    const endLate = (): Promise<void> =>
      inParallel(
        grants.filter(({ id, late }) => late.length > 0 && (due?.has(id) !== true || late.some(isLateForAll))),
        settleEach,
      );
    // To look at a thousand logs takes half a second of CPU, for which the grants that end meanwhile would wait.
    const lookAround = async (): Promise<void> => {
      // While the store does not answer, what was in order is taken to be so until its time.
      if (everything && isReadable) await lookAgain(objects);
      const unseen = grants.filter(({ objects: of, late }) => late.length === 0 && !areInOrder(of));
      await inParallel(unseen, settleEach, unhurried);
    };
    throwFirst(await Promise.allSettled([endLate(), lookAround()]));
  };
};

/** The common clock, or the API server's where that is well ahead: whoever holds Redis' clock back prolongs nothing. */
export const latest = async (cluster: ClusterWriter, now: Temporal.Instant): Promise<Temporal.Instant> => {
  const server = await cluster.time();
  return Temporal.Instant.compare(server, now.add(apart)) > 0 ? server : now;
};

/** What is due by the log, for the sweep over it to end; undefined when the store does not answer in time. */
export const dueByLog = async (
  { store }: Pick<WorkerPorts, 'store'>,
  now: Temporal.Instant,
): Promise<ReadonlySet<RequestId> | undefined> => {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  AbortSignal.timeout(patience).addEventListener('abort', () => resolve(undefined), { once: true });
  const asked = store.due(now, 10_000).then(
    (ids) => new Set(ids),
    () => undefined,
  );
  return Promise.race([asked, late]);
};

const isLateAt = (now: Temporal.Instant, after: Temporal.Duration): ((one: Stamped) => boolean) => {
  const before = now.subtract(after).epochMilliseconds;
  return ({ expiresAt }) => expiresAt <= before;
};

type Judged = { readonly isReadable: boolean; readonly isLate: (one: Stamped) => boolean };

/** What a log says of its request, and in how many entries; `isStuck` while a person has to settle a conflict. */
type Said = { readonly status: string; readonly isStuck: boolean; readonly entries: number };

export const unreadable: Said = { status: 'unreadable', isStuck: false, entries: 0 };

/** What the log says, or that it cannot be read: then the cluster alone decides. */
export const saidByLog = async (ports: WorkerPorts, id: RequestId): Promise<Said> => {
  try {
    const found = await find(ports, id);
    if (found.type !== 'found') return { ...unreadable, status: found.type };
    const { request, entries } = found.chain;
    const { status } = request.state;
    return { status, isStuck: status === 'active' && request.state.conflict !== undefined, entries: entries.length };
  } catch {
    return unreadable;
  }
};

/** Runs over the items, some at a time, to the end of all of them; the first fault is thrown then. */
const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>, lanes = atOnce): Promise<void> =>
  throwFirst(await inLanes(items, lanes, work));

const throwFirst = (settled: readonly PromiseSettledResult<void>[]): void => {
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw new Error('A sweep could not finish', { cause: failed.reason });
};
