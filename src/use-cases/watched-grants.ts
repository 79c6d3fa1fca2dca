import { type PersonId, type RequestId, requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe, KubernetesIdentity } from '#domain/plan.ts';
import type { Asked, Request } from '#domain/request/request.ts';
import { identityMark } from '#domain/seal.ts';
import { bindingIn, names, type Watched } from '#domain/watch/look.ts';
import { knownIn } from './known-users.ts';
import { createRecent } from './recent.ts';
import { find } from './request-log.ts';
import type { WatcherPorts } from './watcher-ports.ts';

/** Whose grants a user of the cluster uses. */
export type WatchedGrants = {
  /**
   * Looks up, once for each user from now on, what they hold; none for whoever is nobody that is known. Those that ended a moment ago
   * are among them: events come late. What is looked up after events have come knows of every grant that they were made under.
   */
  readonly open: () => (user: string) => Promise<readonly Watched[]>;
  /** Whether it is known who a user is, without asking anybody. */
  readonly knows: (user: string) => boolean;
  /** Finds out who these are, where no line of the policy says it, by what any watcher has learned before. */
  readonly meet: (users: readonly string[]) => Promise<void>;
  /** Learns from the authorizer's own words whose binding a user has used. */
  readonly learn: (user: string, reason: string) => Promise<void>;
  /** The grant of theirs that allowed something, in the authorizer's own words; also one that has ended since. */
  readonly named: (user: string, reason: string) => Promise<Watched | undefined>;
};

/** Somebody has few grants at a time. */
const mostGrants = 30;
/** Milliseconds. */
const lingering = 120_000;
const asked = 30_000;
/** Users that are remembered. */
const most = 5_000;

/** Looks up grants in the log. */
export const createWatchedGrants = (ports: WatcherPorts): WatchedGrants => {
  const { settings, store, moment } = ports;
  const lately = createRecent<readonly Watched[]>(moment, lingering, most);
  /** People whose user stands in no line of the policy, by what the authorizer has said. */
  const learned = new Map<string, PersonId>();

  const personOf = (user: string): PersonId | undefined =>
    knownIn(settings(), user, ports.cluster)?.person ?? learned.get(user);

  /** Users of whom no watcher knew a moment ago. */
  const unknown = createRecent<true>(moment, asked, most);
  const take = (user: string, person: PersonId): void => {
    if (learned.size >= most) learned.clear();
    learned.set(user, person);
  };
  /** The request whose own binding the authorizer names. */
  const requestOf = async (reason: string): Promise<Request | undefined> => {
    const by = bindingIn(reason);
    const id = requestNamed(by?.name);
    const log = id === undefined ? undefined : await find(ports, id);
    if (log?.type !== 'found' || log.chain.request.asked.cluster !== ports.cluster) return undefined;
    const { state } = log.chain.request;
    const isOurs =
      (state.status === 'active' || state.status === 'revoked') && state.objects.some((ref) => names(ref, by));
    return isOurs ? log.chain.request : undefined;
  };

  const look = async (user: string, person: PersonId): Promise<readonly Watched[]> => {
    const ids = await store.activeOf(person, mostGrants);
    // Of who answers for a pipeline there may be grants of their own, which are not its.
    const own = knownIn(settings(), user, ports.cluster)?.identity;
    const now = (await Promise.all(ids.map((id) => watched(ports, id, own)))).flatMap((one) => one ?? []);
    const before = (lately.get(user) ?? []).filter(({ id }) => !ids.includes(id));
    if (now.length > 0) lately.set(user, [...now, ...before].slice(0, mostGrants));
    return [...now, ...before];
  };

  return {
    knows: (user) => personOf(user) !== undefined,
    open: () => {
      const held = new Map<string, Promise<readonly Watched[]>>();
      return (user) => {
        const known = held.get(user);
        const person = personOf(user);
        if (known !== undefined || person === undefined) return known ?? Promise.resolve([]);
        const found = look(user, person);
        held.set(user, found);
        return found;
      };
    },
    learn: async (user, reason) => {
      if (personOf(user) !== undefined) return;
      const found = await requestOf(reason);
      if (found === undefined) return;
      take(user, found.asked.subject);
      await ports.seen.know(user, found.asked.subject);
    },
    named: async (user, reason) => {
      const found = await requestOf(reason);
      return found === undefined || found.asked.subject !== personOf(user) ? undefined : watchedOf(ports, found);
    },
    meet: async (users) => {
      const strangers = new Set(
        users.filter((user) => personOf(user) === undefined && unknown.get(user) === undefined),
      );
      await Promise.all(
        [...strangers].map(async (user) => {
          const person = await ports.seen.whoIs(user);
          if (person === undefined) unknown.set(user, true);
          else take(user, person);
        }),
      );
    },
  };
};

/** A hint only, which the log has to confirm: what Hallpass makes for a request is named after it. */
const requestNamed = (binding: string | undefined): RequestId | undefined => {
  const [, id] = /^hallpass-(.{4}-.{2})(?:-|$)/.exec(binding ?? '') ?? [];
  return requestId.safeParse(id).data;
};

const watched = async (
  ports: WatcherPorts,
  id: RequestId,
  own: KubernetesIdentity | undefined,
): Promise<Watched | undefined> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { asked, state } = found.chain.request;
  if (state.status !== 'active' || isOfAnother(ports, asked, state.identity, own)) return undefined;
  return asked.cluster === ports.cluster ? watchedOf(ports, found.chain.request) : undefined;
};

/**
 * Whether a grant is known to be for somebody else in the cluster. Groups may be others by now, so that it is told by callers alone: of a
 * person and the pipelines that they answer for, each has its own.
 */
const isOfAnother = (
  { trust, settings }: WatcherPorts,
  asked: Asked,
  identity: string,
  own: KubernetesIdentity | undefined,
): boolean => {
  if (own === undefined || identityMark(asked.id, own, trust.digest) === identity) return false;
  const isOfCaller = (settings().callers ?? []).some(({ kubernetes }) => kubernetes?.user === own.user);
  return isOfCaller || asked.caller?.own === true;
};

const watchedOf = (ports: WatcherPorts, { asked, state }: Request): Watched | undefined => {
  if (state.status !== 'active' && state.status !== 'revoked') return undefined;
  const rights = rightsOf(ports, asked);
  return rights.length === 0 ? undefined : { id: asked.id, startedAt: state.startedAt, rights, objects: state.objects };
};

/** All that a grant gives, by the policy of now: a profile that has become wider makes less of what is done look wrong, and lets nothing in. */
const rightsOf = (
  { settings }: WatcherPorts,
  { id: request, kind: name, ask, namespace }: Asked,
): readonly AccessProbe[] => {
  const kind = settings().kinds.find((one) => one.name === name);
  if (kind?.isForSomebody !== true) return [];
  if (kind.gives !== undefined) {
    const given = kind.gives(ask as Json, namespace);
    return given.ok ? given.value : [];
  }
  const plan = kind.plan(ask as Json, { request, namespace, identity: { user: '', groups: [] }, seen: [] });
  return plan.ok ? plan.value.probes : [];
};
