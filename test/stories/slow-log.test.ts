import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

describe('a log that does not answer', () => {
  const company = companyFor(inMemory);
  const story = storyOf(company);

  it('a click is not dropped in silence: within 3 s the person reads that it is not recorded, and clicks again', async () => {
    const { stand, slack } = company();
    const id = await story.ask(typed('5m'));
    await story.card(id);
    const pid = stand.redis.pid();
    if (pid === undefined) throw new Error('Redis does not run.');
    process.kill(pid, 'SIGSTOP');
    try {
      const clicked = await story.click('U0BOB', id, 'Approve');
      expect(clicked).toMatchObject({ status: 'acknowledged' });
      expect(clicked.delivery?.milliseconds).toBeLessThan(3_000);
      await story.until('the answer to the click', () =>
        /Not recorded yet|Nothing was done/.test(story.answerTo('U0BOB')),
      );
      await slack.as('U0ALICE').command(typed('5m'));
      expect(story.answerTo('U0ALICE')).toMatch(/Not recorded yet|Nothing was done|could not be looked up/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await story.until('Redis to answer again', async () => (await story.redis().ping()) === 'PONG');
    await story.click('U0BOB', id, 'Approve');
    await story.shows(id, '1 of 2');
    expect((await story.events(id)).filter((type) => type === 'voted')).toHaveLength(1);
  });
});
