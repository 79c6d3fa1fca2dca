import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const since = (instant: Temporal.Instant): number => Temporal.Now.instant().since(instant).total('seconds');

describe('a part that is lost while grants are active', () => {
  const company = companyFor(inMemory);
  const story = storyOf(company);

  const granted = async (duration: string) => {
    const id = await story.ask(typed(duration));
    await story.approve(id);
    const { expiresAt } = await story.reaches(id, 'active');
    expect(await story.mayRead()).toBe(true);
    return { id, expiresAt };
  };
  const lost = () =>
    story.until(
      'the access to be gone',
      async () => {
        return !(await story.mayRead());
      },
      15_000,
    );

  it('Redis emptied: every grant still ends within 5 s of its time, and administrators are told', async () => {
    const { id, expiresAt } = await granted('5s');
    const second = await story.ask('/jit request access ingress-view shop-payments/ledger-admin for 6s because debug');
    await story.approve(second);
    const other = await story.reaches(second, 'active');
    await story.redis().flushall();
    await lost();
    expect(since(expiresAt)).toBeGreaterThan(-0.5);
    expect(since(expiresAt)).toBeLessThan(5);
    await story.until('the other grant to be gone', async () => (await story.inCluster()).length === 0);
    expect(since(other.expiresAt)).toBeLessThan(5);
    await story.isTold('A grant was ended by what the cluster says of it');
    expect(story.told(id).length + story.told(second).length).toBeGreaterThan(1);
    const next = await granted('3s');
    await story.reaches(next.id, 'revoked');
  });

  it('Redis killed and away at the end: it still comes within 5 s, and afterwards log and card say so', async () => {
    const { id, expiresAt } = await granted('4s');
    await story.shows(id, 'Active');
    await company().stand.redis.kill();
    await lost();
    expect(since(expiresAt)).toBeGreaterThan(-0.5);
    expect(since(expiresAt)).toBeLessThan(5);
    await pause(1_000);
    await company().stand.redis.start();
    const ended = await story.reaches(id, 'revoked');
    expect(ended.cause).toBe('expired');
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'voted', 'approved', 'activated', 'ended']);
    await story.shows(id, 'Ended');
    expect(await story.inCluster(id)).toEqual([]);
  });

  it('Redis hung and answering nothing at the end: it still comes within 5 s, and afterwards the log says so', async () => {
    const { id, expiresAt } = await granted('4s');
    const pid = company().stand.redis.pid();
    if (pid === undefined) throw new Error('Redis does not run.');
    process.kill(pid, 'SIGSTOP');
    try {
      await lost();
      expect(since(expiresAt)).toBeGreaterThan(-0.5);
      expect(since(expiresAt)).toBeLessThan(5);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await story.reaches(id, 'revoked')).cause).toBe('expired');
  });

  it('the API server away at the end: the card says that it is late, and it comes within 5 s of the return', async () => {
    const { stand } = company();
    const { id, expiresAt } = await granted('4s');
    await story.shows(id, 'Active');
    await stand.plane.kill();
    await story.shows(id, 'The end is late');
    expect(story.cardOf(id)?.shown).toContain('the access may still work');
    expect(since(expiresAt)).toBeGreaterThan(3);
    const awayUntil = Temporal.Now.instant();
    await stand.plane.start();
    const back = Temporal.Now.instant();
    await lost();
    expect(since(back)).toBeLessThan(5);
    const ended = await story.reaches(id, 'revoked');
    const lag = ended.lagMilliseconds / 1_000;
    expect(Math.abs(lag - ended.at.since(expiresAt).total('seconds'))).toBeLessThan(0.1);
    expect(lag).toBeGreaterThan(awayUntil.since(expiresAt).total('seconds'));
    expect((await story.events(id)).filter((type) => type === 'end-delayed')).toHaveLength(1);
    await story.shows(id, `ended ${lag.toFixed(1)} s after that`);
  });
});
