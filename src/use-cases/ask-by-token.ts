import { parseDuration } from '#domain/duration.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { parseStart } from '#domain/start.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import { admit } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { accountOf, nameOf, type Principal, sourceFor } from './principal.ts';
import { find } from './request-log.ts';
import { type Previewed, previewRequest, submitRequest } from './submit-request.ts';

/** What is asked over the API. `own`: for the pipeline or agent itself, which then is somebody in the cluster. */
export type TokenAsking = Pick<Asking, 'kind' | 'cluster' | 'namespace' | 'ask' | 'reason' | 'duration' | 'start'> & {
  readonly own: boolean;
  /** The same for each try of the same; of another one something else may be asked. */
  readonly key: string;
};

export type TokenRefusal =
  | SubmitRefusal
  /** Something else was asked with the same key. */
  | { readonly type: 'key-reused'; readonly id: RequestId };

/** `isNew` is false for a repetition, which files nothing. */
export type AskedByToken = { readonly chain: Chain; readonly isNew: boolean };

/** Files what a token's principal asks for, once for each key, or says why not. */
export const askByToken = async (
  ports: BotPorts,
  principal: Principal,
  asked: TokenAsking,
): Promise<Result<AskedByToken, TokenRefusal>> => {
  const asking = askingOf(ports, principal, asked);
  const repeated = async (id: RequestId): Promise<Result<AskedByToken, TokenRefusal>> => {
    // As whoever looks: a person who has left sees nothing of it any more.
    const admitted = principal.type === 'person' ? await admit(ports, principal.person) : ok(null);
    return admitted.ok ? filedBefore(ports, id, asking) : admitted;
  };
  const before = await ports.store.filedFor(asking.origin);
  if (before !== undefined) return repeated(before);
  const filed = await submitRequest(ports, asking);
  if (filed.ok) return ok({ chain: filed.value, isNew: true });
  // Another try of the same may have filed it meanwhile, and be all that is in the way of this one.
  const since = filed.error.type === 'filed-before' ? filed.error.id : await ports.store.filedFor(asking.origin);
  return since === undefined ? filed : repeated(since);
};

/** Says what would be filed, and files nothing. */
export const previewByToken = (
  ports: BotPorts,
  principal: Principal,
  asked: TokenAsking,
): Promise<Result<Previewed, SubmitRefusal>> => previewRequest(ports, askingOf(ports, principal, asked));

const askingOf = (ports: BotPorts, principal: Principal, { key, own, ...asked }: TokenAsking): Asking => {
  const account = accountOf(principal);
  return {
    ...asked,
    by: account,
    subject: account,
    source: sourceFor(principal),
    ...(principal.type === 'caller' ? { caller: callerIn(principal.caller, own) } : {}),
    // Of nobody else's key, and of no length but its own.
    origin: `api:${ports.trust.digest(canonical([nameOf(principal), key]))}`,
  };
};

const callerIn = (
  { name, isAgent }: Extract<Principal, { type: 'caller' }>['caller'],
  own: boolean,
): NonNullable<Asking['caller']> => ({
  name,
  ...(isAgent ? { agent: true } : {}),
  ...(own ? { own: true } : {}),
});

const filedBefore = async (
  ports: BotPorts,
  id: RequestId,
  asking: Asking,
): Promise<Result<AskedByToken, TokenRefusal>> => {
  const found = await find(ports, id);
  // Its log was removed since, or cannot be believed.
  if (found.type !== 'found') return err({ type: 'filed-before', id });
  const { chain } = found;
  const kind = ports.settings().kinds.find(({ name }) => name === asking.kind);
  // What is about the moment at which it is asked is the same when that is another.
  const { asked } = chain.request;
  const timeless = (ask: Json): Json => kind?.asOf?.(ask, asked.submittedAt) ?? ask;
  const same =
    (await isSameStart(ports, asked, asking)) &&
    isSame({ ...asked, ask: timeless(asked.ask as Json) as Asked['ask'] }, { ...asking, ask: timeless(asking.ask) });
  return same ? ok({ chain, isNew: false }) : err({ type: 'key-reused', id });
};

const isSame = (asked: Asked, asking: Asking): boolean =>
  asked.kind === asking.kind &&
  asked.cluster === asking.cluster &&
  asked.namespace === asking.namespace &&
  canonical(asked.ask as Json) === canonical(asking.ask) &&
  asked.reason === asking.reason.trim() &&
  (asked.caller?.own === true) === (asking.caller?.own === true) &&
  (asking.duration === undefined || secondsOf(asking.duration) === asked.seconds) &&
  (asking.start === undefined) === (asked.startsAt === undefined);

/** A time is typed by somebody's own clock. */
const isSameStart = async ({ directory }: BotPorts, asked: Asked, { by, start }: Asking): Promise<boolean> => {
  if (start === undefined || asked.startsAt === undefined) return true;
  const zone = (await directory.person(by))?.zone ?? 'UTC';
  const meant = parseStart(start, zone, asked.submittedAt);
  return meant.ok && Temporal.Instant.compare(meant.value, asked.startsAt) === 0;
};

/** Undefined for what is for good; another number than any for what is no duration. */
const secondsOf = (typed: string): number | undefined => {
  if (typed.trim() === 'good') return undefined;
  const read = parseDuration(typed);
  return read.ok ? read.value.total('seconds') : -1;
};
