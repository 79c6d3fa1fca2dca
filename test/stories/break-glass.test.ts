import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, rules, storyOf, writeRules } from './story.ts';

const policy = rules({
  groups: '  oncall: [U0ALICE]',
  rules: `  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform }, { from: security }]
    breakGlass: { who: [oncall], longest: 10m }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`,
});

describe('somebody on call, at night', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);

  it('breaks the glass: it works at once, all who were not asked are told, and one of them reviews it', async () => {
    const { slack } = company();
    const id = await story.ask(
      '/jit break-glass access ingress-edit shop-payments/ledger for 2m because all of checkout is down',
    );
    expect(story.answerTo('U0ALICE')).toContain('Taken by break-glass');
    await story.reaches(id, 'active');
    expect(await story.mayRead()).toBe(true);
    expect(await story.events(id)).toEqual(['submitted', 'approved', 'activated']);
    await story.shows(id, 'Active until');
    const card = await story.card(id);
    expect(card.shown).toContain('🚨 BREAK-GLASS · Edit Ingresses');
    expect(named(card.shown)).toContain('To be reviewed  by somebody of platform, security, who were not asked');
    // In the channel itself, for whoever reads it, and as mentions that Slack notifies of.
    const told = await story.until('those who were not asked are told', () =>
      slack
        .as('U0BOB')
        .readChannel('approvals')
        .find(({ shown }) => shown.includes('Taken by break-glass')),
    );
    expect(told?.mentions).toEqual(
      expect.arrayContaining([
        { type: 'group', id: 'S0PLATFORM' },
        { type: 'group', id: 'S0SECURITY' },
      ]),
    );

    await slack.as('U0ALICE').command(`/jit review ${id} justified because I say so`);
    expect(story.answerTo('U0ALICE')).toContain('You cannot review this: you asked for it');
    await story.click('U0DAN', id, 'Review');
    await story.until('the form', () => slack.as('U0DAN').view() !== undefined);
    const unsaid = await slack.as('U0DAN').fillAndSubmit({ Why: 'it was down indeed' });
    expect(unsaid.status).not.toBe('acknowledged');
    await slack.as('U0DAN').fillAndSubmit({
      'What do you make of it': 'It should not have been taken without asking',
      Why: 'I was awake',
    });
    await story.shows(id, 'Reviewed  @U0DAN');
    await slack.as('U0BOB').command(`/jit review ${id} justified because it was down indeed`);
    expect(story.answerTo('U0BOB')).toContain('It is reviewed already, by');
    expect((await story.card(id)).shown).not.toContain('[Review]');
    await slack.as('U0ALICE').command(`/jit done ${id}`);
    await story.reaches(id, 'revoked');
    expect(await story.mayRead()).toBe(false);
  });

  it('nobody else can, and what is not under such a rule neither', async () => {
    const { slack } = company();
    await slack
      .as('U0CAROL')
      .command('/jit break-glass access ingress-edit shop-payments/ledger for 2m because I want to');
    expect(story.answerTo('U0CAROL')).toContain('does not let you take it by break-glass');
    await slack.as('U0ALICE').command('/jit break-glass access ingress-edit shop-front for 2m because I want to');
    expect(story.answerTo('U0ALICE')).toContain('The policy does not let you ask for this here');
  });
});
