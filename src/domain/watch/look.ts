import type { RequestId } from '#domain/ids.ts';
import type { AccessProbe, ObjectRef } from '#domain/plan.ts';
import type { Use } from '#domain/request/events.ts';
import { allows } from '#domain/request/rights.ts';
import type { Attempt } from './audit-event.ts';
import { sayUse } from './say-use.ts';
import type { UseRule } from './suspicion.ts';

/** A grant as far as its use is looked at. */
export type Watched = {
  readonly id: RequestId;
  readonly startedAt: Temporal.Instant;
  readonly rights: readonly AccessProbe[];
  readonly objects: readonly ObjectRef[];
};

/** What one attempt says by itself, whatever came before it. */
export type Look = {
  /** Looks wrong at once, for all that its person holds. */
  readonly trips: readonly UseRule[];
  /** Belongs to these grants, and was done with them. */
  readonly uses: readonly { readonly id: RequestId; readonly use: Use }[];
};

const writing: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const listing: readonly string[] = ['list', 'watch', 'deletecollection'];
const intoPods: readonly string[] = ['exec', 'attach', 'portforward', 'ephemeralcontainers', 'proxy'];
const rbac = 'rbac.authorization.k8s.io';
const hooks: readonly string[] = ['admissionregistration.k8s.io', 'apiregistration.k8s.io'];

/** The API server's clock says when something was tried, and another one when a grant began. */
const skew = Temporal.Duration.from({ seconds: 1 });

/** Those that were in force when something was tried, as far as their begin goes. */
export const begunBy = (attempt: Attempt, grants: readonly Watched[]): readonly Watched[] =>
  grants.filter(({ startedAt }) => Temporal.Instant.compare(attempt.at.add(skew), startedAt) >= 0);

/** Whether it would end whatever somebody holds, unless just that was granted. */
export const isGrave = (attempt: Attempt): boolean =>
  attempt.allowed && (impersonates(attempt) || never(attempt, isWriting(attempt)) !== undefined);

/**
 * Looks at one attempt with the rights of somebody who holds these grants in its cluster. What the authorizer refused is not looked at
 * here: one refusal is noise. `own` are the namespaces of Hallpass itself.
 */
export const lookAt = (attempt: Attempt, grants: readonly Watched[], own: readonly string[]): Look => {
  const mine = begunBy(attempt, grants);
  if (!attempt.allowed || mine.length === 0) return { trips: [], uses: [] };
  const covering = mine.filter(({ rights }) => rights.some((right) => covers(right, attempt)));
  return { trips: tripsOf(attempt, mine, covering, own), uses: usesOf(attempt, mine, covering) };
};

/** Whether whoever holds grants took on the rights of somebody else. Who only asks what those may do has done nothing with them. */
export const impersonates = ({ allowed, by, group }: Attempt): boolean =>
  allowed && by !== undefined && group !== 'authorization.k8s.io';

const tripsOf = (
  attempt: Attempt,
  mine: readonly Watched[],
  covering: readonly Watched[],
  own: readonly string[],
): readonly UseRule[] => {
  // Somebody else uses what was granted to this person alone; what is not granted is their own affair.
  if (attempt.by !== undefined) return covering.length > 0 ? ['impersonation'] : [];
  const isWrite = isWriting(attempt);
  const isOwn = attempt.namespace !== undefined && own.includes(attempt.namespace);
  if (isOwn && (isWrite || attempt.resource === 'secrets')) return ['own-objects'];
  if (covering.length > 0) return [];
  const found = never(attempt, isWrite);
  if (found !== undefined) return [found];
  const isBeside = mine.some(({ rights }) => rights.some(({ namespace }) => namespace === attempt.namespace));
  const counts = isWrite && attempt.namespace !== undefined && isBeside && attempt.group !== 'authorization.k8s.io';
  return counts ? ['out-of-scope'] : [];
};

const isWriting = ({ verb, dryRun }: Attempt): boolean => writing.includes(verb) && !dryRun;

