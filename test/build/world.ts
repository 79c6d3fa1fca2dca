import { randomBytes } from 'node:crypto';
import { createVault } from '#adapters/keys/vault.ts';
import { compareStates, digestState } from '#domain/content/compare.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Identity, Membership } from '#domain/people.ts';
import { reachOf } from '#domain/radius/reach.ts';
import type { Chain, Signer } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import { createMemoryCluster, type MemoryCluster } from '#test/memory/cluster.ts';
import { createMemoryContents, type MemoryContents } from '#test/memory/contents.ts';
import { createMemoryEventStore, type MemoryEventStore } from '#test/memory/event-store.ts';
import { createMemoryJobs, type MemoryJobs } from '#test/memory/jobs.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemorySumming, type MemorySumming } from '#test/memory/summing.ts';
import type { Asking } from '#use-cases/asking.ts';
import { draftRequest } from '#use-cases/draft-request.ts';
import type { BotPorts, Clock, ClusterWriter, Directory, EventStore, Settings, WorkerPorts } from '#use-cases/ports.ts';
import { find } from '#use-cases/request-log.ts';
import { runStep } from '#use-cases/run-step.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { lookingKey } from '#use-cases/summing.ts';
import { sweepLog } from '#use-cases/sweep.ts';
import { alice, bob, carol, dave, erin } from './people.ts';
import { policy } from './policy.ts';
import { accessOver } from './profiles.ts';
import { noon } from './requests.ts';

/** What Slack says of people and groups, and where it does not answer. */
type MemoryDirectory = Directory & {
  readonly memberships: Map<PersonId, Membership>;
  readonly groups: Map<string, Set<PersonId>>;
  readonly down: Set<'person' | 'members'>;
};

export type World = {
  readonly bot: BotPorts;
  readonly worker: WorkerPorts;
  readonly store: MemoryEventStore;
  readonly contents: MemoryContents;
  readonly summing: MemorySumming;
  readonly jobs: MemoryJobs;
  readonly cluster: MemoryCluster;
  readonly directory: MemoryDirectory;
  /** Which request each held write is now, as the bot has told guards. */
  readonly kept: ReadonlyMap<string, RequestId>;
  readonly alarms: string[];
  /** Signs as any of the processes. */
  readonly signer: (author: Author) => Signer;
  readonly settings: {
    policy: Settings['policy'];
    identities: readonly Identity[];
    identityTemplate?: Settings['identityTemplate'];
    callers?: NonNullable<Settings['callers']>;
    tokenPeople?: NonNullable<Settings['tokenPeople']>;
    kinds: Settings['kinds'];
  };
  readonly advance: (by: Temporal.DurationLike) => void;
  readonly now: () => Temporal.Instant;
};

const user = (name: string) => ({ user: `${name}@example.com`, groups: ['dev'] });

const createDirectory = (): MemoryDirectory => {
  const memberships = new Map<PersonId, Membership>([alice, bob, carol, dave, erin].map((one) => [one, 'member']));
  const groups = new Map([['S02SECURITY', new Set([erin])]]);
  const down = new Set<'person' | 'members'>();
  return {
    memberships,
    groups,
    down,
    person: async (id) => {
      if (down.has('person')) throw new Error('Slack does not answer');
      const membership = memberships.get(id);
      return membership === undefined ? undefined : { id, membership };
    },
    members: async (group) => {
      if (down.has('members')) throw new Error('Slack does not answer');
      if (group.type === 'people') return new Set(group.people);
      const found = groups.get(group.id);
      if (found === undefined) throw new Error('There is no such group');
      return found;
    },
  };
};

