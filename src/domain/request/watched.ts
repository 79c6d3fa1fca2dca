import { saySuspicion, type WatchRule } from '#domain/watch/suspicion.ts';
import { mostObserved, type RequestEvent, type Use } from './events.ts';
import { isInForce } from './extension.ts';
import type { Active, State, Tripped } from './request.ts';
import { isReading } from './rights.ts';

type Revoked = Extract<State, { status: 'revoked' }>;

/** Whether a grant is ended, or told of, for this once more: not while it is being ended, and each rule counts once. */
export const isNewTrip = (state: State, rule: WatchRule, does: 'revoke' | 'warn'): state is Active =>
  state.status === 'active' &&
  isInForce({ state }) &&
  !(state.tripped ?? []).some((one) => one.rule === rule && (one.does === 'revoke' || does === 'warn'));

/** Ends a grant for what looked wrong, or remembers that its people were told. */
export const trippedBy = (
  state: Active,
  { type: _, ...tripped }: Extract<RequestEvent, { type: 'tripped' }>,
  at: Temporal.Instant,
): Active | undefined => {
  if (!isNewTrip(state, tripped.rule, tripped.does)) return undefined;
  const told = { ...state, tripped: [...(state.tripped ?? []), tripped] };
  return tripped.does === 'revoke' ? { ...told, ending: { cause: 'tripped', at } } : told;
};

/** What ended a grant, or what was seen last where nothing did. */
export const tripOf = (state: State): Tripped | undefined => {
  if (state.status !== 'active' && state.status !== 'revoked') return undefined;
  const { tripped = [] } = state;
  return tripped.find(({ does }) => does === 'revoke') ?? tripped.at(-1);
};

/** Why it was ended, as a part of a sentence; undefined where no such thing is known. */
export const whyTripped = (state: State): string | undefined => {
  const found = tripOf(state);
  return found?.does === 'revoke' ? saySuspicion[found.rule] : undefined;
};

/** Of all uses that a log tells. */
const keptForWrites = 20;

/** What is new among uses of a grant, as far as there is room for it in its log. */
export const newUses = ({ observed = [] }: Active | Revoked, uses: readonly Use[]): readonly Use[] => {
  const known = new Set(observed.map(keyOf));
  const added = uses.filter((one) => {
    const isNew = !known.has(keyOf(one));
    known.add(keyOf(one));
    return isNew;
  });
  // Whoever looks at a hundred made-up things hides no write behind them.
  const isLook = ({ verb }: Use): boolean => isReading(verb);
  const looks = Math.max(0, mostObserved - keptForWrites - observed.filter(isLook).length);
  const allowed = new Set([...added.filter(isLook).slice(0, looks), ...added.filter((one) => !isLook(one))]);
  return added.filter((one) => allowed.has(one)).slice(0, Math.max(0, mostObserved - observed.length));
};

/** Remembers what was done with a grant; what is known already, or too much, is no event of its own. */
export const observedIn = <S extends Active | Revoked>(
  state: S,
  { uses }: Extract<RequestEvent, { type: 'observed' }>,
): S | undefined =>
  newUses(state, uses).length === uses.length
    ? { ...state, observed: [...(state.observed ?? []), ...uses] }
    : undefined;

/** Whether the end of a grant is still to be summed up. Logs from before that was done owe nothing. */
export const owesSummary = ({ rights, summary }: Revoked): boolean => rights !== undefined && summary === undefined;

/** Remembers what was made of a grant's end, once. */
export const summedUpBy = (
  state: Revoked,
  { type: _, ...summary }: Extract<RequestEvent, { type: 'summed-up' }>,
): Revoked | undefined => (owesSummary(state) ? { ...state, summary } : undefined);

const keyOf = ({
  verb,
  group,
  resource,
  subresource = '',
  namespace = '',
  name = '',
  allowedBy,
  stream,
}: Use): string =>
  JSON.stringify([verb, group, resource, subresource, namespace, name, allowedBy !== undefined, stream === true]);
