import type { MisusedEntry } from '#domain/guard/entry.ts';
import { targetKey } from '#domain/plan.ts';
import { type Risk, risks } from '#domain/policy/policy.ts';
import type { RequestEvent } from './events.ts';
import { isInForce } from './extension.ts';
import type { Active, Asked, Request, State, Tried } from './request.ts';

type Misused = Extract<RequestEvent, { type: 'misused' }>;

/** Whether something is more dangerous than what whoever agreed to a request was shown. */
export const isWorse = ({ content, around }: Pick<Asked, 'content' | 'around'>, risk: Risk): boolean =>
  risks.indexOf(risk) > risks.indexOf((content ?? around)?.risk ?? 'none');

/** Whether a grant stays in force whatever is tried under it: in an emergency nobody loses it for what the emergency wants. */
export const isKept = ({ approval }: Pick<Asked, 'approval'>): boolean => approval.breakGlass !== undefined;

/** So long whoever tries the same again reads that it was what ended their grant: the API server itself asks twice about one write. */
const remembered = Temporal.Duration.from({ seconds: 10 });

/** What a grant was ended for just now, or is being ended for, if it was this. */
export const endedFor = (
  state: State,
  { operation, target, fingerprint }: Pick<Tried, 'operation' | 'target' | 'fingerprint'>,
  now: Temporal.Instant,
): Tried | undefined => {
  const at = endedAt(state);
  if (at === undefined || Temporal.Instant.compare(now, at.add(remembered)) >= 0) return undefined;
  const tried = state.status === 'active' || state.status === 'revoked' ? state.tried : undefined;
  if (tried?.operation !== operation || targetKey(tried.target) !== targetKey(target)) return undefined;
  // Another write to the same object may be harmless.
  return tried.fingerprint === fingerprint ? tried : undefined;
};

const endedAt = (state: State): Temporal.Instant | undefined => {
  if (state.status === 'active') return state.ending?.cause === 'misused' ? state.ending.at : undefined;
  return state.status === 'revoked' && state.cause === 'misused' ? state.at : undefined;
};

/**
 * What a guard's entry comes to in the log of a grant. Undefined where it says nothing new: the grant is not in force in that
 * cluster, is being ended, had it before, or its card showed as much.
 */
export const misuseIn = (
  { asked, state }: Request,
  { type, id, cluster, ...tried }: MisusedEntry,
): Misused | undefined => {
  if (state.status !== 'active' || id !== asked.id || cluster !== asked.cluster) return undefined;
  return isNew(asked, state, tried.risk) ? { type, ...tried } : undefined;
};

/** Ends a grant for what was tried, once; what was taken by break-glass only remembers it. */
export const misusedBy = (
  asked: Asked,
  state: Active,
  { type: _, ...tried }: Misused,
  at: Temporal.Instant,
): Active | undefined => {
  if (!isNew(asked, state, tried.risk)) return undefined;
  return isKept(asked) ? { ...state, tried } : { ...state, tried, ending: { cause: 'misused', at } };
};

const isNew = (asked: Asked, state: Active, risk: Risk): boolean =>
  isInForce({ state }) && state.tried === undefined && isWorse(asked, risk);
