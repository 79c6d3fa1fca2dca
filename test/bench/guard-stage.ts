import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createKeys, type Keys } from '#adapters/keys/keys.ts';
import { bundleIn } from '#domain/guard/bundle.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { asStarted } from '#test/chaos/slots.ts';
import { type BareWebhook, startBareWebhook } from './guard-bare.ts';
import { type Probed, startProbed } from './guard-process.ts';
import { askAbout, configurations, makePlaces, writeAuthors } from './guard-setup.ts';
import type { Options } from './options.ts';

/** The guard as it runs in production, in a process of its own, and beside it a webhook with nothing behind it. */
export type GuardStage = {
  readonly stand: Stand;
  /** For looking at what is kept from outside. */
  readonly redis: Redis;
  /** The bot's: what was held is taken in and approved without it. */
  readonly keys: Keys;
  readonly guard: Probed & { readonly port: number; readonly ca: string };
  readonly bare: BareWebhook;
  readonly size: (usual: number, small: number, long?: number) => number;
  /** Tells whoever watches what is going on. */
  readonly say: (text: string) => void;
  readonly stop: () => Promise<void>;
};

export const startGuardStage = async (options: Options, say: (text: string) => void): Promise<GuardStage> => {
  say('starting Redis, the API server, the guard and a bare webhook');
  const stand = await startStand({ guard: true });
  const stops: (() => Promise<unknown>)[] = [stand.stop];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    await writeAuthors(stand);
    await makePlaces(stand, options.small ? 30 : 130);
    const bare = await startBareWebhook(stand, options.profile);
    stops.push(bare.stop);
    await askAbout(stand, bare);
    const guard = await startGuardProcess(stand, options.profile);
    stops.push(guard.stop);
    const ca = await offered(stand);
    const redis = new Redis(stand.redis.url);
    stops.push(async () => redis.disconnect());
    const keys = createKeys(stand.config('bot').keys, ['bot']);
    if (!keys.ok) throw new Error(keys.error.join('\n'));
    const size = (usual: number, small: number, long = usual): number => {
      if (options.small) return small;
      return options.long ? long : usual;
    };
    return { stand, redis, keys: keys.value, guard: { ...guard, port: portOf(stand), ca }, bare, size, say, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};

/** The guard's authority, once it stands in its configuration. */
const offered = async ({ admin }: Stand): Promise<string> => {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const { body } = await admin.send('GET', `${configurations}/hallpass-guard`);
    const bundle = bundleIn(body as Manifest) ?? '';
    if (bundle !== '') return atob(bundle);
    await pause(100);
  }
  throw new Error('The guard has not offered its authority');
};

const portOf = (stand: Stand): number => stand.config('guard').guard?.port ?? 0;

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** As `npm start` runs it with HALLPASS_ROLE=guard. */
const startGuardProcess = (stand: Stand, profile: string | undefined): Promise<Probed> => {
  const config = stand.config('guard');
  const port = portOf(stand);
  return startProbed({
    name: 'guard-process',
    folder: stand.folder,
    program: main,
    flags: asStarted,
    environment: {
      HALLPASS_ROLE: 'guard',
      REDIS_URL: config.redisUrl,
      HALLPASS_POLICY: config.policy,
      HALLPASS_KEYS: config.keys,
      HALLPASS_CLUSTERS: `shop=${stand.kubeconfig('hallpass-guard')}`,
      HALLPASS_NAMESPACE: config.home,
      HALLPASS_GUARD: `https://127.0.0.1:${port}/review`,
      HALLPASS_GUARD_PORT: String(port),
    },
    running: 'The guard is running',
    profile,
  });
};
