import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { changeStoryOf, oneYes } from './change-story.ts';
import { clickOf } from './clicks.ts';
import { companyFor } from './company.ts';
import { ledger, named, rules, storyOf, typed, writeRules } from './story.ts';

const policy = rules({
  rules: `  - name: short
    match: { namespaces: [shop-payments], profiles: [ingress-view] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0PRODOPS
    duration: { default: 10s, longest: 1m }
    respondWithin: 30m
  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0APPROVALS
    duration: { default: 12s, longest: 1h }
    respondWithin: 30m`,
});

describe('a grant that goes on', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);

  const granted = async (line: string): Promise<RequestId> => {
    const id = await story.ask(line);
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    return id;
  };
  /** What the API server answers Alice, asked again and again with her own token until `stop`: status and moment. */
  const watched = () => {
    const seen: { readonly status: number; readonly at: Temporal.Instant }[] = [];
    const watch = new AbortController();
    const done = (async () => {
      while (!watch.signal.aborted) {
        const status = await company().tries('requester', 'GET', ledger);
        seen.push({ status, at: Temporal.Now.instant() });
        await pause(10);
      }
    })();
    return {
      seen,
      stop: async () => {
        watch.abort();
        await done;
      },
    };
  };
  const answer = async (person: string, line: string): Promise<string> => {
    await company().slack.as(person).command(line);
    return named(story.answerTo(person));
  };

  it('never stops in between, stops at the extended end, and leaves nothing of the first', async () => {
    const first = await granted(typed('12s'));
    const { expiresAt } = await story.reaches(first, 'active');
    const watch = watched();
    onTestFinished(watch.stop);
    await answer('U0ALICE', `/jit extend ${first} for 10s because it is still slow`);
    const second = (await story.chain(first)).request.state;
    if (second.status !== 'active' || second.extension === undefined)
      throw new Error(`It was not filed: ${story.answerTo('U0ALICE')}`);
    const id = second.extension;
    expect(story.answerTo('U0ALICE')).toContain(`Asked, as ${id}: 10s more`);
    expect(await answer('U0ALICE', `/jit extend ${first}`)).toContain(`asked for already, as ${id}`);
    await story.shows(id, `Extends  ${first}`);
    await story.press('U0BOB', 'approve', id);
    const extended = await story.reaches(id, 'active');
    expect(extended.expiresAt).toEqual(expiresAt.add({ seconds: 10 }));

    const ended = await story.reaches(first, 'revoked');
    expect(ended).toMatchObject({ cause: 'extended', extension: id });
    expect(ended.proofs[0]?.stillAllowedBy).toContain(`hallpass-${id}-0`);
    expect(await story.inCluster(first)).toEqual([]);
    expect(await story.inCluster(id)).toHaveLength(2);
    expect(Temporal.Instant.compare(ended.at, expiresAt)).toBeLessThan(0);
    await story.shows(first, `had it extended · it goes on as ${id}`);
    expect(story.cardOf(first)?.buttons).toEqual([]);
    await story.until('the thread to say it', () =>
      story.thread(first).some(({ shown }) => shown.includes(`Ended: it goes on as ${id}`)),
    );

    const over = await story.reaches(id, 'revoked');
    await story.until('the access to be gone', async () => !(await story.mayRead()), 3_000);
    await watch.stop();
    expect(over).toMatchObject({ cause: 'expired' });
    expect(over.proofs.every(({ stillAllowedBy }) => stillAllowedBy === undefined)).toBe(true);
    const inTime = watch.seen.filter(({ at }) => Temporal.Instant.compare(at, extended.expiresAt) < 0);
    expect(inTime.filter(({ status }) => status !== 200)).toEqual([]);
    expect(inTime.length).toBeGreaterThan(100);
    const stopped = watch.seen.find(({ status }) => status === 403)?.at ?? expect.fail('it never stopped');
    expect(stopped.since(extended.expiresAt).total('milliseconds')).toBeLessThan(3_000);
    expect(await story.inCluster(id)).toEqual([]);
    expect(named(await answer('U0ALICE', `/jit extend ${id}`))).toContain('Too late');
  });

  it('by the form behind the button; what is typed wrong is said in it', async () => {
    const first = await granted(typed('40s'));
    await story.shows(first, 'Active');
    const alice = company().slack.as('U0ALICE');
    await alice.click(await story.card(first), 'Extend');
    await story.until('the form', () => alice.view() !== undefined);
    const wrong = await alice.fillAndSubmit({ 'For how much longer': 'soon' });
    expect(JSON.stringify(wrong)).toContain('is not a duration');
    expect(await story.events(first)).not.toContain('extension-asked');
    await alice.fillAndSubmit({ 'For how much longer': '20s', Why: 'it is still slow' });
    const state = await story.reaches(first, 'active');
    const id = state.extension ?? expect.fail('it was not filed');
    expect((await story.chain(id)).request.asked).toMatchObject({ seconds: 20, reason: 'it is still slow' });
    await story.press('U0BOB', 'approve', id);
    await story.reaches(first, 'revoked');
    await alice.command(`/jit done ${id}`);
    await story.reaches(id, 'revoked');
    await story.until('the access to be gone', async () => !(await story.mayRead()), 3_000);
  });

  it('is not for others, nor for what is over, waits, or has lasted as long as it may', async () => {
    const line = '/jit request access ingress-view shop-payments/ledger for 30s because checkout 502s';
    const waiting = await story.ask(line);
    expect(await answer('U0ALICE', `/jit extend ${waiting}`)).toContain('There is nothing to extend');
    await story.press('U0BOB', 'approve', waiting);
    await story.reaches(waiting, 'active');
    const nobody = await answer('U0SAM', `/jit extend ${waiting}`);
    expect(nobody).toBe((await answer('U0SAM', '/jit extend zzzz-zz')).replace('zzzz-zz', waiting));
    expect(await answer('U0BOB', `/jit extend ${waiting}`)).toContain('Only the person who asked');
    for (const words of ['30m', 'for', 'for 0s', 'for good', 'for 2h', 'because', 'for 10s for 10s'])
      expect(await answer('U0ALICE', `/jit extend ${waiting} ${words}`), words).not.toContain('Asked');
    expect(await answer('U0ALICE', '/jit extend')).toContain('Say which request');
    const { actions: _, ...withoutActions } = clickOf('U0ALICE', 'hallpass_extend', '');
    for (const value of ['', 'x'.repeat(5_000), `${waiting}.1.1`, '__proto__.1']) {
      const view = { id: 'V0FORGED', type: 'modal', callback_id: 'hallpass_extend_form', state: { values: {} } };
      const forged = { ...withoutActions, type: 'view_submission', view: { ...view, private_metadata: value } };
      expect((await company().slack.sendRaw(forged)).status, value.slice(0, 50)).not.toBe('unreachable');
    }
    expect(await story.events(waiting)).toEqual(['submitted', 'voted', 'approved', 'activated']);
    await answer('U0ALICE', `/jit done ${waiting}`);
    await story.reaches(waiting, 'revoked');
    expect(await answer('U0ALICE', `/jit extend ${waiting}`)).toMatch(/Too late, nothing changed/);

    const longest = await granted(line.replace('30s', '1m'));
    expect(await answer('U0ALICE', `/jit extend ${longest}`)).toMatch(
      /cannot go on for longer: the rule gives 1m in all/,
    );
    expect(story.cardOf(longest)?.buttons.map(({ text }) => text) ?? []).not.toContain('Extend');
    await answer('U0ALICE', `/jit done ${longest}`);
    await story.reaches(longest, 'revoked');
  });
});

