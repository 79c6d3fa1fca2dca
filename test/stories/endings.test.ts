import { describe, expect, it } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, rules, storyOf, typed, writeRules } from './story.ts';

/** What must be answered in time has a rule of its own, in a channel of its own: Slack takes one post a second and channel. */
const policy = rules({
  rules: `  - name: soon
    match: { namespaces: [shop-payments], profiles: [ingress-view] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0PRODOPS
    duration: { default: 15m, longest: 1h }
    respondWithin: 3s
  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`,
});

describe('how requests end', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);

  /** Card, thread and direct message say it, each in its own words. */
  const said = async (
    id: RequestId,
    words: { readonly card: readonly string[]; readonly thread: readonly string[]; readonly dm?: readonly string[] },
  ): Promise<void> => {
    for (const word of words.card) await story.shows(id, word);
    expect(story.cardOf(id)?.buttons.map(({ text }) => text)).toEqual([]);
    const inThread = () =>
      story
        .thread(id)
        .map(({ shown }) => shown)
        .join('\n');
    for (const word of words.thread)
      await story.until(`"${word}" in the thread`, () => named(inThread()).includes(word));
    const toAlice = () =>
      company()
        .slack.as('U0ALICE')
        .dms()
        .map(({ shown }) => shown)
        .filter((shown) => shown.includes(id))
        .join('\n');
    for (const word of words.dm ?? [])
      await story.until(`"${word}" to Alice, who reads:\n${toAlice()}`, () => named(toAlice()).includes(word));
  };
  const late = async (person: string, id: RequestId, seen: Awaited<ReturnType<typeof story.card>>, words: string) => {
    await company().slack.as(person).clickAsSeen(seen, 'Approve');
    await story.until(`${person} to read "${words}"; they read: ${story.answerTo(person)}`, () =>
      named(story.answerTo(person)).includes(words),
    );
    expect(await story.inCluster(id)).toEqual([]);
  };
  const withdrawnBy = async (id: RequestId) => (await story.chain(id)).request.state.status;

  it('withdrawn: card and thread say by whom, and a late click is told so', async () => {
    const id = await story.ask(typed('5m'));
    const seen = await story.card(id);
    await story.click('U0ALICE', id, 'Withdraw');
    expect(await withdrawnBy(id)).toBe('withdrawn');
    await said(id, { card: ['Withdrawn by @U0ALICE'], thread: ['@U0ALICE withdrew it'] });
    await late('U0BOB', id, seen, 'was withdrawn by @U0ALICE');
  });

  it('denied with a reason: Alice reads it, and a late click is told who denied it', async () => {
    const id = await story.ask(typed('5m'));
    const seen = await story.card(id);
    await story.click('U0BOB', id, 'Deny');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'the freeze lasts until Monday' });
    await story.reaches(id, 'denied');
    await said(id, {
      card: ['Denied by @U0BOB', 'the freeze lasts until Monday'],
      thread: ['@U0BOB denied it', 'the freeze lasts until Monday'],
      dm: ['@U0BOB denied', 'the freeze lasts until Monday'],
    });
    await late('U0CAROL', id, seen, 'was denied by @U0BOB');
  });

  it('timed out: everybody is told, and a late click revives nothing', async () => {
    const id = await story.ask('/jit request access ingress-view shop-payments/ledger for 5m because checkout 502s');
    const seen = await story.card(id);
    const { at } = await story.reaches(id, 'timed-out');
    const { respondBy } = (await story.chain(id)).request.asked;
    expect(at.since(respondBy).total('seconds')).toBeLessThan(2);
    await said(id, { card: ['Timed out'], thread: ['nobody decided in time'], dm: ['Timed out'] });
    await late('U0BOB', id, seen, 'ran out of time');
    expect(await withdrawnBy(id)).toBe('timed-out');
  });

  it('given back: the access ends at once and the card says by whom', async () => {
    const id = await story.ask(typed('5m'));
    const seen = await story.card(id);
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    await story.shows(id, 'Active');
    await story.click('U0ALICE', id, 'Done');
    await story.until('the access to be gone', async () => !(await story.mayRead()), 3_000);
    expect((await story.reaches(id, 'revoked')).cause).toBe('done');
    await said(id, {
      card: ['@U0ALICE gave it back', 'The API server denies it now'],
      thread: ['@U0ALICE no longer needs it', 'it was given back'],
    });
    await late('U0CAROL', id, seen, 'was approved by @U0BOB and has ended');
    await company().slack.as('U0ALICE').command(`/jit done ${id}`);
    expect(story.answerTo('U0ALICE')).toMatch(/nothing to end|Too late, nothing changed/);
  });

  it('revoked with a reason: the access ends at once, and Alice reads who and why', async () => {
    const id = await story.ask(typed('5m'));
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    await story.shows(id, 'Active');
    await company().slack.as('U0DAN').command(`/jit revoke ${id} because I am nosy`);
    expect(await withdrawnBy(id)).toBe('active');
    await story.click('U0CAROL', id, 'Revoke');
    await company().slack.as('U0CAROL').fillAndSubmit({ Why: 'the incident is over' });
    await story.until('the access to be gone', async () => !(await story.mayRead()), 3_000);
    expect((await story.reaches(id, 'revoked')).endedBy).toBe('U0CAROL');
    await said(id, {
      card: ['@U0CAROL revoked it', 'the incident is over'],
      thread: ['@U0CAROL revoked it', 'the incident is over', 'it was revoked'],
      dm: ['@U0CAROL revoked it', 'the incident is over'],
    });
    await company().slack.as('U0BOB').command(`/jit revoke ${id} because it is late`);
    expect(story.answerTo('U0BOB')).toMatch(/nothing to end|Too late, nothing changed/);
  });
});
