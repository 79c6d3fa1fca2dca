import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { rules, storyOf, writeRules } from './story.ts';

const rest = `ask: [engineers]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m`;

const policy = rules({
  groups: '  interns: [U0CAROL]',
  rules: `  - name: payments-secrets
    match: { namespaces: [shop-payments], profiles: [secret-read] }
    ask: [engineers]
    refuse: secrets come from the vault
  - name: dev
    match: { namespaces: [shop-dev], kinds: [access] }
    auto: true
    approve: [{ from: platform }]
    ${rest}
  - name: public
    match:
      namespaces: [shop-front]
      kinds: [change]
      if: after.all(o, o != null && o.spec.rules.all(r, r.http.paths.all(p, !p.path.startsWith("/admin"))))
    approve: [{ from: platform }]
    ${rest}
  - name: admin
    match: { namespaces: [shop-front], kinds: [change] }
    approve: [{ from: platform, count: 2 }]
    ${rest}
  - name: odd
    match: { namespaces: [shop-payments], kinds: [change], if: 'after[0].spec.nothing == 1' }
    approve: [{ from: platform }]
    ${rest}
  - name: shop
    match: { namespaces: ['shop-*'] }
    approve: [{ from: platform }]
    never: [interns]
    reason: { pattern: '^OPS-[0-9]+ ', say: 'begin with a ticket, as OPS-12' }
    ${rest}`,
});

describe('what the rules say', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);
  const refused = async (line: string): Promise<string> => {
    await company().slack.as('U0ALICE').command(line);
    return story.answerTo('U0ALICE');
  };
  const add = (path: string, object = 'shop-front/shop', host = 'shop.acme.test'): string =>
    `/jit request change add ${host}${path}=web:80 ${object} for 5m because OPS-1 of the sale`;

  it('in development it works at once, by nobody’s click, and those who look after it take it back', async () => {
    const id = await story.ask('/jit request access ingress-view shop-dev for 5m because I look around');
    expect(story.answerTo('U0ALICE')).toContain('approved by the rule dev itself');
    await story.reaches(id, 'active');
    expect(await story.events(id)).toEqual(['submitted', 'approved', 'activated']);
    await story.shows(id, 'Approved by itself');
    expect((await story.card(id)).shown).toContain('platform may revoke it');
    await company().slack.as('U0BOB').command(`/jit revoke ${id} because it was enough`);
    await story.reaches(id, 'revoked');
    expect(await story.inCluster(id)).toEqual([]);
  });

  it('what is refused says why and by which rule, and is not filed', async () => {
    expect(await refused('/jit request access secret-read shop-payments/db for 5m because I want it')).toContain(
      'Refused by the rule "payments-secrets" of the policy: secrets come from the vault',
    );
  });

  it('a condition over the objects chooses the rule, by what the worker tried', async () => {
    const beta = await story.ask(add('/beta'));
    expect((await story.chain(beta)).request.asked.approval).toMatchObject({ rule: 'public', quorum: [{ count: 1 }] });
    const admin = await story.ask(add('/admin'));
    expect((await story.chain(admin)).request.asked.approval).toMatchObject({
      rule: 'admin',
      quorum: [{ count: 2 }],
      passed: expect.arrayContaining([{ rule: 'public', why: 'its condition does not hold' }]),
    });
  });

  it('a condition that cannot be answered lets nothing through, and says what it was', async () => {
    const line = add('/beta', 'shop-payments/ledger', 'pay.acme.test');
    expect(await refused(line)).toContain('the condition of the rule "odd" could not be answered');
    expect(story.answerTo('U0ALICE')).toContain('no such key');
  });

  it('a reason of another form is told the form, and who never decides does not', async () => {
    const line = (reason: string) => `/jit request access ingress-edit shop-payments/ledger for 5m because ${reason}`;
    expect(await refused(line('checkout 502s'))).toContain('wants another reason: begin with a ticket, as OPS-12');
    const id = await story.ask(line('OPS-12 checkout 502s'));
    await story.click('U0CAROL', id, 'Approve');
    await story.until('Carol to be told', () =>
      story.answerTo('U0CAROL').includes('that is for platform, and never for interns.'),
    );
    await story.click('U0BOB', id, 'Approve');
    await story.reaches(id, 'active');
  });
});
