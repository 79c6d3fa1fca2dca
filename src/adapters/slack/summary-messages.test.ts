import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { type Difference, mostSummed, type SummedUp } from '#domain/request/summary.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activatedToSum, approved, ended, later, submitted, summedUp } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';
import { describedBy } from './described.ts';
import { directMessages } from './direct-messages.ts';
import { renderList } from './home.ts';
import { offerOf } from './offer.ts';
import { renderEvent } from './thread.ts';

const kinds = [accessOver()];
const over = (asked: Partial<Submitted>, ...events: readonly RequestEvent[]) =>
  chainOf(submitted(asked), { type: 'voted', by: bob, revision: 1 }, approved, activatedToSum, ended, ...events);
const messageOf = (chain: ReturnType<typeof over>) => {
  const entry = chain.entries.at(-1) ?? expect.fail('no entry');
  return renderEvent(entry, chain, {
    description: describedBy(kinds, chain.request.asked),
    offer: offerOf(kinds, chain.request),
  });
};
const thread = (changed: Partial<SummedUp>): string => readBlocks(messageOf(over({}, summedUp(changed))).blocks).shown;
const told = (chain: ReturnType<typeof over>) =>
  directMessages(chain, describedBy(kinds, chain.request.asked), undefined, {
    now: later(40),
    mayGoOn: false,
    offer: offerOf(kinds, chain.request),
  }).map(({ to, blocks }) => ({ to, text: readBlocks(blocks).shown.split('\n')[0] }));

