import { needsAddress } from '#domain/identities.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { KubernetesIdentity, Manifest, ObjectRef } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { ChangedRef, RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { rolls } from '#domain/request/rollout.ts';
import { readStamp, requestLabel, type Stamp, stamped } from '#domain/request/stamp.ts';
import { isConfirmed } from '#domain/request/terms.ts';
import { rightsOf } from '#domain/request/usage.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { identityMark } from '#domain/seal.ts';
import { applyEdits, madeAlready, sayDone } from './apply-edits.ts';
import { confirmAllowed } from './confirm.ts';
import { sealOfDraft } from './draft.ts';
import { draftOf, prepareRequest, sayOverlap, type Tried } from './draft-request.ts';
import { grantBefore } from './grant-before.ts';
import { byItsRule, ruledOtherwise } from './hold-against-policy.ts';
import { identifyFor, isNobodyNow } from './identify.ts';
import { findJournal, type Journal, journalsOf, overlapping, removeJournal, writeJournal } from './journal.ts';
import { type Claim, claim, closeMarker } from './marker.ts';
import { underOnePolicy } from './one-policy.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';
import type { Prepared } from './prepared.ts';
import { isProlonged, letLast, prolongedBy } from './prolong-change.ts';
import { commit, find } from './request-log.ts';
import { settleSeen } from './settle-held.ts';
import { keepStart } from './start-of-scope.ts';
import { takeBackEdits } from './take-back.ts';

type Approved = Extract<State, { status: 'approved' }>;
type Ended = Extract<RequestEvent, { type: 'lapsed' | 'failed' }>;
type Applied = Extract<RequestEvent, { type: 'activated' | 'completed' }>;

/**
 * Applies what was approved and nothing else: looked up anew, sealed anew, compared, claimed once by a marker in the
 * cluster, written down for the way back, made, confirmed by the cluster, and only then called active.
 */
export const applyApproved = async (worker: WorkerPorts, chain: Chain): Promise<void> => {
  const ports = underOnePolicy(worker);
  const { asked, state } = chain.request;
  if (state.status !== 'approved') return;
  const cluster = ports.clusters.get(asked.cluster);
  if (state.ending === undefined && (await isCut(ports, asked))) return;
  if (await waitsForConfirmation(cluster, asked, state)) return;
  // Before it is said that nothing came of it.
  if (await settleSeen(ports, chain)) return;
  const event =
    state.ending === undefined ? await outcome(ports, asked, state) : await takenBack(ports, cluster, asked);
  // No old log grants it, as long as the approval in it would be good for.
  if (isEnd(event) && cluster !== undefined) await closeMarker(ports, cluster, asked, state.by, state.applyBy);
  // What is done for good is done once: from here on no old log does it again.
  if (event.type === 'completed' && cluster !== undefined) await closeMarker(ports, cluster, asked, state.by);
  const result = await commit(ports, asked.id, chain, [event], await ports.clock.now());
  if (result.type !== 'committed') await undoUnlessApplied(ports, asked, event);
  else if (isEnd(event)) await takeBack(ports, asked);
  else if (event.type === 'completed' && cluster !== undefined) await tidy(ports, cluster, asked);
  // Nobody waits for it, whose access works by now.
  else if (event.type === 'activated' && event.rights !== undefined)
    ports.summing.later(`start ${asked.id}`, () => keepStart(ports, asked, event));
};

/** Whether what was decided after the approval was taken away, as far as checkpoints know of it; that is alarmed. */
const isCut = async ({ toldBefore, ...ports }: WorkerPorts, { id }: Asked): Promise<boolean> => {
  // Of most none speaks yet: they were filed since the latest.
  if (toldBefore === undefined || (await toldBefore(id)) === undefined) return false;
  return (await find({ ...ports, told: toldBefore }, id)).type !== 'found';
};

/**
 * What begins long after it was approved waits for the bot's word that its people still are who they were; past the time until
 * which it may be applied it waits no more, and lapses for that.
 */
const waitsForConfirmation = async (
  cluster: ClusterWriter | undefined,
  asked: Asked,
  state: Approved,
): Promise<boolean> => {
  if (cluster === undefined || state.ending !== undefined || isConfirmed(asked, state)) return false;
  return Temporal.Instant.compare(await cluster.time(), state.applyBy) <= 0;
};

/** Somebody did not want it any more. Where an attempt was under way, something of it was in force. */
const takenBack = async (ports: WorkerPorts, cluster: ClusterWriter | undefined, asked: Asked): Promise<Ended> => {
  const journal = cluster && (await findJournal(ports, cluster, asked));
  const isMade =
    cluster !== undefined && (journal !== undefined || (await madeFor(ports, cluster, asked.id)).length > 0);
  return isMade
    ? {
        type: 'lapsed',
        why: `${await sayDone(ports, cluster, journal)}It was taken back while it was being applied.`,
        made: true,
      }
    : { type: 'lapsed', why: 'It was taken back before it was applied.' };
};

