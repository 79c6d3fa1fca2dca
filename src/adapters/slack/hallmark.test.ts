import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, shownOf, target } from '#test/build/contents.ts';
import { givenBackBySlack } from '#test/build/given-back.ts';
import { heldWrite } from '#test/build/held.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activated, approved, quorum, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { actions, type Giving, givingBy, parseMarked, unmarked } from './action-ids.ts';
import { renderCard } from './card.ts';
import { click } from './click.ts';
import { directMessages } from './direct-messages.ts';
import { hallmarked, judgeSurface } from './hallmark.ts';
import { renderHome } from './home.ts';

const keys = createMemoryKeys();
const bot = keys.signer('bot');
const marked = <S extends Parameters<typeof hallmarked>[0]>(surface: S): S => hallmarked(surface, bot, keys.trust);

const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const words =
  'a < b & c > d &amp; "x" *y* <@U02> :lock: 🔥 ✅ 1️⃣ 👍🏽 é e\u0301 <https://acme.test/?a=1&b=2|here>\n\n  -   spaces\tand\u200bmore';
const emergency = (): Submitted =>
  submitted({ reason: words, approval: { ...quorum(['platform', 1]).approval, breakGlass: { remindEvery: 3_600 } } });
const conflicted: RequestEvent = {
  type: 'conflicted',
  conflicts: [
    {
      target: target(),
      path: 'data.mode',
      before: 'on',
      applied: 'off',
      now: '<b>&',
      by: ['kubectl-edit'],
    },
  ],
  reverted: [],
};
const content = contentOf([changeOf(`${diffOf(20)}\n+  url: https://a?b=1&c=<2> :tada: 🚀`)], {
  notes: [words],
  cautions: [words],
});
const critical = contentOf([changeOf(diffOf(6))], {
  findings: [
    {
      rule: 'host-network',
      severity: 'critical',
      change: 'introduces',
      says: 'a pod in the network of its node & all of <it> 🔥',
      object: 'Pod shop-front/shop',
      path: ['spec', 'hostNetwork'],
      sources: [],
    },
  ],
});

const cardOf = (...events: Parameters<typeof chainOf>) => renderCard({ chain: chainOf(...events) });
const ownMessage = () => {
  const chain = chainOf({ ...changing(content), seconds: undefined, reason: words, held: heldWrite() }, vote, {
    ...approved,
    by: [bob],
  } as RequestEvent);
  return directMessages(chain).find(({ to }) => to === alice) ?? expect.fail('nobody is asked');
};
const homeOf = (...events: Parameters<typeof chainOf>) =>
  renderHome(
    { waitingForMe: [chainOf(...events)], active: [], mine: [], later: [] },
    {
      person: carol,
      kinds: [accessOver()],
      permalinks: new Map([[id(), 'https://acme.slack.com/archives/C1/p1?a=1&b=2']]),
    },
  );

/** Everything that has a button that gives something. */
const surfaces: readonly (readonly [string, Giving, () => Parameters<typeof hallmarked>[0]])[] = [
  ['a card that waits', 'approve', () => cardOf(submitted({ reason: words }))],
  ['a card that waits, with its votes', 'approveLess', () => cardOf(submitted(quorum(['platform', 2])), vote)],
  [
    'a card with a diff and cautions',
    'approve',
    () => renderCard({ chain: chainOf(changing(content)), shown: shownOf(content) }),
  ],
  [
    'a card with something critical and its dialog',
    'approve',
    () => renderCard({ chain: chainOf(changing(critical)), shown: shownOf(critical) }),
  ],
  ['a card in conflict', 'restore', () => cardOf(submitted({ reason: words }), vote, approved, activated, conflicted)],
  [
    'a card to be reviewed',
    'review',
    () => cardOf(emergency(), { ...approved, by: [], auto: true } as RequestEvent, activated),
  ],
  ['a message to the author of a write', 'own', ownMessage],
  ['an App Home', 'review', () => homeOf(emergency(), { ...approved, by: [], auto: true } as RequestEvent, activated)],
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value));

