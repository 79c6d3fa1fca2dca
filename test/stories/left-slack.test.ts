import { afterEach, describe, expect, it } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, rules, storyOf, writeRules } from './story.ts';

const policy = rules({
  groups: '  developers: S0PLATFORM\n  deciders: [U0DAN, U0ERIN]',
  rules: `  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [developers, engineers]
    approve: [{ from: deciders }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    breakGlass: { who: [engineers], longest: 15m, remindEvery: 5m }
  - name: dev
    match: { namespaces: [shop-dev] }
    ask: [developers]
    approve: [{ from: deciders }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`,
});
const asks = (more = '') =>
  `/jit request access ingress-edit shop-payments/ledger${more} for 10m because checkout answers 502`;

describe('who leaves Slack', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);

  afterEach(async () => {
    const { world } = company().slack;
    await world.setKind('U0ALICE', 'member');
    await world.setGroupMembers('S0PLATFORM', ['U0BOB', 'U0CAROL']);
  });

  const active = async (line: string, person = 'U0ALICE'): Promise<RequestId> => {
    const id = await story.ask(line, person);
    await story.press('U0DAN', 'approve', id);
    await story.reaches(id, 'active');
    return id;
  };
  const bindings = async (id: string): Promise<number> => (await story.inCluster(id)).length;
  /** Milliseconds from now until nothing of it is left in the cluster. */
  const goneAfter = async (id: RequestId, change: () => Promise<void>): Promise<number> => {
    expect(await bindings(id)).toBeGreaterThan(0);
    const since = performance.now();
    await change();
    await story.until(`the bindings of ${id} to be gone`, async () => (await bindings(id)) === 0, 5_000);
    return performance.now() - since;
  };

  it('loses what they have within two seconds of being deactivated, and the thread says why', async () => {
    const id = await active(asks());
    expect(await story.mayRead()).toBe(true);
    await story.card(id);
    const took = await goneAfter(id, () => company().slack.world.setKind('U0ALICE', 'deleted'));
    expect(took).toBeLessThan(2_000);
    expect(await story.mayRead()).toBe(false);
    expect(await story.reaches(id, 'revoked')).toMatchObject({ cause: 'tripped' });
    const { entries } = await story.chain(id);
    const tripped = entries.find(({ event }) => event.type === 'tripped');
    expect(tripped).toMatchObject({ author: 'bot', event: { rule: 'slack-deactivated', does: 'revoke' } });
    await story.shows(id, 'ended early: the Slack account of one of its people was deactivated');
    const said = await story.until('the thread to say why', () =>
      story
        .thread(id)
        .map(({ shown }) => named(shown))
        .find((text) => text.includes('Slack said that')),
    );
    expect(said).toMatch(/At \d\d:\d\d:\d\d UTC Slack said that @U0ALICE, whose it is, is deactivated/);
    const dan = () =>
      company()
        .slack.as('U0DAN')
        .dms()
        .some(({ shown }) => named(shown).includes('What you approved, for @U0ALICE, was ended early'));
    await story.until('Dan to be told', dan, 60_000);
  });

  it('loses what was taken by break-glass, too', async () => {
    await company()
      .slack.as('U0ALICE')
      .command('/jit break-glass access ingress-edit shop-payments/ledger for 10m because all is down');
    const id = await story.until('an id', () => /\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(story.answerTo('U0ALICE'))?.[0]);
    await story.reaches(id as RequestId, 'active');
    await goneAfter(id as RequestId, () => company().slack.world.setKind('U0ALICE', 'guest'));
    expect((await story.reaches(id as RequestId, 'revoked')).tripped).toMatchObject([{ rule: 'slack-guest' }]);
  });

  it('has what waits closed, and what nobody knows of is not approved any more', async () => {
    const { slack } = company();
    const id = await story.ask(asks());
    const seen = await story.card(id);
    await slack.world.setKind('U0ALICE', 'deleted');
    expect(await story.reaches(id, 'withdrawn')).toMatchObject({
      by: 'UHALLPASSITSELF',
      why: 'Slack says that U0ALICE, who asked for it, is deactivated.',
    });
    await slack.as('U0DAN').clickAsSeen(seen, 'Approve');
    await story.until('Dan to be told', () => story.answerTo('U0DAN').includes('was withdrawn by Hallpass'));
    await story.shows(id, 'Closed');
  });

  it('keeps what they have as long as they are in one group that may ask, and loses it with the last', async () => {
    const { world } = company().slack;
    const two = await active(asks(), 'U0BOB');
    const one = await active(
      '/jit request access ingress-edit shop-dev/web for 10m because it answers 502',
      'U0BOB',
    ).catch((cause: unknown) => expect.fail(String(cause)));
    await goneAfter(one, () => world.setGroupMembers('S0PLATFORM', ['U0CAROL']));
    expect((await story.reaches(one, 'revoked')).tripped).toMatchObject([
      {
        rule: 'left-groups',
        evidence: [expect.stringContaining('U0BOB, whose it is, is not in developers, which may ask by rule "dev"')],
      },
    ]);
    expect((await story.chain(two)).request.state.status).toBe('active');
    await story.press('U0BOB', 'done', two);
    await story.reaches(two, 'revoked');
  });
});
