import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Drift, HeldWrite, RequestEvent, Submitted } from '#domain/request/events.ts';
import { applyByOf, needsNobody } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind } from '#kinds/kind.ts';
import { type Asking, type SubmitRefusal, unclear } from './asking.ts';
import { draftFor, sealOfDraft } from './draft.ts';
import { lookAhead } from './look-ahead.ts';
import { alreadyHeld } from './look-at-place.ts';
import { admit, type NotAdmitted } from './membership.ts';
import { underOnePolicy } from './one-policy.ts';
import type { BotPorts, Draft, DraftInput } from './ports.ts';
import { commit, find, mostUnasked } from './request-log.ts';
import { type Resolved, type Ruled, resolveAsking } from './resolve-asking.ts';

/** So many may wait at a time, of one person, of all for which one answers, and in all: a flood must not fill the store that revocations need. */
const pendingLimits = { own: 20, answeredFor: 200, total: 2_000 } as const;
/** Of the rules that were passed over, so many are written down with what they did not fit by. */
const mostPassed = 50;

/** Files a request, or says why not. Nothing is written before every check has passed. */
export const submitRequest = async (bot: BotPorts, said: Asking): Promise<Result<Chain, SubmitRefusal>> => {
  const ports = underOnePolicy(bot);
  const understood = await understand(ports, said);
  if (!understood.ok) return understood;
  const { asking, resolved, pending } = understood.value;
  const crowded = await tooMany(ports, asking, pending);
  if (crowded !== undefined) return err(crowded);

  for (let attempt = 0; attempt < 5; attempt += 1) {
    // The id is in what is drafted: in names of objects, and in whose fields they become.
    const id = asking.id ?? requestIdFrom(ports.random(6));
    const tried = await tryAsking(ports, asking, resolved, id, pending);
    if (!tried.ok) return tried;
    const { draft, ...ruled } = tried.value;
    const filed = await file(ports, asking, { ...resolved, ...ruled }, id, draft);
    if (filed !== 'taken') return filed;
    if (asking.id !== undefined) return err({ type: 'filed-before', id });
  }
  throw new Error('Five random request ids in a row were taken; the generator of random numbers is broken');
};

/** What would be filed, and who would decide on it. */
export type Previewed = Ruled & { readonly draft: Draft; readonly kind: Kind };

/** Says what would be filed, or why it would not, and files nothing. */
export const previewRequest = async (bot: BotPorts, said: Asking): Promise<Result<Previewed, SubmitRefusal>> => {
  const ports = underOnePolicy(bot);
  const understood = await understand(ports, said);
  if (!understood.ok) return understood;
  const { asking, resolved, pending } = understood.value;
  const tried = await tryAsking(ports, asking, resolved, requestIdFrom(ports.random(6)), pending);
  return tried.ok ? ok({ ...tried.value, kind: resolved.kind }) : tried;
};

type Understood = { readonly asking: Asking; readonly resolved: Resolved; readonly pending: Pending };

/** Lets in who may ask at all, and finds out what is asked. */
const understand = async (ports: BotPorts, said: Asking): Promise<Result<Understood, SubmitRefusal>> => {
  const admitted = await admitBoth(ports, said);
  if (!admitted.ok) return admitted;
  const asking = await asOfNow(ports, said);
  const resolved = await resolveAsking(ports, asking);
  if (!resolved.ok) return resolved;
  return ok({
    asking,
    resolved: resolved.value,
    pending: await ports.store.countPending(asking.by, asking.caller?.name),
  });
};

type Pending = Awaited<ReturnType<BotPorts['store']['countPending']>>;

const tooMany = async (ports: BotPorts, asking: Asking, pending: Pending): Promise<SubmitRefusal | undefined> => {
  // What waits keeps nobody from breaking glass, which does not wait.
  if (asking.breakGlass === true) return undefined;
  const isOwn = asking.held?.writer === undefined && asking.drift === undefined && asking.caller === undefined;
  const own = isOwn ? pendingLimits.own : pendingLimits.answeredFor;
  const waiting = pending.own >= own && isOwn ? await ownWaiting(ports, asking.by) : pending.own;
  if (waiting >= own) return { type: 'too-many', limit: own, of: 'yours' };
  if (pending.total >= pendingLimits.total) return { type: 'too-many', limit: pendingLimits.total, of: 'all' };
  return undefined;
};

