import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, storyOf, typed } from './story.ts';

/** The next full minute that is some seconds ahead, as Alice's clock shows it and as it is. */
const soon = (): { readonly shown: string; readonly at: Temporal.Instant } => {
  const now = Temporal.Now.instant();
  const at = now.add({ seconds: 5 }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  const shown = at.toZonedDateTimeISO('Europe/Berlin').toPlainTime().toString({ smallestUnit: 'minute' });
  return { shown, at };
};

describe('an approver', () => {
  const company = companyFor(inMemory);
  const story = storyOf(company);

  it('gives less than was asked, and it ends that much earlier', async () => {
    const { slack } = company();
    const id = await story.ask(typed('10m'));
    await story.click('U0BOB', id, 'Approve for less');
    await story.until('the form', () => slack.as('U0BOB').view() !== undefined);
    await slack.as('U0BOB').fillAndSubmit({ 'For how long at most': '11m' });
    expect(slack.as('U0BOB').view()?.errors).toEqual({
      'duration|': 'Nothing was recorded: it was asked for 10m, and an approver may only shorten that.',
    });
    await slack.as('U0BOB').fillAndSubmit({ 'For how long at most': 'a bit' });
    expect(slack.as('U0BOB').view()?.errors['duration|']).toContain('"a bit" is not a duration');
    await slack.as('U0BOB').fillAndSubmit({ 'For how long at most': '6s' });
    await story.shows(id, '6s at most, says @U0BOB');
    await story.approve(id, ['U0DAN']);
    const { startedAt, expiresAt } = await story.reaches(id, 'active');
    expect(expiresAt.since(startedAt).total('seconds')).toBe(6);
    const { lagMilliseconds } = await story.reaches(id, 'revoked');
    expect(lagMilliseconds).toBeLessThan(5_000);
    expect(await story.mayRead()).toBe(false);
  });

  it('agrees now to what begins later: it works from then, and not a second earlier', async () => {
    const { shown, at } = soon();
    const id = await story.ask(
      `/jit request access ingress-edit shop-payments/ledger from ${shown} for 2m because of the maintenance`,
    );
    await story.approve(id);
    await story.reaches(id, 'approved');
    await story.shows(id, `Approved by @U0BOB and @U0DAN · begins`);
    const card = await story.card(id);
    expect(named(card.shown)).toContain('however early it is approved');
    expect(card.shown).toContain('[Withdraw] [Revoke]');
    expect(await story.mayRead()).toBe(false);
    const { startedAt, expiresAt } = await story.reaches(id, 'active', 75_000);
    expect(Temporal.Instant.compare(startedAt, at)).toBeGreaterThanOrEqual(0);
    expect(startedAt.since(at).total('seconds')).toBeLessThan(5);
    expect(expiresAt.since(startedAt).total('seconds')).toBe(120);
    expect(await story.mayRead()).toBe(true);
    await company().slack.as('U0ALICE').command(`/jit done ${id}`);
    await story.reaches(id, 'revoked');
  }, 120_000);
});
