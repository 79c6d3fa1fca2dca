import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { KubernetesIdentity, Plan } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Submitted } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sealOf } from '#domain/seal.ts';
import { type Asking, type SubmitRefusal, unclear } from './asking.ts';
import { lookAtPlace } from './look-at-place.ts';
import { admit, type NotAdmitted } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { commit } from './request-log.ts';
import { resolveAsking } from './resolve-asking.ts';

/** So many may wait at a time, of one person and in all: a flood must not fill the store that revocations need. */
const pendingLimits = { own: 20, total: 2_000 } as const;
/** Files a request, or says why not. Nothing is written before every check has passed. */
export const submitRequest = async (ports: BotPorts, asking: Asking): Promise<Result<Chain, SubmitRefusal>> => {
  const admitted = await admitBoth(ports, asking);
  if (!admitted.ok) return admitted;
  const resolved = await resolveAsking(ports, asking);
  if (!resolved.ok) return resolved;
  const { kind, cluster, rule, identity, seconds } = resolved.value;

  const pending = await ports.store.countPending(asking.by);
  if (pending.own >= pendingLimits.own) return err({ type: 'too-many', limit: pendingLimits.own, of: 'yours' });
  if (pending.total >= pendingLimits.total) return err({ type: 'too-many', limit: pendingLimits.total, of: 'all' });

  const named = (id: RequestId) => kind.plan(asking.ask, { request: id, namespace: asking.namespace, identity });
  const draft = named(requestIdFrom(ports.random(6)));
  if (!draft.ok) return err(unclear('ask', draft.error));
  const place = await lookAtPlace(ports, cluster, asking.namespace, draft.value, identity);
  if (!place.ok) return err(forOthers(place.error, asking));

  for (let attempt = 0; attempt < 5; attempt += 1) {
    const id = requestIdFrom(ports.random(6));
    const plan = named(id);
    if (!plan.ok) return err(unclear('ask', plan.error));
    const filing = { id, rule, seconds, identity, plan: plan.value, namespaceUid: place.value.uid };
    const filed = await file(ports, asking, filing);
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

type Filing = {
  readonly id: RequestId;
  readonly rule: Rule;
  readonly seconds: number;
  readonly identity: KubernetesIdentity;
  readonly plan: Plan;
  readonly namespaceUid: string;
};

const file = async (
  ports: BotPorts,
  asking: Asking,
  filing: Filing,
): Promise<Result<Chain, SubmitRefusal> | 'taken'> => {
  const { id, rule, seconds, identity, plan, namespaceUid } = filing;
  const now = await ports.clock.now();
  const asked = {
    kind: asking.kind,
    cluster: asking.cluster,
    namespace: asking.namespace,
    requester: asking.by,
    subject: asking.subject,
    seconds,
    revision: 1,
  };
  const event: Submitted = {
    type: 'submitted',
    ...asked,
    ask: asking.ask as Submitted['ask'],
    reason: asking.reason.trim(),
    approval: {
      rule: rule.name,
      policyHash: ports.settings().policy.hash,
      quorum: [...rule.approve],
      channel: rule.channel,
    },
    seal: sealOf({ request: id, ...asked, namespaceUid, identity, plan }, ports.trust.digest),
    respondBy: now.add(rule.respondWithin),
  };
  const result = await commit(ports, id, undefined, [event], now, asking.origin);
  if (result.type === 'committed') return ok(result.chain);
  return result.type === 'conflict' ? 'taken' : err(result);
};
