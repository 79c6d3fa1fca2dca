import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { mostSummed, type SummedUp } from '#domain/request/summary.ts';
import { type Admitted, type Usage, usageOf } from '#domain/request/usage.ts';
import { isFull, owesSummary } from '#domain/request/watched.ts';
import { cut } from '#domain/text.ts';
import { comparedSorts } from '#kinds/compared-sorts.ts';
import { apiVersionOf, heldSorts, type Kind } from '#kinds/kind.ts';
import { compareScope, withinEntry } from './compare-scope.ts';
import { narrowerFor } from './narrower.ts';
import type { Settings, WorkerPorts } from './ports.ts';
import { commit } from './request-log.ts';
import { readStart } from './start-of-scope.ts';

type Revoked = Extract<State, { status: 'revoked' }>;

/** A cluster that does not answer is asked again for so long; then it is said that nothing could be compared. */
const patience = Temporal.Duration.from({ minutes: 2 });
/** Audit events that came so shortly before the end tell of all of it. */
const quiet = Temporal.Duration.from({ minutes: 1 });

/**
 * Says in a grant's log, once, what was used of it, what was not, and what became of the objects in its scope. Idempotent;
 * throws while a cluster does not answer, for a while.
 */
export const sumUp = async (ports: WorkerPorts, chain: Chain): Promise<void> => {
  const { asked, state } = chain.request;
  if (state.status !== 'revoked' || !owesSummary(state)) return;
  const settings = readable(ports);
  const objects = await objectsOf(ports, asked, state);
  const admitted = admittedIn(settings?.kinds ?? [], chain);
  const seen = await seenOf(ports, chain, state, admitted);
  const usage = usageOf(state.rights ?? [], state.observed ?? [], admitted);
  const event: SummedUp = { type: 'summed-up', seen, ...usesOf(state, usage, seen), ...objects };
  const isWhole = settings !== undefined && seen.until === undefined;
  const narrower = isWhole ? narrowerFor(settings, chain.request, usage, seen.by) : undefined;
  const whole: RequestEvent = narrower === undefined ? event : { ...event, narrower: narrower as SummedUp['narrower'] };
  const result = await commit(ports, asked.id, chain, [whole], await ports.clock.now());
  if (result.type === 'committed') await ports.summing.forget(asked.id);
};

/** A mistake in the policy keeps nothing from being said that needs no policy. */
const readable = ({ settings }: WorkerPorts): Settings | undefined => {
  try {
    return settings();
  } catch {
    return undefined;
  }
};

const objectsOf = async (ports: WorkerPorts, asked: Asked, state: Revoked) => {
  const start = await readStart(ports, asked);
  const cluster = ports.clusters.get(asked.cluster);
  // What was looked at only after the end tells nothing.
  if (start === undefined || cluster === undefined || Temporal.Instant.compare(start.at, state.at) > 0)
    return { compared: 0, objects: [], notCompared: [nothingKept] };
  try {
    const compared = await compareScope(cluster, ports.examiner, start);
    return { from: start.at, compared: compared.compared, ...withinEntry(compared) };
  } catch (cause) {
    const now = await ports.clock.now();
    if (Temporal.Instant.compare(now, state.at.add(patience)) < 0) throw cause;
    return { compared: 0, objects: [], notCompared: [{ what: 'all objects', why: 'the cluster did not answer' }] };
  }
};

const nothingKept = { what: 'all objects', why: 'how they were at the start was not kept, or is lost' };

/** By what it is known what was done; for how long it was, where audit events stopped coming before the end. */
const seenOf = async (
  { summing }: WorkerPorts,
  { request: { asked }, entries }: Chain,
  { startedAt, at }: Revoked,
  admitted: readonly Admitted[],
): Promise<SummedUp['seen']> => {
  const told = entries.findLast(({ event }) => event.type === 'observed')?.at;
  const last = latest(await summing.lastAudit(asked.cluster), told);
  if (last === undefined || Temporal.Instant.compare(last, startedAt) < 0)
    return { by: admitted.length > 0 ? 'admission' : 'nothing' };
  return Temporal.Instant.compare(last.add(quiet), at) < 0 ? { by: 'audit', until: last } : { by: 'audit' };
};

const latest = (...moments: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined =>
  moments
    .filter((one) => one !== undefined)
    .sort(Temporal.Instant.compare)
    .at(-1);

/** Room for each of what was used and what was not. Characters. */
const room = 12_000;

const usesOf = ({ observed = [] }: Revoked, { used, unused, rights }: Usage, seen: SummedUp['seen']) => {
  const told = fitting(used);
  // Where nobody would have told, or not of all of it, nothing is known to be unused.
  const idle = fitting(seen.by === 'audit' && !isFull(observed) && seen.until === undefined ? unused : []);
  return {
    ...(isFull(observed) ? { full: true as const } : {}),
    used: told.kept,
    ...(told.left > 0 ? { moreUsed: told.left } : {}),
    unused: idle.kept,
    ...(idle.left > 0 ? { moreUnused: idle.left } : {}),
    rights,
  };
};

const fitting = <T>(lines: readonly T[]): { readonly kept: T[]; readonly left: number } => {
  const kept: T[] = [];
  let left = room;
  for (const one of lines.slice(0, mostSummed.lines)) {
    left -= JSON.stringify(one).length;
    if (left < 0) break;
    kept.push(one);
  }
  return { kept, left: lines.length - kept.length };
};

/** What admission let through under the grant, by the sort of each object where that is known. */
const admittedIn = (kinds: readonly Kind[], { entries }: Pick<Chain, 'entries'>): readonly Admitted[] => {
  const sorts = [...heldSorts(kinds), ...comparedSorts(kinds)];
  const uses = entries.flatMap(({ event }) => (event.type === 'used' ? [event] : []));
  const all = uses.map(({ operation, target: { apiVersion, kind, namespace, name } }): Admitted => {
    const of = sorts.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    return {
      operation,
      group: of?.group ?? cut(group, 100),
      resource: of?.resource ?? cut(kind, 100),
      ...(namespace === undefined ? {} : { namespace }),
      name,
    };
  });
  const seen = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...seen.values()];
};

/** What somebody has used of a grant by the log as it stands now; also what was reported after it was summed up. */
export const usageIn = (kinds: readonly Kind[], chain: Chain): Usage | undefined => {
  const { state } = chain.request;
  if (state.status !== 'revoked' || state.rights === undefined) return undefined;
  return usageOf(state.rights, state.observed ?? [], admittedIn(kinds, chain));
};
