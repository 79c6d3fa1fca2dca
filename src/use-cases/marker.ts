import type { Manifest } from '#domain/plan.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { readStamp, stamped } from '#domain/request/stamp.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';

/** The times of a grant, fixed by its first attempt; `over` when they have passed before it could be confirmed. */
export type Claim = {
  readonly times: { readonly startedAt: Temporal.Instant; readonly expiresAt: Temporal.Instant };
  readonly over: boolean;
};

type Approved = Extract<State, { status: 'approved' }>;
type Ended = Extract<RequestEvent, { type: 'lapsed' | 'failed' }>;

const endedNote = 'hallpass.dev/ended-at';
const refOf = (home: string, { id, revision }: Asked) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: home,
  name: `applied-${id}-r${revision}`,
});

/**
 * Claims the one application of a request's revision by a marker in Hallpass's own namespace. The marker outlives the
 * log: a log that was cut or restored finds it and grants nothing again. A crashed attempt finds it too, and goes on
 * with the times that it fixed, never with the full duration again.
 */
export const claim = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  state: Approved,
): Promise<Result<Claim, Ended>> => {
  const ref = refOf(ports.home, asked);
  const late = Temporal.Instant.compare(await cluster.time(), state.applyBy) > 0;
  const earlier = late ? await cluster.get(ref) : undefined;
  if (late && earlier === undefined)
    return err({ type: 'lapsed', why: 'It was approved, but could not be applied in time. Ask again.' });
  if (earlier !== undefined) return resume(ports, cluster, asked, earlier.live);

  const startedAt = await ports.clock.now();
  const times = { startedAt, expiresAt: startedAt.add({ seconds: asked.seconds }) };
  const { apiVersion, kind, ...metadata } = ref;
  const stamp = {
    cluster: cluster.name,
    request: asked.id,
    revision: asked.revision,
    requester: asked.requester,
    approvers: state.by,
    seal: asked.seal,
    ...times,
  };
  const { existed, live } = await cluster.create(stamped({ apiVersion, kind, metadata }, stamp, ports.signer));
  return existed ? resume(ports, cluster, asked, live) : ok({ times, over: false });
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
    'A request was taken up again after its marker was made. If no worker was stopped just now, its log was cut or restored',
    fields,
  );
  const { startedAt, expiresAt } = stamp;
  return ok({
    times: { startedAt, expiresAt },
    over: Temporal.Instant.compare(await ports.clock.now(), expiresAt) >= 0,
  });
};

/** Says on the marker that the grant has ended early, before anything is removed: from here on no old log revives it. */
export const markEnded = async (
  { home, clock, alarm }: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
): Promise<void> => {
  try {
    await cluster.annotate(refOf(home, asked), { [endedNote]: (await clock.now()).toString() });
  } catch (cause) {
    if (!isClusterRefusal(cause)) throw cause;
    // The end does not wait for it: without a marker an old log is held back by its apply-by alone.
    alarm('The marker of a grant could not be marked as ended', { request: asked.id, cause: cause.message });
  }
};
