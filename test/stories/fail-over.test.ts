import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { readyToFailOver, startWatchedRedis, type WatchedRedis } from '#test/contract/parts/sentinels.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

let watched: WatchedRedis | undefined;
const found = (): WatchedRedis => {
  if (watched === undefined) throw new Error('There is no Redis yet.');
  return watched;
};
const since = (instant: Temporal.Instant): number => Temporal.Now.instant().since(instant).total('seconds');

describe('a primary that is killed, with a replica that Sentinels put into its place', () => {
  beforeAll(async () => {
    watched = await startWatchedRedis(true);
    await readyToFailOver(watched, true);
  }, 60_000);
  afterAll(() => watched?.stop());
  const company = companyFor(inMemory, {
    redis: {
      of: (config) => {
        const { url, tls, sentinels } = found().address(`hallpass-${config.role}`);
        return {
          ...config,
          redisUrl: url,
          ...(tls === undefined ? {} : { redisTls: tls }),
          ...(sentinels === undefined ? {} : { redisSentinels: sentinels }),
        };
      },
      open: () => {
        const { sentinels } = found().address('admin');
        return new Redis({
          sentinels: (sentinels?.at ?? []).map((one) => ({ ...one })),
          name: 'mymaster',
          sentinelPassword: sentinels?.password ?? '',
          username: 'admin',
          password: 'any',
          tls: { rejectUnauthorized: false },
          sentinelTLS: { rejectUnauthorized: false },
          enableTLSForSentinelMode: true,
          maxRetriesPerRequest: 3,
        });
      },
    },
  });
  const story = storyOf(company);

  it('a grant that is due meanwhile ends within 5 s of its time, what was approved is known, and the next one is given', async () => {
    const id = await story.ask(typed('6s'));
    await story.approve(id);
    const { expiresAt } = await story.reaches(id, 'active');
    await story.shows(id, 'Active');
    const waiting = await story.ask('/jit request access ingress-view shop-payments/ledger-admin for 6s because debug');
    expect(await found().admin(0).wait(1, 5_000)).toBe(1);
    await story.until('the end to be near', () => since(expiresAt) > -1);
    await found().nodes[0].kill();
    await story.until('the access to be gone', async () => !(await story.mayRead()), 15_000);
    const late = since(expiresAt);
    expect(late).toBeGreaterThan(-0.5);
    expect(late).toBeLessThan(5);
    const ended = await story.until('the log to say so', () => story.reaches(id, 'revoked').catch(() => undefined));
    expect(ended?.cause).toBe('expired');
    await story.shows(id, 'Ended');
    // What waited for a decision still does.
    await story.approve(waiting);
    await story.reaches(waiting, 'active');
    await story.reaches(waiting, 'revoked');
    expect(await story.inCluster()).toEqual([]);
  }, 120_000);
});