const isEnd = (event: Ended | Applied): event is Ended => event.type === 'lapsed' || event.type === 'failed';

/** What is done for good leaves nothing behind but a closed marker. */
const tidy = async (ports: WorkerPorts, cluster: ClusterWriter, asked: Asked): Promise<void> => {
  const journal = await findJournal(ports, cluster, asked);
  if (journal !== undefined) await removeJournal(cluster, journal);
};

/** What an attempt that was cut off has made must not stay in force for a request that came to nothing after all. */
const takeBack = async (ports: WorkerPorts, asked: Asked): Promise<void> => {
  const cluster = ports.clusters.get(asked.cluster);
  if (cluster === undefined) return;
  for (const ref of (await madeFor(ports, cluster, asked.id)).toReversed()) await cluster.remove(ref);
  const journal = await findJournal(ports, cluster, asked);
  if (journal === undefined) return;
  if (await isUndone(ports, cluster, asked, journal)) await removeJournal(cluster, journal);
};

/** Takes back what was changed for something that came to nothing; where somebody else was there meanwhile, they are told. */
const isUndone = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  { id }: Asked,
  journal: Journal,
): Promise<boolean> => {
  const { conflicts } = await takeBackEdits(ports, cluster, id, journal, { isUndo: true });
  for (const { target, path, by } of conflicts)
    ports.alarm('A change that came to nothing could not be taken back in one place: somebody else changed it too', {
      request: id,
      kind: target.kind,
      name: target.name,
      path,
      by: by.join(', '),
    });
  return conflicts.length === 0;
};

const outcome = async (ports: WorkerPorts, asked: Asked, state: Approved): Promise<Ended | Applied> => {
  const cluster = ports.clusters.get(asked.cluster);
  if (cluster === undefined) return { type: 'failed', why: `The worker knows no cluster "${asked.cluster}".` };
  const identity = await identityFor(ports, asked);
  if (!identity.ok) return identity.error;
  if (!isConfirmed(asked, state)) return { type: 'lapsed', why: unconfirmed(asked) };
  const unruly = byItsRule(ports, asked, state, await ports.clock.now());
  if (unruly !== undefined) return { type: 'lapsed', why: unruly };
  const isLonger = prolongedBy(ports.settings(), asked) !== undefined;
  // An attempt was cut off before the log could say what it has done.
  if (isLonger && (await isProlonged(ports, asked))) return { type: 'completed', changed: [] };
  const before = await grantBefore(ports, { asked, state });
  if (!before.ok) return { type: 'lapsed', why: before.error };
  const claiming = (): ReturnType<typeof claim> => claim(ports, cluster, asked, state, before.value?.until);
  const preparing = prepareAsApproved(ports, cluster, asked, identity.value);
  // Where nothing is made but what is Hallpass's own it is claimed while all else is looked at, for somebody waits; a marker
  // that was made in vain is closed with whatever else comes to nothing.
  const early = asked.content === undefined ? claiming() : undefined;
  for (const one of [preparing, early]) one?.catch(() => undefined);
  // There is a journal only after everything was found as approved: an attempt was cut off, and its own changes would
  // look like somebody else's. Mostly there is none, so nothing waits for the answer.
  let journal = await journalOf(ports, cluster, asked);
  // All of it was made for good, and the marker closed, before an attempt was cut off: only the log has to say so.
  if (journal !== undefined && asked.seconds === undefined) {
    const changed = await madeAlready(ports, cluster, journal);
    if (changed !== undefined) return { type: 'completed', changed: [...changed], ...rolls(changed) };
  }
  let prepared = journal === undefined ? await preparing : ok(resumed);
  if (!prepared.ok && journal === undefined) {
    // Another worker may have begun meanwhile: then what moved is what it has done.
    journal = await journalOf(ports, cluster, asked);
    if (journal !== undefined) prepared = ok(resumed);
  }
  const instead = async (event: Ended): Promise<Ended> => {
    await early?.catch(() => undefined);
    return event;
  };
  if (!prepared.ok) return instead(prepared.error);
  const beside = before.value?.objects ?? [];
  const ruled =
    journal === undefined
      ? await ruledOtherwise(ports, cluster, asked, prepared.value, identity.value, beside)
      : undefined;
  if (ruled !== undefined) return instead({ type: 'lapsed', why: ruled });
  const claimed = await (early ?? claiming());
  if (!claimed.ok) return claimed.error;
  if (isLonger)
    return claimed.value.over
      ? { type: 'lapsed', why: 'It was approved, but an attempt to apply it was cut off. Ask again.' }
      : letLast(ports, cluster, asked, claimed.value.times.expiresAt);
  const granting = { identity: identity.value, claim: claimed.value, approvers: state.by, prepared: prepared.value };
  return grant(ports, cluster, asked, { ...granting, beside, ...(journal === undefined ? {} : { journal }) });
};

