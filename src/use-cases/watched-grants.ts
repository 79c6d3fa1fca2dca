import { type PersonId, type RequestId, requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe } from '#domain/plan.ts';
import type { Asked } from '#domain/request/request.ts';
import { bindingIn, type Watched } from '#domain/watch/look.ts';
import { knownUser } from './known-users.ts';
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
  /** Learns from the authorizer's own words whose binding a user has used. */
  readonly learn: (user: string, reason: string) => Promise<void>;
};

/** Somebody has few grants at a time. */
const mostGrants = 30;
/** Milliseconds. */
const lingering = 120_000;
/** Users that are remembered. */
const most = 5_000;

/** Looks up grants in the log. */
export const createWatchedGrants = (ports: WatcherPorts): WatchedGrants => {
  const { settings, store, moment } = ports;
  const lately = createRecent<readonly Watched[]>(moment, lingering, most);
  /** People whose user stands in no line of the policy, by what the authorizer has said. */
  const learned = new Map<string, PersonId>();

  const personOf = (user: string): PersonId | undefined =>
    knownUser(settings().identities, user)?.person ?? learned.get(user);

  const look = async (user: string, person: PersonId): Promise<readonly Watched[]> => {
    const ids = await store.activeOf(person, mostGrants);
    const now = (await Promise.all(ids.map((id) => watched(ports, id)))).flatMap((one) => one ?? []);
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
      const name = bindingIn(reason)?.name;
      const id = requestNamed(name);
      const log = id === undefined ? undefined : await find(ports, id);
      if (log?.type !== 'found' || log.chain.request.asked.cluster !== ports.cluster) return;
      const { asked, state } = log.chain.request;
      if (state.status !== 'active' || !state.objects.some((ref) => ref.name === name)) return;
      if (learned.size >= most) learned.clear();
      learned.set(user, asked.subject);
    },
  };
};

/** A hint only, which the log has to confirm: what Hallpass makes for a request is named after it. */
const requestNamed = (binding: string | undefined): RequestId | undefined => {
  const [, id] = /^hallpass-(.{4}-.{2})(?:-|$)/.exec(binding ?? '') ?? [];
  return requestId.safeParse(id).data;
};

const watched = async (ports: WatcherPorts, id: RequestId): Promise<Watched | undefined> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { asked, state } = found.chain.request;
  if (state.status !== 'active' || asked.cluster !== ports.cluster) return undefined;
  const rights = rightsOf(ports, asked);
  return rights.length === 0 ? undefined : { id, startedAt: state.startedAt, rights, objects: state.objects };
};

/** All that a grant gives, by the policy of now: a profile that has become wider makes less of what is done look wrong, and lets nothing in. */
const rightsOf = (
  { settings }: WatcherPorts,
  { id: request, kind: name, ask, namespace }: Asked,
): readonly AccessProbe[] => {
  const kind = settings().kinds.find((one) => one.name === name);
  if (kind?.isForSomebody !== true) return [];
  const plan = kind.plan(ask as Json, { request, namespace, identity: { user: '', groups: [] }, seen: [] });
  return plan.ok ? plan.value.probes : [];
};
