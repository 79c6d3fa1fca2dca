import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { activated, approved, ended, noon, quorum, standing, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { type CardInput, renderCard } from './card.ts';

const description: Description = {
  profiles: ['ingress-edit'],
  noun: 'access',
  reachesFurther: false,
  title: 'Edit Ingresses',
  objects: ['web'],
  powers: ['update, get ingresses named web'],
  cautions: [],
};
const vote = (by = bob): RequestEvent => ({ type: 'voted', by, revision: 1 });
const granted = [vote(), approved, activated] as const;
const revoked: RequestEvent = { type: 'end-requested', by: carol, cause: 'revoked', reason: 'wrong cluster' };

const shown = (input: CardInput): string => readBlocks(renderCard(input).blocks).shown;
const buttons = (input: CardInput): readonly string[] =>
  [...shown(input).matchAll(/\[([A-Z][a-z]+)\]/g)].map(([, word]) => word ?? '');

/** The markup of the dialog behind Approve. */
const secondLook = (chain: CardInput['chain'], of: Description): string => {
  const blocks = renderCard({ chain, description: of }).blocks;
  readBlocks(blocks);
  const [approve] = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return approve?.type === 'button' ? (approve.confirm?.text.text ?? '') : '';
};

describe('a card', () => {
  test('says of a pending request what, where, who, with which power, why and until when', () => {
    expect(shown({ chain: chainOf(submitted()), description }).split('\n')).toEqual([
      'Edit Ingresses · shop',
      '⏳ Waiting for a decision · times out 2026-11-20 13:00:00 UTC',
      `Who  <@${alice}> asks · from Slack, 2026-11-20 12:00:00 UTC`,
      'Where  cluster prod · namespace shop',
      'For  30m, from the moment it works',
      'Objects  web',
      'Can',
      '• update, get ingresses named web',
      'Why, in their words',
      'checkout answers 502',
      'Approvals  0 of 1 · platform: 1 needed',
      '[Approve] [Approve for less] [Deny] [Withdraw]',
      'Request k7m2-qx · revision 1 · rule shop',
    ]);
  });

  test.each([
    ['kubectl', 'by kubectl'],
    ['api', 'over the API'],
    ['cli', 'from the command line'],
    ['mcp', 'by an agent, over MCP'],
  ] as const)('says of what came in by another way than Slack by which (%s)', (source, way) => {
    expect(shown({ chain: chainOf(submitted({ source })), description })).toContain(
      `Who  <@${alice}> asks · ${way}, 2026-11-20 12:00:00 UTC`,
    );
  });

  test('says loudly when nothing narrows it to named objects', () => {
    const wide = { ...description, objects: [] };
    expect(shown({ chain: chainOf(submitted()), description: wide })).toContain(
      'Objects  ALL in namespace shop, none named',
    );
  });

  test('names both people when one asks for another', () => {
    expect(shown({ chain: chainOf(submitted({ subject: dave })), description })).toContain(
      `<@${alice}> asks for <@${dave}>`,
    );
  });

  test('asks for a second look exactly when there is something to look at', () => {
    const risky = { ...description, cautions: ['Can read secret values.', 'An open watch goes on.'] };
    const approve = (of: Description) =>
      JSON.stringify(renderCard({ chain: chainOf(submitted()), description: of }).blocks).includes('"confirm"');
    expect([approve(description), approve(risky)]).toEqual([false, true]);
    expect(JSON.stringify(renderCard({ chain: chainOf(submitted()), description: risky }).blocks)).toContain(
      '⚠️ Can read secret values. And 1 more caution on the card.',
    );
    expect(shown({ chain: chainOf(submitted()), description: risky })).toContain(
      '⚠️ Can read secret values.\n⚠️ An open watch',
    );
  });

  test('says in the second look first what is approved, then the worst caution', () => {
    const risky = { ...description, cautions: ['Can read secret values.'] };
    const ask = { namespace: 'shop-payments', seconds: 300 };
    expect(secondLook(chainOf(submitted(ask)), { ...risky, objects: ['ledger'] })).toBe(
      `<@${alice}> · Edit Ingresses · shop-payments/ledger · 5m\n⚠️ Can read secret values.`,
    );
    expect(secondLook(chainOf(submitted({ ...ask, subject: dave })), { ...risky, objects: [] })).toMatch(
      new RegExp(`^<@${dave}> \\(<@${alice}> asks\\) · Edit Ingresses · shop-payments \\(ALL objects\\) · 5m\n`),
    );
    const opening: Description = {
      ...risky,
      noun: 'opening',
      title: 'Let app=web of shop-front reach app=ledger',
      objects: [],
      powers: ['TCP 8080 from pods app=web of shop-front to pods app=ledger'],
    };
    expect(secondLook(chainOf(submitted(ask)), opening)).toBe(
      `<@${alice}> · Let app=web of shop-front reach app=ledger · shop-payments · 5m\nTCP 8080 from pods app=web of shop-front to pods app=ledger\n⚠️ Can read secret values.`,
    );
    const wide = {
      ...opening,
      title: 't'.repeat(150),
      powers: [`TCP 80 from ${'x'.repeat(60)}`],
      cautions: ['a'.repeat(900), 'b'],
    };
    expect(secondLook(chainOf(submitted(ask)), wide)).toMatch(/ · 5m\n⚠️ a{80,}… And 1 more caution on the card\.$/);
    const long = secondLook(chainOf(submitted(ask)), { ...risky, cautions: ['x & y '.repeat(200), 'b', 'c'] });
    expect(long.length).toBeLessThanOrEqual(limits.confirmText);
    expect(long).toMatch(/…And 2|… And 2 more cautions on the card\.$/);
    expect(secondLook(chainOf(submitted({ ...ask, namespace: 'n'.repeat(63) })), hostile)).toMatch(
      / · 5m\n⚠️ 0 .* And 39 more cautions on the card\.$/,
    );
  });

  test('starts the count at nobody, whatever the quorum', () => {
    const approvals = (...wanted: readonly (readonly [string, number])[]) =>
      shown({ chain: chainOf(submitted(quorum(...wanted))), description });
    expect(approvals(['platform', 1])).toContain('Approvals  0 of 1 · platform: 1 needed\n');
    expect(approvals(['platform', 1], ['security', 2])).toContain(
      'Approvals  0 of 3 · platform: 1 needed · security: 2 needed\n',
    );
  });

  test('carries in its buttons the id, the revision and how far its log was, and nothing else', () => {
    const values = [
      ...JSON.stringify(renderCard({ chain: chainOf(submitted()) }).blocks).matchAll(/"value":"([^"]*)"/g),
    ];
    expect(values.map(([, value]) => value)).toEqual(['k7m2-qx.1.1', 'k7m2-qx.1.1', 'k7m2-qx.1', 'k7m2-qx.1']);
  });

  test('shows for which group each approval counts, when the groups are known', () => {
    const chain = chainOf(submitted(quorum(['platform', 1], ['security', 1])), vote());
    expect(shown({ chain, description, standing: standing([bob, 0]) })).toContain(
      `1 of 2 · platform ✓ <@${bob}> · security: 1 needed`,
    );
    expect(shown({ chain, description })).toContain(
      `? of 2 · platform: 1 needed · security: 1 needed · so far <@${bob}>`,
    );
  });
});

