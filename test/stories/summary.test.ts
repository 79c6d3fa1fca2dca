import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createKeys } from '#adapters/keys/keys.ts';
import { keys } from '#adapters/redis/keys.ts';
import { writeEntry } from '#domain/guard/entry.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Use } from '#domain/request/events.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, rules, storyOf, writeRules } from './story.ts';

const policy = rules({
  rules: `  - name: payments
    match: { namespaces: [shop-payments] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0APPROVALS
    duration: { default: 10m, longest: 1h }
    respondWithin: 30m`,
});
const line = (profile = 'ingress-edit') => `/jit request access ${profile} shop-payments for 10m because checkout 502s`;
const run = promisify(execFile);

describe('the end of a grant', () => {
  const company = companyFor(inMemory, {
    prepare: (stand) => writeRules(stand, policy),
  });
  const story = storyOf(company);

  const kubectl = async (...words: readonly string[]): Promise<string> => {
    const { kubectl: program } = await ensureParts(['kubectl'], () => {});
    return (await run(program, ['--kubeconfig', company().stand.kubeconfig('requester'), ...words])).stdout;
  };
  const granted = async (): Promise<RequestId> => {
    const id = await story.ask(line());
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    await story.until('the start to be kept', async () => (await story.redis().exists(keys.scope(id))) === 1);
    return id;
  };
  const use = (verb: string, name: string): Use => ({
    verb,
    group: 'networking.k8s.io',
    resource: 'ingresses',
    namespace: 'shop-payments',
    name,
  });
  /** As a watcher would. */
  const watched = async (id: RequestId, ...uses: readonly Use[]): Promise<void> => {
    const found = createKeys(company().stand.config('watcher').keys, ['watcher']);
    if (!found.ok) throw new Error(found.error.join('\n'));
    const { cluster } = (await story.chain(id)).request.asked;
    const entry = writeEntry({ type: 'observed', id, cluster, uses: [...uses] }, found.value.signer('watcher'));
    await story.redis().xadd(keys.intake, '*', 'entry', entry);
  };
  /** The watcher has taken events until now. */
  const listening = async (id: RequestId): Promise<void> => {
    const { cluster } = (await story.chain(id)).request.asked;
    await story.redis().set(keys.watching(cluster), String(Date.now()), 'EX', 86_400);
  };
  const ended = async (id: RequestId): Promise<void> => {
    await company().slack.as('U0ALICE').command(`/jit done ${id}`);
    await story.reaches(id, 'revoked');
  };
  const summed = (id: RequestId): Promise<string> =>
    story.until(
      `the summary of ${id}`,
      () => {
        const found = story.thread(id).find(({ shown }) => shown.includes('📋 Summed up'));
        return found === undefined ? false : named(found.shown);
      },
      60_000,
    );

  it('says what was used, what was not, what became of the objects, and how to ask for less', async () => {
    const id = await granted();
    await kubectl('annotate', '-n', 'shop-payments', 'ingress', 'ledger', 'team=checkout');
    await watched(id, use('get', 'ledger'), use('patch', 'ledger'));
    await story.until('what was done to be in the log', async () => (await story.events(id)).includes('observed'));
    await ended(id);
    await listening(id);
    const text = await summed(id);
    expect(text).toMatch(/used 2 of the \d+ rights that it gave; 1 object in its scope is not as before/);
    expect(text).toContain('patch, get ingresses.networking.k8s.io ledger in shop-payments');
    expect(text).toMatch(
      /Not used\n(?:.*\n)*• delete, create, update, list ingresses\.networking\.k8s\.io in shop-payments/,
    );
    expect(text).toContain('Ingress shop-payments/ledger changed: metadata.annotations');
    expect(text).toContain('team: (nothing) → checkout');
    const { cluster } = (await story.chain(id)).request.asked;
    const offer = `/jit request access ingress-edit shop-payments/ledger on ${cluster} for 10m because …`;
    expect(text).toContain(`Next time this is enough: ${offer}`);
    await story.shows(id, '📋 Used 2 of the');
    await story.until('the offer to be sent', () =>
      company()
        .slack.as('U0ALICE')
        .dms()
        .some(({ shown }) => shown.includes('📋 You used only') && shown.includes(offer)),
    );
    expect(await story.redis().exists(keys.scope(id))).toBe(0);

    // Whoever asks for all of it again is told, once, and it is filed all the same.
    const again = await story.ask(line());
    const answer = (): string => named(story.answerTo('U0ALICE'));
    expect(answer()).toContain(`Last time (${id}) you used only: patch, get ingresses.networking.k8s.io ledger`);
    expect(answer()).toContain(`Ask for just that: ${offer}`);
    expect(answer()).toContain('Asked, as');
    await company().slack.as('U0ALICE').command(`/jit withdraw ${again}`);
    const third = await story.ask(line());
    expect(third).not.toBe(again);
    expect(answer()).not.toContain('Last time');
    // What was offered is asked for as it stands there.
    const offered = await story.ask(offer.replace('…', 'checkout 502s'));
    expect((await story.chain(offered)).request.asked.ask).toEqual({ profile: 'ingress-edit', objects: ['ledger'] });
  });

  it('says it in the form too, to who asks for more there than they used', async () => {
    const id = await granted();
    await watched(id, use('get', 'ledger'));
    await story.until('what was done to be in the log', async () => (await story.events(id)).includes('observed'));
    await ended(id);
    await listening(id);
    expect(await summed(id)).toContain('ingress-view shop-payments/ledger');
    const alice = company().slack.as('U0ALICE');
    await alice.command('/jit');
    await story.until('the form', () => alice.view());
    await alice.fill({ Namespace: 'shop-payments' });
    await alice.fillAndSubmit({ 'What for': 'ingress-edit', 'For how long': '5m', Why: 'checkout 502s' });
    const view = await story.until('the answer', () => {
      const text = JSON.stringify(alice.view() ?? '');
      return text.includes('Asked, as') && text;
    });
    expect(view).toContain(`Last time (${id}) you used only: get ingresses.networking.k8s.io ledger in shop-payments`);
    expect(view).toContain('/jit request access ingress-view shop-payments/ledger on');
  });

  it('says where nothing tells what was done', async () => {
    const id = await granted();
    const { cluster } = (await story.chain(id)).request.asked;
    await story.redis().del(keys.watching(cluster));
    await ended(id);
    const text = await summed(id);
    expect(text).toContain('nothing is known of its use');
    expect(text).toContain('No audit events come from this cluster: only writes to protected objects are known');
    expect(text).toMatch(/no change between/);
    expect(text).not.toContain('Not used');
  });
});