describe('an opening that goes on', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, make, approved } = changeStoryOf(company, story);
  const place = '/api/v1/namespaces/shop-front';
  const policies = '/apis/networking.k8s.io/v1/namespaces/shop-front/networkpolicies';
  const isThere = async (id: string): Promise<boolean> =>
    (await admin().send('GET', `${policies}/hallpass-${id}-in`)).status === 200;
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-0`, namespace: 'shop-front', labels: { app: name } },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'acme.test/main' }] },
  });

  it('has a policy of its own before the first one goes', async () => {
    await admin().send('POST', `${place}/serviceaccounts`, { metadata: { name: 'default' } });
    for (const name of ['client', 'vault']) await make(`${place}/pods`, pod(name));
    await make(policies, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'only-vault', namespace: 'shop-front' },
      spec: { podSelector: { matchLabels: { app: 'vault' } }, policyTypes: ['Ingress'], ingress: [] },
    });
    const asking = '/jit request open app=client into app=vault 8080 shop-front for 14s because refunds fail';
    const first = await approved(await story.ask(asking));
    const { expiresAt } = await story.reaches(first, 'active');
    await company().slack.as('U0ALICE').command(`/jit extend ${first} for 8s`);
    const { extension } = await story.reaches(first, 'active');
    const id = extension ?? expect.fail(story.answerTo('U0ALICE'));
    await approved(id);
    expect((await story.reaches(id, 'active')).expiresAt).toEqual(expiresAt.add({ seconds: 8 }));
    expect([await isThere(first), await isThere(id)]).toEqual([true, true]);
    expect((await story.reaches(first, 'revoked')).cause).toBe('extended');
    expect([await isThere(first), await isThere(id)]).toEqual([false, true]);
    expect((await story.reaches(id, 'revoked')).cause).toBe('expired');
    expect(await isThere(id)).toBe(false);
  });
});

describe('a change that goes on', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, approved } = changeStoryOf(company, story);
  const hasPath = async (): Promise<boolean> =>
    JSON.stringify((await admin().send('GET', ledger)).body).includes('/more');

  it('stays as it is without being touched, and is taken back at its later end', async () => {
    const { slack } = company();
    const changing =
      '/jit request change add pay.acme.test/more=ledger:80 shop-payments/ledger for 19s because refunds fail';
    const id = await approved(await story.ask(changing));
    const { expiresAt } = await story.reaches(id, 'active');
    await story.shows(id, 'Active');
    expect(story.cardOf(id)?.buttons.map(({ text }) => text)).toContain('Extend');
    await slack.as('U0ALICE').command(`/jit extend ${id} for 8s because they still fail`);
    const { extension } = await story.reaches(id, 'active');
    const more = extension ?? expect.fail(story.answerTo('U0ALICE'));
    const card = await story.card(more);
    expect(card.shown).toContain('Nothing is changed by this');
    expect(card.shown).toContain('/more');
    await approved(more);
    await story.reaches(more, 'completed');
    await story.shows(more, `Extended`);
    const later = await story.reaches(id, 'active');
    expect(later.expiresAt).toEqual(expiresAt.add({ seconds: 8 }));
    await pause(Math.max(0, expiresAt.since(Temporal.Now.instant()).total('milliseconds')) + 3_000);
    expect(await hasPath()).toBe(true);
    const over = await story.reaches(id, 'revoked');
    expect(over).toMatchObject({ cause: 'expired', expiresAt: later.expiresAt });
    expect(over.lagMilliseconds).toBeLessThan(5_000);
    expect(await hasPath()).toBe(false);
  });
});