describe('once it is approved, a card', () => {
  const both = submitted(quorum(['platform', 1], ['security', 1]));
  const by: RequestEvent = { ...approved, by: [bob, dave] } as RequestEvent;
  const agreed = (known?: ReturnType<typeof standing>) =>
    shown({
      chain: chainOf(both, vote(), vote(carol), vote(dave), by),
      description,
      ...(known === undefined ? {} : { standing: known }),
    })
      .split('\n')
      .find((line) => line.startsWith('Agreed'));

  test('names who filled which place, and apart from them who agreed beyond what was needed', () => {
    expect(agreed(standing([bob, 0], [dave, 1]))).toBe(
      `Agreed  platform ✓ <@${bob}> · security ✓ <@${dave}> · beyond what was needed <@${carol}> · rule shop`,
    );
  });

  test('names no place where that is not known, or where their groups are others now', () => {
    const plain = `Agreed  <@${bob}> and <@${dave}> · beyond what was needed <@${carol}> · rule shop`;
    expect(agreed()).toBe(plain);
    expect(agreed(standing([bob, 0], [dave, 0]))).toBe(plain);
  });

  test('of one group names it', () => {
    expect(shown({ chain: chainOf(submitted(), vote(), approved), description })).toContain(
      `Agreed  platform ✓ <@${bob}> · rule shop`,
    );
  });
});

