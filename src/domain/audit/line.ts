import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Entry } from '#domain/request/chain.ts';
import { type RequestEvent, requestEvent } from '#domain/request/events.ts';
import { type Source, sourceOf } from '#domain/source.ts';
import { cut } from '#domain/text.ts';
import { riskOf } from './record.ts';

/** What every line says of its request, so that none has to be looked up. */
export type Setting = {
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly requester: PersonId;
  readonly subject: PersonId;
  readonly source: Source;
  /** As approvers were shown it last; null where it was not written down. */
  readonly risk: string | null;
  readonly rule: string;
  readonly policyHash: string;
};

/** The setting after an event; undefined before a request is filed. */
export const settingAfter = (before: Setting | undefined, event: RequestEvent): Setting | undefined => {
  if (event.type === 'revised') return before && { ...before, risk: riskOf(event) };
  if (event.type !== 'submitted') return before;
  const { kind, cluster, namespace, requester, subject, approval } = event;
  return {
    kind,
    cluster,
    namespace,
    requester,
    subject,
    source: sourceOf(event),
    risk: riskOf(event),
    rule: approval.rule,
    policyHash: approval.policyHash,
  };
};

const nothing: { readonly [key in keyof Setting]: null } = {
  kind: null,
  cluster: null,
  namespace: null,
  requester: null,
  subject: null,
  source: null,
  risk: null,
  rule: null,
  policyHash: null,
};

const heading = { type: 'hallpass.audit', schema: 1 } as const;

/** Who did it; nobody for what a process did by itself. */
const actorsOf = (event: RequestEvent): readonly PersonId[] => {
  if (event.type === 'submitted') return [event.requester];
  if (!('by' in event) || event.by === undefined) return [];
  return typeof event.by === 'string' ? [event.by] : event.by;
};

/** An entry as it goes out, schema 1. `id` is its hash: the same entry has the same one, however often it goes out. */
export const lineOf = (request: RequestId, entry: Entry, setting: Setting | undefined): Json => ({
  ...heading,
  id: entry.hash,
  time: entry.at.toString(),
  request,
  version: entry.version,
  hash: entry.hash,
  event: entry.event.type,
  author: entry.author,
  actors: actorsOf(entry.event),
  ...(setting ?? nothing),
  verified: true,
  details: requestEvent.encode(entry.event) as Json,
});

/** Characters of what is no entry, to be looked at. */
const most = 8_000;

/** What stands where an entry should, and cannot be believed: it goes out too, and says so. */
export const unreadableLine = (
  { request, version, text, at }: { request: string; version: number; text: string; at: Temporal.Instant },
  digest: string,
  why: string,
): Json => ({
  ...heading,
  id: digest,
  time: at.toString(),
  request,
  version,
  hash: digest,
  event: 'unreadable',
  author: null,
  actors: [],
  ...nothing,
  verified: false,
  details: { why, text: cut(text, most) },
});

/** A value whose texts are all as `scrub` leaves them, and whether that made a difference. Keys too: nothing is safe from people. */
export const scrubbed = (value: Json, scrub: (text: string) => string): Json => {
  if (typeof value === 'string') return scrub(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: Json) => scrubbed(one, scrub));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[scrub(key), scrubbed(one, scrub)]])),
  );
};