/** What nobody does with temporary access, unless just that was granted. */
const never = ({ verb, group, resource, subresource }: Attempt, isWrite: boolean): UseRule | undefined => {
  if (group === rbac && isWrite) return 'rbac-write';
  if (hooks.includes(group) && isWrite) return 'webhook-write';
  if (isWrite && group === '' && resource === 'serviceaccounts' && subresource === 'token') return 'token-creation';
  if (isWrite && group === 'certificates.k8s.io' && resource === 'certificatesigningrequests') return 'token-creation';
  if (group !== '') return undefined;
  if (resource === 'nodes' && subresource === 'proxy') return 'node-proxy';
  if (resource === 'pods' && subresource !== undefined && intoPods.includes(subresource)) return 'exec';
  if (resource === 'services' && subresource === 'proxy') return 'exec';
  return resource === 'secrets' && listing.includes(verb) ? 'secrets-listing' : undefined;
};

const usesOf = (attempt: Attempt, mine: readonly Watched[], covering: readonly Watched[]): Look['uses'] => {
  if (!attempt.done || attempt.dryRun) return [];
  const by = bindingIn(attempt.reason);
  const isOurs = (grant: Watched): boolean => grant.objects.some((ref) => names(ref, by));
  const other = by !== undefined && !mine.some(isOurs) ? `${by.kind} "${by.name}"` : undefined;
  const named = covering.filter(isOurs);
  return (named.length > 0 ? named : covering).map(({ id }) => ({ id, use: useOf(attempt, other) }));
};

const useOf = (
  { verb, group, resource, subresource, namespace, name, stream }: Attempt,
  allowedBy: string | undefined,
): Use => ({
  verb,
  group,
  resource,
  ...(subresource === undefined ? {} : { subresource }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
  ...(allowedBy === undefined ? {} : { allowedBy: allowedBy.slice(0, 300) }),
  ...(stream ? { stream } : {}),
});

type Binding = { readonly kind: string; readonly name: string; readonly namespace?: string };

/** `RBAC: allowed by RoleBinding "web-edit/shop" of Role "web-edit" to User "alice"` (plugin/pkg/auth/authorizer/rbac). */
export const bindingIn = (reason: string): Binding | undefined => {
  const [, kind, whole] = /^RBAC: allowed by (RoleBinding|ClusterRoleBinding) "([^"]{1,330})"/.exec(reason) ?? [];
  if (kind === undefined || whole === undefined) return undefined;
  if (kind === 'ClusterRoleBinding') return { kind, name: whole };
  const at = whole.lastIndexOf('/');
  return at === -1 ? { kind, name: whole } : { kind, name: whole.slice(0, at), namespace: whole.slice(at + 1) };
};

/** Whether an authorizer's words are of this binding. */
export const names = ({ kind, name, namespace }: ObjectRef, by: Binding | undefined): boolean =>
  by !== undefined && kind === by.kind && name === by.name && (namespace ?? '') === (by.namespace ?? '');

/** Whether a right lets somebody do this. A star is one to everything here alone, where nobody is let in by it. */
const covers = (right: AccessProbe, attempt: Attempt): boolean => allows(withoutStars(right, attempt), attempt);

const withoutStars = (right: AccessProbe, attempt: Attempt): AccessProbe => ({
  ...right,
  verb: right.verb === '*' ? attempt.verb : right.verb,
  group: right.group === '*' ? attempt.group : right.group,
  resource: right.resource === '*' ? attempt.resource : right.resource,
  subresource: right.subresource === '*' ? attempt.subresource : right.subresource,
});

/** `12:00:03 list secrets in shop: allowed by ClusterRoleBinding "ops"; kubectl/v1.30.2, from 10.0.3.0/24`. */
export const sayAttempt = (attempt: Attempt): string => {
  const { at, by, allowed, reason, agent, network } = attempt;
  const when = at.toString({ smallestUnit: 'second' }).slice(11, 19);
  const binding = bindingIn(reason);
  const how = allowed
    ? binding === undefined
      ? 'allowed'
      : `allowed by ${binding.kind} "${binding.name}"`
    : 'refused';
  // Nobody is named: events hold no names of people.
  const whose = by === undefined ? '' : ' by impersonation';
  const from = network === undefined ? '' : `, from ${network}`;
  return `${when} ${sayUse(useOf(attempt, undefined))}${whose}: ${how}; ${agent === '' ? 'unknown program' : agent}${from}`;
};
