import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Content, fitsOnCard } from '#domain/content/content.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept, shownOf, target } from '#test/build/contents.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { activated, approved, quorum } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';

const description: Description = {
  profiles: ['networking.k8s.io/ingresses'],
  noun: 'change',
  reachesFurther: false,
  title: 'Change Ingress shop',
  objects: ['shop'],
  powers: ['sets the host of one rule'],
  cautions: ['Traffic may be lost.'],
};
const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const granted = [vote, approved, activated] as const;
const conflict = (index = 0) => ({
  target: target(),
  path: `spec.rules[host=shop${index}.acme.test].http.paths`,
  before: '/old',
  applied: '/new',
  now: '/other',
  by: ['kubectl-edit'],
});
const conflicted: RequestEvent = { type: 'conflicted', conflicts: [conflict()], reverted: [] };

const cardOf = (content: Content, events: readonly RequestEvent[] = [], asked: Parameters<typeof changing>[1] = {}) =>
  renderCard({ chain: chainOf(changing(content, asked), ...events), description, shown: shownOf(content) });
const shown = (...input: Parameters<typeof cardOf>): string => readBlocks(cardOf(...input).blocks).shown;
const buttons = (text: string): readonly string[] =>
  [...text.matchAll(/\[([A-Z][a-z ]+)\]/g)].map(([, words]) => words ?? '');
const of = (lines: number) => contentOf([changeOf(diffOf(lines))]);

