import { randomBytes } from 'node:crypto';
import { plain } from '#adapters/slack/mrkdwn.ts';
import { sayNotFiled } from '#adapters/slack/replies.ts';
import { fingerprintOf, passMark, writerMark } from '#domain/guard/fingerprint.ts';
import { type Protection, protectionOf } from '#domain/guard/protection.ts';
import { isOfSecret, veilWrite } from '#domain/guard/veil.ts';
import type { Admission, Write } from '#domain/guard/write.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import { ok } from '#domain/result.ts';
import { change } from '#kinds/change/change.ts';
import { apiVersionOf, type Kind } from '#kinds/kind.ts';
import { createMemoryAgreedStates, type MemoryAgreedStates } from '#test/memory/agreed-states.ts';
import type { MemoryCluster } from '#test/memory/cluster.ts';
import { createMemoryHeldWrites, type MemoryHeldWrites } from '#test/memory/held-writes.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, denyRequest } from '#use-cases/act-on-request.ts';
import { draftRequest } from '#use-cases/draft-request.ts';
import type { DriftPorts } from '#use-cases/drift-ports.ts';
import { createGrantUses } from '#use-cases/grant-uses.ts';
import type { GuardPorts } from '#use-cases/guard-ports.ts';
import { heldIndex } from '#use-cases/held-index.ts';
import { createJustDeleted } from '#use-cases/just-deleted.ts';
import { createLostGrants } from '#use-cases/lost-grants.ts';
import { createOwnWrites } from '#use-cases/own-writes.ts';
import type { ClusterWriter } from '#use-cases/ports.ts';
import { createRememberedLogs } from '#use-cases/remembered-logs.ts';
import { find } from '#use-cases/request-log.ts';
import { reviewWrite } from '#use-cases/review-write.ts';
import { settleHeld } from '#use-cases/settle-held.ts';
import { type TakeInPorts, takeInWrites } from '#use-cases/take-in-writes.ts';
import { createDriftWatch } from '#use-cases/watch-drift.ts';
import { withPasses } from '#use-cases/with-passes.ts';
import { withVeils } from '#use-cases/with-veils.ts';
import { changeable } from './changes.ts';
import { protection } from './guarded.ts';
import { mark } from './marks.ts';
import { bob } from './people.ts';
import { policy, rule } from './policy.ts';
import { gate } from './rule-world.ts';
import { createWorld, settle, type World } from './world.ts';

/** A write as somebody makes it: of what an object shall be, or of its deletion. What the cluster knows is filled in. */
export type Writing = {
  /** As the API server knows them; Alice when absent. */
  readonly user?: string;
  readonly object?: Manifest;
  readonly deletes?: Target;
  readonly dryRun?: boolean;
  /** It is let through, and comes to nothing behind the guard. */
  readonly fails?: boolean;
};

export type GuardWorld = Omit<World, 'worker'> & {
  readonly bot: TakeInPorts;
  readonly guard: GuardPorts;
  readonly worker: DriftPorts;
  readonly held: MemoryHeldWrites;
  readonly agreed: MemoryAgreedStates;
  /** The cluster as the worker would meet it without passes. */
  readonly guarded: ClusterWriter;
  /** What the API server would ask about. */
  readonly ask: (writing: Writing) => Promise<Write>;
  /** By which a write is known, however often it is made. */
  readonly fingerprint: (writing: Writing) => Promise<string>;
  /** As a pass of the worker names it. */
  readonly passMark: (writing: Writing) => Promise<string>;
  /** Asks the guard, and does it when it is let through. */
  readonly write: (writing: Writing) => Promise<Admission>;
  /** Asks the guard about a write as it stands here, and does nothing. */
  readonly review: (changed: Partial<Write>) => Promise<Admission>;
  /** The bot takes in what was left for it. */
  readonly takeIn: () => Promise<void>;
  /** The worker looks over what is protected, and the bot takes in what it has found. */
  readonly look: () => Promise<void>;
  /** The worker does what is owed. */
  readonly steps: () => Promise<void>;
  /** Writes, and the bot takes it in: the request that it became. */
  readonly hold: (writing: Writing) => Promise<Chain>;
  readonly approve: (chain: Chain, by?: PersonId) => Promise<Chain>;
  readonly deny: (chain: Chain, reason?: string) => Promise<Chain>;
  /** All requests that there are, by their status. */
  readonly requests: () => Promise<Readonly<Record<string, string>>>;
};