/** How many of somebody's latest wait that no pipeline or agent has asked on their account. */
const ownWaiting = async (ports: BotPorts, person: Asking['by']): Promise<number> => {
  const ids = await ports.store.ofPerson(person, pendingLimits.answeredFor + pendingLimits.own);
  const found = await Promise.all(ids.map((id) => find(ports, id)));
  return found.filter(
    (one) =>
      one.type === 'found' &&
      one.chain.request.state.status === 'pending' &&
      one.chain.request.asked.requester === person &&
      one.chain.request.asked.caller === undefined,
  ).length;
};

/** Tries what is asked under an id, and finds the rule that decides on what came of it. */
const tryAsking = async (
  ports: BotPorts,
  asking: Asking,
  { kind, cluster, identity, temporary, facts, startsAt, ruledBy }: Resolved,
  id: RequestId,
  pending: Pending,
): Promise<Result<Ruled & { readonly draft: Draft }, SubmitRefusal>> => {
  const { namespace, ask } = asking;
  const prolongs =
    asking.extends !== undefined && kind.mayBeExtended === 'in-place' ? asking.extends.grant.request : undefined;
  const written = asking.held ?? asking.drift;
  const held = written && { held: asWritten(written), ...(asking.drift && { atLeast: asking.drift.risk }) };
  const input = { request: id, namespace, ask, identity, temporary, facts, ...(prolongs && { prolongs }), ...held };
  const whole = { ...input, kind: kind.name, cluster: cluster.name };
  const draft = await draftFor(ports, kind, whole, asking.by, asking.extends?.objects ?? []);
  if (!draft.ok) return draft;
  const isMoved = draft.value.fingerprint !== undefined && draft.value.fingerprint !== written?.fingerprint;
  if (written !== undefined && isMoved) return err(unclear('ask', hasMoved));
  const ruled = ruledBy(draft.value.judged);
  if (!ruled.ok) return ruled;
  // The append says so for certain; what would be kept before it need not be.
  const isUnasked = asking.breakGlass === true || (ruled.value.rule.auto === true && asking.drift === undefined);
  if (isUnasked && pending.unasked >= mostUnasked) return err({ type: 'too-many', limit: mostUnasked, of: 'unasked' });
  const ahead = await lookAhead(ports, kind, asking, startsAt, ruled.value.seconds);
  if (!ahead.ok) return ahead;
  // What one holds now one may not hold then.
  const had =
    startsAt !== undefined ? ok(null) : await alreadyHeld(ports, cluster, draft.value.plan, identity, asking.extends);
  return had.ok ? ok({ ...ruled.value, draft: draft.value }) : err(forOthers(had.error, asking));
};

/** What is about the moment at which it is asked has it in its ask, so that whoever plans it, whenever, plans the same. */
const asOfNow = async (ports: BotPorts, asking: Asking): Promise<Asking> => {
  const kind = ports.settings().kinds.find(({ name }) => name === asking.kind);
  return kind?.asOf === undefined ? asking : { ...asking, ask: kind.asOf(asking.ask, await ports.clock.now()) };
};

/** By what a direct write is known again. */
export const asWritten = ({ ignore, ...rest }: HeldWrite | Drift): NonNullable<DraftInput['held']> => ({
  ignore,
  ...('scales' in rest && rest.scales === true ? { scales: true } : {}),
});

/** Approvers would see another difference than the one that was written, and what they approve would fit no write. */
const hasMoved = 'The object is another by now than when this was written. Look at it, and write anew.';

/** What somebody else may do already, and why, is not the asker's to read: nor a pipeline's or agent's, of who answers for it. */
const forOthers = (refusal: SubmitRefusal, { by, subject, caller }: Asking): SubmitRefusal => {
  const isOthers = subject !== by || (caller !== undefined && caller.own !== true);
  return refusal.type === 'already-have' && isOthers ? { ...refusal, who: 'they', allowedBy: '' } : refusal;
};

const admitBoth = async (ports: BotPorts, { by, subject, drift }: Asking): Promise<Result<null, NotAdmitted>> => {
  if (drift !== undefined) return ok(null);
  const asker = await admit(ports, by);
  return asker.ok && subject !== by ? admit(ports, subject) : asker;
};

