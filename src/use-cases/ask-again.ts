import { formatDuration } from '#domain/duration.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { whyTripped } from '#domain/request/watched.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sourceOf } from '#domain/source.ts';
import type { ActRefusal } from './act-on-request.ts';
import type { SubmitRefusal } from './asking.ts';
import { heldIndexOf } from './held-index.ts';
import { admit } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';

export type AgainRefusal =
  | { readonly of: 'before'; readonly refusal: ActRefusal }
  | { readonly of: 'again'; readonly refusal: SubmitRefusal };

const before = (refusal: ActRefusal): Result<never, AgainRefusal> => err({ of: 'before', refusal });

/**
 * A denial of a held write stands for the same content, however often it is tried, until whoever answers for it asks anew and says
 * why. So does the end of a grant for what was tried under it. Both are requests of their own, decided on as any other.
 */
export const askAgain = async (
  ports: BotPorts,
  { by, id, reason }: { readonly by: PersonId; readonly id: RequestId; readonly reason: string },
): Promise<Result<Chain, AgainRefusal>> => {
  const admitted = await admit(ports, by);
  if (!admitted.ok) return before(admitted.error);
  const found = await find(ports, id);
  if (found.type === 'absent') return before({ type: 'no-such-request', id });
  if (found.type === 'broken') return before({ type: 'broken-log' });
  const { asked, state } = found.chain.request;
  if (by !== asked.requester) return before({ type: 'not-yours', may: 'requester', chain: found.chain });
  const { held } = asked;
  const follows = followsOf(state, held);
  if (follows === undefined) return before({ type: 'nothing-to-ask-again' });
  const filed = await submitRequest(ports, {
    by,
    subject: asked.subject,
    source: sourceOf(asked),
    kind: asked.kind,
    cluster: asked.cluster,
    namespace: asked.namespace,
    ask: asked.ask as Json,
    ...(asked.caller === undefined ? {} : { caller: asked.caller }),
    reason,
    duration: asked.seconds === undefined ? 'good' : formatDuration(Temporal.Duration.from({ seconds: asked.seconds })),
    ...(held === undefined ? {} : { held }),
    follows: { request: id, ...follows },
    origin: `again ${id}`,
  });
  const chain = filed.ok ? filed.value : await filedBefore(ports, id, filed.error);
  if (chain === undefined) return filed.ok ? filed : err({ of: 'again', refusal: filed.error });
  // From now on the same write is known as this request.
  if (held !== undefined) await ports.keepHeld(heldIndexOf(asked, held), chain.request.asked.id);
  return ok(chain);
};

/** A bot that crashed behind it has asked already. */
const filedBefore = async (ports: BotPorts, id: RequestId, refusal: SubmitRefusal): Promise<Chain | undefined> => {
  if (refusal.type !== 'filed-before') return undefined;
  const found = await find(ports, refusal.id);
  return found.type === 'found' && found.chain.request.asked.follows?.request === id ? found.chain : undefined;
};

/** What the new request says of the one before; undefined where nothing is to be asked anew. */
const followsOf = (
  state: State,
  held: HeldWrite | undefined,
): Omit<NonNullable<Asked['follows']>, 'request'> | undefined => {
  if (held !== undefined) return state.status === 'denied' ? { why: 'it was denied' } : undefined;
  if (state.status !== 'revoked') return undefined;
  if (state.cause === 'tripped') return { why: whyTripped(state) ?? 'it looked wrong', ended: true };
  if (state.cause !== 'misused') return undefined;
  const { tried } = state;
  const what = tried === undefined ? '' : ` (${tried.risk.toUpperCase()}, on ${sayTarget(tried.target)})`;
  return { why: `it was used for something worse than its card showed${what}`, ended: true };
};