const unconfirmed = ({ held }: Asked): string =>
  held === undefined
    ? 'Nobody looked up in time whether its people still are who they were. Ask again.'
    : 'It was not written again in time. Whoever needs it writes it again, and it is asked for anew.';

const journalOf = async (ports: WorkerPorts, cluster: ClusterWriter, asked: Asked): Promise<Journal | undefined> =>
  asked.content === undefined ? undefined : findJournal(ports, cluster, asked);

const identityFor = async (ports: WorkerPorts, asked: Asked): Promise<Result<KubernetesIdentity, Ended>> => {
  const settings = ports.settings();
  const kind = settings.kinds.find(({ name }) => name === asked.kind);
  if (kind === undefined) return lapse('The kind of request is no longer configured.');
  if (isNobodyNow(settings, asked)) return lapse('The pipeline or agent that asked is not in the policy any more.');
  if (!kind.isForSomebody) return ok({ user: '', groups: [] });
  if (asked.caller?.own !== true && ports.addressOf === undefined && needsAddress(settings, asked.subject)) {
    ports.alarm('The worker cannot ask Slack for addresses, by which identities.yaml says who people are', {
      remedy: 'Set SLACK_LOOKUP_TOKEN',
    });
    return lapse('The worker cannot find out who this is in the cluster. The administrators have been told.');
  }
  const identity = await identifyFor(ports, asked);
  return identity.ok ? identity : lapse('The person is no longer configured.');
};

/** What is left to do stands in the journal: a kind that changes objects of others makes none of its own beside them. */
const resumed: Tried = {
  namespaceUid: '',
  namespaceLabels: {},
  plan: { create: [], edits: [], notes: [], cautions: [], probes: [], proofs: [] },
  edits: [],
};

/** Builds what would be done from what is true now, and holds it against the seal that was approved. */
const prepareAsApproved = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  identity: KubernetesIdentity,
): Promise<Result<Tried, Ended>> => {
  const { id: request, kind, namespace, seconds } = asked;
  const prolongs = prolongedBy(ports.settings(), asked);
  const place = { request, kind, cluster: cluster.name, namespace, identity, temporary: seconds !== undefined };
  const input = { ...place, ...(prolongs && { prolongs }) };
  const prepared = await prepareRequest(ports, cluster, { ...input, ask: asked.ask as Json });
  // Where other objects have the place of those that were meant, nobody is asked about these in their stead.
  const found = ports.settings().kinds.find(({ name }) => name === kind);
  const isOver = found?.byUid === true;
  if (!prepared.ok) return asked.content === undefined || isOver ? lapse(prepared.error) : moved(prepared.error);
  if (sealOfDraft(asked, identity, draftOf(prepared.value), ports.trust.digest) === asked.seal) return prepared;
  if (isOver)
    return lapse(
      'What it would delete is no longer what was approved: some of it is gone, or was made anew. Ask again for what is left.',
    );
  if (asked.content === undefined)
    return lapse(
      'What would be granted is no longer what was approved: the profile, the person’s Kubernetes user or the namespace changed.',
    );
  return found?.isForSomebody === true
    ? moved(
        'What would be granted is no longer what was approved: what it is about was made anew, or who it is for changed.',
      )
    : moved('What it would change is no longer what was approved: somebody changed it meanwhile.');
};

const lapse = (why: string): Result<never, Ended> => err({ type: 'lapsed', why });
/** It can be asked for anew, from how things are now. */
const moved = (why: string): Result<never, Ended> => err({ type: 'lapsed', why, moved: true });

type Granting = {
  readonly identity: KubernetesIdentity;
  readonly claim: Claim;
  readonly approvers: Stamp['approvers'];
  readonly prepared: Prepared;
  /** Names of what was made for the grant that it goes on from. */
  readonly beside: readonly string[];
  readonly journal?: Journal;
};