const file = async (
  ports: BotPorts,
  asking: Asking,
  { rule, seconds, identity, startsAt, policyHash, passed }: Ruled & Pick<Resolved, 'identity' | 'startsAt'>,
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
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(asking.extends === undefined ? {} : { extends: asking.extends.grant }),
    revision: 1,
  };
  const { content, around } = draft;
  const event: Submitted = {
    type: 'submitted',
    ...asked,
    source: asking.source,
    ...(asking.caller === undefined ? {} : { caller: asking.caller }),
    ask: asking.ask as Submitted['ask'],
    reason: asking.reason.trim(),
    approval: { ...approvalBy(rule, asking), policyHash, ...writtenDown(passed) },
    seal: sealOfDraft({ id, ...asked }, identity, draft, ports.trust.digest),
    respondBy: respondBy(now, rule, asking),
    ...(content === undefined ? {} : { content: content.ref }),
    ...(around === undefined ? {} : { around: around.ref }),
    ...(asking.follows === undefined ? {} : { follows: asking.follows }),
    ...(asking.held === undefined ? {} : { held: heldAs(asking.held, draft) }),
    ...(asking.drift === undefined ? {} : { drift: asking.drift }),
  };
  // Before the event that names it: a content that no log names is lost space, the other way round nobody could decide.
  for (const one of [content, around]) if (one !== undefined) await ports.contents.keep(id, one.ref.digest, one.text);
  const approved: RequestEvent = { type: 'approved', by: [], auto: true, revision: 1, applyBy: applyByOf(event, now) };
  const events = needsNobody(event.approval) ? [event, approved] : [event];
  const result = await commit(ports, id, undefined, events, now, asking.origin);
  if (result.type === 'committed') return ok(result.chain);
  if (result.type === 'full') return err({ type: 'too-many', limit: mostUnasked, of: 'unasked' });
  return result.type === 'conflict' ? 'taken' : err(result);
};

/** Asked for again, it is written to the object as that is by now. */
const heldAs = ({ from: _, ...held }: HeldWrite, { from }: Draft): HeldWrite =>
  from === undefined ? held : { ...held, from };

/** Nobody waits for it, and it is so all the while. */
const driftWaits = Temporal.Duration.from({ hours: 7 * 24 });

/** A grant that has ended is not extended any more. */
const respondBy = (
  now: Temporal.Instant,
  { respondWithin }: Rule,
  { extends: extended, drift }: Asking,
): Temporal.Instant => {
  const usual = now.add(drift === undefined ? respondWithin : driftWaits);
  const end = extended?.grant.expiresAt;
  return end !== undefined && Temporal.Instant.compare(end, usual) < 0 ? end : usual;
};

/** What nobody asked for, somebody decides on, also where a rule lets people have the same at once. */
const approvalBy = (rule: Rule, { breakGlass, drift }: Asking): Omit<Submitted['approval'], 'policyHash'> => ({
  rule: rule.name,
  quorum: [...rule.approve],
  channel: rule.channel,
  settle: [...rule.settle],
  ...(rule.auto === undefined || drift !== undefined ? {} : { auto: rule.auto }),
  ...(rule.never === undefined ? {} : { never: [...rule.never] }),
  ...(rule.stepUp === undefined ? {} : { stepUp: rule.stepUp }),
  ...(breakGlass === true && rule.breakGlass !== undefined
    ? { breakGlass: { remindEvery: rule.breakGlass.remindEvery.total('seconds') } }
    : drift === undefined
      ? waitingBy(rule)
      : {}),
});

/** What is done while it waits. */
const waitingBy = ({ remindEvery, escalate }: Rule): Pick<Submitted['approval'], 'remindEvery' | 'escalate'> => ({
  ...(remindEvery === undefined ? {} : { remindEvery: remindEvery.total('seconds') }),
  ...(escalate === undefined ? {} : { escalate: { after: escalate.after.total('seconds'), to: [...escalate.to] } }),
});

const writtenDown = (passed: Ruled['passed']): Pick<Submitted['approval'], 'passed'> =>
  passed.length === 0 ? {} : { passed: passed.slice(0, mostPassed).map((one) => ({ ...one })) };
