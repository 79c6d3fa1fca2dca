import { formatDuration, isLonger, parseDuration } from '#domain/duration.ts';
import { identityOf, type Unmapped } from '#domain/identities.ts';
import { type PersonId, type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe, KubernetesIdentity, Plan } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import { judge, type NotAllowed } from '#domain/policy/verdict.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Submitted } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sealOf } from '#domain/seal.ts';
import type { Kind } from '#kinds/kind.ts';
import { admit, groupsOf, type NotAdmitted } from './membership.ts';
import type { BotPorts, ClusterReader } from './ports.ts';
import { commit } from './request-log.ts';

/** What somebody asks for. `origin` is the same for a repetition of the same form or command. */
export type Asking = {
  readonly by: PersonId;
  readonly subject: PersonId;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly ask: Json;
  readonly reason: string;
  /** As typed; the rule's default when absent. */
  readonly duration?: string;
  readonly origin: string;
};

export type SubmitRefusal =
  | NotAdmitted
  | NotAllowed
  | Unmapped
  | {
      readonly type: 'unclear';
      readonly field: 'kind' | 'cluster' | 'namespace' | 'ask' | 'reason' | 'duration';
      readonly why: string;
    }
  | { readonly type: 'already-have'; readonly allowedBy: string }
  | { readonly type: 'too-many'; readonly limit: number; readonly of: 'yours' | 'all' }
  | { readonly type: 'filed-before'; readonly id: RequestId };