const grant = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  granting: Granting,
): Promise<Ended | Applied> => {
  const { identity, claim: claimed, approvers, prepared } = granting;
  const { id, revision, requester, seal } = asked;
  const stamp = { cluster: cluster.name, request: id, revision, requester, approvers, seal, ...claimed.times };
  const rights = prepared.plan.proofs.length === 0 ? undefined : rightsOf(prepared.plan.probes);
  const applied = (refs: readonly ObjectRef[], changed: readonly ChangedRef[]): Applied =>
    asked.seconds === undefined
      ? { type: 'completed', changed: [...changed], ...rolls(changed) }
      : {
          type: 'activated',
          ...claimed.times,
          objects: [...refs],
          identity: identityMark(id, identity, ports.trust.digest),
          proofs: [...prepared.plan.proofs],
          ...(changed.length === 0 ? {} : { changed: [...changed] }),
          ...rolls(changed),
          ...(rights === undefined ? {} : { rights }),
        };
  // An attempt was cut off and its time is over: nothing more is made, what there is will be ended as any grant is.
  if (claimed.over && asked.seconds !== undefined)
    return applied(await madeFor(ports, cluster, id), changedBy(granting.journal));
  if (claimed.over)
    return { type: 'lapsed', why: 'It was approved, but an attempt to apply it was cut off. Ask again.' };
  const objects: ObjectRef[] = [];
  let journal = granting.journal;
  try {
    if (journal === undefined && prepared.edits.length > 0)
      journal = await writeJournal(ports, cluster, asked, stamp, prepared.edits);
    const other = await overtakenBy(ports, cluster, asked, claimed, prepared);
    if (other !== undefined) return { type: 'lapsed', why: sayOverlap(other), moved: true };
    const edited = journal === undefined ? ok([]) : await applyEdits(ports, cluster, asked, journal, prepared.edits);
    if (!edited.ok)
      return { type: 'lapsed', why: `${await sayDone(ports, cluster, journal)}${edited.error.why}`, moved: true };
    for (const manifest of prepared.plan.create)
      objects.push(await createOwn(ports, cluster, stamped(manifest, stamp, ports.signer)));
    await confirmAllowed({ cluster, who: identity, pause: ports.pause }, prepared.plan.proofs, granting.beside);
    return applied(objects, edited.value);
  } catch (cause) {
    if (!isClusterRefusal(cause)) throw cause;
    for (const ref of objects.toReversed()) await cluster.remove(ref);
    return { type: 'failed', why: `${await sayDone(ports, cluster, journal)}${cause.message}` };
  }
};

/** Two that overlap and were drafted at once both find the other's journal: the later one gives way. */
const overtakenBy = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  { id, seconds }: Asked,
  { times }: Claim,
  { edits }: Prepared,
): ReturnType<typeof overlapping> => {
  if (seconds === undefined || edits.length === 0) return undefined;
  const targets = edits.map(({ target }) => target);
  const other = await overlapping(ports, cluster, id, edits, await journalsOf(ports, cluster, targets));
  if (other === undefined) return undefined;
  const order = Temporal.Instant.compare(other.startedAt, times.startedAt);
  return order < 0 || (order === 0 && other.request < id) ? other : undefined;
};

/** What an attempt may have changed, for the end to look at. */
const changedBy = (journal: Journal | undefined): readonly ChangedRef[] =>
  (journal?.entries ?? []).map(({ op, target, uid = '' }) => ({ op, ...target, uid }));

/** What the cluster holds of a request, by genuine stamps. */
const madeFor = async (
  { trust }: WorkerPorts,
  cluster: ClusterWriter,
  id: RequestId,
): Promise<readonly ObjectRef[]> => {
  const found = await cluster.managed(`${requestLabel}=${id}`);
  return found.filter(({ live }) => readStamp(cluster.name, live, trust)?.request === id).map(({ ref }) => ref);
};

/** Creates an object, or finds the very same one from an attempt that was cut off; anything else there is not ours. */
const createOwn = async (
  { trust, alarm }: WorkerPorts,
  cluster: ClusterWriter,
  manifest: Manifest,
): Promise<ObjectRef> => {
  const { ref, existed, live } = await cluster.create(manifest);
  if (!existed) return ref;
  const stamp = readStamp(cluster.name, live, trust);
  const same =
    stamp?.seal === manifest.metadata.annotations?.['hallpass.dev/seal'] &&
    canonical(bare(live)) === canonical(bare(manifest));
  if (same) return ref;
  alarm('An object under one of our names is not ours', { cluster: cluster.name, kind: ref.kind, name: ref.name });
  throw Object.assign(new Error(`${ref.kind} "${ref.name}" is there already and was not made by Hallpass.`), {
    refused: { status: 409, call: `create ${ref.kind}` },
  });
};

const bare = ({ apiVersion, kind, metadata: _, ...rest }: Manifest) => ({ apiVersion, kind, ...rest });

/** Somebody else settled the request meanwhile. If it is not in force after all, what we made goes again. */
const undoUnlessApplied = async (ports: WorkerPorts, asked: Asked, event: Ended | Applied): Promise<void> => {
  if (isEnd(event)) return;
  const found = await find(ports, asked.id);
  const status = found.type === 'found' ? found.chain.request.state.status : found.type;
  if (status === 'active' || status === 'completed') return;
  // Taken back while it was being applied: the next step ends it by what the journal and the stamps say.
  if (status === 'approved') return;
  ports.alarm('A grant was made for a request that is no longer approved; it is taken back', {
    request: asked.id,
    status,
  });
  await takeBack(ports, asked);
};