export type GuardWorldOptions = {
  readonly rules?: readonly Rule[];
  readonly protect?: readonly Protection[];
  /** The bot takes in what is filed while the guard still waits for it; otherwise when it is told to. */
  readonly isPrompt?: boolean;
  /** Who has no key by which Secrets are held; everybody else has the same. */
  readonly keyless?: 'guard' | 'worker';
};

export const workerUser = 'system:serviceaccount:hallpass:hallpass-worker';
export const userOf = (name: string): string => `${name}@example.com`;
export const gateTarget: Target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' };

/** As in `changes.yaml`: what Hallpass changes, and what is held for its author alone. */
const changes = (): Kind => {
  const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
  const held = [
    { name: 'roles', title: 'Roles', ...rbac, resource: 'roles', kind: 'Role' },
    { name: 'rolebindings', title: 'RoleBindings', ...rbac, resource: 'rolebindings', kind: 'RoleBinding' },
    { name: 'namespaces', title: 'Namespaces', group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace' },
    { name: 'secrets', title: 'Secrets', group: '', version: 'v1', resource: 'secrets', kind: 'Secret' },
  ];
  const kind = change.configure({ resources: changeable, held });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

/** ConfigMaps and Ingresses in `shop`, and Deployments, which an autoscaler may scale. */
export const heldInShop = (changed: Partial<Protection> = {}): Protection =>
  protection({
    resources: ['configmaps', 'ingresses', 'deployments'],
    scalers: ['system:serviceaccount:kube-system:*autoscaler'],
    ignoreAnnotations: ['acme.test/commit'],
    complete: ['retry', 'confirm'],
    ...changed,
  });

/** An Ingress, Deployment or ConfigMap of `shop`, with annotations. */
export const noted = (object: Manifest, annotations: Readonly<Record<string, string>>): Manifest => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});

/** The cluster as the worker meets it: an API server that asks the guard first, as it does also about a creation of what is there. */
const underGuard = (
  cluster: MemoryCluster,
  admit: (target: Target, states: Pick<Write, 'before' | 'after'>) => Promise<void>,
): ClusterWriter => {
  const liveOf = async (target: Target) => (await cluster.get(target))?.live;
  return {
    ...cluster,
    write: async (manifest, options) => {
      const tried = await cluster.tryWrite(manifest, options);
      if (tried.type === 'moved') return tried;
      await admit(targetOf(manifest), { before: await liveOf(targetOf(manifest)), after: tried.live });
      return cluster.write(manifest, options);
    },
    create: async (manifest) => {
      const tried = await cluster.tryWrite(manifest, { manager: 'hallpass' });
      await admit(targetOf(manifest), { before: undefined, after: tried.type === 'moved' ? manifest : tried.live });
      return cluster.create(manifest);
    },
    delete: async (ref, version) => {
      const before = await liveOf(ref);
      if (before !== undefined) await admit(ref, { before, after: undefined });
      return cluster.delete(ref, version);
    },
    beginDelete: async (ref) => {
      const before = await liveOf(ref);
      if (before !== undefined) await admit(ref, { before, after: undefined });
      return cluster.beginDelete(ref);
    },
    remove: async (ref) => {
      const before = await liveOf(ref);
      if (before !== undefined) await admit(ref, { before, after: undefined });
      return cluster.remove(ref);
    },
  };
};

const operationOf = ({ before, after }: Pick<Write, 'before' | 'after'>): Write['operation'] => {
  if (after === undefined) return 'delete';
  return before === undefined ? 'create' : 'update';
};

