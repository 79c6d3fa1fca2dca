import { z } from 'zod';
import { requestId } from '#domain/ids.ts';

/** `cluster`: steps, done by workers. `slack`: showing, done by bots. */
export type QueueName = 'cluster' | 'slack';

/** The hash tag of all keys: BullMQ's scripts and ours may run on one node of a cluster. */
export const prefix = '{hallpass}';

/** All that a job says. What is to be done is read from the log when it runs. */
export const payload = z.strictObject({
  id: requestId,
  version: z.int().min(1),
  do: z.enum(['time-out', 'escalate', 'remind', 'apply', 'take-over', 'warn', 'end', 'sum-up', 'look-after', 'show']),
});
export type Payload = z.infer<typeof payload>;

/** BullMQ drops a second job of an id that waits, is delayed or active; colons are refused in ids. */
export const jobIdOf = ({ id, version, do: what }: Payload): string => `${what}-${id}-v${version}`;
