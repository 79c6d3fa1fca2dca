import { type Bound, type Subject, subjectKey } from './bindings.ts';
import { heldOf } from './held.ts';
import { type PlainRule, type RbacRule, type Right, rightsIn, sayRight } from './rules.ts';

/** What a profile gives, by place: `requested` (the namespace asked for), `cluster`, or a namespace's name. */
export type ProfileRights = {
  readonly profile: string;
  readonly places: readonly { readonly in: string; readonly rules: readonly PlainRule[] }[];
};

/** A right of a profile at its place, and what is held of it: all, or for objects of these names only. */
export type HeldRight = {
  readonly right: string;
  readonly in: string;
  readonly names?: readonly string[];
};

/** Which binding it comes from. One in each of the holding's own namespaces has no namespace here. */
export type Source = { readonly binding: string; readonly role: string; readonly namespace?: string };

/** What one subject has of one profile without asking. */
export type Holding = {
  readonly profile: string;
  readonly subject: Subject;
  /** The namespaces that it may be asked for in; absent: whichever. */
  readonly namespaces?: readonly string[];
  /** At least one right is held. */
  readonly held: readonly HeldRight[];
  readonly missing: readonly HeldRight[];
  readonly by: readonly Source[];
};

/** Whether asking is moot: nothing is missing, and nothing is held for named objects only. */
export const isWhole = ({ held, missing }: Pick<Holding, 'held' | 'missing'>): boolean =>
  missing.length === 0 && held.every(({ names }) => names === undefined);

type Scope = {
  readonly subject: Subject;
  readonly everywhere: readonly Bound[];
  readonly within: ReadonlyMap<string, readonly Bound[]>;
};
type Wanted = { readonly right: Right; readonly in: string };
type Look = Pick<Holding, 'held' | 'missing' | 'by'>;

/** The bindings of each subject, by where they hold. */
const scopesIn = (bindings: readonly Bound[]): readonly Scope[] => {
  const pairs = bindings.flatMap((bound) => bound.subjects.map((subject) => ({ subject, bound })));
  return [...Map.groupBy(pairs, ({ subject }) => subjectKey(subject)).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const bounds = [...new Set(own.map(({ bound }) => bound))];
    const within = Map.groupBy(
      bounds.filter(({ namespace }) => namespace !== undefined),
      ({ namespace }) => namespace ?? '',
    );
    return [{ subject: first.subject, everywhere: bounds.filter(({ namespace }) => namespace === undefined), within }];
  });
};

/** Each right once, though several bindings of a profile may give it in the same place. */
const wantedOf = ({ places }: ProfileRights): readonly Wanted[] =>
  [...Map.groupBy(places, (place) => place.in)].flatMap(([place, alike]) =>
    rightsIn(alike.flatMap(({ rules }) => rules)).map((right) => ({ right, in: place })),
  );

const sourceOf = (at: string | undefined, { name, role, namespace }: Bound): Source => ({
  binding: `${namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'} ${name}`,
  role,
  ...(namespace === undefined || namespace === at ? {} : { namespace }),
});

const boundIn = (within: Scope['within'], place: string, at: string | undefined): readonly Bound[] => {
  const namespace = place === 'requested' ? at : place;
  return place === 'cluster' || namespace === undefined ? [] : (within.get(namespace) ?? []);
};

/** What is held of a profile when it is asked for in this namespace; undefined stands for one without any binding. */
const lookAt = ({ everywhere, within }: Scope, wanted: readonly Wanted[], at: string | undefined): Look => {
  const held: HeldRight[] = [];
  const missing: HeldRight[] = [];
  const by = new Set<Bound>();
  for (const { right, in: place } of wanted) {
    const inForce = [...everywhere, ...boundIn(within, place, at)];
    const rules: readonly RbacRule[] = inForce.flatMap((bound) => bound.rules);
    const found = heldOf(right, rules);
    const said = { right: sayRight(right), in: place };
    if (found.type === 'nothing') missing.push(said);
    else {
      held.push(found.type === 'named' ? { ...said, names: found.names } : said);
      for (const bound of inForce) if (heldOf(right, bound.rules).type !== 'nothing') by.add(bound);
    }
  }
  return { held, missing, by: [...by].map((bound) => sourceOf(at, bound)) };
};

