import { type Broken, type Ground, slotsOf } from './ground.ts';
import type { Strike, StrikeKind } from './plan.ts';
import type { Slot } from './slots.ts';

type Blow = { readonly begin: (ground: Ground, which: number) => unknown; readonly end: (ground: Ground) => unknown };

const nothing = () => {};
const set =
  (how: Partial<Broken>) =>
  ({ broken }: Ground): void =>
    void Object.assign(broken, how);
const api = (how: Broken['api']): Blow => ({
  begin: set({ api: how }),
  end: set({ api: 'no' }),
});
const slack = (begin: (ground: Ground) => void): Blow => ({ begin, end: ({ slack }) => slack.faults.up() });
const killed = (slots: (ground: Ground) => readonly Slot[]): Blow => ({
  begin: (ground, which) => {
    const all = slots(ground);
    return all[which % all.length]?.kill();
  },
  end: (ground) => startAll(slots(ground)),
});
const signal =
  (name: 'SIGSTOP' | 'SIGCONT') =>
  ({ stand }: Ground): void => {
    const pid = stand.redis.pid();
    if (pid !== undefined) process.kill(pid, name);
  };

const startAll = async (slots: readonly Slot[]): Promise<void> => {
  await Promise.all(slots.map((one) => one.start()));
};

const blows: Readonly<Record<StrikeKind, Blow>> = {
  'kill-worker': killed(({ workers }) => workers),
  'kill-bot': killed(({ bots }) => bots),
  'kill-guard': killed(({ guard }) => [guard]),
  'kill-watcher': killed(({ watcher }) => [watcher]),
  'redis-killed': { begin: ({ stand }) => stand.redis.kill(), end: ({ stand }) => stand.redis.start() },
  'redis-paused': { begin: signal('SIGSTOP'), end: signal('SIGCONT') },
  'redis-full': {
    begin: ({ redis }) => redis.config('SET', 'maxmemory', '1').catch(nothing),
    end: ({ redis }) => redis.config('SET', 'maxmemory', '0').catch(nothing),
  },
  'redis-emptied': { begin: ({ redis }) => redis.flushall().catch(nothing), end: nothing },
  'redis-answer-lost': {
    begin: set({ redisAnswer: 'lost' }),
    end: set({ redisAnswer: 'kept' }),
  },
  'api-killed': { begin: ({ stand }) => stand.plane.kill(), end: ({ stand }) => stand.plane.start() },
  'api-slow': api('slow'),
  'api-429': api(429),
  'api-500': api(500),
  'api-answer-lost': api('answer-lost'),
  'slack-429': slack(({ slack: { faults } }) => faults.next({ type: 'rate-limited', retryAfter: 1 }, { times: 4 })),
  'slack-500': slack(({ slack: { faults } }) => faults.next({ type: 'status', status: 503 }, { times: 6 })),
  'slack-hangs': slack(({ slack: { faults } }) => faults.next({ type: 'hang' }, { times: 2 })),
  'slack-answer-lost': slack(({ slack: { faults } }) =>
    faults.next({ type: 'performed-then-status', status: 500 }, { times: 3 }),
  ),
  'slack-down': slack(({ slack: { faults } }) => faults.down()),
  'socket-dropped': { begin: ({ link }) => link.drop(), end: nothing },
  'siem-stuck': {
    begin: set({ siem: 'is stuck' }),
    end: set({ siem: 'takes' }),
  },
};

/** When something was broken, until it was mended. */
export type Struck = { readonly kind: StrikeKind; readonly from: number; readonly to: number };

/** Breaks something, and mends it when its time is over. */
export const strike = async (ground: Ground, { kind, which, lasts }: Strike): Promise<Struck> => {
  const from = Date.now();
  await blows[kind].begin(ground, which);
  await new Promise((resolve) => setTimeout(resolve, lasts));
  await blows[kind].end(ground);
  return { kind, from, to: Date.now() };
};

/** Mends everything, whatever was broken. */
export const mend = async (ground: Ground): Promise<void> => {
  for (const kind of Object.keys(blows) as StrikeKind[]) if (!kind.startsWith('kill-')) await blows[kind].end(ground);
  await startAll(slotsOf(ground));
};
