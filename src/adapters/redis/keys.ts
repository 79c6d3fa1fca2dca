import { createHash } from 'node:crypto';
import type { Watched } from '#domain/guard/agreed.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Status } from '#domain/request/request.ts';

/** One hash tag for all keys, also BullMQ's: a script may touch any of them, on a cluster too. */
export const tag = '{hallpass}';

/** Every status, so that an index of one that is forgotten here does not compile. */
const everyStatus: Record<Status, true> = {
  pending: true,
  approved: true,
  active: true,
  completed: true,
  revoked: true,
  denied: true,
  withdrawn: true,
  'timed-out': true,
  lapsed: true,
  failed: true,
};
export const statuses: readonly string[] = Object.keys(everyStatus);

export const keys = {
  /** List: the lines of one request's log. */
  log: (id: RequestId) => `${tag}:log:${id}`,
  /** Sorted sets of ids by when they were submitted, in epoch milliseconds. */
  status: (status: string) => `${tag}:status:${status}`,
  person: (person: PersonId) => `${tag}:person:${person}`,
  pendingBy: (person: PersonId) => `${tag}:pending-by:${person}`,
  /** Of what nobody approved; a pipeline or agent has its own, and no person's id begins in lower case. */
  unaskedBy: (person: PersonId, caller?: string) =>
    `${tag}:unasked-by:${caller === undefined ? person : `caller:${caller}`}`,
  /** Sorted set of ids that wait to be reviewed, by when they were submitted, in epoch milliseconds. */
  toReview: `${tag}:to-review`,
  /** Sorted sets of ids by when something has to be done next, and by when people are to be told next, in epoch milliseconds. */
  due: `${tag}:due`,
  news: `${tag}:news`,
  /** Sorted set of ids by when the oldest event was filed that Slack has not shown, in epoch milliseconds. */
  unshown: `${tag}:unshown`,
  /** Sorted set of ids by when the oldest event was filed that no checkpoint has, in epoch milliseconds. */
  unanchored: `${tag}:unanchored`,
  /** Set: the ids of requests whose logs were removed, so that none is used a second time. */
  removed: `${tag}:removed`,
  /** List: the checkpoints, which say how far all logs had grown. */
  checkpoints: `${tag}:checkpoints`,
  /** Stream of all lines of all logs in the order of their commits, for followers; the logs are the record. */
  audit: `${tag}:audit`,
  /** List: what a process without Slack's token has to tell administrators. */
  alarms: `${tag}:alarms`,
  /** String: the id filed for an origin. Hashed, because an origin may be of any length. */
  origin: (origin: string) => `${tag}:origin:${createHash('sha256').update(origin).digest('hex')}`,
  /** Hash: version and value of what one projection keeps about a request, or of what it follows. */
  view: (projection: string, id: string) => `${tag}:view:${projection}:${id}`,
  /** String: what approvers were shown of a request, deflated, under its SHA-256. */
  content: (id: RequestId, digest: string) => `${tag}:content:${id}:${digest}`,
  /** Stream: what guards have left for the bot. */
  intake: `${tag}:intake`,
  /** Stream: what looks wrong with a grant; it waits behind nothing that is only held. */
  urgent: `${tag}:urgent`,
  /** Sorted set: what watchers have seen of a grant by one rule, by when it was done, in epoch milliseconds. */
  seen: (id: RequestId, rule: string) => `${tag}:seen:${id}:${rule}`,
  /** String: who a user of a cluster is, as a watcher has learned it. The name itself is kept nowhere. */
  user: (user: string) => `${tag}:user:${createHash('sha256').update(user).digest('hex')}`,
  /** String: when the last audit events came from a cluster, in epoch milliseconds. */
  watching: (cluster: string) => `${tag}:watching:${cluster}`,
  /** String: the request that a held write became last. */
  held: (fingerprint: string) => `${tag}:held:${fingerprint}`,
  /** String: what the bot tells people about a held write, as JSON. */
  said: (id: RequestId) => `${keys.saidOf}${id}`,
  /** What comes before the id. */
  saidOf: `${tag}:said:`,
  /** String: what the object of a held write was when it was let through first, as JSON. */
  admitted: (object: string) => `${tag}:admitted:${createHash('sha256').update(object).digest('hex')}`,
  /** Hash: how often a held write was tried, and by whom last. */
  tried: (fingerprint: string) => `${tag}:tried:${fingerprint}`,
  /** String: how many writes of one author were filed within a minute. */
  filedBy: (author: string) => `${tag}:filed-by:${createHash('sha256').update(author).digest('hex')}`,
  /** Hash: what workers know of protected objects of one sort in one namespace. */
  agreed: ({ cluster, namespace, profile }: Watched) => `${tag}:agreed:${cluster}/${namespace}/${profile}`,
  /** String: how the objects in a grant's scope stood when it began, closed. */
  scope: (id: RequestId) => `${tag}:scope:${id}`,
  lock: (projection: string, id: string) => `${tag}:lock:${projection}:${id}`,
};
