import { groupsOfAccount } from '#domain/callers.ts';
import { identityOf, type Unmapped } from '#domain/identities.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import { sayTarget, targetKey } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Conflict, Proof, RequestEvent, Reverted } from '#domain/request/events.ts';
import { endOf } from '#domain/request/next-step.ts';
import type { Active, Asked } from '#domain/request/request.ts';
import type { Result } from '#domain/result.ts';
import { identityMark } from '#domain/seal.ts';
import { confirmDenied } from './confirm.ts';
import { ownIdentity } from './identify.ts';
import { findJournal, type Journal, removeJournal } from './journal.ts';
import { closeMarker } from './marker.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';
import { commit } from './request-log.ts';
import { type TakenBack, takeBackEdits, wholeObject } from './take-back.ts';

/** After so long people are told that an end is late, once. */
const tolerance = Temporal.Duration.from({ seconds: 3 });

/**
 * Ends a grant: what was made is removed and what was changed is taken back, that is seen, the authorizer asked, and only
 * then it is called revoked. Where somebody else changed the same place, a person is asked. `unsafe` ends it before its
 * time. Throws when the cluster does not answer, having said once in the log that the end is late.
 */
export const endGrant = async (ports: WorkerPorts, chain: Chain, unsafe?: string): Promise<void> => {
  const { asked, state } = chain.request;
  if (state.status !== 'active') return;
  const cluster = ports.clusters.get(asked.cluster);
  const seen = await ports.clock.now();
  const due = unsafe === undefined ? endOf(state) : seen;
  try {
    if (cluster === undefined) throw new Error(`The worker knows no cluster "${asked.cluster}"`);
    // What cannot be marked does not keep the grant alive: only the last word waits, and at expiry nothing has to be marked.
    const unmarked = await marked(ports, cluster, asked, state, unsafe !== undefined);
    const proofs = await remove(ports, cluster, asked, state);
    const back = await takeBack(ports, cluster, asked, state);
    if (unmarked !== undefined) throw unmarked.cause;
    const now = await ports.clock.now();
    const lagMilliseconds = Math.max(0, Math.round(now.since(due).total('milliseconds')));
    const event = endEvent(state, unsafe, back, proofs, lagMilliseconds);
    const result = await commit(ports, asked.id, chain, [event], now);
    // The way back is not needed any more once the log says that it was gone.
    if (result.type !== 'committed') return;
    if (back.journal === 'lost')
      ports.alarm('The journal of a change is gone or not genuine; only a person can take the change back', {
        request: asked.id,
      });
    else if (event.type === 'ended' && back.journal !== undefined) await removeJournal(cluster, back.journal);
  } catch (cause) {
    await sayDelayed(ports, chain, state, due, cause);
    throw cause;
  }
};

const endEvent = (
  { ending, changed }: Active,
  unsafe: string | undefined,
  { conflicts, reverted }: Back,
  proofs: readonly Proof[],
  lagMilliseconds: number,
): Extract<RequestEvent, { type: 'conflicted' | 'ended' }> => {
  if (conflicts.length > 0)
    return { type: 'conflicted', conflicts: [...conflicts].slice(0, mostConflicts), reverted: [...reverted] };
  return {
    type: 'ended',
    cause: unsafe === undefined ? (ending?.cause ?? 'expired') : 'unsafe',
    ...(unsafe === undefined ? {} : { why: unsafe }),
    ...(changed.length === 0 ? {} : { reverted: [...reverted] }),
    proofs: [...proofs],
    lagMilliseconds,
  };
};

/** More places than a person can settle one by one are shown to nobody one by one. */
const mostConflicts = 50;

/** Lost: another worker has ended it and removed the journal, unless the log does not know of that. */
type Back = TakenBack & { readonly journal?: Journal | 'lost' };

/** Takes back what was changed in objects of others, as somebody has decided where that was needed. */
const takeBack = async (ports: WorkerPorts, cluster: ClusterWriter, asked: Asked, state: Active): Promise<Back> => {
  if (state.changed.length === 0) return { reverted: [], conflicts: [] };
  const journal = await findJournal(ports, cluster, asked);
  if (journal !== undefined) {
    const { decided, changed: made } = state;
    const back = await takeBackEdits(ports, cluster, asked.id, journal, { decided, made });
    return { ...back, journal };
  }
  const kept = new Set(state.decided.flatMap(({ target, choice }) => (choice === 'keep' ? [targetKey(target)] : [])));
  const lost = Map.groupBy(
    state.changed.map(({ uid: _, op: __, ...target }) => target),
    (target) => (kept.has(targetKey(target)) ? 'kept' : 'open'),
  );
  return {
    journal: 'lost',
    reverted: (lost.get('kept') ?? []).map((target): Reverted => ({ target, how: 'kept' })),
    conflicts: (lost.get('open') ?? []).map(
      (target): Conflict => ({
        target,
        path: wholeObject,
        before: 'not known any more: the journal in the cluster is gone',
        applied: `as approved for ${sayTarget(target)}`,
        now: '(not compared)',
        by: [],
      }),
    ),
  };
};

