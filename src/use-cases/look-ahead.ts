import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Request } from '#domain/request/request.ts';
import { lengthOf, momentOf } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind } from '#kinds/kind.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';

type Time = { readonly from: Temporal.Instant; readonly until: Temporal.Instant };

/** So many of a person's requests, the latest first, are looked at. */
const most = 60;

/**
 * Refuses access that would begin while the same person has, or is to have, the same at that time: one after the other they
 * would last longer than a rule gives, and each would outlive that the other is revoked. What is there now and begins at
 * once the authorizer tells; this is about what begins later.
 */
export const lookAhead = async (
  ports: BotPorts,
  kind: Kind,
  asking: Asking,
  startsAt: Temporal.Instant | undefined,
  seconds: number | undefined,
): Promise<Result<null, SubmitRefusal>> => {
  // In an emergency nobody is kept waiting for what they have tonight.
  if (!kind.isForSomebody || seconds === undefined || asking.extends !== undefined || asking.breakGlass)
    return ok(null);
  const from = startsAt ?? (await ports.clock.now());
  const mine = { from, until: from.add({ seconds }) };
  const profiles = profilesOf(kind, asking.ask);
  for (const id of await candidates(ports, asking, startsAt)) {
    const found = await find(ports, id);
    if (found.type !== 'found') continue;
    const { request } = found.chain;
    const theirs = timeOf(request, startsAt === undefined);
    const { asked } = request;
    const isSame =
      asked.kind === kind.name &&
      asked.cluster === asking.cluster &&
      asked.namespace === asking.namespace &&
      asked.subject === asking.subject &&
      ownerIn(asked) === ownerIn(asking) &&
      profilesOf(kind, asked.ask as Json).some((one) => profiles.includes(one));
    if (!isSame || theirs === undefined || !overlap(mine, theirs)) continue;
    // Of somebody else's requests the asker is told no more than of their rights; a pipeline or agent is told of its own.
    const isTheirs = asking.caller === undefined || asking.caller.name === asked.caller?.name;
    return err(
      asking.subject === asking.by && isTheirs
        ? { type: 'has-it-then', request: id, until: theirs.until }
        : { type: 'already-have', who: 'they', allowedBy: '' },
    );
  }
  return ok(null);
};

/** The pipeline or agent that it is for itself; undefined where it is for a person. */
const ownerIn = ({ caller }: Pick<Asking, 'caller'>): string | undefined =>
  caller?.own === true ? caller.name : undefined;

/** What is approved and has not begun is all that may begin later; for what begins later itself, all of theirs. */
const candidates = async (
  { store }: BotPorts,
  { subject }: Asking,
  startsAt: Temporal.Instant | undefined,
): Promise<readonly RequestId[]> => {
  const approved = await store.inStatus('approved', 500);
  const own = startsAt === undefined ? [] : await store.ofPerson(subject, most);
  return [...new Set([...approved, ...own])];
};

const profilesOf = (kind: Kind, ask: Json): readonly string[] => {
  const description = kind.describe(ask);
  return description.ok ? description.value.profiles : [];
};

const timeOf = ({ asked, state }: Request, isForNow: boolean): Time | undefined => {
  // Of what is there, also since it was looked for among what is approved, the authorizer tells whoever asks for now.
  if (state.status === 'active') return isForNow ? undefined : { from: state.startedAt, until: state.expiresAt };
  const seconds = lengthOf({ asked, state });
  if (state.status !== 'approved' || state.ending !== undefined || seconds === undefined) return undefined;
  // What is being applied just now the authorizer tells of in a moment.
  if (asked.startsAt === undefined) return undefined;
  const from = momentOf(asked, state.at);
  return { from, until: from.add({ seconds }) };
};

const overlap = (one: Time, other: Time): boolean =>
  Temporal.Instant.compare(one.from, other.until) < 0 && Temporal.Instant.compare(other.from, one.until) < 0;