const on = (surface: object, action: string, beside: object = {}) => {
  const where =
    'type' in surface && surface.type === 'home' ? { view: surface } : { message: { ...surface, ...beside } };
  return click.parse({ user: { id: bob }, trigger_id: '1', ...where, actions: [{ action_id: action, value: 'x' }] });
};
const judge = (surface: object, act: Giving, beside?: object, trust = keys.trust) =>
  judgeSurface(on(surface, actions[act], beside), { id: id(), revision: 1 }, trust);
/** As Slack tells of it with a click. */
const toldOf = (surface: Parameters<typeof hallmarked>[0]) => ({
  ...(surface.type === 'home' ? { type: 'home' } : {}),
  ...givenBackBySlack(surface, surface.type === 'home' ? 'home' : 'message'),
});

describe('a hallmark', () => {
  test.each(surfaces)('holds for %s as Slack gives it back', (_, act, draw) => {
    const drawn = marked(draw());
    expect(judge(drawn, act)).toBeTypeOf('number');
    expect(judge(toldOf(drawn), act)).toBeTypeOf('number');
  });

  test.each(surfaces)('falls with anything that is altered on %s', (_, act, draw) => {
    const surface = plain(toldOf(marked(draw()))) as { text: string; blocks: Json[] };
    const altered = [...alterations(surface.blocks)];
    expect(altered.length).toBeGreaterThan(20);
    for (const [what, blocks] of altered) expect(judge({ ...surface, blocks }, act), what).toBe('altered');
    if (surface.text !== '') expect(judge({ ...surface, text: `not ${surface.text}` }, act)).toBe('altered');
  });

  test.each([
    ['a picture with words', { attachments: [{ text: 'This is only a test', blocks: [] }] }],
    ['a preview of a link', { attachments: [{ from_url: 'https://acme.test' }] }],
    ['a file', { files: [{ id: 'F1' }] }],
  ])('does not cover %s that stands beside it', (_, beside) => {
    const drawn = marked(cardOf(submitted()));
    expect(judge(drawn, 'approve', { attachments: [], files: null })).toBe(1);
    expect(judge(drawn, 'approve', beside)).toBe('altered');
  });

  test('is of its own request, revision and button', () => {
    const drawn = marked(cardOf(submitted()));
    const pressed = on(drawn, actions.approve);
    expect(judgeSurface(pressed, { id: id(), revision: 1 }, keys.trust)).toBe(1);
    expect(judgeSurface(pressed, { id: id(), revision: 2 }, keys.trust)).toBe('altered');
    expect(judgeSurface(pressed, { id: id('2222-22'), revision: 1 }, keys.trust)).toBe('altered');
    expect(judge(drawn, 'own')).toBe('altered');
  });

  test('is made by the bot’s key of now alone', () => {
    const drawn = cardOf(submitted());
    const { trust } = createMemoryKeys();
    expect(judge(marked(drawn), 'approve', {}, trust)).toBe('altered');
    for (const author of ['worker', 'guard', 'watcher'] as const)
      expect(judge(hallmarked(drawn, keys.signer(author), keys.trust), 'approve')).toBe('altered');
    const replaced = { ...keys.trust, verify: (...[, , , , at]: Parameters<typeof trust.verify>) => at !== undefined };
    expect(judge(marked(drawn), 'approve', {}, replaced)).toBe('altered');
  });

  test('of a home is none of a message with the same blocks', () => {
    const home = marked(homeOf(emergency(), { ...approved, by: [], auto: true } as RequestEvent, activated));
    expect(judge(home, 'review')).toBe(3);
    expect(judge({ blocks: home.blocks }, 'review')).toBe('altered');
  });

  test('cannot be seen where Slack tells of no message, and stands in no modal', () => {
    const drawn = marked(cardOf(submitted()));
    const at = { id: id(), revision: 1 };
    const bare = { user: { id: bob }, trigger_id: '1', actions: [{ action_id: actions.approve, value: 'x' }] };
    const judged = (more: object) => judgeSurface(click.parse({ ...bare, ...more }), at, keys.trust);
    expect(judged({ container: { is_ephemeral: true } })).toBe('unseen');
    expect(judged({ container: { is_ephemeral: true }, message: drawn })).toBe('unseen');
    expect(judged({})).toBe('altered');
    expect(judged({ view: { type: 'modal', blocks: drawn.blocks } })).toBe('altered');
    for (const garbage of [null, 7, 'x', [], { blocks: 7 }, { blocks: [null, 7, { type: 'actions' }] }, { text: 7 }])
      expect(judged({ message: garbage }), JSON.stringify(garbage)).toBe('altered');
    let deep: unknown = 'x';
    for (let depth = 0; depth < 2_000; depth += 1) deep = { elements: [deep] };
    expect(judged({ message: { ...drawn, blocks: [...drawn.blocks, deep] } })).toBe('altered');
  });

  test('is as long as Slack takes it, says nothing but which request and log, and is made anew for each drawing', () => {
    const drawn = marked(cardOf(submitted()));
    const values = [...JSON.stringify(drawn.blocks).matchAll(/"value":"([^"]*)"/g)].map(([, value]) => value ?? '');
    expect(values.map(unmarked)).toEqual(['k7m2-qx.1.1', 'k7m2-qx.1.1', 'k7m2-qx.1', 'k7m2-qx.1']);
    const [mark] = values.flatMap((value) => parseMarked(value) ?? []);
    expect(mark).toEqual({ id: id(), revision: 1, version: 1, key: bot.key, signature: expect.any(String) });
    for (const value of values) expect(value.length).toBeLessThan(200);
    expect(marked(drawn)).toEqual(drawn);
    const later = marked(cardOf(submitted(), vote));
    expect(JSON.stringify(later.blocks)).not.toContain(mark?.signature);
  });
});