/** So many may wait at a time, of one person and in all: a flood must not fill the store that revocations need. */
const pendingLimits = { own: 20, total: 2_000 } as const;
const reasonLimit = 1_000;
/** A label of RFC 1123, which every namespace's name is. */
const namespaceName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Files a request, or says why not. Nothing is written before every check has passed. */
export const submitRequest = async (ports: BotPorts, asking: Asking): Promise<Result<Chain, SubmitRefusal>> => {
  const admitted = await admitBoth(ports, asking);
  if (!admitted.ok) return admitted;
  const resolved = await resolve(ports, asking);
  if (!resolved.ok) return resolved;
  const { kind, cluster, rule, identity, seconds } = resolved.value;

  const pending = await ports.store.countPending(asking.by);
  if (pending.own >= pendingLimits.own) return err({ type: 'too-many', limit: pendingLimits.own, of: 'yours' });
  if (pending.total >= pendingLimits.total) return err({ type: 'too-many', limit: pendingLimits.total, of: 'all' });

  const named = (id: RequestId) => kind.plan(asking.ask, { request: id, namespace: asking.namespace, identity });
  const draft = named(requestIdFrom(ports.random(6)));
  if (!draft.ok) return err(unclear('ask', draft.error));
  const place = await look(ports, cluster, asking.namespace, draft.value, identity);
  if (!place.ok) return place;

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

const admitBoth = async (ports: BotPorts, { by, subject }: Asking): Promise<Result<null, NotAdmitted>> => {
  const asker = await admit(ports, by);
  return asker.ok && subject !== by ? admit(ports, subject) : asker;
};

type Resolved = {
  readonly kind: Kind;
  readonly cluster: ClusterReader;
  readonly rule: Rule;
  readonly identity: KubernetesIdentity;
  readonly seconds: number;
};

/** Everything that is settled by files alone. The policy is asked before the cluster: who may not ask learns nothing. */
const resolve = async (ports: BotPorts, asking: Asking): Promise<Result<Resolved, SubmitRefusal>> => {
  const { policy, identities, kinds } = ports.settings();
  const kind = kinds.find(({ name }) => name === asking.kind);
  const cluster = ports.clusters.get(asking.cluster);
  if (kind === undefined)
    return err(
      unclear(
        'kind',
        `There is no kind ${quote(asking.kind)}. There are: ${kinds.map(({ name }) => name).join(', ')}.`,
      ),
    );
  if (cluster === undefined)
    return err(
      unclear(
        'cluster',
        `There is no cluster ${quote(asking.cluster)}. There are: ${[...ports.clusters.keys()].join(', ')}.`,
      ),
    );
  if (!namespaceName.test(asking.namespace))
    return err(unclear('namespace', `${quote(asking.namespace)} is not the name of a namespace, as "shop-front" is.`));
  const description = kind.describe(asking.ask);
  if (!description.ok) return err(unclear('ask', description.error));
  const { groups, failed } = await groupsOf(ports, asking.by);
  const question = { ...asking, profile: description.value.profile };
  const rule =
    asking.namespace === ports.home
      ? err({ type: 'not-allowed' as const, passed: [] })
      : judge(policy, question, groups);
  if (!rule.ok)
    return failed.length > 0 ? err({ type: 'lookup-failed', what: `the members of ${failed.join(', ')}` }) : rule;
  if (asking.reason.trim() === '') return err(unclear('reason', 'Say why, so that approvers can judge it.'));
  if (asking.reason.length > reasonLimit)
    return err(unclear('reason', `Say it in at most ${reasonLimit} characters; these are ${asking.reason.length}.`));
  const seconds = secondsOf(asking.duration, rule.value);
  if (!seconds.ok) return err(unclear('duration', seconds.error));
  const identity = identityOf(identities, asking.subject);
  if (!identity.ok) return identity;
  return ok({ kind, cluster, rule: rule.value, identity: identity.value, seconds: seconds.value });
};

const secondsOf = (typed: string | undefined, rule: Rule): Result<number, string> => {
  const duration = typed === undefined ? ok(rule.duration.default) : parseDuration(typed);
  if (!duration.ok) return duration;
  const { longest } = rule.duration;
  if (isLonger(duration.value, longest)) {
    return err(
      `${formatDuration(duration.value)} is longer than the ${formatDuration(longest)} that the rule "${rule.name}" allows.`,
    );
  }
  return ok(duration.value.total('seconds'));
};

const look = async (
  { alarm }: BotPorts,
  cluster: ClusterReader,
  ...rest: [namespace: string, plan: Plan, identity: KubernetesIdentity]
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  try {
    return await lookAt(cluster, ...rest);
  } catch (cause) {
    alarm('A cluster did not answer; nobody can ask for anything in it', {
      cluster: cluster.name,
      cause: String(cause),
    });
    return err({ type: 'lookup-failed', what: `cluster "${cluster.name}"` });
  }
};

/** Looks whether the places are there, and whether the person has all of it already. */
const lookAt = async (
  cluster: ClusterReader,
  namespace: string,
  plan: Plan,
  identity: KubernetesIdentity,
): Promise<Result<{ readonly uid: string }, SubmitRefusal>> => {
  const others = plan.create.flatMap(({ metadata }) => metadata.namespace ?? []).filter((name) => name !== namespace);
  for (const name of [...new Set(others)]) {
    if ((await cluster.namespace(name)) === undefined) return err(noNamespace(name, cluster.name));
  }
  const found = await cluster.namespace(namespace);
  if (found === undefined || found.terminating) return err(noNamespace(namespace, cluster.name));
  const held = await alreadyHeld(cluster, identity, plan.probes);
  return held === undefined ? ok({ uid: found.uid }) : err({ type: 'already-have', allowedBy: held });
};

/** The authorizer's reason when every probe is allowed already; it stops asking at the first that is not. */
const alreadyHeld = async (
  cluster: ClusterReader,
  identity: KubernetesIdentity,
  probes: readonly AccessProbe[],
): Promise<string | undefined> => {
  let reason: string | undefined;
  for (const probe of probes) {
    const review = await cluster.review(identity, probe);
    if (!review.allowed) return undefined;
    reason ??= review.reason;
  }
  return reason;
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

const unclear = (field: Extract<SubmitRefusal, { type: 'unclear' }>['field'], why: string): SubmitRefusal => ({
  type: 'unclear',
  field,
  why,
});
const noNamespace = (name: string, cluster: string): SubmitRefusal =>
  unclear('namespace', `There is no namespace ${quote(name)} in cluster ${quote(cluster)}, or it is being deleted.`);
const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