const over: readonly (readonly [string, readonly RequestEvent[], readonly string[], readonly string[]])[] = [
  ['approved', [vote(), approved], [`☑️ Approved by <@${bob}> · being applied now`], []],
  ['active', granted, ['✅ Active until'], ['Done', 'Revoke']],
  ['being ended', [...granted, revoked], [`✅ Being ended · <@${carol}> revoked it`, 'wrong cluster'], []],
  [
    'late to end',
    [...granted, { type: 'end-delayed', why: 'The cluster does not answer.' }],
    ['⚠️ The end is late: the access may still work · The cluster does not answer.'],
    ['Done', 'Revoke'],
  ],
  [
    'expired',
    [...granted, { ...ended, proofs: [{ probe: 'get ingresses in shop' }] } as RequestEvent],
    ['🔒 Ended', 'its time was over; ended 12 ms after that', 'The API server denies it now: get ingresses in shop ✓'],
    [],
  ],
  [
    'revoked',
    [...granted, revoked, { type: 'ended', cause: 'revoked', proofs: [], lagMilliseconds: 1_400 }],
    [`<@${carol}> revoked it; ended 1.4 s after that`, 'wrong cluster', '⚠️ Not proven: nobody could be asked about.'],
    [],
  ],
  [
    'denied',
    [{ type: 'denied', by: bob, revision: 1, reason: 'use the other one' }],
    [`⛔ Denied by <@${bob}>`, 'use the other one'],
    [],
  ],
  ['withdrawn', [{ type: 'withdrawn', by: alice }], [`↩️ Withdrawn by <@${alice}>`], []],
  ['timed out', [{ type: 'timed-out' }], ['⌛ Timed out', 'asked for anew'], []],
  [
    'lapsed',
    [vote(), approved, { type: 'lapsed', why: 'Namespace "shop" is gone.' }],
    ['⚠️ Lapsed', 'nothing was granted. Namespace "shop" is gone.'],
    [],
  ],
  ['failed', [vote(), approved, { type: 'failed', why: 'no such role' }], ['⚠️ Failed', 'no such role'], []],
];

describe.each(over)('a card that is %s', (_, events, says, offers) => {
  test('says so and offers what makes sense', () => {
    const input = { chain: chainOf(submitted(), ...events), description };
    for (const words of says) expect(shown(input)).toContain(words);
    expect(buttons(input)).toEqual(offers);
  });

  test('warns of what can be used still; what is over keeps what approvers were warned of', () => {
    const risky = { ...description, cautions: ['Can read secret values.', 'An open watch goes on.'] };
    const chain = chainOf(submitted(), ...events);
    const card = shown({ chain, description: risky });
    const isUsable = ['approved', 'active'].includes(chain.request.state.status);
    expect(card.includes('⚠️ Can read secret values.')).toBe(isUsable);
    expect(card.includes('Was shown on the card: Can read secret values. An open watch goes on.')).toBe(!isUsable);
  });

  test('is drawn without its kind too', () => {
    expect(shown({ chain: chainOf(submitted(), ...events) })).toContain('{"objects":[],"profile":"ingress-edit"}');
  });
});

