import type { RequestId } from '#domain/ids.ts';
import { inLanes } from '#domain/lanes.ts';
import type { ObjectRef } from '#domain/plan.ts';
import { isOver } from '#domain/request/request.ts';
import { hourLabel, hourOf, readStamp, requestLabel } from '#domain/request/stamp.ts';
import type { ClusterWriter, Managed, WorkerPorts } from './ports.ts';
import { find } from './request-log.ts';
import { createStepRunner, type StepRunner } from './run-step.ts';
import { summingKey } from './summing.ts';

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

/**
 * Does what jobs left undone, over the log. Safe beside running jobs and other sweeps. People are told when nothing else is
 * left to do, and after each handful of that it is looked whether there is.
 */
export const sweepLog = async (ports: WorkerPorts, steps: StepRunner = createStepRunner(ports)): Promise<void> => {
  const { store, clock, summing } = ports;
  const indices = [
    { of: store.due, tried: new Set<RequestId>(), isLeft: () => false },
    // What is being summed up needs no second look meanwhile.
    { of: store.news, tried: new Set<RequestId>(), isLeft: (id: RequestId) => summing.isUnderWay(summingKey(id)) },
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

/** Looks at a cluster; `everything` at all that Hallpass made there, otherwise at what ends in this hour or ended in the last. */
export type ClusterSweep = (cluster: ClusterWriter, everything: boolean) => Promise<void>;

/**
 * Ends what is overdue in a cluster whatever has become of the log, and reports, once each, what the log does not know
 * of. Only objects with a genuine stamp are touched.
 */
export const createClusterSweep = (ports: WorkerPorts, steps: StepRunner = createStepRunner(ports)): ClusterSweep => {
  const reported = new Set<string>();
  /** Uids of what was seen in force as it should be. Only an end that proves their absence makes that untrue. */
  const inOrder = new Set<string>();
  const alarmOnce = (key: string, ...said: Parameters<WorkerPorts['alarm']>): void => {
    if (reported.has(key)) return;
    reported.add(key);
    ports.alarm(...said);
  };

  const genuine = (cluster: ClusterWriter, found: readonly Managed[]): readonly Stamped[] =>
    found.flatMap(({ ref, live }) => {
      const stamp = readStamp(cluster.name, live, ports.trust);
      if (stamp !== undefined) return [{ ref, stamp }];
      const fields = { cluster: cluster.name, kind: ref.kind, namespace: ref.namespace ?? '', name: ref.name };
      alarmOnce(ref.uid, 'An object bears the label of Hallpass without a genuine stamp; it is left alone', fields);
      return [];
    });

  const settle = async (
    cluster: ClusterWriter,
    id: RequestId,
    objects: readonly Stamped[],
    overdue: readonly Stamped[],
    isReadable: boolean,
  ): Promise<void> => {
    const status = isReadable ? await statusOf(ports, id) : 'unreadable';
    // Being applied, or active as it should be: the sweep over the log ends it, or its job does.
    if (status === 'approved' && overdue.length === 0) return;
    if (status === 'active' && overdue.length === 0) {
      for (const { ref } of objects) inOrder.add(ref.uid);
      return;
    }
    // Past its stamp nothing stays, whatever the log says of it: a log may be cut, and a key of ours stolen.
    if (status === 'active') await steps.join(id).catch(() => {});
    const fields = { request: id, status, cluster: cluster.name };
    const stale = await stillThere(cluster, isOver(status) ? objects : overdue);
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
    const hours = [now, now.subtract({ hours: 1 })].map(hourOf);
    const found = await cluster.managed(everything ? requestLabel : `${hourLabel} in (${hours.join(',')})`);
    const judged = await latest(cluster, now);
    const byRequest = Map.groupBy(genuine(cluster, found), ({ stamp }) => stamp.request);
    if (everything) inOrder.clear();
    const due = await dueByLog(ports, now);
    const isReadable = due !== undefined;
    const overdue = (objects: readonly Stamped[]) => overdueOf(objects, judged, isReadable ? grace : noGrace);
    // To look at a thousand logs takes half a second of CPU, for which the grants that end meanwhile would wait.
    const inQuestion = [...byRequest].filter(([id, objects]) => {
      if (overdue(objects).length === 0) return !objects.every(({ ref }) => inOrder.has(ref.uid));
      return due?.has(id) !== true || overdueOf(objects, judged, head).length > 0;
    });
    await inParallel(inQuestion, ([id, objects]) => settle(cluster, id, objects, overdue(objects), isReadable));
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

const overdueOf = (objects: readonly Stamped[], now: Temporal.Instant, after: Temporal.Duration): readonly Stamped[] =>
  objects.filter(({ stamp }) => Temporal.Instant.compare(stamp.expiresAt.add(after), now) <= 0);

type Stamped = { readonly ref: ObjectRef; readonly stamp: ReturnType<typeof readStamp> & object };

/** The list may be older than the log that was read after it: only what is there now counts. */
const stillThere = async (cluster: ClusterWriter, objects: readonly Stamped[]): Promise<readonly Stamped[]> => {
  const now = await Promise.all(objects.map(async (one) => ({ one, live: await cluster.get(one.ref) })));
  return now.filter(({ one, live }) => live?.ref.uid === one.ref.uid).map(({ one }) => one);
};

/** What the log says, or that it cannot be read: then the cluster alone decides. */
const statusOf = async (ports: WorkerPorts, id: RequestId): Promise<string> => {
  try {
    const found = await find(ports, id);
    return found.type === 'found' ? found.chain.request.state.status : found.type;
  } catch {
    return 'unreadable';
  }
};

/** Runs over the items, some at a time, to the end of all of them; the first fault is thrown then. */
const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const failed = (await inLanes(items, atOnce, work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw new Error('A sweep could not finish', { cause: failed.reason });
};
