import type { Response, WatchRule } from '#domain/watch/suspicion.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { createMemorySeen } from '#test/memory/watching.ts';
import type { Asking } from '#use-cases/asking.ts';
import { createHeads } from '#use-cases/heads.ts';
import { createRememberedLogs } from '#use-cases/remembered-logs.ts';
import { createUseWatch } from '#use-cases/watch-use.ts';
import type { WatcherPorts } from '#use-cases/watcher-ports.ts';
import { breakGlass } from './break-glass-world.ts';
import { createGuardWorld, type GuardWorld, userOf } from './guard-world.ts';
import { alice } from './people.ts';
import { groups, policy, rule } from './policy.ts';
import { file, look } from './world.ts';

export type AuditEvent = Readonly<Record<string, unknown>>;

let counted = 0;
/** An event as kube-apiserver 1.20 sends it, of what Alice was allowed to do a moment ago. */
export const auditEvent = (changed: Record<string, unknown> = {}): AuditEvent => {
  counted += 1;
  return {
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${String(counted).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web',
    verb: 'get',
    user: { username: userOf('alice'), groups: ['dev', 'system:authenticated'] },
    sourceIPs: ['10.1.2.3'],
    userAgent: 'kubectl/v1.30.2 (linux/amd64) kubernetes/39683505',
    objectRef: {
      resource: 'ingresses',
      namespace: 'shop',
      name: 'web',
      apiGroup: 'networking.k8s.io',
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...changed,
  };
};

/** Of what somebody was refused. */
export const refusedEvent = (resource: string, changed: Record<string, unknown> = {}): AuditEvent =>
  auditEvent({
    verb: 'list',
    objectRef: { resource, namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
    ...changed,
  });

/** Alice edits Ingresses in `shop` for half an hour, and a watcher looks on. */
export const createWatchWorld = async (
  does: Partial<Record<WatchRule, Response>> = {},
  asked: Partial<Asking> = {},
  when: 'in force' | 'before it is applied' = 'in force',
  prepare: (world: GuardWorld) => void = () => {},
) => {
  const world = createGuardWorld();
  prepare(world);
  const oncall = { type: 'people', people: [alice] } as const;
  world.settings.policy = policy({
    rules: [rule({ permanent: true, breakGlass })],
    groups: new Map([...groups, ['oncall', oncall]]),
  });
  world.settings.policy = { ...world.settings.policy, watch: { ...usualWatch, does: { ...usualWatch.does, ...does } } };
  const signs: string[] = [];
  let room = true;
  const later: (() => void)[] = [];
  const ports: WatcherPorts = {
    clock: world.bot.clock,
    store: world.store,
    signer: world.signer('watcher'),
    trust: world.bot.trust,
    alarm: world.bot.alarm,
    heads: createHeads(),
    settings: world.bot.settings,
    cluster: world.cluster.name,
    home: world.bot.home,
    readLog: createRememberedLogs(),
    seen: createMemorySeen(),
    reports: {
      leave: async (entry) => {
        if (room) world.held.leave(entry);
        return room;
      },
      watching: async (cluster) => void signs.push(cluster),
    },
    moment: () => world.now().epochMilliseconds,
    pause: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      later.push(resolve);
      return promise;
    },
  };
  let watch = createUseWatch(ports);
  const filed = await file(world, asked);
  const chain = asked.breakGlass === true ? filed : await world.approve(filed);
  if (when === 'in force') await world.steps();
  const { id } = chain.request.asked;
  /** What the API server reports, as of now; the bot takes in what comes of it. */
  const report = async (...events: readonly AuditEvent[]): Promise<void> => {
    const now = world.now().toString();
    await watch.take(events.map((event) => ({ requestReceivedTimestamp: now, stageTimestamp: now, ...event })));
    await world.takeIn();
  };
  return {
    world,
    id,
    ports,
    signs,
    report,
    /** Hands events on and takes nothing in. */
    take: (events: readonly unknown[]) => watch.take(events),
    request: async () => (await look(world, chain)).request,
    entries: async () => (await look(world, chain)).entries.map(({ event }) => event),
    /** What it does a moment later. */
    wait: async (): Promise<void> => {
      for (const resolve of later.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await world.takeIn();
    },
    /** Another watcher takes over, which has seen nothing itself. */
    restart: (): void => {
      watch = createUseWatch(ports);
    },
    full: (isFull: boolean): void => {
      room = !isFull;
    },
  };
};