/** A world in which a guard holds what is written to a gate that is closed, and other objects in `shop`. */
export const createGuardWorld = (options: GuardWorldOptions = {}): GuardWorld => {
  const world = createWorld();
  const { rules = [rule({ permanent: true })], protect = [heldInShop()], isPrompt = false, keyless } = options;
  world.settings.kinds = [...world.settings.kinds, changes()];
  world.settings.policy = policy({ rules, protect });
  world.cluster.put(gate({ auth: 'on', limit: '10' }));
  const held = createMemoryHeldWrites(world.bot.clock);
  let isTaking = false;

  const guard: GuardPorts = {
    clock: world.bot.clock,
    store: world.store,
    signer: world.signer('guard'),
    trust: world.bot.trust,
    alarm: world.bot.alarm,
    heads: world.bot.heads,
    readLog: createRememberedLogs(),
    lostGrants: createLostGrants(() => world.now().epochMilliseconds),
    grantUses: createGrantUses(() => world.now().epochMilliseconds),
    justDeleted: createJustDeleted(() => world.now().epochMilliseconds),
    settings: world.bot.settings,
    cluster: {
      name: world.cluster.name,
      namespace: world.cluster.namespace,
      time: world.cluster.time,
      own: async (namespace, name) =>
        (await world.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }))?.live,
    },
    held: held.held,
    random: (count) => randomBytes(count),
    home: world.bot.home,
    worker: workerUser,
    pause: async () => {
      // One look at a time, as in the bot.
      if (!isPrompt || isTaking) return;
      isTaking = true;
      await takeIn();
      isTaking = false;
    },
    ...(keyless === 'guard' ? {} : { mark }),
  };

  const resourceOf = ({ apiVersion, kind }: Target) =>
    world.settings.kinds
      .flatMap(({ holds }) => holds?.sorts ?? [])
      .find((sort) => sort.kind === kind && apiVersionOf(sort) === apiVersion);
  const reviewed = (target: Target, user: string, states: Pick<Write, 'before' | 'after'>, dryRun = false): Write => {
    const { group, version, resource } = resourceOf(target) ?? { group: '', version: 'v1', resource: 'unheard-of' };
    const { namespace, name } = target;
    return {
      uid: String(randomBytes(8).toString('hex')),
      operation: operationOf(states),
      ...{ group, version, resource, namespace, name, user, dryRun },
      groups: ['dev', 'system:authenticated'],
      ...states,
    };
  };
  /** The object as it is sent to the API server, and as that would have it. */
  const sent = async (object: Manifest) => {
    const before = (await world.cluster.get(targetOf(object)))?.live;
    const { resourceVersion } = (before?.metadata ?? {}) as { readonly resourceVersion?: string };
    const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    const manifest = { ...object, metadata } as Manifest;
    const tried = await world.cluster.tryWrite(manifest, { manager: 'kubectl' });
    if (tried.type === 'moved') throw new Error('It moved while it was written');
    return { manifest, before, after: tried.live };
  };
  const ask = async ({ user = userOf('alice'), object, deletes, dryRun }: Writing): Promise<Write> => {
    if (object === undefined && deletes === undefined) throw new Error('Nothing is written');
    if (object !== undefined) {
      const { before, after } = await sent(object);
      return reviewed(targetOf(object), user, { before, after }, dryRun);
    }
    const target = deletes ?? gateTarget;
    return reviewed(target, user, { before: (await world.cluster.get(target))?.live, after: undefined }, dryRun);
  };

  const fingerprint = async (writing: Writing): Promise<string> => {
    const raw = await ask(writing);
    const veiled = isOfSecret(raw) ? veilWrite(world.cluster.name, raw, mark) : ok(raw);
    if (!veiled.ok) throw new Error(veiled.error);
    const asked = veiled.value;
    const { namespace = '' } = asked;
    const profile = resourceOf(writing.deletes ?? targetOf(writing.object ?? gate({})))?.profile ?? '';
    const place = { cluster: world.cluster.name, namespace, profile };
    const { ignoreAnnotations = [] } = protectionOf(world.settings.policy.protect, place) ?? {};
    return fingerprintOf(world.cluster.name, asked, ignoreAnnotations, world.bot.trust.digest);
  };

  const indexOf = async (writing: Writing): Promise<string> => {
    const raw = await ask(writing);
    const known = await fingerprint(writing);
    return heldIndex(raw, { fingerprint: known, by: writerMark(known, raw.user, world.bot.trust.digest) });
  };

  const write: GuardWorld['write'] = async (writing) => {
    const answer = await reviewWrite(guard, await ask(writing));
    const { object, deletes, dryRun, fails } = writing;
    if (!answer.allowed || dryRun === true || fails === true) return answer;
    if (object !== undefined) await world.cluster.write((await sent(object)).manifest, { manager: 'kubectl' });
    if (deletes !== undefined) world.cluster.discard(deletes);
    return answer;
  };

  const guarded = underGuard(world.cluster, async (target, states) => {
    const answer = await reviewWrite(guard, reviewed(target, workerUser, states));
    if (answer.allowed) return;
    if (answer.code === 503) throw new Error(answer.message);
    throw refusal(answer.code, `write ${target.kind} ${target.name}`, answer.message);
  });
  const agreed = createMemoryAgreedStates();
  const own = createOwnWrites({ ...world.worker, agreed });
  const veiling = { home: world.worker.home, ...(keyless === 'worker' ? {} : { mark }) };
  const writer = withVeils(veiling, withPasses({ ...world.worker, noteWrite: own.note }, guarded));
  const worker: DriftPorts = {
    ...world.worker,
    agreed,
    clusters: new Map([[world.cluster.name, writer]]),
    flush: own.flush,
    leave: async (entry) => held.leave(entry),
    random: (count) => randomBytes(count),
  };
  const watch = createDriftWatch(worker, writer);
  const bot: TakeInPorts = {
    ...world.bot,
    draft: (input) => draftRequest(worker, input),
    keepHeld: held.intake.keep,
    intake: held.intake,
    sayNotFiled: (refused) => plain(sayNotFiled(refused)),
    where: async ({ approval }) => `https://acme.slack.com/archives/${approval.channel}`,
  };
  const takeIn = (): Promise<void> => takeInWrites(bot);

  const chainOf = async (id: RequestId): Promise<Chain> => {
    const found = await find(bot, id);
    if (found.type === 'found') return found.chain;
    throw new Error(`The log of the request is ${found.type}`);
  };
  const look = async (): Promise<void> => {
    await watch();
    await takeIn();
  };
  const steps = async (): Promise<void> => {
    await settleHeld(worker);
    await settle({ ...world, worker });
  };

  return {
    ...world,
    bot,
    worker,
    guard,
    held,
    guarded,
    ask,
    fingerprint,
    passMark: async (writing) => passMark(world.cluster.name, await ask(writing), world.bot.trust.digest),
    write,
    review: async (changed) => reviewWrite(guard, { ...(await ask({ object: gate({ auth: 'off' }) })), ...changed }),
    takeIn,
    agreed,
    look,
    steps,
    hold: async (writing) => {
      const answer = await write(writing);
      await takeIn();
      if (answer.allowed) throw new Error('It was let through');
      const { id } = (await held.held.find(await indexOf(writing))) ?? {};
      if (id === undefined) throw new Error(`It is not known: ${answer.message}`);
      return chainOf(id);
    },
    approve: async ({ request: { asked } }, by = bob) => {
      const { id, revision } = asked;
      const approved = await approveRequest(bot, { by, id, revision });
      if (approved.ok) return approved.value;
      throw new Error(`It was not approved: ${approved.error.type}`);
    },
    deny: async ({ request: { asked } }, reason = 'not today') => {
      const { id, revision } = asked;
      const denied = await denyRequest(bot, { by: bob, id, revision, reason });
      if (denied.ok) return denied.value;
      throw new Error(`It was not denied: ${denied.error.type}`);
    },
    requests: async () => {
      const statuses = [
        ...(['pending', 'approved', 'active', 'completed', 'revoked'] as const),
        ...(['denied', 'withdrawn', 'timed-out', 'lapsed', 'failed'] as const),
      ];
      const found = await Promise.all(
        statuses.map(async (status) => (await world.store.inStatus(status, 1_000)).map((id) => [id, status] as const)),
      );
      return Object.fromEntries(found.flat());
    },
  };
};