describe('a card of a change', () => {
  test('says what it does to which object, for how long and what then, and shows the diff', () => {
    const content = contentOf([changeOf('--- before\n+++ after\n-  path: /old\n+  path: /new')], {
      notes: ['Ingress shop has one host.'],
      cautions: ['Takes traffic from shop.acme.test.'],
    });
    expect(shown(content).split('\n').slice(2, -5)).toEqual([
      '⚠️ Takes traffic from shop.acme.test.',
      '⚠️ Traffic may be lost.',
      expect.stringMatching(/^Who /),
      'Where  cluster prod · namespace shop-front',
      'For  10m, then taken back, field by field',
      'Does',
      '• sets the host of one rule',
      '• Ingress shop has one host.',
      '',
      'Change Ingress shop-front/shop  +1 −1',
      '--- before',
      '+++ after',
      '-  path: /old',
      '+  path: /new',
    ]);
    expect(buttons(shown(content))).toEqual(['Approve', 'Approve for less', 'Deny', 'Full diff', 'Withdraw']);
    const [row] = cardOf(content).blocks.filter(({ type }) => type === 'actions');
    expect(JSON.stringify(row)).toContain('shop-front/shop · 10m\\n⚠️ Takes traffic from shop.acme.test.');
  });

  test('says for good where nothing is taken back', () => {
    const { seconds: _, ...forGood } = changing(of(4));
    const { blocks } = renderCard({ chain: chainOf(forGood), description, shown: shownOf(of(4)) });
    expect(readBlocks(blocks).shown).toContain('\n⚠️ For good: nothing takes it back\n');
    expect(JSON.stringify(blocks)).toContain(
      'shop-front/shop\\n*For good: nothing takes it back*\\n⚠️ Traffic may be lost.',
    );
    const harmless = renderCard({
      chain: chainOf(forGood),
      description: { ...description, cautions: [] },
      shown: shownOf(of(4)),
    });
    expect(JSON.stringify(harmless.blocks)).toContain('shop-front/shop\\n*For good: nothing takes it back*"');
    const done = renderCard({
      chain: chainOf(forGood, vote, approved, { type: 'completed', changed: [] }),
      description,
      shown: shownOf(of(4)),
    });
    expect(readBlocks(done.blocks).shown).toContain('\nFor good: nothing takes it back\n');
    expect(JSON.stringify(cardOf(contentOf([changeOf(diffOf(4))])).blocks)).not.toContain('for good');
  });

  test('says of a deletion for a time that it is made again, and of a creation that it is removed again', () => {
    const doing = (...ops: readonly ('create' | 'update' | 'delete')[]) =>
      shown(contentOf(ops.map((op, index) => changeOf('+x', { op, target: target(`shop-${index}`) }))));
    expect(doing('delete', 'delete')).toContain('For  10m, then made again\n');
    expect(doing('create')).toContain('For  10m, then removed again\n');
    expect(doing('delete', 'update')).toContain('For  10m, then taken back, field by field\n');
  });

  test('is titled by what it does: a manifest that creates does not "change"', () => {
    const titled = (...ops: readonly ('create' | 'update')[]) =>
      shown(contentOf(ops.map((op, index) => changeOf('+x', { op, target: target(`shop-${index}`) })))).split('\n')[0];
    expect(titled('create')).toBe('Create Ingress shop · shop-front');
    expect(titled('update')).toBe('Change Ingress shop · shop-front');
    expect(titled('create', 'update')).toBe('Change Ingress shop · shop-front');
    expect(JSON.stringify(cardOf(contentOf([changeOf('+x', { op: 'create' })])).blocks)).toContain(
      '> · Create Ingress',
    );
  });

  test('says of an opening that its NetworkPolicies are deleted, and names no objects where none are named', () => {
    const opening: Description = { ...description, noun: 'opening', objects: [] };
    const { shown: card } = readBlocks(
      renderCard({ chain: chainOf(changing(of(4))), description: opening, shown: shownOf(of(4)) }).blocks,
    );
    expect(card).toContain('For  10m, then its NetworkPolicies are deleted');
    expect(card).not.toContain('ALL');
  });

  test.each([1, 80])('shows %i lines whole', (lines) => {
    const content = of(lines);
    expect(fitsOnCard(content.changes)).toBe(true);
    const card = shown(content);
    for (const line of diffOf(lines).split('\n')) expect(card).toContain(line);
    expect(card).not.toContain('hidden');
  });

  test.each([400, 5_000])('of %i lines shows those that fit, and says how many do not and what to press', (lines) => {
    const card = shown(of(lines));
    expect(card).toContain('-  path: /line-3-');
    expect(card).not.toContain(`/line-${lines}-`);
    const [, hidden] =
      /⚠️ (\d+) of (\d+) lines are hidden · press Full diff: an approval counts only after that/.exec(card) ?? [];
    const visible = card.split('\n').filter((line) => /^([-+] {2}path|---|\+\+\+)/.test(line)).length;
    expect(Number(hidden)).toBe(lines - visible);
    expect(visible).toBe(80);
  });

  test('says the name of the object once: a header that says the same is left out, any other stays', () => {
    const diff = (name: string) =>
      `--- Ingress shop-front/${name}\n+++ Ingress shop-front/${name}\n@@ -1 +1 @@\n-a\n+b`;
    const same = shown(contentOf([changeOf(diff('shop'))]));
    expect(same).toContain('+1 −1\n@@ -1 +1 @@');
    expect(same).not.toContain('hidden');
    expect(shown(contentOf([changeOf(diff('other'))]))).toContain('+++ Ingress shop-front/other');
  });

  test('shows no piece of a line that does not fit whole', () => {
    const content = contentOf([changeOf(`--- a\n+++ b\n+${'x'.repeat(10_000)}\n+end`)]);
    expect(shown(content)).toContain('⚠️ 2 of 4 lines are hidden');
    expect(shown(content)).not.toContain('xxx');
    expect(shown(content)).not.toContain('+end');
  });

  test('shortens what stands around a diff that fits rather than the diff, and keeps the worst caution', () => {
    const words = Array.from({ length: 20 }, (_, index) => `${index} ${'w'.repeat(300)}`);
    const content = contentOf(
      Array.from({ length: 19 }, (_, index) => changeOf(`+${'x'.repeat(206)}`, { target: target(`shop-${index}`) })),
      { cautions: words, notes: words },
    );
    expect(fitsOnCard(content.changes)).toBe(true);
    const wordy = { ...description, powers: words, cautions: words };
    const many = quorum(...Array.from({ length: 10 }, (_, index) => [`${index}${'g'.repeat(60)}`, 1] as const));
    const chain = chainOf(changing(content, { reason: 'r'.repeat(1_000), cluster: 'c'.repeat(80), ...many }));
    const { blocks } = renderCard({ chain, description: wordy, shown: shownOf(content) });
    const { shown: card } = readBlocks(blocks);
    expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
    expect(card.split('x'.repeat(206))).toHaveLength(20);
    expect(card).not.toContain('lines are hidden');
    expect(card).toContain('⚠️ 0 www');
    expect(card).toMatch(/\d+ more cautions not shown here: press Full diff before you decide/);
  });

  test('says where a change is, at three places, and how many more there are', () => {
    const places = ['spec.template.spec.containers[name=payments].image', 'spec.replicas', 'metadata.labels.a'];
    const diff = '--- a\n+++ b\n-x\n+y';
    const { blocks } = cardOf(contentOf([changeOf(diff, { places })]));
    expect(readBlocks(blocks).shown).toContain(
      `Change Ingress shop-front/shop  +1 −1\nat ${places[0]} · ${places[1]} · ${places[2]}\n--- a`,
    );
    expect(JSON.stringify(blocks)).toContain(`{"type":"text","text":"${places[0]}","style":{"code":true}}`);
    const more = shown(contentOf([changeOf(diff, { places: [...places, 'spec.b', 'and 4 more'] })]));
    expect(more).toContain(`${places[2]} and 5 more\n`);
    expect(shown(contentOf([changeOf(diffOf(5_000)), changeOf(diff, { places })]))).toContain(`at ${places[0]}`);
    expect(shown(contentOf([changeOf(diff)]))).not.toContain('\nat ');
  });

  test('of many objects with long places keeps within a message, and shows every diff that fits', () => {
    const content = contentOf(
      Array.from({ length: 19 }, (_, index) =>
        changeOf(`+${'x'.repeat(206)}`, {
          target: target(`shop-${index}`),
          places: Array.from({ length: 10 }, () => `spec.${'p'.repeat(395)}`),
        }),
      ),
      { cautions: [...Array(20)].map((_, index) => `${index} ${'w'.repeat(300)}`) },
    );
    expect(fitsOnCard(content.changes)).toBe(true);
    const { blocks } = cardOf(content, [], { reason: 'r'.repeat(1_000) });
    expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
    expect(readBlocks(blocks).shown.split('x'.repeat(206))).toHaveLength(20);
  });

  test('names twenty objects with their diffs', () => {
    const content = contentOf(
      Array.from({ length: 20 }, (_, index) =>
        changeOf('--- a\n+++ b\n-x\n+y', { op: index === 0 ? 'create' : 'delete', target: target(`shop-${index}`) }),
      ),
    );
    const card = shown(content);
    expect(card).toContain('Create Ingress shop-front/shop-0  +1 −1');
    for (let index = 1; index < 20; index += 1)
      expect(card).toContain(`Delete Ingress shop-front/shop-${index}  +1 −1`);
  });

  test('lets no line of a diff close it, mention anybody, hide or fake anything', () => {
    const lines = ['```', '<!channel> <@UADMIN>', '\u202egnp.exe', ':white_check_mark: *Approved*', '> quote'];
    const content = contentOf([changeOf(['--- a', '+++ b', ...lines].join('\n'), { target: target('<!here>') })], {
      notes: ['<!channel> \u202e'],
      cautions: ['<!here> ```'],
    });
    const { blocks, text } = cardOf(content);
    const { shown: card, mentions } = readBlocks(blocks);
    expect(mentions.every(({ type }) => type === 'user')).toBe(true);
    expect(JSON.stringify(mentions)).not.toContain('UADMIN');
    expect(`${text}${card}`).not.toContain('\u202e');
    expect(card).toContain('[U+202E]gnp.exe');
    const diff = JSON.stringify(blocks).match(
      /"rich_text_preformatted","elements":\[\{"type":"text","text":"([^"]*)"/,
    )?.[1];
    expect(diff).toContain('```\\n<!channel> <@UADMIN>');
  });

  test('that cannot be read says so loudly and cannot be approved', () => {
    const chain = chainOf(changing(of(4)));
    for (const one of [
      { chain, description, shown: { type: 'unreadable' } as const },
      { chain, description },
    ]) {
      const card = readBlocks(renderCard(one).blocks).shown;
      expect(card).toContain(
        '🚨 What this changes cannot be shown: its record was altered or is gone. Nobody can approve',
      );
      expect(buttons(card)).toEqual(['Deny', 'Withdraw']);
    }
  });

  test('says which revision it is, why, and that earlier approvals do not count', () => {
    const revised: RequestEvent = {
      type: 'revised',
      revision: 2,
      seal: 's',
      content: kept(of(6)).ref,
      why: 'Ingress shop-front/shop was changed by somebody else.',
    };
    const revisedCard = (...events: readonly RequestEvent[]) =>
      readBlocks(
        renderCard({ chain: chainOf(changing(of(4)), vote, revised, ...events), description, shown: shownOf(of(6)) })
          .blocks,
      ).shown;
    const card = revisedCard();
    expect(card).toContain('Approvals  0 of 1 · platform: 1 needed');
    expect(
      revisedCard({ type: 'voted', by: carol, revision: 2 }, { ...approved, by: [carol], revision: 2 } as RequestEvent),
    ).toContain(`Agreed  platform ✓ <@${carol}> · rule`);
    expect(card).toContain(
      '🔁 Revision 2: Ingress shop-front/shop was changed by somebody else; earlier approvals do not count',
    );
  });

  test('says what it follows and what follows it', () => {
    const follows = { request: 'k7m3-qx', why: 'Ingress shop was changed' } as never;
    expect(shown(of(4), [], { follows })).toContain(
      'Follows  k7m3-qx, which came to nothing: Ingress shop was changed',
    );
    const lapsed: RequestEvent = { type: 'lapsed', why: 'It moved.', moved: true };
    const card = shown(of(4), [vote, approved, lapsed, { type: 'followed', request: 'k7m4-qx' } as never]);
    expect(card).toContain('nothing was changed. It moved. · asked for anew as k7m4-qx');
    expect(buttons(card)).toEqual(['Full diff']);
  });

  test('that is done for good says so and offers the look at it alone', () => {
    const card = shown(of(4), [vote, approved, { type: 'completed', changed: [] }]);
    expect(card).toContain('✅ Done for good');
    expect(buttons(card)).toEqual(['Full diff']);
  });

  test('that is over keeps what its diff warned of, worst first, bounded and without a sign of danger', () => {
    const content = contentOf([changeOf(diffOf(4))], {
      cautions: ['Takes traffic.', ...Array(20).fill('w'.repeat(300))],
    });
    const { blocks } = cardOf(content, [{ type: 'withdrawn', by: alice }]);
    expect(blocks.filter(({ type }) => type === 'context').map((one) => readBlocks([one]).shown)[0]).toBe(
      `Was shown on the card: Takes traffic. ${'w'.repeat(300)} Traffic may be lost.`,
    );
    expect(readBlocks(blocks).shown).not.toContain('⚠️');
    const many = contentOf([changeOf(diffOf(4))], {
      cautions: Array.from({ length: 9 }, (_, one) => `${one} <!here>${'w'.repeat(290)}`),
    });
    expect(shown(many, [{ type: 'withdrawn', by: alice }])).toMatch(
      /Was shown on the card: 0 <!here>w+ 1 .* And 8 more cautions, in the thread\./,
    );
  });

  test('that is active may be ended and looked at', () => {
    expect(buttons(shown(of(4), granted))).toEqual(['Done', 'Revoke', 'Full diff']);
  });

  test('whose revert met somebody else’s edit shows each place and the ways out that the policy allows', () => {
    const card = shown(of(4), [...granted, conflicted]);
    expect(card).toContain('⚠️ Needs a decision: somebody else changed Ingress shop-front/shop in 1 place meanwhile');
    expect(card).toContain('⚠️ Ingress shop-front/shop spec.rules[host=shop0.acme.test].http.paths');
    expect(card).toContain('   before /old\n   ours /new\n   now /other · last written by field manager kubectl-edit');
    expect(buttons(card)).toEqual(['Keep as it is now', 'Restore as it was', 'Full diff']);
    const approval = { ...quorum(['platform', 1]).approval, settle: ['keep' as const] };
    expect(buttons(shown(of(4), [...granted, conflicted], { approval }))).toEqual(['Keep as it is now', 'Full diff']);
  });

  test('counts the places that it cannot show', () => {
    const many: RequestEvent = {
      type: 'conflicted',
      reverted: [],
      conflicts: Array.from({ length: 14 }, (_, index) => conflict(index)),
    };
    expect(shown(of(4), [...granted, many])).toContain('4 more places, in the log');
  });

  test('that was settled and ended says what was taken back and what was left', () => {
    const events: readonly RequestEvent[] = [
      ...granted,
      conflicted,
      { type: 'settled', by: carol, choice: 'keep', reason: 'theirs is right' },
      {
        type: 'ended',
        cause: 'expired',
        proofs: [],
        lagMilliseconds: 12,
        reverted: [
          { target: target('a'), how: 'restored' },
          { target: target('b'), how: 'restored' },
          { target: target(), how: 'kept' },
        ],
      },
    ];
    const settled = shown(of(4), events.slice(0, -1));
    expect(settled).toContain(`Being ended · <@${carol}> keeps it as it is now`);
    expect(settled).toContain('theirs is right');
    expect(shown(of(4), events)).toContain(`<@${carol}> kept what somebody else made of it:\ntheirs is right`);
    expect(buttons(settled)).toEqual(['Full diff']);
    expect(shown(of(4), events)).toContain(
      `its time was over 2026-11-20 12:32:00 UTC; <@${carol}> settled what others had changed, done 12 ms after that`,
    );
    expect(shown(of(4), events)).toContain(
      'Taken back: 2 objects restored, 1 left as last written by field manager kubectl-edit',
    );
    expect(shown(of(4), events)).not.toContain('Not proven');
  });

  test('that was ended because it was not safe says why', () => {
    const unsafe: RequestEvent = {
      type: 'ended',
      cause: 'unsafe',
      why: 'No other policy selects pod shop-1.',
      proofs: [],
      lagMilliseconds: 900,
    };
    expect(shown(of(4), [...granted, unsafe])).toContain(
      'ended early, 900 ms after it was seen to be unsafe: No other policy selects pod shop-1.',
    );
  });
});

