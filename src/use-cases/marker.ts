import type { Manifest } from '#domain/plan.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { readStamp, stamped } from '#domain/request/stamp.ts';
import { applyWithin, lengthOf } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { markersBeside } from './home.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';

/** The times of a grant, fixed by its first attempt; `over` when they have passed before it could be confirmed. */
export type Claim = {
  readonly times: { readonly startedAt: Temporal.Instant; readonly expiresAt: Temporal.Instant };
  readonly over: boolean;
};

type Approved = Extract<State, { status: 'approved' }>;
/** Between two clocks that are kept; the API server's answers have whole seconds. */
export const tolerance = Temporal.Duration.from({ seconds: 30 });

type Ended = Extract<RequestEvent, { type: 'lapsed' | 'failed' }>;

const endedNote = 'hallpass.dev/ended-at';
/** The name of the marker of a request's revision. */
export const markerName = ({ id, revision }: Pick<Asked, 'id' | 'revision'>): string => `applied-${id}-r${revision}`;

const refOf = (home: string, asked: Asked) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: markersBeside(home),
  name: markerName(asked),
});

/**
 * Claims the one application of a request's revision by a marker in a namespace of Hallpass's own. The marker outlives the
 * log: a log that was cut or restored finds it and grants nothing again. A crashed attempt finds it too, and goes on
 * with the times that it fixed, never with the full duration again. `until` is the end of what goes on from another
 * grant; otherwise it lasts as long as was asked, from now.
 */
export const claim = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  state: Approved,
  until?: Temporal.Instant,
): Promise<Result<Claim, Ended>> => {
  const ref = refOf(ports.home, asked);
  const [serverTime, now] = [await cluster.time(), await ports.clock.now()];
  // Redis fixes the times of a grant: one whose clock was moved must not make it longer, or an old approval young.
  if (farApart(serverTime, now)) throw clocksDiffer(ports, cluster, serverTime, now);
  const late = Temporal.Instant.compare(serverTime, state.applyBy) > 0;
  const early = Temporal.Instant.compare(state.applyBy, serverTime.add(applyWithin(asked)).add(tolerance)) > 0;
  if (early) return err({ type: 'lapsed', why: 'Its approval claims to be good for longer than any is. Ask again.' });
  const earlier = late ? await cluster.get(ref) : undefined;
  if (late && earlier === undefined)
    return err({ type: 'lapsed', why: 'It was approved, but could not be applied in time. Ask again.' });
  if (earlier !== undefined) return resume(ports, cluster, asked, earlier.live);

  // What is for good is kept from being done twice for a day: far longer than an approval is good for.
  const seconds = lengthOf({ asked, state });
  const expiresAt = until ?? now.add(seconds === undefined ? { hours: 24 } : { seconds });
  const times = { startedAt: now, expiresAt };
  const { existed, live } = await cluster.create(markerOf(ports, cluster, asked, state.by, times));
  return existed ? resume(ports, cluster, asked, live) : ok({ times, over: false });
};

type Times = Claim['times'];

const markerOf = (
  { home, signer }: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  approvers: Approved['by'],
  times: Times,
): Manifest => {
  const { apiVersion, kind, ...metadata } = refOf(home, asked);
  const { id: request, revision, requester, seal } = asked;
  const stamp = { cluster: cluster.name, request, revision, requester, approvers, seal, ...times };
  return stamped({ apiVersion, kind, metadata }, stamp, signer);
};

const farApart = (one: Temporal.Instant, other: Temporal.Instant): boolean =>
  Math.abs(one.since(other).total('seconds')) > tolerance.total('seconds');

const clocksDiffer = (
  { alarm }: WorkerPorts,
  { name }: ClusterWriter,
  serverTime: Temporal.Instant,
  now: Temporal.Instant,
): Error => {
  const fields = { cluster: name, server: serverTime.toString(), redis: now.toString() };
  alarm(
    'The clocks of Redis and of an API server are more than 30 s apart; nothing is applied until they agree',
    fields,
  );
  return new Error(`The clocks of Redis and cluster "${name}" are more than 30 s apart`);
};

const resume = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  live: Manifest,
): Promise<Result<Claim, Ended>> => {
  const stamp = readStamp(cluster.name, live, ports.trust);
  const fields = { request: asked.id, marker: live.metadata.name };
  if (stamp === undefined || stamp.seal !== asked.seal) {
    ports.alarm('The marker of a request is not genuine; nothing was applied', fields);
    return err({
      type: 'failed',
      why: 'The cluster holds a marker under this id that is not this request’s. Ask again.',
    });
  }
  if (live.metadata.annotations?.[endedNote] !== undefined) {
    ports.alarm(
      'A request that was applied and ended before came up again; its log was cut or restored. Nothing was applied',
      fields,
    );
    return err({ type: 'lapsed', why: 'It was applied and ended once already. Ask again.' });
  }
  ports.alarm(
    'A request was taken up again after its marker was made. If no attempt was cut off just now, by a stop or by a fault, its log was cut or restored',
    fields,
  );
  const { startedAt, expiresAt } = stamp;
  return ok({
    times: { startedAt, expiresAt },
    over: Temporal.Instant.compare(await ports.clock.now(), expiresAt) >= 0,
  });
};

/**
 * Closes the marker, whether or not there is one yet: from here on no old log revives this revision. Done before a grant
 * is removed early, and before an approved request comes to nothing. `applyBy`: until then an approval in an old log would be
 * good, so that the marker is kept as long.
 */
export const closeMarker = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  approvers: Approved['by'],
  applyBy?: Temporal.Instant,
): Promise<void> => {
  const now = await ports.clock.now();
  const closed = { [endedNote]: now.toString() };
  const isLater = applyBy !== undefined && Temporal.Instant.compare(applyBy, now) > 0;
  const marker = markerOf(ports, cluster, asked, approvers, { startedAt: now, expiresAt: isLater ? applyBy : now });
  const { metadata } = marker;
  const annotations = { ...metadata.annotations, ...closed };
  const { ref, existed } = await cluster.create({ ...marker, metadata: { ...metadata, annotations } });
  if (!existed) return;
  try {
    await cluster.annotate(ref, closed);
  } catch (cause) {
    if (!isClusterRefusal(cause)) throw cause;
    // Something foreign stands under its name: nothing is ever applied past that either.
    ports.alarm('The marker of a request could not be closed', { request: asked.id, cause: cause.message });
  }
};
