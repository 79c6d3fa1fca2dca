import { afterAll, beforeAll, expect, it } from 'vitest';
import { planRound } from '#test/chaos/draw.ts';
import { type Ground, startGround } from '#test/chaos/ground.ts';
import { playRound } from '#test/chaos/round.ts';
import { tellRound } from '#test/chaos/tell.ts';

/** The short form of `npm run chaos`: always the same rounds. */
const replicas = { bots: [0, 0], workers: [120_000, -120_000], guard: 0, watcher: 0 };
let ground: Ground | undefined;
beforeAll(async () => {
  ground = await startGround(replicas);
}, 240_000);
afterAll(async () => {
  await ground?.stop();
}, 60_000);

it.each([
  [234, ['kill-worker', 'kill-bot', 'kill-guard', 'kill-watcher', 'redis-killed']],
  [77, ['api-killed', 'api-500', 'redis-paused', 'slack-answer-lost', 'socket-dropped']],
] as const)(
  'two bots and two workers whose clocks are four minutes apart: seed %i, while %j',
  async (seed, only) => {
    if (ground === undefined) throw new Error('There is no ground to stand on');
    const round = planRound(seed, only);
    const { problems, filed, inForce, held, misused } = await playRound(ground, seed, round);
    expect(problems, tellRound(round, replicas).join('\n')).toEqual([]);
    // Of a round in which nothing happens nothing is learned.
    expect(filed).toBeGreaterThan(0);
    expect(inForce).toBeGreaterThan(0);
    expect(held).toBeGreaterThan(0);
    expect(misused).toBe(round.misuses.length);
  },
  240_000,
);
