import type { Standing } from '#domain/quorum.ts';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { evolve } from '#domain/request/evolve.ts';
import { begin, type Request } from '#domain/request/request.ts';
import type { Right } from '#domain/request/rights.ts';
import type { RolledOut } from '#domain/request/rollout.ts';
import type { SummedUp } from '#domain/request/summary.ts';
import { alice, bob, id } from './people.ts';

export const noon = Temporal.Instant.from('2026-11-20T12:00:00Z');
export const later = (minutes: number): Temporal.Instant => noon.add({ seconds: Math.round(minutes * 60) });

/** Alice asks for thirty minutes in `shop`; one of `platform` has to agree within an hour. */
export const submitted = (changed: Partial<Submitted> = {}): Submitted => ({
  type: 'submitted',
  kind: 'access',
  cluster: 'prod',
  namespace: 'shop',
  requester: alice,
  subject: alice,
  ask: { profile: 'ingress-edit', objects: [] },
  reason: 'checkout answers 502',
  seconds: 1_800,
  approval: { rule: 'shop', policyHash: 'p', quorum: [{ from: 'platform', count: 1 }], channel: 'C02APPROVE' },
  seal: 'seal',
  revision: 1,
  respondBy: noon.add({ hours: 1 }),
  ...changed,
});

/** A quorum of so many from each of these groups. */
export const quorum = (...requirements: readonly (readonly [from: string, count: number])[]) => ({
  approval: {
    rule: 'shop',
    policyHash: 'p',
    quorum: requirements.map(([from, count]) => ({ from, count })),
    channel: 'C02APPROVE',
  },
});

export const pending = (changed: Partial<Submitted> = {}): Request => begin(id(), submitted(changed), noon);

const after = (before: Request, event: RequestEvent, at: Temporal.Instant): Request => {
  const next = evolve(before, event, at);
  if ('type' in next) throw new Error(`"${next.event}" cannot follow "${next.after}"`);
  return next;
};

/** The votes that an approval wants and that are not there yet. */
const missing = ({ state }: Request, event: RequestEvent): readonly RequestEvent[] => {
  if (event.type !== 'approved' || state.status !== 'pending') return [];
  const voted = state.votes.map(({ by }) => by);
  return event.by.filter((by) => !voted.includes(by)).map((by) => ({ type: 'voted', by, revision: event.revision }));
};

/** The request after these events, a minute apart, an approval with its votes; throws when one cannot follow. */
export const grown = (request: Request, ...events: readonly RequestEvent[]): Request =>
  events.reduce(
    (before, event, index) =>
      [...missing(before, event), event].reduce((one, next) => after(one, next, later(index + 1)), before),
    request,
  );

export const approved: Extract<RequestEvent, { type: 'approved' }> = {
  type: 'approved',
  by: [bob],
  revision: 1,
  applyBy: later(16),
};
export const activated: Extract<RequestEvent, { type: 'activated' }> = {
  type: 'activated',
  identity: 'mark',
  startedAt: later(2),
  expiresAt: later(32),
  objects: [],
  proofs: [],
};
export const ended: Extract<RequestEvent, { type: 'ended' }> = {
  type: 'ended',
  cause: 'expired',
  proofs: [],
  lagMilliseconds: 12,
};

/** What `ingress-edit` gives in `shop`, as far as tests need it. */
export const rights: readonly Right[] = [
  { verbs: ['delete', 'patch', 'get', 'list'], group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' },
  { verbs: ['get', 'list'], group: '', resource: 'services', namespace: 'shop' },
];
/** One whose end is to be summed up. */
export const activatedToSum: Extract<RequestEvent, { type: 'activated' }> = { ...activated, rights: [...rights] };

/** A summary of a grant of which everything is known, and that was not used. */
export const summedUp = (changed: Partial<SummedUp> = {}): SummedUp => ({
  type: 'summed-up',
  seen: { by: 'audit' },
  used: [],
  unused: [...rights],
  rights: { granted: 6, used: 0 },
  from: later(2),
  compared: 2,
  objects: [],
  notCompared: [],
  ...changed,
});

/** The one Deployment that was written is through after a minute. */
export const rolledOut = (changed: Partial<RolledOut> = {}): { readonly type: 'rolled-out' } & RolledOut => ({
  type: 'rolled-out',
  rollouts: [{ target: deployment, how: 'complete', wanted: 3, ready: 3, updated: 3 }],
  seconds: 60,
  ...changed,
});
export const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
/** It was written for good. */
export const written: Extract<RequestEvent, { type: 'completed' }> = {
  type: 'completed',
  changed: [{ op: 'update', ...deployment, uid: 'uid of web' }],
  rolls: true,
};

/** Who may count for which requirements, by index. */
export const standing = (...people: readonly (readonly [person: string, ...requirements: number[]])[]): Standing =>
  new Map(people.map(([person, ...requirements]) => [person, requirements]));
