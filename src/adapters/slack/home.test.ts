import { expect, test } from 'vitest';
import { chainOf } from '#test/build/chains.ts';
import { changeOver } from '#test/build/changes.ts';
import { changeOf, changing, contentOf, target } from '#test/build/contents.ts';
import { alice, bob, carol, dave, id } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activated, approved, ended, later, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { type Permalinks, renderHome, renderList } from './home.ts';

const asking = (...objects: readonly string[]) => ({ ask: { profile: 'ingress-edit', objects: [...objects] } });
const pending = chainOf(submitted({ ...asking('web', 'api'), subject: dave }));
const active = chainOf(submitted(asking('web', 'api')), { type: 'voted', by: bob, revision: 1 }, approved, activated);

const kinds = [accessOver()];
const reader = (person = carol, permalinks: Permalinks = new Map()) => ({ person, kinds, permalinks });

test('a home shows what waits, what is active and what is theirs, each with the way to its card', () => {
  const permalinks = new Map([[id(), 'https://a.slack.com/archives/C1/p1']]);
  const { blocks } = renderHome(
    { waitingForMe: [pending], active: [active], mine: [], later: [] },
    reader(carol, permalinks),
  );
  const { shown } = readBlocks(blocks, 'home');
  expect(shown.split('\n')).toEqual([
    '[Ask for access]',
    'Waiting for you (1)',
    'Edit Ingresses · shop · k7m2-qx',
    `⏳ Waiting for a decision · times out 2026-11-20 13:00:00 UTC · asked by @${alice} for @${dave}`,
    'web, api · 30m · “checkout answers 502”',
    'Active now (1)',
    'Edit Ingresses · shop · k7m2-qx',
    expect.stringMatching(/^✅ Active until .* · asked by @\w+$/),
    'web, api · 30m · “checkout answers 502”',
    'Yours',
    'You have asked for nothing yet.',
  ]);
  expect(JSON.stringify(blocks)).toContain('<https://a.slack.com/archives/C1/p1|Edit Ingresses · shop>');
});

test('what is critical says so in the inbox, until it is over', () => {
  const finding = {
    rule: 'ingress-snippet',
    severity: 'critical',
    change: 'introduces',
    says: 'a snippet',
    object: 'Ingress shop',
    path: [],
    sources: ['CVE-2021-25742'],
  } as const;
  const asked = changing(
    contentOf([changeOf('--- a\n+++ b')], { findings: [{ ...finding, path: [], sources: [...finding.sources] }] }),
  );
  const entry = (...chains: readonly ReturnType<typeof chainOf>[]) =>
    readBlocks(renderHome({ waitingForMe: chains, active: [], mine: [], later: [] }, reader()).blocks, 'home').shown;
  expect(entry(chainOf(asked))).toContain('\n🔴 CRITICAL · change');
  expect(entry(chainOf(asked, { type: 'withdrawn', by: alice }))).not.toContain('CRITICAL');
  expect(entry(pending)).not.toContain('CRITICAL');
});

test('without a card in Slack an entry names the command that shows it', () => {
  expect(
    readBlocks(renderHome({ waitingForMe: [pending], active: [], mine: [], later: [] }, reader()).blocks, 'home').shown,
  ).toContain('/jit show k7m2-qx');
});

test('a hundred hostile requests of each sort fit, and the hidden ones are counted', () => {
  const chain = chainOf(submitted({ kind: '<!here> :white_check_mark: *'.repeat(50), namespace: 'n'.repeat(63) }));
  const all = Array.from({ length: 100 }, () => chain);
  const inbox = { waitingForMe: all, active: all, mine: all, later: [] };
  const { shown, mentions } = readBlocks(renderHome(inbox, reader()).blocks, 'home');
  expect(shown).toContain('And 80 more requests');
  expect(mentions.filter(({ type }) => type !== 'user')).toEqual([]);
  const list = renderList(inbox, reader());
  expect(list.text).toBe('Waiting for you: 100, Active now: 100, Yours: 100');
  expect(readBlocks(list.blocks).shown).toContain('more requests');
});

