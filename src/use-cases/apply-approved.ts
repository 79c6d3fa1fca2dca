import { identityOf } from '#domain/identities.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical } from '#domain/json.ts';
import type { KubernetesIdentity, Manifest, ObjectRef, Plan } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { readStamp, requestLabel, type Stamp, stamped } from '#domain/request/stamp.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { identityMark, sealOf } from '#domain/seal.ts';
import { confirmAllowed } from './confirm.ts';
import { isOurs } from './home.ts';
import { type Claim, claim, closeMarker } from './marker.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

type Approved = Extract<State, { status: 'approved' }>;
type Ended = Extract<RequestEvent, { type: 'lapsed' | 'failed' }>;
const takenBack: Ended = { type: 'lapsed', why: 'It was taken back before it was applied.' };

/**
 * Applies what was approved and nothing else: looked up anew, sealed anew, compared, claimed once by a marker in the
 * cluster, created, confirmed by the authorizer, and only then called active.
 */
export const applyApproved = async (ports: WorkerPorts, chain: Chain): Promise<void> => {
  const { asked, state } = chain.request;
  if (state.status !== 'approved') return;
  const event = state.ending === undefined ? await outcome(ports, asked, state) : takenBack;
  const cluster = ports.clusters.get(asked.cluster);
  if (event.type !== 'activated' && cluster !== undefined) await closeMarker(ports, cluster, asked, state.by);
  const result = await commit(ports, asked.id, chain, [event], await ports.clock.now());
  if (result.type !== 'committed') await undoUnlessActive(ports, asked, event);
  else if (event.type !== 'activated') await takeBack(ports, asked);
};

/** What an attempt that was cut off has made must not stay in force for a request that came to nothing after all. */
const takeBack = async (ports: WorkerPorts, { id, cluster: name }: Asked): Promise<void> => {
  const cluster = ports.clusters.get(name);
  if (cluster === undefined) return;
  for (const ref of (await madeFor(ports, cluster, id)).toReversed()) await cluster.remove(ref);
};

const outcome = async (ports: WorkerPorts, asked: Asked, state: Approved): Promise<RequestEvent> => {
  const cluster = ports.clusters.get(asked.cluster);
  if (cluster === undefined) return { type: 'failed', why: `The worker knows no cluster "${asked.cluster}".` };
  const resolved = await resolve(ports, cluster, asked);
  if (!resolved.ok) return resolved.error;
  const unruly = byItsRule(ports, asked, resolved.value.plan);
  if (unruly !== undefined) return { type: 'lapsed', why: unruly };
  const claimed = await claim(ports, cluster, asked, state);
  if (!claimed.ok) return claimed.error;
  return grant(ports, cluster, asked, { ...resolved.value, claim: claimed.value, approvers: state.by });
};

type Resolved = { readonly plan: Plan; readonly identity: KubernetesIdentity };

/** Builds the plan from what is true now, and holds it against the seal that was approved. */
const resolve = async (ports: WorkerPorts, cluster: ClusterWriter, asked: Asked): Promise<Result<Resolved, Ended>> => {
  const { kinds, identities } = ports.settings();
  const identity = identityOf(identities, asked.subject);
  const kind = kinds.find(({ name }) => name === asked.kind);
  if (!identity.ok || kind === undefined) return lapse('The person or the kind of request is no longer configured.');
  const plan = kind.plan(asked.ask, { request: asked.id, namespace: asked.namespace, identity: identity.value });
  if (!plan.ok) return lapse(plan.error);
  const namespace = await cluster.namespace(asked.namespace);
  if (namespace === undefined || namespace.terminating) return lapse(`Namespace "${asked.namespace}" is gone.`);
  const seal = sealOf(sealedNow(asked, namespace.uid, plan.value, identity.value), ports.trust.digest);
  if (seal !== asked.seal)
    return lapse(
      'What would be granted is no longer what was approved: the profile, the person’s Kubernetes user or the namespace changed.',
    );
  return ok({ plan: plan.value, identity: identity.value });
};

/**
 * Why the worker does not do what the bot says was approved: it holds the policy itself, so that a stolen key of the bot
 * approves nothing past it.
 */
const byItsRule = ({ settings, managed, home }: WorkerPorts, asked: Asked, plan: Plan): string | undefined => {
  const rule = settings().policy.rules.find(({ name }) => name === asked.approval.rule);
  const places = plan.create.flatMap(({ metadata }) => metadata.namespace ?? []);
  const outside = places.find((place) => isOurs(home, place) || !managed.includes(place));
  if (outside !== undefined) return `Hallpass is not set up to grant anything in namespace "${outside}".`;
  if (rule === undefined) return 'The rule that it was approved by is no longer in the policy. Ask again.';
  const same = canonical(rule.approve.map((one) => ({ ...one }))) === canonical(asked.approval.quorum);
  const within = asked.seconds <= rule.duration.longest.total('seconds');
  return same && within ? undefined : 'The rule that it was approved by has changed since. Ask again.';
};

const sealedNow = (asked: Asked, namespaceUid: string, plan: Plan, identity: KubernetesIdentity) => ({
  request: asked.id,
  kind: asked.kind,
  cluster: asked.cluster,
  namespace: asked.namespace,
  requester: asked.requester,
  subject: asked.subject,
  seconds: asked.seconds,
  revision: asked.revision,
  namespaceUid,
  identity,
  plan,
});

const lapse = (why: string): Result<never, Ended> => err({ type: 'lapsed', why });

type Granting = Resolved & { readonly claim: Claim; readonly approvers: Stamp['approvers'] };

const grant = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  granting: Granting,
): Promise<RequestEvent> => {
  const { plan, identity, claim: claimed, approvers } = granting;
  const { id, revision, requester, seal } = asked;
  const stamp = { cluster: cluster.name, request: id, revision, requester, approvers, seal, ...claimed.times };
  const active = (refs: readonly ObjectRef[]): RequestEvent => ({
    type: 'activated',
    ...claimed.times,
    objects: [...refs],
    identity: identityMark(id, identity, ports.trust.digest),
    proofs: [...plan.proofs],
  });
  // An attempt was cut off and its time is over: nothing more is made, what there is will be ended as any grant is.
  if (claimed.over) return active(await madeFor(ports, cluster, id));
  const objects: ObjectRef[] = [];
  try {
    for (const manifest of plan.create)
      objects.push(await createOwn(ports, cluster, stamped(manifest, stamp, ports.signer)));
    await confirmAllowed({ cluster, who: identity, pause: ports.pause }, plan.proofs);
  } catch (cause) {
    if (!isClusterRefusal(cause)) throw cause;
    for (const ref of objects.toReversed()) await cluster.remove(ref);
    return { type: 'failed', why: cause.message };
  }
  return active(objects);
};

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

/** Somebody else settled the request meanwhile. If it is not active after all, what we made goes again. */
const undoUnlessActive = async (ports: WorkerPorts, asked: Asked, event: RequestEvent): Promise<void> => {
  if (event.type !== 'activated') return;
  const found = await find(ports, asked.id);
  const status = found.type === 'found' ? found.chain.request.state.status : found.type;
  if (status === 'active') return;
  ports.alarm('A grant was made for a request that is no longer approved; it is taken back', {
    request: asked.id,
    status,
  });
  const cluster = ports.clusters.get(asked.cluster);
  for (const ref of event.objects.toReversed()) await cluster?.remove(ref);
};
