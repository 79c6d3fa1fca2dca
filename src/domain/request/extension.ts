import { formatDuration } from '#domain/duration.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Active, Asked, Request } from './request.ts';

/** What an extension says of the grant that it goes on from. */
export type Extended = NonNullable<Asked['extends']>;

/** Less than this is not worth anybody's approval. Seconds. */
export const leastRoom = 60;

/** All the time that the rule gives is used up, or as good as. */
export type AtMaximum = {
  readonly type: 'at-maximum';
  readonly longest: Temporal.Duration;
  readonly reachedAt: Temporal.Instant;
};

/** What a request that extends this grant has to say of it. */
export const extendedOf = (asked: Asked, { startedAt, expiresAt }: Active): Extended => ({
  request: asked.id,
  startedAt: asked.extends?.startedAt ?? startedAt,
  expiresAt,
});

/**
 * By how many seconds a grant is extended: as many as are wanted, cut to what is left of the longest time that the rule
 * gives. That is counted from the start of the first grant, however often it was extended since.
 */
export const extensionWithin = (
  { startedAt, expiresAt }: Extended,
  longest: Temporal.Duration,
  wanted: number,
): Result<number, AtMaximum> => {
  const reachedAt = startedAt.add({ seconds: longest.total('seconds') });
  const room = Math.floor(reachedAt.since(expiresAt).total('seconds'));
  return room < leastRoom ? err({ type: 'at-maximum', longest, reachedAt }) : ok(Math.min(wanted, room));
};

/** In force, and nobody is ending it or has to settle what became of it. */
export const isInForce = ({ state }: Pick<Request, 'state'>): boolean =>
  state.status === 'active' && state.ending === undefined && state.conflict === undefined;

/**
 * When an extension ends, by what the log of the grant before it says and not by what it says itself; or, for a person,
 * why it is not to be applied.
 */
export const extensionEnd = (
  extension: Asked,
  before: Request,
  longest: Temporal.Duration,
  now: Temporal.Instant,
): Result<Temporal.Instant, string> => {
  const { asked, state } = before;
  if (state.status !== 'active' || !isInForce(before) || Temporal.Instant.compare(now, state.expiresAt) >= 0)
    return err('The grant that it extends is not in force any more. Ask anew.');
  if (!isSame(extension, extendedOf(asked, state)) || !goesOnFrom(extension, asked))
    return err('It says something else of the grant that it extends than the log of that does. Ask anew.');
  const seconds = extensionWithin(extendedOf(asked, state), longest, extension.seconds ?? 0);
  return seconds.ok ? ok(state.expiresAt.add({ seconds: seconds.value })) : err(sayMaximum(seconds.error));
};

const isSame = ({ extends: said }: Asked, { request, startedAt, expiresAt }: Extended): boolean =>
  said !== undefined &&
  said.request === request &&
  said.startedAt.equals(startedAt) &&
  said.expiresAt.equals(expiresAt);

/** The same for the same person in the same place, asked for by one of its own people, and for a time. */
const goesOnFrom = (extension: Asked, before: Asked): boolean =>
  whatOf(extension) === whatOf(before) &&
  extension.seconds !== undefined &&
  (extension.requester === before.requester || extension.requester === before.subject);

const whatOf = ({ kind, cluster, namespace, subject, ask }: Asked): string =>
  canonical({ kind, cluster, namespace, subject, ask: ask as Json });

/** The maximum and when it is reached, in UTC. */
export const sayMaximum = ({ longest, reachedAt }: AtMaximum): string =>
  `It cannot last longer: the rule gives ${formatDuration(longest)} in all, counted from the start of the first grant, and that is reached at ${reachedAt.toString({ smallestUnit: 'second' })}.`;

/** What is to become of a grant once its extension is in force, or of the extension. */
export type Relief = 'end-it' | 'relieved' | { readonly unsafe: string };

/** Whoever ended the grant before it was extended has ended the extension as well. */
export const reliefOf = (before: Request, extension: RequestId): Relief => {
  const { state } = before;
  if (state.status === 'active') {
    if (isInForce(before)) return 'end-it';
    if (state.ending?.cause === 'extended' && state.extension === extension) return 'relieved';
  }
  if (state.status === 'revoked') {
    if (state.cause === 'expired' || (state.cause === 'extended' && state.extension === extension)) return 'relieved';
  }
  return { unsafe: 'The grant that it extends was ended, or extended by another one, at the same moment.' };
};