/** Taken by break-glass, and not reviewed. */
const taken = () => {
  const { approval } = submitted();
  const first = submitted({ approval: { ...approval, breakGlass: { remindEvery: 3_600 } } });
  return chainOf(first, { ...approved, by: [], auto: true }, activated, ended);
};

test('what has to be reviewed stands in a part of its own, which much that waits does not fill', () => {
  const all = Array.from({ length: 100 }, () => pending);
  const toReview = Array.from({ length: 30 }, taken);
  const inbox = { waitingForMe: [...all, ...toReview], active: all, mine: all, later: [] };
  const { shown } = readBlocks(renderHome(inbox, reader(bob)).blocks, 'home');
  expect(shown).toContain('Waiting for you (100)');
  expect(shown).toContain('For you to review (30)');
  expect(shown).toContain('And 16 more requests, younger than these.');
  expect(shown).toContain('And 86 more requests, older than these.');
  expect(shown.match(/\[Review\]/g)).toHaveLength(14);
  // Their own beside it has its rows of buttons too.
  const vote = { type: 'voted', by: carol, revision: 1 } as const;
  const own = chainOf(submitted({ requester: bob, subject: bob }), vote, { ...approved, by: [carol] }, activated);
  const full = { ...inbox, active: Array.from({ length: 100 }, () => own) };
  const all14 = readBlocks(renderHome(full, { ...reader(bob), mayGoOn: () => true }).blocks, 'home').shown;
  expect(all14.match(/\[Done\]/g)).toHaveLength(14);
  const list = renderList(inbox, reader());
  expect(list.text).toBe('Waiting for you: 100, For you to review: 30, Active now: 100, Yours: 100');
  expect(readBlocks(list.blocks).shown).toContain('For you to review (30)');
});

test('what is approved and begins later stands in a part of its own, and all parts together fit', () => {
  const chain = chainOf(submitted({ kind: '<!here> *'.repeat(100), startsAt: later(600) }));
  const vote = { type: 'voted', by: bob, revision: 1 } as const;
  const begins = chainOf(submitted({ startsAt: later(600) }), vote, { ...approved, applyBy: later(615) });
  expect(linesFor(carol, { waitingForMe: [], active: [], mine: [], later: [begins] })).toContain('Begins later (1)');
  const own = linesFor(alice, { waitingForMe: [], active: [], mine: [begins], later: [begins] });
  expect(own.filter((line) => line.startsWith('Edit Ingresses'))).toHaveLength(1);
  const all = Array.from({ length: 100 }, () => chain);
  const grants = Array.from({ length: 100 }, () => active);
  const toReview = Array.from({ length: 100 }, taken);
  const full = { waitingForMe: [...all, ...toReview], active: grants, mine: grants, later: all };
  const others = { ...full, active: all, mine: all, later: Array.from({ length: 100 }, () => begins) };
  for (const inbox of [full, others])
    for (const person of [alice, bob]) {
      const { shown } = readBlocks(renderHome(inbox, reader(person)).blocks, 'home');
      expect(shown).toContain('And 88 more requests, later than these.');
      expect(readBlocks(renderList(inbox, reader(person)).blocks).shown).toContain('Begins later (100)');
    }
});

test('under a grant of one’s own stands what one may want with it; under that of another nothing, and in a list neither', () => {
  const inbox = { waitingForMe: [], active: [active], mine: [], later: [] };
  const homeOf = (person: typeof alice, mayGoOn: boolean) =>
    readBlocks(renderHome(inbox, { ...reader(person), mayGoOn: () => mayGoOn }).blocks, 'home').shown;
  expect(homeOf(alice, true)).toContain('[Extend] [Done]');
  expect(homeOf(alice, false)).toContain('[Done]');
  expect(homeOf(alice, false)).not.toContain('[Extend]');
  expect(homeOf(bob, true)).not.toContain('[Done]');
  expect(readBlocks(renderList(inbox, { ...reader(alice), mayGoOn: () => true }).blocks).shown).not.toContain('[Done]');
  const all = Array.from({ length: 100 }, () => active);
  const many = renderHome({ waitingForMe: all, active: all, mine: all, later: [] }, reader(alice));
  expect(readBlocks(many.blocks, 'home').shown).toContain('And 80 more requests');
});