const ingresses = { group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' };
const changed: Difference = {
  target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' },
  how: 'changed',
  places: [{ path: 'spec.rules[host=shop.acme.test].http.paths', before: 'a', now: 'b' }],
};
const used: Partial<SummedUp> = {
  used: [{ ...ingresses, verbs: ['patch', 'get'], names: ['web'] }],
  unused: [{ ...ingresses, verbs: ['delete'] }],
  rights: { granted: 6, used: 2 },
};
const narrower = { profile: 'ingress-edit', objects: ['web'] };

describe('the thread', () => {
  test('says what was used, what was not, and what became of the objects, and whose doing that is not', () => {
    const text = thread({ ...used, objects: [changed], narrower });
    expect(text).toContain('📋 Summed up: used 2 of the 6 rights that it gave; 1 object in its scope is not as before');
    expect(text).toContain('Used\n• patch, get ingresses.networking.k8s.io web in shop');
    expect(text).toContain('Not used\n• delete ingresses.networking.k8s.io in shop');
    expect(text).toContain('Changed between 2026-11-20 12:02:00 UTC and the end, 2026-11-20 12:04:00 UTC');
    expect(text).toContain("by whom is for the audit log: not all of it need be this grant's doing");
    expect(text).toContain('• Ingress shop/web changed: spec.rules[host=shop.acme.test].http.paths: a → b');
    expect(text).toContain(
      'Next time this is enough: /jit request access ingress-edit shop/web on prod for 30m because …',
    );
    expect(text).not.toContain('No audit events');
  });

  test('says that nobody used it, and that nothing changed', () => {
    const text = thread({});
    expect(text).toContain('Summed up: nobody was seen to use it');
    expect(text).toContain('All 2 objects in its scope: no change between');
    expect(text).not.toContain('Next time');
  });

  test('says what is not known: that is not the same as unused', () => {
    const nothing = thread({ seen: { by: 'nothing' }, unused: [] });
    expect(nothing).toContain('Summed up: nothing is known of its use');
    expect(nothing).toContain(
      'No audit events come from this cluster: only writes to protected objects are known, and there were none.',
    );
    expect(nothing).not.toContain('Not used');
    const admission = thread({
      seen: { by: 'admission' },
      used: [{ ...ingresses, verbs: ['update'], names: ['web'], admitted: true }],
      unused: [],
    });
    expect(admission).toContain('update ingresses.networking.k8s.io web in shop (let through as a direct write)');
    expect(admission).toContain('not all of its use is known');
    expect(thread({ ...used, unused: [], seen: { by: 'audit', until: later(2) } })).toContain(
      'Audit events came until 2026-11-20 12:02:00 UTC: what was done after that is not known.',
    );
    expect(thread({ ...used, unused: [], full: true })).toContain('there may have been others');
  });

  test('says what something else would have allowed too, and what could not be compared', () => {
    const text = thread({
      used: [{ ...ingresses, verbs: ['get'], names: ['web'], allowedBy: 'ClusterRoleBinding "ops"' }],
      notCompared: [{ what: 'secrets in shop', why: 'Hallpass does not look into Secrets' }],
    });
    expect(text).toContain('(also allowed by ClusterRoleBinding "ops" without this grant)');
    expect(text).toContain('Not compared\n• secrets in shop: Hallpass does not look into Secrets');
  });

  test('says of what is reported later that the summary lacks it', () => {
    const uses = [{ verb: 'get', ...ingresses, name: 'web' }];
    const late = readBlocks(messageOf(over({}, summedUp(), { type: 'observed', uses })).blocks).shown;
    expect(late).toContain('🔎 Reported late, and not in the summary: used in these ways');
    expect(readBlocks(messageOf(over({}, { type: 'observed', uses })).blocks).shown).toContain(
      'Used for the first time in these ways',
    );
  });

  test('holds as much as a log may say, within what Slack takes, and counts what it leaves out', () => {
    const text = 'x'.repeat(100);
    const places = Array.from({ length: mostSummed.places }, (_, at) => ({
      path: `${at}${'p'.repeat(190)}`,
      before: text,
      now: text,
    }));
    const names = Array.from({ length: 20 }, (_, at) => `${'n'.repeat(250)}${at}`);
    const lines = Array.from({ length: mostSummed.lines }, (_, at) => ({
      ...ingresses,
      resource: `${'r'.repeat(90)}${at}`,
      verbs: ['get'],
      names,
    }));
    const full = summedUp({
      seen: { by: 'audit', until: later(2) },
      full: true,
      used: lines.map((one) => ({ ...one, allowedBy: 'b'.repeat(300) })),
      moreUsed: 7,
      unused: lines,
      objects: Array.from({ length: mostSummed.objects }, (_, at) => ({
        ...changed,
        target: { ...changed.target, name: `${'o'.repeat(250)}${at}` },
        places,
        morePlaces: 9,
      })),
      moreObjects: 3,
      notCompared: Array.from({ length: mostSummed.notCompared }, () => ({
        what: 'w'.repeat(300),
        why: 'y'.repeat(300),
      })),
      narrower,
    });
    const { blocks } = messageOf(over({}, full));
    expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
    const { shown } = readBlocks(blocks);
    expect(shown).toMatch(/and \d+ more objects, in the log/);
    expect(shown).toMatch(/and \d+ more lines, in the log/);
    expect(shown).toContain('Next time this is enough');
  });

  test('shows nothing that anybody named that could format, mention, spoof or hide', () => {
    const name = '*web* <!channel> `x` :white_check_mark:\n✅ Active \u202egnp';
    const text = messageOf(
      over(
        {},
        summedUp({
          used: [{ ...ingresses, verbs: ['get'], names: [name], allowedBy: name }],
          unused: [{ ...ingresses, verbs: ['get'], names: [name] }],
          objects: [
            { target: { ...changed.target, name }, how: 'created', places: [{ path: name, before: name, now: name }] },
          ],
          notCompared: [{ what: name, why: name }],
        }),
      ),
    );
    // Rich text is read letter by letter; what Slack reads as markup is the text alone.
    expect(text.text).not.toMatch(/<!|\u202e/);
    const { shown } = readBlocks(text.blocks);
    expect(shown).not.toContain('\u202e');
    expect(shown).not.toContain('\n✅ Active');
    expect(JSON.stringify(text.blocks)).not.toMatch(/"type":"(?:broadcast|usergroup|emoji|link)"/);
  });
});

describe('the card', () => {
  const cardOf = (...events: readonly RequestEvent[]): string => {
    const chain = over({}, ...events);
    const description = describedBy(kinds, chain.request.asked);
    return readBlocks(renderCard({ chain, ...(description && { description }) }).blocks).shown;
  };

  test('gets one line', () => {
    const [without, withIt] = [cardOf(), cardOf(summedUp({ ...used, objects: [changed], narrower }))];
    expect(withIt).toContain('📋 Used 2 of the 6 rights that it gave; 1 object in its scope is not as before');
    expect(withIt.split('\n').length - without.split('\n').length).toBeLessThanOrEqual(1);
  });

  test('says nothing of what is not known', () => {
    expect(cardOf(summedUp({ seen: { by: 'nothing' }, unused: [] }))).not.toContain('📋');
  });
});

describe('a direct message', () => {
  test('is sent for it only with an offer, to who asked, once, beside the news of the end', () => {
    const offered = told(over({}, summedUp({ ...used, narrower })));
    expect(offered.map(({ to }) => to)).toEqual([alice, alice]);
    expect(offered[0]?.text).toContain('has ended: its time is over');
    expect(offered[1]?.text).toBe(
      '📋 You used only: patch, get ingresses.networking.k8s.io web in shop. Next time this is enough: /jit request access ingress-edit shop/web on prod for 30m because …',
    );
    expect(told(over({}, summedUp(used)))).toHaveLength(1);
    expect(
      told(over({ subject: dave }, summedUp({ ...used, narrower }))).filter(({ text }) => text?.includes('📋')),
    ).toEqual([{ to: alice, text: expect.stringContaining('You used only') }]);
  });

  test('of the end still comes where nothing was told before the summary was there', () => {
    expect(told(over({}, summedUp()))[0]?.text).toContain('has ended');
  });
});

test('lists show a grant that is summed up as any other that has ended', () => {
  const list = (...events: readonly RequestEvent[]) => {
    const inbox = { waitingForMe: [], active: [], later: [], mine: [over({}, ...events)] };
    return readBlocks(renderList(inbox, { person: alice, kinds, permalinks: new Map() }).blocks).shown;
  };
  expect(list(summedUp({ ...used, narrower }))).toBe(list());
});
