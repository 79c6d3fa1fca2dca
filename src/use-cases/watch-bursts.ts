import { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import type { Attempt } from '#domain/watch/audit-event.ts';
import { type Burst, burstIn } from '#domain/watch/bursts.ts';
import { sayAttempt, type Watched } from '#domain/watch/look.ts';
import { mostEvidence, type UseRule } from '#domain/watch/suspicion.ts';
import { createRecent } from './recent.ts';
import type { UseReports } from './use-reports.ts';
import type { WatcherPorts } from './watcher-ports.ts';

export type Suspicion = { readonly id: RequestId; readonly rule: UseRule; readonly evidence: readonly string[] };

/** What counts, with what tells it from others, and how it is said. */
const member = z.object({ id: z.string(), what: z.string(), said: z.string() });
type Member = z.infer<typeof member>;

/** So long the networks that a grant was used from are held against new ones: longer than grants last that anybody watches. */
const aMonth = 30 * 86_400_000;

/** What is noise by itself, looked at together with what came before and after it, for each of the grants that somebody holds. */
export type Bursts = (attempt: Attempt, held: readonly Watched[], isGranted: boolean) => Promise<readonly Suspicion[]>;

/** Milliseconds in which it is not said again that a grant is used from the same network. */
const quiet = 60_000;
/** Networks of grants that are remembered. */
const mostNetworks = 5_000;

export const createBursts = (ports: WatcherPorts, { isTold }: Pick<UseReports, 'isTold'>): Bursts => {
  const known = createRecent<true>(ports.moment, quiet, mostNetworks);
  return async (attempt, held, isGranted) => {
    const { does } = ports.settings().policy.watch;
    const wanted = countsOf(ports, attempt, isGranted).filter(({ rule }) => does[rule] !== 'off');
    const one = async (id: RequestId, count: Count): Promise<Suspicion | undefined> => {
      const key = `${id} ${count.what}`;
      if (isTold(id, count.rule) || (count.isOnce && known.get(key))) return undefined;
      const found = await look(ports, attempt, id, count);
      if (count.isOnce && found === undefined) known.set(key, true);
      return found;
    };
    const found = await Promise.all(held.flatMap(({ id }) => wanted.map((count) => one(id, count))));
    return found.flatMap((each) => each ?? []);
  };
};

/** What `kubectl get all` asks for in one second (category "all" of the API): together it is one thing that somebody tried. */
const inAll = new Set([
  ...['pods.', 'replicationcontrollers.', 'services.', 'daemonsets.apps', 'deployments.apps', 'replicasets.apps'],
  ...['statefulsets.apps', 'horizontalpodautoscalers.autoscaling', 'cronjobs.batch', 'jobs.batch'],
]);

type Count = { readonly rule: UseRule; readonly what: string; readonly burst: Burst; readonly isOnce?: true };

const countsOf = ({ settings }: WatcherPorts, attempt: Attempt, isGranted: boolean): readonly Count[] => {
  const { deniedBurst, deleteBurst } = settings().policy.watch;
  const { allowed, done, dryRun, verb, group, resource, network } = attempt;
  if (!allowed) {
    const { count, resources: kinds, within } = deniedBurst;
    const burst = { count, kinds, within: within.total('milliseconds') };
    return [
      {
        rule: 'denied-burst',
        what: verb === 'list' && inAll.has(`${resource}.${group}`) ? 'all' : `${resource}.${group}`,
        burst,
      },
    ];
  }
  const { count, within } = deleteBurst;
  const isDeleted = done && !dryRun && verb.startsWith('delete');
  // Nobody says how many are in a collection; who was granted to delete one may.
  const enough = verb === 'deletecollection' && !isGranted ? 1 : count;
  const deletions = {
    rule: 'delete-burst',
    what: resource,
    burst: { count: enough, kinds: 1, within: within.total('milliseconds') },
  };
  return [
    ...(isDeleted ? [deletions as Count] : []),
    ...(network === undefined
      ? []
      : [{ rule: 'new-address', what: network, burst: { count: 2, kinds: 2, within: aMonth }, isOnce: true } as const]),
  ];
};

const look = async (
  { seen }: WatcherPorts,
  attempt: Attempt,
  grant: RequestId,
  { rule, what, burst, isOnce }: Count,
): Promise<Suspicion | undefined> => {
  // Of networks each is kept once, however often it is used.
  const one: Member = { id: isOnce ? '' : attempt.id, what, said: isOnce ? '' : sayAttempt(attempt) };
  const all = await seen.add({ grant, rule }, JSON.stringify(one), attempt.at, burst.within);
  const counted = all.flatMap(({ what: text, at }) => memberIn(text).map((found) => ({ ...found, at })));
  const run = burstIn(counted, burst);
  if (run === undefined) return undefined;
  const inRun = counted.filter(({ at }) => at >= (run[0]?.at ?? 0) && at <= (run.at(-1)?.at ?? 0));
  return { id: grant, rule, evidence: evidenceOf(rule, attempt, inRun) };
};

/** What somebody else has put there counts for nothing, and stops nobody from counting. */
const memberIn = (text: string): readonly Member[] => {
  try {
    const { success, data } = member.safeParse(JSON.parse(text));
    return success ? [data] : [];
  } catch {
    return [];
  }
};

const evidenceOf = (rule: UseRule, attempt: Attempt, counted: readonly (Member & { readonly at: number })[]) => {
  if (rule === 'new-address') {
    const [first] = counted.toSorted((one, other) => one.at - other.at);
    return [`at first from ${first?.what ?? 'another network'}`, sayAttempt(attempt)];
  }
  const ordered = counted.toSorted((one, other) => one.at - other.at).map(({ said }) => said);
  const room = mostEvidence.lines - 1;
  const left = ordered.length - room;
  return left > 0 ? [...ordered.slice(0, room), `and ${left} more`] : ordered;
};