test('a card says first what something else still allows', () => {
  const proofs = [
    { probe: 'delete ingresses in shop' },
    { probe: 'get secrets in shop', stillAllowedBy: 'RBAC: allowed by ClusterRoleBinding "ops"' },
  ];
  const card = shown({ chain: chainOf(submitted(), ...granted, { ...ended, proofs } as RequestEvent), description });
  expect(card).toContain('⚠️ Ended, BUT STILL ALLOWED by something else');
  expect(card.indexOf('STILL ALLOWED: get secrets in shop. The API server says: RBAC: allowed')).toBeLessThan(
    card.indexOf('denies it now'),
  );
});

const fake = '<!channel> <@UADMIN> ```:white_check_mark: *Approved* `rm` & \u202egnp.exe > quote';
const hostile: Description = {
  reachesFurther: true,
  profiles: [fake.repeat(20)],
  noun: 'access',
  title: fake.repeat(20),
  objects: Array.from({ length: 20 }, (_, index) => `${'n'.repeat(250)}${100 + index}`),
  powers: Array.from({ length: 60 }, () => `update ingresses named ${'n'.repeat(5_000)}, in the whole cluster`),
  cautions: Array.from({ length: 40 }, (_, index) => `${index} ${fake.repeat(10)}`),
};
const lines = Array.from({ length: 100 }, () => fake.slice(0, 9)).join('\n');

describe.each([
  ['pending', []],
  ...over.map(([name, events]): readonly [string, readonly RequestEvent[]] => [name, events]),
  ['denied at length', [{ type: 'denied', by: bob, revision: 1, reason: fake.repeat(200) }]],
  [
    'ended with many proofs',
    [
      ...granted,
      revoked,
      {
        type: 'ended',
        cause: 'revoked',
        lagMilliseconds: 90_000_000,
        proofs: Array.from({ length: 50 }, () => ({ probe: fake.repeat(20), stillAllowedBy: fake.repeat(50) })),
      },
    ],
  ],
] satisfies (readonly [string, readonly RequestEvent[]])[])('a hostile card that is %s', (_, events) => {
  const bidi = '\u202e'.repeat(1_000);
  test.each([fake.repeat(15), lines, bidi])(
    'stays within Slack’s limits, mentions nobody and fakes nothing',
    (reason) => {
      // One vote is enough for one group only.
      const groups = events.some(({ type }) => type === 'approved') ? 1 : 30;
      const chain = chainOf(
        submitted({
          reason,
          namespace: 'n'.repeat(63),
          cluster: 'c'.repeat(300),
          ...quorum(...Array.from({ length: groups }, () => [fake.repeat(150 / groups), 1] as const)),
        }),
        ...events,
      );
      const { text, blocks } = renderCard({ chain, description: hostile });
      expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
      expect(text.length).toBeLessThanOrEqual(1_000);
      const { shown: read, mentions } = readBlocks(blocks);
      expect(mentions.filter((one) => one.type !== 'user' || one.id === 'UADMIN')).toEqual([]);
      expect(`${text}${read}`).not.toContain('\u202e');
      expect(text).not.toMatch(/<!(channel|here)|<@UADMIN|:white_check_mark:|`/);
      expect(JSON.stringify(blocks)).not.toContain('"emoji":true');
    },
  );
});

test('a long reason is cut, and what is hidden is counted', () => {
  const card = shown({ chain: chainOf(submitted({ reason: lines })), description });
  expect(card).toContain('88 more lines in the thread');
});

test('a card shows a grant’s time as each reader’s own', () => {
  const json = JSON.stringify(renderCard({ chain: chainOf(submitted(), ...granted), description }).blocks);
  expect(json).toContain(`"timestamp":${noon.epochMilliseconds / 1_000},"format":"{date_short_pretty} {time}"`);
});