const marked = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  { ending, expiresAt, by }: Active,
  isEarly: boolean,
): Promise<{ readonly cause: unknown } | undefined> => {
  if ((ending === undefined && !isEarly) || Temporal.Instant.compare(await ports.clock.now(), expiresAt) >= 0)
    return undefined;
  try {
    return void (await closeMarker(ports, cluster, asked, by));
  } catch (cause) {
    return { cause };
  }
};

const remove = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  state: Active,
): Promise<readonly Proof[]> => {
  const who = state.toProve.length === 0 ? undefined : await subjectOf(ports, cluster, asked, state);
  const gone = await Promise.all(state.objects.map(async (ref) => ({ ref, how: await cluster.remove(ref) })));
  for (const { ref } of gone.filter(({ how }) => how === 'replaced')) {
    ports.alarm('Somebody made another object under the name of one of ours; it was left alone', {
      request: asked.id,
      kind: ref.kind,
      name: ref.name,
    });
  }
  if (who === undefined) return [];
  const names = state.objects.map(({ name }) => name);
  return confirmDenied({ cluster, who, pause: ports.pause }, state.toProve, names);
};

/**
 * Whom to ask the authorizer about: the person as they are mapped, if that is still who was given access; otherwise
 * whoever the binding itself names.
 */
const subjectOf = async (
  { settings, trust }: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  { objects, identity }: Active,
): Promise<KubernetesIdentity | undefined> => {
  const { id } = asked;
  const known = mapped(settings, asked);
  if (known?.ok && identityMark(id, known.value, trust.digest) === identity) return known.value;
  for (const ref of objects) {
    const found = await cluster.get(ref);
    const user = userIn(found?.live.subjects);
    if (user !== undefined) return asMade(settings, user, (who) => identityMark(id, who, trust.digest) === identity);
  }
  return undefined;
};

/** With the groups of the template, if it was by these that access was given; Slack is not asked for an end. */
const asMade = (
  settings: WorkerPorts['settings'],
  user: string,
  isThem: (who: KubernetesIdentity) => boolean,
): KubernetesIdentity => {
  const groups = orUndefined(() => settings().identityTemplate?.groups) ?? [];
  const who = { user, groups: [...groups] };
  // A pipeline's line may be gone by now; which groups it has is no matter of lines.
  return isThem(who) ? who : { user, groups: [...(groupsOfAccount(user) ?? [])] };
};

const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Undefined where the policy cannot be used: then the binding says whose it is. */
const mapped = (
  settings: WorkerPorts['settings'],
  asked: Pick<Asked, 'subject' | 'caller' | 'cluster'>,
): Result<KubernetesIdentity, Unmapped> | undefined =>
  orUndefined(() =>
    asked.caller?.own === true ? ownIdentity(settings(), asked) : identityOf(settings().identities, asked.subject),
  );

const userIn = (subjects: unknown): string | undefined => {
  const [first] = Array.isArray(subjects) ? (subjects as readonly unknown[]) : [];
  if (typeof first !== 'object' || first === null || !('name' in first)) return undefined;
  return typeof first.name === 'string' ? first.name : undefined;
};

const sayDelayed = async (
  ports: WorkerPorts,
  chain: Chain,
  state: Active,
  due: Temporal.Instant,
  cause: unknown,
): Promise<void> => {
  const now = await ports.clock.now();
  const late = Temporal.Instant.compare(now, due.add(tolerance)) > 0;
  if (!late || state.delayed !== undefined) return;
  const why = isClusterRefusal(cause) ? cause.message : 'The cluster does not answer.';
  ports.alarm('The end of a grant is late; it is tried again every second', {
    request: chain.request.asked.id,
    cause: String(cause),
  });
  await commit(ports, chain.request.asked.id, chain, [{ type: 'end-delayed', why }], now);
};
