import { isIntoPod } from '#domain/watch/open-pods.ts';
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

/** A use by how much it matters that the log tells it. */
type Weight = 'look' | 'log' | 'stream' | 'write';

/**
 * Of all uses that a log tells, so many are kept for each of these; the rest is for whichever comes first. So nobody hides a shell
 * behind a hundred made-up names that were looked at, whichever verb their client opens it with, and no write behind shells.
 */
const kept: Readonly<Record<Weight, number>> = { look: 0, log: 10, stream: 20, write: 20 };
const forAll = mostObserved - Object.values(kept).reduce((sum, one) => sum + one, 0);

const weightOf = (one: Use): Weight => {
  if (isIntoPod(one)) return one.subresource === 'log' ? 'log' : 'stream';
  return isReading(one.verb) ? 'look' : 'write';
};

const counted = (uses: readonly Use[]): Record<Weight, number> => {
  const counts = { look: 0, log: 0, stream: 0, write: 0 };
  for (const one of uses) counts[weightOf(one)] += 1;
  return counts;
};

/** Whether a log may have had no room for some of what was done. */
export const isFull = (observed: readonly Use[]): boolean => {
  const counts = counted(observed);
  const weights = ['look', 'log', 'stream', 'write'] as const;
  const used = weights.reduce((sum, weight) => sum + Math.max(0, counts[weight] - kept[weight]), 0);
  return used >= forAll || observed.length >= mostObserved;
};

/** Whether something that was opened in a pod may be missing from a log. */
export const mayMissStreams = (observed: readonly Use[]): boolean => {
  const { log, stream } = counted(observed);
  return isFull(observed) && (log >= kept.log || stream >= kept.stream);
};

/** What is new among uses of a grant, as far as there is room for it in its log. */
export const newUses = ({ observed = [] }: Active | Revoked, uses: readonly Use[]): readonly Use[] => {
  const known = new Set(observed.map(keyOf));
  const all = [...observed];
  return uses.filter((one) => {
    const weight = weightOf(one);
    const isKeptFor = counted(all)[weight] < kept[weight] && all.length < mostObserved;
    if (known.has(keyOf(one)) || (isFull(all) && !isKeptFor)) return false;
    known.add(keyOf(one));
    all.push(one);
    return true;
  });
};

/** Remembers what was done with a grant; what is known already, or too much, is no event of its own. */
export const observedIn = <S extends Active | Revoked>(
  state: S,
  { uses }: Extract<RequestEvent, { type: 'observed' }>,
): S | undefined => {
  // Which of them the bot writes down is for the bot to say: it has said otherwise in older logs.
  const observed = [...(state.observed ?? []), ...uses];
  const isNew = new Set(observed.map(keyOf)).size === observed.length;
  return isNew && observed.length <= mostObserved ? { ...state, observed } : undefined;
};

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