/** All ports in memory: alice and dave ask, bob, carol and dave are `platform`, erin is `security`. */
export const createWorld = (): World => {
  let at = noon;
  const clock: Clock = { now: async () => at };
  const keys = createMemoryKeys();
  const store = createMemoryEventStore(clock);
  const jobs = createMemoryJobs();
  const cluster = createMemoryCluster({
    namespaces: ['shop', 'bank', 'ingress-nginx', 'hallpass', 'hallpass-markers'],
    now: () => at,
  });
  const directory = createDirectory();
  const alarms: string[] = [];
  const settings: World['settings'] = {
    policy: policy(),
    identities: [
      { person: alice, kubernetes: user('alice') },
      { person: dave, kubernetes: user('dave') },
    ],
    kinds: [accessOver()],
  };
  const kept = new Map<string, RequestId>();
  let drawn = 0;
  const common = {
    clock,
    store,
    jobs,
    trust: keys.trust,
    alarm: (message: string) => void alarms.push(message),
    settings: () => settings,
    home: 'hallpass',
    // As processes that have just started: what they have seen before is told apart in tests of its own.
    heads: { seen: () => undefined, see: () => {} },
    clusters: new Map([[cluster.name, cluster]]),
  };
  const contents = createMemoryContents();
  const summing = createMemorySumming(() => at);
  const worker: WorkerPorts = {
    ...common,
    managed: ['shop', 'bank', 'ingress-nginx'],
    signer: keys.signer('worker'),
    examiner: {
      compare: async (before, after) => compareStates(before, after, keys.trust.digest),
      digest: async (state) => digestState(state, keys.trust.digest),
      findings: async (changes) => findingsIn(changes),
      reach: async (changes, sight, unseen) => reachOf(changes, sight, unseen),
      answers: async (questions, found) => questions.map(({ condition, facts }) => condition.holds(facts, found)),
    },
    vault: createVault([randomBytes(32)]),
    summing,
    pause: async () => {},
  };
  return {
    bot: {
      ...common,
      signer: keys.signer('bot'),
      directory,
      contents,
      draft: (input) => draftRequest(worker, input),
      keepHeld: async (fingerprint, id) => void kept.set(fingerprint, id),
      random: (count) => {
        drawn += 1;
        return Uint8Array.from({ length: count }, (_, index) => (drawn * 7 + index * index * 31 + drawn * index) % 256);
      },
    },
    worker,
    store,
    contents,
    summing,
    jobs,
    cluster,
    directory,
    kept,
    alarms,
    signer: keys.signer,
    settings,
    advance: (by) => {
      at = at.add(by);
    },
    now: () => at,
  };
};

/** Alice asks to edit Ingresses in `shop` for half an hour. */
export const asking = (changed: Partial<Asking> = {}): Asking => ({
  by: alice,
  subject: alice,
  source: 'slack',
  kind: 'access',
  cluster: 'prod',
  namespace: 'shop',
  ask: { profile: 'ingress-edit', objects: [] },
  reason: 'checkout answers 502',
  origin: 'form 1',
  ...changed,
});

/** Files a request that must not be refused. */
export const file = async ({ bot }: World, changed: Partial<Asking> = {}): Promise<Chain> => {
  const filed = await submitRequest(bot, asking(changed));
  if (filed.ok) return filed.value;
  throw new Error(`It was refused: ${JSON.stringify(filed.error)}`);
};

/** The request as its log says. */
export const look = async ({ worker }: World, { request: { asked } }: Chain): Promise<Chain> => {
  const found = await find(worker, asked.id);
  if (found.type === 'found') return found.chain;
  throw new Error(`The log of the request is ${found.type}`);
};

/** Runs due jobs and the sweep over the log until there is nothing left to do now. */
export const settle = async ({ worker, jobs, store, summing }: World): Promise<void> => {
  for (let round = 0; round < 10; round += 1) {
    const now = await worker.clock.now();
    const due = jobs.take('cluster', now);
    for (const { id } of due) await runStep(worker, id);
    await sweepLog(worker);
    await summing.drain();
    const left = await Promise.all([store.due, store.news].map((index) => index(now.subtract({ seconds: 2 }), 100)));
    const isLeft = (id: RequestId): boolean => !summing.isUnderWay(lookingKey(id));
    if (due.length === 0 && left.flat().filter(isLeft).length === 0) return;
  }
  throw new Error('It does not come to rest');
};

type Fault = 'before' | 'after';

/** The same port, whose n-th call of all throws, before it does anything or after it has done it. */
const failing = <T extends object>(port: T, count: () => boolean, when: Fault): T =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        const fails = count();
        if (fails && when === 'before') throw new Error(`${String(name)} was cut off before`);
        const answer: unknown = await Reflect.apply(member, target, given);
        if (fails && when === 'after') throw new Error(`${String(name)} was cut off after`);
        return answer;
      };
    },
  });

/** A worker that is cut off at its n-th call of store or cluster; `failed` says whether it came to that. */
export const cutOffAt = ({ worker, store, cluster }: World, nth: number, when: Fault) => {
  let calls = 0;
  const count = (): boolean => {
    calls += 1;
    return calls === nth;
  };
  const writer: ClusterWriter = failing<ClusterWriter>(cluster, count, when);
  return {
    worker: { ...worker, store: failing<EventStore>(store, count, when), clusters: new Map([[cluster.name, writer]]) },
    failed: () => calls >= nth,
  };
};
