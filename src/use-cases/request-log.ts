import { isHead } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Chain, extend, readChain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { nextAct, nextNews, nextStep } from '#domain/request/next-step.ts';
import { isOver, type Request } from '#domain/request/request.ts';
import { needsNobody, needsReview } from '#domain/request/terms.ts';
import type { AppendResult, Core, Heads, RequestIndex, Told } from './ports.ts';

/** What is found under an id. A broken log is reported and never acted on. */
export type Found =
  | { readonly type: 'found'; readonly chain: Chain }
  | { readonly type: 'absent' }
  | { readonly type: 'broken'; readonly why: string };

type LogPorts = Pick<Core, 'store' | 'trust' | 'alarm' | 'heads' | 'told' | 'readLog'>;

/** Reads and verifies a request's log: by itself, against what this process has seen of it before, and against what checkpoints say. */
export const find = async (
  { store, trust, alarm, heads, told: toldOf, readLog = readChain }: LogPorts,
  id: RequestId,
): Promise<Found> => {
  // Looked up before the log is read: what was seen then must be in it.
  const before = heads.seen(id);
  const told = await toldOf?.(id);
  const read = readLog(id, await store.read(id), trust);
  const why = read.ok
    ? (lost(read.value, before) ?? cut(read.value, told))
    : `entry ${read.error.version}: ${read.error.why}`;
  if (!read.ok || why !== undefined) {
    alarm('The log of a request cannot be believed; nothing is done for it', { request: id, why: why ?? '' });
    return { type: 'broken', why: why ?? '' };
  }
  if (read.value === undefined) return { type: 'absent' };
  heads.see(id, read.value.entries.length, read.value.head);
  return { type: 'found', chain: read.value };
};

/** What is missing of a log that was seen before. One that is gone altogether is known by its absence already. */
const lost = (chain: Chain | undefined, before: ReturnType<Heads['seen']>): string | undefined => {
  if (chain === undefined || before === undefined) return undefined;
  const { version, hash } = before;
  const there = chain.entries[version - 1]?.hash;
  if (there === undefined) return `it ended with entry ${version} before, and is shorter now: it was cut or restored`;
  return there === hash ? undefined : `entry ${version} is another than before`;
};

/** What is missing of a log that a checkpoint speaks of. */
const cut = (chain: Chain | undefined, told: Told | undefined): string | undefined => {
  if (chain === undefined || told === undefined) return undefined;
  const there = chain.entries[told.version - 1]?.hash;
  if (there === undefined)
    return `a checkpoint says that it had entry ${told.version}, and it is shorter now: it was cut or restored`;
  return isHead(there, told.hash) ? undefined : `entry ${told.version} is another than a checkpoint says`;
};

export type Committed = { readonly type: 'committed'; readonly chain: Chain };

/**
 * Commits events after a chain, and asks for what they make due. The commit is the decision; the jobs are only faster
 * than the sweep, so losing them loses nothing.
 */
export const commit = async (
  core: Core,
  id: RequestId,
  before: Chain | undefined,
  events: readonly RequestEvent[],
  at: Temporal.Instant,
  origin?: string,
): Promise<Committed | Exclude<AppendResult, { type: 'appended' }>> => {
  const { lines, chain } = extend(id, before, events, at, core.signer, core.trust);
  const result = await core.store.append(id, before?.entries.length ?? 0, lines, indexOf(chain.request), origin);
  if (result.type !== 'appended') return result;
  core.heads.see(id, chain.entries.length, chain.head);
  core.countCommitted?.(chain.request, events, at);
  void announce(core, id, chain, at);
  return { type: 'committed', chain };
};

const announce = async ({ jobs, alarm }: Core, id: RequestId, chain: Chain, now: Temporal.Instant): Promise<void> => {
  const step = nextStep(chain.request);
  const version = chain.entries.length;
  try {
    await Promise.all([step && jobs.schedule(id, version, step, now), jobs.show(id, version)]);
  } catch (cause) {
    alarm('A job could not be queued; the sweep will do its work', { request: id, cause: String(cause) });
  }
};

/** So many that nobody approved one person, or one pipeline or agent, has at a time: in force, or not reviewed yet. */
export const mostUnasked = 20;

const isUnasked = (request: Request): boolean =>
  needsNobody(request.asked.approval) && (!isOver(request.state.status) || needsReview(request));

export const indexOf = (request: Request): RequestIndex => {
  const { asked, state } = request;
  const [act, news] = [nextAct(request), nextNews(request)];
  return {
    status: state.status,
    ...(act === undefined ? {} : { dueAt: act.at }),
    ...(news === undefined ? {} : { newsAt: news.at }),
    toReview: needsReview(request),
    ...(isUnasked(request) ? { atMost: mostUnasked } : {}),
    ...(asked.caller === undefined ? {} : { caller: asked.caller.name }),
    people: [...new Set([asked.requester, asked.subject])],
    submittedAt: asked.submittedAt,
  };
};
