import type { RequestId } from '#domain/ids.ts';
import { requestsNamedIn } from '#domain/request/named.ts';
import { isOver, statuses } from '#domain/request/request.ts';
import { createAgreement } from './agreeing-clocks.ts';
import { type AnchoredLogs, isRecorded, type RecordedRemoval } from './anchored-logs.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { recordRemovals } from './record-removals.ts';
import type { Candidate, RemovalPorts, RemovalStore } from './removal-ports.ts';
import { type AlarmOnce, removeRecorded, takeBack } from './remove-recorded.ts';
import { find } from './request-log.ts';

const roundEvery = Temporal.Duration.from({ hours: 1 });
const perPage = 500;

/**
 * Removes the logs of requests that are over, once the policy's retention has passed: first a checkpoint records how each was,
 * and once that stands in the audit channel, in a later round, the log goes. What a crash leaves undone in between is done by
 * whichever bot comes next, for what is to be removed is read from the checkpoints.
 */
export const createRemoval = (
  ports: RemovalPorts,
  writer: CheckpointWriter,
  anchored: AnchoredLogs,
): (() => Promise<void>) => {
  const { clock, settings, removals, info, clocks, alarm } = ports;
  let begunAt: Temporal.Instant | undefined;
  const agree = createAgreement(clocks, alarm);
  const alarmOnce = createAlarmOnce(
    ports,
    'The log of a request is another than when its removal was recorded, and is kept; run "hallpass audit verify"',
  );
  const alarmOther = createAlarmOnce(
    ports,
    'The log of a request is another than a checkpoint says, and is kept; run "hallpass audit verify"',
  );
  // A clock that was set back must not keep it waiting.
  const isDue = (now: Temporal.Instant): boolean =>
    begunAt === undefined || Temporal.Duration.compare(now.since(begunAt).abs(), roundEvery) >= 0;

  return async () => {
    const { retention, auditChannel } = settings().policy;
    const now = await clock.now();
    if (auditChannel === undefined || !isDue(now)) return;
    begunAt = now;
    await anchored.readOn();
    if (retention === undefined && !anchored.hasRemovals()) return;
    const before = retention === undefined ? undefined : now.subtract({ hours: retention * 24 });
    const found = await candidates(removals, anchored, now, before);
    if (found.length === 0 || !(await agree(now))) return;
    await takeBack(ports, idsToStay(found, retention), now);
    if (retention === undefined || before === undefined) return;
    const needed = await namedByLiving(ports);
    const free = found.filter(({ id }) => !needed.has(id));
    const recordedBefore = free.filter(
      ({ anchored: { removal } }) => removal !== undefined && isToGo(removal, retention),
    );
    const removed = await removeRecorded({ ports, anchored, alarmOnce }, recordedBefore, now);
    if (removed > 0) await removals.trimStream(before);
    const recorded = await recordRemovals({ ports, writer, anchored, alarmOther }, free, retention, now);
    if (removed + recorded > 0) info('Logs of finished requests are removed', { removed, recorded, retention });
  };
};

/** What was recorded under a shorter retention than is in force by now is to stay. */
const isToGo = (removal: RecordedRemoval, retention: number | undefined): boolean =>
  retention !== undefined && removal.retention >= retention;

const idsToStay = (found: readonly Candidate[], retention: number | undefined): readonly RequestId[] =>
  found.flatMap(({ id, anchored }) => {
    const { removal } = anchored;
    return removal !== undefined && isRecorded(anchored) && !isToGo(removal, retention) ? [id] : [];
  });

const createAlarmOnce = ({ alarm }: RemovalPorts, message: string): AlarmOnce => {
  const said = new Set<RequestId>();
  return (id) => {
    if (said.has(id)) return;
    said.add(id);
    alarm(message, { request: id });
  };
};

/** Of what is over: what checkpoints have not had since a moment, and that of which they have a removal. What they do not know, they will. */
const candidates = async (
  removals: RemovalStore,
  anchored: AnchoredLogs,
  now: Temporal.Instant,
  before: Temporal.Instant | undefined,
): Promise<readonly Candidate[]> => {
  const found: Candidate[] = [];
  for (const status of statuses.filter(isOver))
    for await (const id of pages((skip) => removals.submittedBefore(status, now, perPage, skip))) {
      const known = anchored.of(id);
      if (known === undefined) continue;
      const isOld = before !== undefined && Temporal.Instant.compare(known.at, before) <= 0;
      if (isOld || known.removal !== undefined) found.push({ id, anchored: known });
    }
  return found;
};

async function* pages(read: (skip: number) => Promise<readonly RequestId[]>): AsyncGenerator<RequestId> {
  for (let skip = 0; ; skip += perPage) {
    const ids = await read(skip);
    yield* ids;
    if (ids.length < perPage) return;
  }
}

/** Whatever a request that is not over names: what it goes on from may be looked up again. */
const namedByLiving = async (ports: RemovalPorts): Promise<ReadonlySet<RequestId>> => {
  const named = new Set<RequestId>();
  for (const status of statuses.filter((one) => !isOver(one)))
    for await (const id of pages((skip) => ports.store.inStatus(status, perPage, skip))) {
      const found = await find(ports, id);
      if (found.type !== 'found') continue;
      for (const one of requestsNamedIn(found.chain.entries.map(({ event }) => event))) named.add(one);
    }
  return named;
};
