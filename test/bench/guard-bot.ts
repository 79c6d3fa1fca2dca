import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { type HeldEntry, readEntry } from '#domain/guard/entry.ts';
import { contentMark, writerMark } from '#domain/guard/fingerprint.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Chain, extend } from '#domain/request/chain.ts';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { shopPeople } from '#local/shop/people.ts';
import { indexOf } from '#use-cases/request-log.ts';
import { authors } from './guard-places.ts';
import type { GuardStage } from './guard-stage.ts';

/** Takes in what the guard leaves as the bot does, but for Slack, the policy and the worker's trial. */
export type BareBot = {
  readonly approve: (id: RequestId) => Promise<void>;
  /** The most entries that waited when it looked. */
  readonly longest: () => number;
  readonly taken: () => number;
  readonly stop: () => Promise<void>;
};

/** So many requests wait at most: the oldest are withdrawn, for the product does not let more than 2,000 wait. */
const mostWaiting = 1_000;
const batch = 20;
const bob = 'U0BOB' as PersonId;

export const startBareBot = (stage: GuardStage): BareBot => {
  const { signer, trust } = stage.keys;
  const connect = (profile: 'commit' | 'listen') =>
    connectRedis({ url: stage.stand.redis.url, profile, name: 'bench-bot', onLost: () => {} });
  const [commit, listen] = [connect('commit'), connect('listen')];
  const clock = createRedisClock(commit);
  const store = createRedisEventStore(commit, clock);
  const intake = createRedisIntake({ commit, listen }, 'bench');
  const people = new Map([...shopPeople, ...authors].map(({ user, slack }) => [user as string, slack as PersonId]));
  /** Those that wait, in the order in which they came. */
  const waiting = new Map<RequestId, Chain>();
  let [taken, longest, isOver] = [0, 0, false];

  const append = async (id: RequestId, before: Chain | undefined, events: readonly RequestEvent[]): Promise<Chain> => {
    const { lines, chain } = extend(id, before, events, await clock.now(), signer('bot'), trust);
    const { type } = await store.append(id, before?.entries.length ?? 0, lines, indexOf(chain.request));
    if (type !== 'appended') throw new Error(`Request ${id} could not be filed: ${type}`);
    return chain;
  };
  const file = async (entry: HeldEntry): Promise<void> => {
    const { id, fingerprint, user } = entry;
    const by = writerMark(fingerprint, user, trust.digest);
    const person = people.get(user);
    if (person === undefined) return intake.say(id, { refused: `nobody knows who "${user}" is in Slack.`, by });
    const now = await clock.now();
    const after = contentMark(entry.after as Manifest, entry.operation, ['acme.test/commit'], trust.digest);
    waiting.set(id, await append(id, undefined, [submittedOf(entry, person, { by, after }, now)]));
    await intake.keep(fingerprint, id);
    await intake.say(id, { where: 'https://acme.slack.com/archives/C0APPROVALS' });
    const [oldest] = waiting.size > mostWaiting ? waiting : [];
    if (oldest === undefined) return;
    waiting.delete(oldest[0]);
    await append(...oldest, [{ type: 'withdrawn', by: oldest[1].request.asked.requester }]);
  };
  const round = async (): Promise<void> => {
    longest = Math.max(longest, await commit.xlen(keys.intake));
    const entries = await intake.take(batch);
    await Promise.all(
      entries.map(async ({ key, entry }) => {
        const read = readEntry(entry, trust)?.said;
        if (read?.type !== 'held') throw new Error('The guard has left something else than a held write');
        await file(read);
        await intake.settle(key);
        taken += 1;
      }),
    );
  };
  const running = (async () => {
    while (!isOver) await round();
  })();
  // Whoever stops it is told.
  running.catch(() => {});

  return {
    approve: async (id) => {
      const chain = waiting.get(id);
      if (chain === undefined) throw new Error(`Request ${id} does not wait`);
      waiting.delete(id);
      const applyBy = (await clock.now()).add({ minutes: 30 });
      await append(id, chain, [
        { type: 'voted', by: bob, revision: 1 },
        { type: 'approved', by: [bob], revision: 1, applyBy },
      ]);
    },
    longest: () => longest,
    taken: () => taken,
    stop: async () => {
      isOver = true;
      await running;
      for (const connection of [commit, listen]) connection.disconnect();
    },
  };
};

/** As large as the bot writes it. */
const submittedOf = (
  entry: HeldEntry,
  person: PersonId,
  marks: { readonly by: string; readonly after: string },
  now: Temporal.Instant,
): Submitted => {
  const { fingerprint, operation, cluster, namespace, name, profile } = entry;
  const { apiVersion, kind } = entry.after as Manifest;
  return {
    type: 'submitted',
    kind: 'change',
    cluster,
    namespace,
    requester: person,
    subject: person,
    source: 'kubectl',
    ask: { profile, operation, name, manifest: entry.after as Submitted['ask'] },
    reason: 'No reason was given with the write.',
    approval: {
      rule: 'shop',
      policyHash: fingerprint,
      quorum: [{ from: 'platform', count: 1 }],
      channel: 'C0APPROVALS',
      settle: ['keep', 'restore'],
      passed: ['controller', 'payments-secrets', 'payments', 'dev', 'far'].map((rule) => ({
        rule,
        why: 'it is for other namespaces',
      })),
    },
    seal: fingerprint,
    revision: 1,
    respondBy: now.add({ hours: 1 }),
    content: {
      digest: fingerprint,
      targets: [{ op: operation, apiVersion, kind, namespace, name }],
      lines: 24,
      added: 7,
      removed: 0,
      fits: true,
      risk: 'none',
    },
    held: {
      fingerprint,
      ...marks,
      complete: ['retry', 'confirm'],
      retryWithin: 1_800,
      ignore: ['acme.test/commit'],
    },
  };
};