/** Each single thing that somebody could alter, with what it was. */
const alterations = function* (blocks: Json[]): Generator<readonly [string, Json[]]> {
  for (const [index, block] of blocks.entries()) {
    const [before, after] = [blocks.slice(0, index), blocks.slice(index + 1)];
    yield [`without block ${index}`, [...before, ...after]];
    yield [`block ${index} twice`, [...before, block, block, ...after]];
    const [next, ...rest] = after;
    if (next !== undefined && JSON.stringify(next) !== JSON.stringify(block))
      yield [`block ${index} behind the next`, [...before, next, block, ...rest]];
    for (const [what, other] of changesOf(block, `block ${index}`)) yield [what, [...before, other, ...after]];
  }
  const said = { type: 'section', text: { type: 'mrkdwn', text: 'This is only a test: approve it.' } };
  yield ['words before', [said, ...blocks]];
  yield ['words behind', [...blocks, said]];
  yield ['a picture before', [{ type: 'image', image_url: 'https://acme.test/a.png', alt_text: 'x' }, ...blocks]];
};

/** What Slack writes itself, so that it says nothing. */
const isSlacks = (key: string, value: Json): boolean =>
  key === 'block_id' ||
  key === 'unicode' ||
  // Which emoji it is that is none of ours cannot be told.
  value === 'rocket' ||
  value === 'fire' ||
  (typeof value === 'string' && parseMarked(value) !== undefined);

const changesOf = function* (value: Json, where: string, key = ''): Generator<readonly [string, Json]> {
  if (isSlacks(key, value)) return;
  if (typeof value === 'string') {
    yield [`${where}: other words`, `${value} x`.replace(/^:(\w+): x$/, ':other:')];
    if (/\p{L}/u.test(value))
      yield [`${where}: one letter`, value.replace(/\p{L}/u, (letter) => (letter === 'x' ? 'y' : 'x'))];
    return;
  }
  if (typeof value === 'number') yield [`${where}: another number`, value + 1];
  if (typeof value === 'boolean') yield [`${where}: the other way`, !value];
  if (Array.isArray(value))
    for (const [index, one] of value.entries())
      for (const [what, other] of changesOf(one, `${where}[${index}]`)) yield [what, value.with(index, other)];
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      for (const [what, other] of changesOf(one, `${where}.${name}`, name)) yield [what, { ...value, [name]: other }];
    }
    yield [`${where}: something more`, { ...value, alt_text: 'harmless' }];
  }
};

test('each button that gives something has a name, and no other has', () => {
  const named = Object.entries(actions).filter(([, action]) => givingBy(action) !== undefined);
  expect(named.map(([name]) => name)).toEqual(['approve', 'approveLess', 'accept', 'own', 'review', 'keep', 'restore']);
});