/** The lines of a home that tell of requests. */
const linesFor = (person: typeof alice, inbox: Parameters<typeof renderHome>[0]) =>
  readBlocks(renderHome(inbox, reader(person)).blocks, 'home').shown.split('\n');

test('a grant of one’s own is listed once, with what is active', () => {
  const shown = linesFor(alice, { waitingForMe: [], active: [active], mine: [active], later: [] });
  expect(shown.filter((line) => line.startsWith('Edit Ingresses'))).toHaveLength(1);
  expect(shown).toContain('Active now (1)');
  expect(shown.slice(-2)).toEqual(['Yours', 'Nothing else is yours.']);
  expect(linesFor(alice, { waitingForMe: [], active: [], mine: [active], later: [] })).toEqual(shown);
});

test('a conflict that one may settle stands with what waits, and not again with what is active', () => {
  const contested = chainOf(
    submitted({ ...asking('web'), subject: dave }),
    { type: 'voted', by: bob, revision: 1 },
    approved,
    activated,
    {
      type: 'conflicted',
      conflicts: [{ target: target(), path: 'a', before: '', applied: '', now: '', by: [] }],
      reverted: [],
    },
  );
  const shown = linesFor(dave, { waitingForMe: [contested], active: [contested], mine: [contested], later: [] });
  expect(shown.slice(1, 4)).toEqual([
    'Waiting for you (1)',
    'Edit Ingresses · shop · /jit show k7m2-qx',
    expect.stringMatching(/^⚠️ Needs a decision: somebody else changed Ingress shop-front\/shop in 1 place meanwhile/),
  ]);
  expect(shown.filter((line) => line.startsWith('Edit Ingresses'))).toHaveLength(1);
  expect(shown).toContain('Active now');
});

test('nobody is told of themselves by name', () => {
  const told = (person: typeof alice, mine: typeof pending) =>
    linesFor(person, { waitingForMe: [], active: [], mine: [mine], later: [] }).find((line) => line.startsWith('⏳')) ??
    '';
  expect(told(alice, chainOf(submitted()))).toMatch(/UTC$/);
  expect(told(alice, pending)).toContain(` · for @${dave}`);
  expect(told(dave, pending)).toContain(` · asked by @${alice} for you`);
});

test('an entry says when it is for all, and counts what it cannot name', () => {
  const details = (...objects: readonly string[]) =>
    linesFor(alice, { waitingForMe: [], active: [], mine: [chainOf(submitted(asking(...objects)))], later: [] }).at(-1);
  expect(details()).toBe('all · 30m · “checkout answers 502”');
  const many = Array.from({ length: 20 }, (_, index) => `ledger-of-shop-${index}`);
  expect(details(...many)).toMatch(/^ledger-of-shop-0, .* and 16 more objects · 30m/);
});

test('an entry of a change says what is changed and that it is for good, and the button offers changes', () => {
  const { seconds: _, ...forGood } = changing(contentOf([changeOf('+x')]), {
    ask: { edits: [{ do: 'delete', resource: 'ingresses', name: 'shop' }] },
  });
  const inbox = { waitingForMe: [chainOf(forGood)], active: [], mine: [], later: [] };
  const home = renderHome(inbox, { person: carol, kinds: [accessOver(), changeOver()], permalinks: new Map() });
  const { shown } = readBlocks(home.blocks, 'home');
  expect(shown).toContain('[Ask for access or a change]');
  expect(shown).toMatch(/\ningresses\/shop · for good · “checkout answers 502”/);
});
