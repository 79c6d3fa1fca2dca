import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Submitted } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import { draftFor, sealOfDraft } from './draft.ts';
import { alreadyHeld } from './look-at-place.ts';
import { admit, type NotAdmitted } from './membership.ts';
import type { BotPorts, Draft } from './ports.ts';
import { commit } from './request-log.ts';
import { type Resolved, resolveAsking } from './resolve-asking.ts';

/** So many may wait at a time, of one person and in all: a flood must not fill the store that revocations need. */
const pendingLimits = { own: 20, total: 2_000 } as const;
/** Files a request, or says why not. Nothing is written before every check has passed. */
export const submitRequest = async (ports: BotPorts, asking: Asking): Promise<Result<Chain, SubmitRefusal>> => {
  const admitted = await admitBoth(ports, asking);
  if (!admitted.ok) return admitted;
  const resolved = await resolveAsking(ports, asking);
  if (!resolved.ok) return resolved;

  const pending = await ports.store.countPending(asking.by);
  if (pending.own >= pendingLimits.own) return err({ type: 'too-many', limit: pendingLimits.own, of: 'yours' });
  if (pending.total >= pendingLimits.total) return err({ type: 'too-many', limit: pendingLimits.total, of: 'all' });

  for (let attempt = 0; attempt < 5; attempt += 1) {
    // The id is in what is drafted: in names of objects, and in whose fields they become.
    const id = requestIdFrom(ports.random(6));
    const { kind, cluster, identity, seconds } = resolved.value;
    const { namespace, ask } = asking;
    const input = { request: id, namespace, ask, identity, temporary: seconds !== undefined };
    const draft = await draftFor(ports, kind, { ...input, kind: kind.name, cluster: cluster.name }, asking.by);
    if (!draft.ok) return draft;
    const held = await alreadyHeld(ports, cluster, draft.value.plan, identity, asking.extends);
    if (!held.ok) return err(forOthers(held.error, asking));
    const filed = await file(ports, asking, resolved.value, id, draft.value);
    if (filed !== 'taken') return filed;
  }
  throw new Error('Five random request ids in a row were taken; the generator of random numbers is broken');
};

/** What somebody else may do already, and why, is not the asker's to read. */
const forOthers = (refusal: SubmitRefusal, { by, subject }: Asking): SubmitRefusal =>
  refusal.type === 'already-have' && subject !== by ? { ...refusal, who: 'they', allowedBy: '' } : refusal;

const admitBoth = async (ports: BotPorts, { by, subject }: Asking): Promise<Result<null, NotAdmitted>> => {
  const asker = await admit(ports, by);
  return asker.ok && subject !== by ? admit(ports, subject) : asker;
};

const file = async (
  ports: BotPorts,
  asking: Asking,
  { rule, seconds, identity }: Resolved,
  id: RequestId,
  draft: Draft,
): Promise<Result<Chain, SubmitRefusal> | 'taken'> => {
  const now = await ports.clock.now();
  const asked = {
    kind: asking.kind,
    cluster: asking.cluster,
    namespace: asking.namespace,
    requester: asking.by,
    subject: asking.subject,
    ...(seconds === undefined ? {} : { seconds }),
    ...(asking.extends === undefined ? {} : { extends: asking.extends.grant }),
    revision: 1,
  };
  const { content } = draft;
  const event: Submitted = {
    type: 'submitted',
    ...asked,
    ask: asking.ask as Submitted['ask'],
    reason: asking.reason.trim(),
    approval: approvalBy(ports, rule),
    seal: sealOfDraft({ id, ...asked }, identity, draft, ports.trust.digest),
    respondBy: respondBy(now, rule, asking),
    ...(content === undefined ? {} : { content: content.ref }),
    ...(asking.follows === undefined ? {} : { follows: asking.follows }),
  };
  // Before the event that names it: a content that no log names is lost space, the other way round nobody could decide.
  if (content !== undefined) await ports.contents.keep(id, content.ref.digest, content.text);
  const result = await commit(ports, id, undefined, [event], now, asking.origin);
  if (result.type === 'committed') return ok(result.chain);
  return result.type === 'conflict' ? 'taken' : err(result);
};

/** A grant that has ended is not extended any more. */
const respondBy = (now: Temporal.Instant, { respondWithin }: Rule, { extends: extended }: Asking): Temporal.Instant => {
  const usual = now.add(respondWithin);
  const end = extended?.grant.expiresAt;
  return end !== undefined && Temporal.Instant.compare(end, usual) < 0 ? end : usual;
};

const approvalBy = ({ settings }: BotPorts, rule: Rule): Submitted['approval'] => ({
  rule: rule.name,
  policyHash: settings().policy.hash,
  quorum: [...rule.approve],
  channel: rule.channel,
  settle: [...rule.settle],
});
