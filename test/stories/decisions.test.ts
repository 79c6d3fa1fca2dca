import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { clickOf } from './clicks.ts';
import { companyFor } from './company.ts';
import { rules, storyOf, typed, writeRules } from './story.ts';

/** Each kind of story in a channel of its own: Slack takes about one post a second and channel. */
const policy = rules({
  groups: '  pair: [U0DAN, U0ERIN, U0CAROL]',
  rules: `  - name: pair
    match: { namespaces: [shop-payments], profiles: [ingress-view] }
    ask: [engineers]
    approve: [{ from: pair, count: 2 }]
    channel: C0PRODOPS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform }, { from: security }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`,
});

describe('who decides', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);
  const answers = (person: string): readonly string[] =>
    company()
      .slack.as(person)
      .ephemerals()
      .map(({ shown }) => shown);

  it('100 clicks at the same time by three people are one decision and one grant, each person counted once', async () => {
    const id = await story.ask(typed('3s'));
    const seen = await story.card(id);
    const people = ['U0BOB', 'U0CAROL', 'U0DAN'];
    const clicks = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        company()
          .slack.as(people[index % 3] ?? '')
          .clickAsSeen(seen, 'Approve'),
      ),
    );
    expect(clicks.map(({ status }) => status)).toEqual(clicks.map(() => 'acknowledged'));
    await story.reaches(id, 'revoked');
    const { entries } = await story.chain(id);
    const voters = entries.flatMap(({ event }) => (event.type === 'voted' ? [event.by] : []));
    expect(new Set(voters).size).toBe(voters.length);
    expect(entries.map(({ event }) => event.type).filter((type) => type !== 'voted' && type !== 'summed-up')).toEqual([
      'submitted',
      'approved',
      'activated',
      'ended',
    ]);
    // All but the clicks that counted were told why they changed nothing.
    const told = people.flatMap(answers).filter((text) => /recorded already|Too late, nothing changed/.test(text));
    expect(told).toHaveLength(100 - voters.length);
    expect(await story.inCluster(id)).toEqual([]);
  });

  it('neither the requester nor the subject decides, though both are approvers', async () => {
    const own = await story.ask(typed('5m'), 'U0BOB');
    await story.click('U0BOB', own, 'Approve');
    await story.until('Bob to be told', () => story.answerTo('U0BOB').includes('you asked for it'));
    const forBob = await story.ask(typed('5m', ' to @bob'));
    await story.click('U0BOB', forBob, 'Approve');
    await story.until('Bob to be told', () => story.answerTo('U0BOB').includes('it is for you'));
    for (const id of [own, forBob]) {
      await story.press('U0DAN', 'approve', id);
      expect((await story.chain(id)).request.state.status).toBe('pending');
      expect(await story.events(id)).toEqual(['submitted', 'voted']);
    }
  });

  it('outsiders, admins, guests, strangers, bots and people who left decide nothing and learn nothing', async () => {
    const { slack } = company();
    const id = await story.ask(typed('5m'));
    const seen = await story.card(id);
    await slack.world.addToChannel('C0APPROVALS', 'U0SAM');
    await slack.world.addToChannel('C0APPROVALS', 'U0TESS');
    for (const person of ['U0GWEN', 'U0SAM', 'U0TESS']) {
      await slack.as(person).clickAsSeen(seen, 'Approve');
      await slack.as(person).clickAsSeen(seen, 'Withdraw');
      await story.until(`${person} to be answered`, () => answers(person).length === 2);
      for (const answer of answers(person)) expect(answer).toContain('Only full members of this workspace');
    }
    await slack.as('U0FRANK').clickAsSeen(seen, 'Approve');
    await story.until('Frank to be told', () => story.answerTo('U0FRANK').includes('You cannot decide on this'));
    for (const person of ['U0GONE', 'U0ROBO', 'U0NOBODY', 'U0HALLPASS']) {
      await story.press(person, 'approve', id);
      await story.press(person, 'withdraw', id);
      await slack.sendRaw(clickOf(person, 'hallpass_deny', `${id}.1`));
    }
    expect(await story.events(id)).toEqual(['submitted']);
    await company().slack.world.removeFromChannel('C0APPROVALS', 'U0SAM');
    await company().slack.world.removeFromChannel('C0APPROVALS', 'U0TESS');
  });

  it('whom a request does not concern is answered the same whether or not there is one', async () => {
    const id = await story.ask(typed('5m'));
    const none = '2222-22';
    const { slack } = company();
    for (const verb of ['show', 'approve', 'withdraw', 'done', 'revoke']) {
      const said: string[] = [];
      for (const which of [id, none]) {
        await slack.as('U0FRANK').command(`/jit ${verb} ${which} because I am curious`);
        said.push(story.answerTo('U0FRANK').replace(which, ''));
      }
      expect(said[0], `/jit ${verb}`).toBe(said[1]);
    }
    await slack.as('U0FRANK').command('/jit list');
    expect(story.answerTo('U0FRANK')).not.toContain(id);
    await slack.as('U0FRANK').openHome();
    await story.until('Frank’s home', () => slack.as('U0FRANK').home());
    expect(slack.as('U0FRANK').home()?.shown).not.toContain(id);
    expect(await story.events(id)).toEqual(['submitted']);
  });

  it('a vote of somebody who was taken out of the group before the others voted does not count', async () => {
    const { world } = company().slack;
    const id = await story.ask(typed('5m'));
    await story.press('U0BOB', 'approve', id);
    await world.setGroupMembers('S0PLATFORM', ['U0CAROL']);
    await story.press('U0DAN', 'approve', id);
    expect((await story.chain(id)).request.state.status).toBe('pending');
    await story.click('U0BOB', id, 'Approve');
    await story.until('Bob to be told', () => story.answerTo('U0BOB').includes('You cannot decide on this'));
    await story.press('U0CAROL', 'approve', id);
    expect((await story.reaches(id, 'active')).by).toEqual(['U0DAN', 'U0CAROL']);
    await world.setGroupMembers('S0PLATFORM', ['U0BOB', 'U0CAROL']);
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
  });

  it('a vote of somebody who was deactivated before the others voted does not count, nor do they vote again', async () => {
    const { world } = company().slack;
    const id = await story.ask('/jit request access ingress-view shop-payments/ledger for 5m because checkout 502s');
    await story.press('U0ERIN', 'approve', id);
    expect(await story.events(id)).toEqual(['submitted', 'voted']);
    await world.setKind('U0ERIN', 'deleted');
    await story.press('U0DAN', 'approve', id);
    expect((await story.chain(id)).request.state.status).toBe('pending');
    await story.press('U0ERIN', 'approve', id);
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'voted']);
    await story.press('U0CAROL', 'approve', id);
    expect((await story.reaches(id, 'active')).by).toEqual(['U0DAN', 'U0CAROL']);
    await world.setKind('U0ERIN', 'member');
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
  });
});