const isAskedAnywhere = ({ places }: ProfileRights): boolean => places.some((place) => place.in === 'requested');

/** A profile that gives nothing in the namespace asked for can only be asked for where it does; empty: whichever. */
const ownPlaces = (profile: ProfileRights): readonly string[] =>
  isAskedAnywhere(profile)
    ? []
    : [...new Set(profile.places.map((place) => place.in))].filter((place) => place !== 'cluster');

/** Where it makes a difference: wherever, and in the namespaces in which the subject has bindings. */
const placesToLook = ({ within }: Scope, profile: ProfileRights, only: string | undefined) => {
  if (isAskedAnywhere(profile)) return only === undefined ? [undefined, ...[...within.keys()].sort()] : [only];
  const own = ownPlaces(profile);
  return only === undefined || own.length === 0 || own.includes(only) ? [undefined] : [];
};

const holdingsOf = (scope: Scope, profile: ProfileRights, only: string | undefined): readonly Holding[] => {
  const wanted = wantedOf(profile);
  const wherever = only === undefined ? lookAt(scope, wanted, undefined) : undefined;
  const looks = placesToLook(scope, profile, only)
    .map((at) => ({ at, look: lookAt(scope, wanted, at) }))
    .filter(({ at, look }) => look.held.length > 0 && (at === undefined || !isSame(look, wherever)));
  // Namespaces in which it is the same, by bindings of the same names, are one line.
  return [...Map.groupBy(looks, ({ at, look }) => `${at === undefined} ${JSON.stringify(look)}`).values()].flatMap(
    (alike) => {
      const [first] = alike;
      if (first === undefined) return [];
      const named = first.at === undefined ? ownPlaces(profile) : alike.flatMap(({ at }) => at ?? []);
      const where = named.length === 0 ? {} : { namespaces: named };
      return [{ profile: profile.profile, subject: scope.subject, ...where, ...first.look }];
    },
  );
};

const isSame = (look: Look, other: Look | undefined): boolean =>
  other !== undefined && JSON.stringify(look.held) === JSON.stringify(other.held);

const shareOf = ({ held, missing }: Holding): number =>
  held.reduce((sum, { names }) => sum + (names === undefined ? 1 : 0.5), 0) / (held.length + missing.length);

/** Whole before part, more before less, everywhere before somewhere. */
const byHowMuch = (one: Holding, other: Holding): number =>
  shareOf(other) - shareOf(one) ||
  (other.namespaces?.length ?? Number.MAX_SAFE_INTEGER) - (one.namespaces?.length ?? Number.MAX_SAFE_INTEGER) ||
  compare(one.profile, other.profile) ||
  compare(subjectKey(one.subject), subjectKey(other.subject)) ||
  compare(one.namespaces?.join(',') ?? '', other.namespaces?.join(',') ?? '');

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/**
 * What each subject has of each profile already, by which bindings, the most first. Each subject is seen by itself: what
 * a person has as a member of a group stands at that group. `only` looks at one namespace.
 */
export const standingIn = (
  bindings: readonly Bound[],
  profiles: readonly ProfileRights[],
  only?: string,
): readonly Holding[] =>
  scopesIn(bindings)
    .flatMap((scope) => profiles.flatMap((profile) => holdingsOf(scope, profile, only)))
    .sort(byHowMuch);

/** Everybody, or every ServiceAccount: what these hold is never folded away with what the cluster itself needs. */
const everybody = /^system:(authenticated|unauthenticated|anonymous|serviceaccounts(:.*)?)$/;

/**
 * Whether a subject is of the cluster itself (`system:masters`, controllers by the API server's own bindings) or one of
 * Hallpass's own processes, which can do what they grant.
 */
export const isOfTheSystem = ({ subject, by }: Holding, home: string): boolean => {
  const { kind, name, namespace } = subject;
  if (kind !== 'ServiceAccount') return name.startsWith('system:') && !everybody.test(name);
  if (namespace === home && ['hallpass-bot', 'hallpass-worker'].includes(name)) return true;
  return namespace === 'kube-system' && by.every(({ binding }) => /^(Cluster)?RoleBinding system:/.test(binding));
};
