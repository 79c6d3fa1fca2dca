import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { decide } from '#domain/request/decide.ts';
import { extendedOf, extensionWithin, isInForce } from '#domain/request/extension.ts';
import { type Active, type Asked, isOver, type Request } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Source, sourceOf } from '#domain/source.ts';
import type { ActRefusal } from './act-on-request.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import { admit } from './membership.ts';
import type { BotPorts, Core, Settings } from './ports.ts';
import { commit, find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';

/** How somebody wants a grant to go on. */
export type Extending = {
  readonly by: PersonId;
  readonly id: RequestId;
  /** By which way this came in, wherever the grant was asked for. */
  readonly source: Source;
  /** As typed; the rule's default when absent. */
  readonly duration?: string;
  /** That of the grant when absent. */
  readonly reason?: string;
};

/** The grant cannot be extended, or what it would go on as cannot be filed. */
export type ExtendRefusal =
  | { readonly of: 'grant'; readonly refusal: ActRefusal }
  | { readonly of: 'extension'; readonly refusal: SubmitRefusal };

/**
 * Asks for a grant to go on: a request of its own for the same, which needs approval again. Nothing becomes of the grant
 * before that is in force. One waits at a time, whoever asks how often; answered with the request that was filed.
 */
export const extendGrant = async (ports: BotPorts, extending: Extending): Promise<Result<Chain, ExtendRefusal>> => {
  const found = await extendableGrant(ports, extending);
  if (!found.ok) return err({ of: 'grant', refusal: found.error });
  const { chain, state } = found.value;
  const filed = await submitRequest(ports, askingFor(chain, state, extending));
  if (filed.ok) {
    await link(ports, chain, extending.by, filed.value.request.asked.id);
    return filed;
  }
  if (filed.error.type !== 'filed-before') return err({ of: 'extension', refusal: filed.error });
  // Somebody else was faster, or was cut off before the grant's own log could say so.
  const { id } = filed.error;
  const other = await find(ports, id);
  if (other.type === 'found') await link(ports, chain, other.chain.request.asked.requester, id);
  if (other.type === 'found' && isOver(other.chain.request.state.status)) return extendGrant(ports, extending);
  return err({ of: 'grant', refusal: { type: 'already-extended', request: id, waiting: true } });
};

type Extendable = { readonly chain: Chain; readonly state: Active };

/** The grant, if this person may ask now for it to go on; for how long is not looked at. */
export const extendableGrant = async (
  ports: BotPorts,
  { by, id }: Pick<Extending, 'by' | 'id'>,
): Promise<Result<Extendable, ActRefusal>> => {
  const admitted = await admit(ports, by);
  if (!admitted.ok) return admitted;
  const found = await find(ports, id);
  if (found.type === 'absent') return err({ type: 'no-such-request', id });
  if (found.type === 'broken') return err({ type: 'broken-log' });
  const { chain } = found;
  const { asked, state } = chain.request;
  const kindAllows = mayBeExtended(ports.settings(), asked);
  const decided = decide(chain.request, { type: 'extend', by, kindAllows }, await ports.clock.now());
  if (!decided.ok) return err({ ...decided.error, chain });
  if (state.status !== 'active') return err({ type: 'not-active', status: state.status, chain });
  const waiting = await waitingExtension(ports, state);
  return waiting === undefined
    ? ok({ chain, state })
    : err({ type: 'already-extended', request: waiting, waiting: true, chain });
};

/** The request that shall go on from a grant, unless nothing comes of it any more. One that cannot be read may. */
export const waitingExtension = async (
  ports: Core,
  { extension }: Pick<Active, 'extension'>,
): Promise<RequestId | undefined> => {
  if (extension === undefined) return undefined;
  const found = await find(ports, extension);
  return found.type === 'found' && isOver(found.chain.request.state.status) ? undefined : extension;
};

const mayBeExtended = ({ kinds }: Settings, { kind }: Asked): boolean =>
  (kinds.find(({ name }) => name === kind)?.mayBeExtended ?? 'no') !== 'no';

/**
 * Whether it makes sense to offer that a grant goes on: its kind can, it is in force and nobody is ending it, and its rule
 * leaves some time. What decides is asked for anew when somebody wants it.
 */
export const offersExtension = (settings: Settings, request: Request): boolean => {
  const { asked, state } = request;
  if (state.status !== 'active' || !isInForce(request)) return false;
  const rule = settings.policy.rules.find(({ name }) => name === asked.approval.rule);
  if (rule === undefined || !mayBeExtended(settings, asked)) return false;
  return extensionWithin(extendedOf(asked, state), rule.duration.longest, 1).ok;
};

const askingFor = (
  { request: { asked }, entries }: Chain,
  state: Active,
  { by, source, duration, reason = '' }: Extending,
): Asking => {
  const { id, subject, kind, cluster, namespace, ask, caller } = asked;
  const before = entries.filter(({ event }) => event.type === 'extension-asked').length;
  return {
    by,
    subject,
    // What a pipeline or agent has goes on by the rules for these, whoever asks for that.
    source: caller === undefined ? source : sourceOf(asked),
    kind,
    cluster,
    namespace,
    ask: ask as Json,
    ...(caller === undefined ? {} : { caller }),
    reason: reason.trim() === '' ? asked.reason : reason,
    ...(duration === undefined || duration.trim() === '' ? {} : { duration }),
    extends: { grant: extendedOf(asked, state), objects: state.objects.map(({ name }) => name) },
    // The same for all who ask now: one is filed. Once it has come to nothing, the next is another.
    origin: `extends:${id}:${before + 1}`,
  };
};

/** Says in the grant's log what it may go on as. A grant that is ended meanwhile needs not say it. */
const link = async (ports: BotPorts, before: Chain, by: PersonId, request: RequestId): Promise<void> => {
  for (let chain = before; ; ) {
    const { asked, state } = chain.request;
    if (state.status !== 'active' || state.extension === request) return;
    if (state.ending !== undefined || state.conflict !== undefined) return;
    const now = await ports.clock.now();
    const result = await commit(ports, asked.id, chain, [{ type: 'extension-asked', by, request }], now);
    if (result.type === 'committed') return;
    const found = await find(ports, asked.id);
    if (found.type !== 'found') return;
    chain = found.chain;
  }
};