const states: readonly (readonly RequestEvent[])[] = [
  [],
  [vote, approved],
  granted,
  [
    ...granted,
    {
      type: 'conflicted',
      reverted: [],
      conflicts: Array.from({ length: 30 }, () => ({
        ...conflict(),
        target: target('n'.repeat(253), 'K'.repeat(63)),
        path: 'p'.repeat(2_000),
        before: 'b'.repeat(500),
        applied: '\u202e'.repeat(100),
        now: 'c'.repeat(500),
        by: Array.from({ length: 20 }, () => 'm'.repeat(100)),
      })),
    },
  ],
  [vote, approved, { type: 'completed', changed: [] }],
  [vote, approved, { type: 'lapsed', why: 'w'.repeat(2_000), moved: true }],
];

test('whatever a change holds, its card stays within Slack’s limits, and what fits is shown whole while it is decided on', () => {
  const change = fc
    .record({
      lines: fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 5_000 })), {
        maxLength: 100,
      }),
      name: fc.integer({ min: 1, max: 253 }),
    })
    .map(({ lines, name }) =>
      changeOf(lines.map((width, index) => `${index % 2 === 0 ? '+' : '-'}${'x'.repeat(width)}`).join('\n'), {
        target: target('n'.repeat(name)),
      }),
    );
  const words = fc.array(
    fc.integer({ min: 0, max: 3_000 }).map((count) => 'w'.repeat(count)),
    { maxLength: 40 },
  );
  const input = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 40 }),
    notes: words,
    cautions: words,
    powers: words,
    objects: words,
    reason: fc.integer({ min: 0, max: 1_000 }),
    state: fc.constantFrom(...states),
  });
  fc.assert(
    fc.property(input, ({ changes, notes, cautions, powers, objects, reason, state }) => {
      const content = contentOf(changes, { notes, cautions });
      const chain = chainOf(changing(content, { reason: 'r'.repeat(reason), cluster: 'c'.repeat(300) }), ...state);
      const wordy: Description = { ...description, title: 't'.repeat(100), powers, objects, cautions };
      const { blocks } = renderCard({ chain, description: wordy, shown: shownOf(content) });
      expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
      const { shown: card } = readBlocks(blocks);
      if (chain.request.state.status === 'pending')
        expect(card.includes('lines are hidden')).toBe(!fitsOnCard(changes));
    }),
    { numRuns: 150 },
  );
});
