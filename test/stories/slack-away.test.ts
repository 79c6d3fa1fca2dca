import { describe, expect, it } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

describe('Slack in trouble while grants come and go', () => {
  const company = companyFor(inMemory);
  const story = storyOf(company);

  /** Asked and voted on by Bob, with Dan's vote to come; the bot knows who Dan is. */
  const almost = async (): Promise<RequestId> => {
    const { slack } = company();
    const id = await story.ask(typed('4s'));
    await story.click('U0BOB', id, 'Approve');
    await slack.as('U0DAN').command('/jit list');
    return id;
  };
  const endsOnTime = async (id: RequestId): Promise<void> => {
    const { expiresAt } = await story.reaches(id, 'active');
    await story.until('the access to be gone', async () => !(await story.mayRead()));
    const late = Temporal.Now.instant().since(expiresAt).total('seconds');
    expect(late).toBeGreaterThan(-0.2);
    expect(late).toBeLessThan(1.5);
    expect((await story.reaches(id, 'revoked')).lagMilliseconds).toBeLessThan(1_500);
  };
  /** The card shows the end, and the thread and Alice's direct messages have each event once, in order. */
  const caughtUp = async (id: RequestId): Promise<void> => {
    await story.shows(id, 'Ended');
    await story.until('the whole thread', () => story.thread(id).length >= 6);
    const mine = () =>
      company()
        .slack.as('U0ALICE')
        .dms()
        .filter(({ metadata }) => metadata?.event_payload.request === id)
        .map(({ metadata }) => metadata?.event_payload.version);
    await story.until('the last word to Alice', () => mine().includes(6));
    expect(story.threadVersions(id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(mine()).size).toBe(mine().length);
    const cards = company()
      .slack.as('U0BOB')
      .readChannel('approvals')
      .filter(({ metadata }) => metadata?.event_payload.request === id);
    expect(cards).toHaveLength(1);
  };

  it('away from approval to revocation: the end is on time, and card and thread catch up without doubles', async () => {
    const { slack } = company();
    const id = await almost();
    slack.faults.down();
    await story.press('U0DAN', 'approve', id);
    await endsOnTime(id);
    slack.faults.up();
    await caughtUp(id);
  });

  it('losing answers, hanging and asking for pauses: the end is on time, and nothing is said twice', async () => {
    const { slack } = company();
    const id = await almost();
    slack.faults.next({ type: 'performed-then-status', status: 500 }, { times: 2, method: 'chat.postMessage' });
    slack.faults.next({ type: 'performed-then-refused' }, { times: 1, method: 'chat.postMessage' });
    slack.faults.next({ type: 'rate-limited', retryAfter: 2 }, { times: 1, method: 'chat.postMessage' });
    slack.faults.next({ type: 'performed-then-status', status: 503 }, { times: 1, method: 'chat.update' });
    slack.faults.next({ type: 'hang' }, { times: 1, method: 'chat.update' });
    await story.press('U0DAN', 'approve', id);
    await endsOnTime(id);
    await caughtUp(id);
  });
});
