import type { RequestId } from '#domain/ids.ts';
import { requestsNamedIn } from '#domain/request/named.ts';
import { isOver, statuses } from '#domain/request/request.ts';
import type { AnchoredLogs } from './anchored-logs.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { hasPassed } from './has-passed.ts';
import { recordRemovals } from './record-removals.ts';
import type { Candidate, RemovalPorts, RemovalStore } from './removal-ports.ts';
import { type AlarmOnce, removeRecorded } from './remove-recorded.ts';
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
  const { clock, settings, removals, info } = ports;
  let begunAt: Temporal.Instant | undefined;
  const alarmOnce = createAlarmOnce(ports);

  return async () => {
    const { retention, auditChannel } = settings().policy;
    const now = await clock.now();
    if (retention === undefined || auditChannel === undefined || !hasPassed(now, begunAt, roundEvery)) return;
    begunAt = now;
    await anchored.readOn();
    const before = now.subtract({ hours: retention * 24 });
    const found = await candidates(removals, anchored, before);
    if (found.length === 0) return;
    const needed = await namedByLiving(ports);
    const free = found.filter(({ id }) => !needed.has(id));
    const removed = await removeRecorded(ports, free, { now, before }, alarmOnce);
    if (removed > 0) await removals.trimStream(before);
    const recorded = await recordRemovals({ ports, writer, anchored }, free, retention, now);
    if (removed + recorded > 0) info('Logs of finished requests are removed', { removed, recorded, retention });
  };
};

const createAlarmOnce = ({ alarm }: RemovalPorts): AlarmOnce => {
  const said = new Set<RequestId>();
  return (id) => {
    if (said.has(id)) return;
    said.add(id);
    alarm(
      'The log of a request is another than when its removal was recorded, and is kept; run "hallpass audit verify"',
      { request: id },
    );
  };
};

/** Of what is over and was submitted before that: what checkpoints know. What they do not know, they will. */
const candidates = async (
  removals: RemovalStore,
  anchored: AnchoredLogs,
  before: Temporal.Instant,
): Promise<readonly Candidate[]> => {
  const found: Candidate[] = [];
  for (const status of statuses.filter(isOver))
    for await (const id of pages((skip) => removals.submittedBefore(status, before, perPage, skip))) {
      const known = anchored.of(id);
      if (known !== undefined) found.push({ id, anchored: known });
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
