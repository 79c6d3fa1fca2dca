import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, dave, id } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activated, approved, ended, later, noon, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { actions } from './action-ids.ts';
import { renderCard } from './card.ts';
import { describedBy } from './described.ts';
import { directMessages } from './direct-messages.ts';
import { askExtension, readExtension } from './extend-form.ts';
import { renderHome } from './home.ts';
import { sayExtensionAsked, sayNotDone, sayNotExtended, sayNotFiled } from './replies.ts';
import { renderEvent } from './thread.ts';

const other = id('abcd-ef');
const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const warned: RequestEvent = { type: 'warned' };
const extensionAsked: RequestEvent = { type: 'extension-asked', by: alice, request: other };
const extended: RequestEvent = { type: 'extended', by: alice, request: other };
const inForce = [vote, approved, activated] as const;
const endedBy = (reason: string): RequestEvent => ({
  ...ended,
  cause: 'extended',
  proofs: [{ probe: 'get ingresses in shop', stillAllowedBy: reason }],
});
const goesOn = endedBy(`RBAC: allowed by RoleBinding "hallpass-${other}-0/shop" of Role "x" to User "alice"`);
const extension = submitted({
  seconds: 600,
  extends: { request: other, startedAt: noon, expiresAt: later(30) },
});
const kinds = [accessOver()];
const access = describedBy(kinds, chainOf(submitted()).request.asked);

const card = (chain: ReturnType<typeof chainOf>, mayGoOn = false) =>
  renderCard({ chain, mayGoOn, ...(access === undefined ? {} : { description: access }) });
const shown = (chain: ReturnType<typeof chainOf>): string => readBlocks(card(chain).blocks).shown;
/** Action ids of the buttons in a message. */
const buttons = (blocks: unknown): readonly string[] =>
  [...JSON.stringify(blocks).matchAll(/"action_id":"(\w+)"/g)].map(([, action = '']) => action);
const told = (chain: ReturnType<typeof chainOf>, moment?: Parameters<typeof directMessages>[3]) =>
  directMessages(chain, access, undefined, moment).map(({ to, blocks }) => ({
    to,
    line: readBlocks(blocks).shown.split('\n')[0],
    buttons: buttons(blocks),
  }));
const lastLine = (chain: ReturnType<typeof chainOf>): string => {
  const entry = chain.entries.at(-1) ?? expect.fail('no entry');
  return readBlocks(renderEvent(entry, chain, { description: access }).blocks).shown.split('\n')[0] ?? '';
};

describe('the card', () => {
  const active = chainOf(submitted(), ...inForce);

  test('of what may go on has a button for it, before the one that ends it', () => {
    expect(buttons(card(active, true).blocks)).toEqual([actions.extend, actions.done, actions.revoke]);
    expect(buttons(card(active).blocks)).toEqual([actions.done, actions.revoke]);
  });

  test('has none once it is being extended', () => {
    expect(buttons(card(chainOf(submitted(), ...inForce, extended), true).blocks)).toEqual([]);
  });

  test('of an extension says from what, until when, and how long all of it is', () => {
    const text = shown(chainOf(extension));
    expect(text).toContain('For  10m more\n');
    expect(text).toMatch(/Extends {2}abcd-ef, which ends .*12:30.*: until .*12:40.*, 40m in all/);
  });

  test('says that it is asked for to go on, that it does, and that it did, with no alarm', () => {
    expect(shown(chainOf(submitted(), ...inForce, extensionAsked))).toMatch(
      /Active until .* asked to be extended, as abcd-ef/,
    );
    expect(shown(chainOf(submitted(), ...inForce, extended))).toContain('Extended · it goes on as abcd-ef');
    const over = shown(chainOf(submitted(), ...inForce, extended, goesOn));
    expect(over).toContain(`🔒 Ended`);
    expect(over).toContain(`<@${alice}> had it extended · it goes on as abcd-ef`);
    expect(over).toContain('The API server allows it by abcd-ef now: get ingresses in shop ✓');
    expect(over).not.toContain('STILL ALLOWED');
  });

  test('is loud when something else than the extension allows it', () => {
    const over = shown(
      chainOf(submitted(), ...inForce, extended, endedBy('RBAC: allowed by ClusterRoleBinding "ops"')),
    );
    expect(over).toContain('⚠️ Ended, BUT STILL ALLOWED by something else');
  });

  test('of a plain expiry does not take an extension that came to nothing for what it goes on as', () => {
    const over = shown(
      chainOf(submitted(), ...inForce, extensionAsked, { ...goesOn, cause: 'expired' } as RequestEvent),
    );
    expect(over).toContain('BUT STILL ALLOWED');
    expect(over).not.toContain('goes on as');
  });

  test('asks for a second look at how much more it is', () => {
    const risky = renderCard({
      chain: chainOf(extension),
      ...(access === undefined ? {} : { description: { ...access, cautions: ['Beware.'] } }),
    });
    expect(JSON.stringify(risky.blocks)).toContain('· 10m more');
  });
});

test('the thread says each turn', () => {
  expect(lastLine(chainOf(extension))).toContain('asked for abcd-ef to go on');
  expect(lastLine(chainOf(submitted(), ...inForce, warned))).toContain('are told that it ends 2026-11-20 12:32:00 UTC');
  expect(lastLine(chainOf(submitted(), ...inForce, extensionAsked))).toContain('asked for it to go on, as abcd-ef');
  expect(lastLine(chainOf(submitted(), ...inForce, extended))).toContain(
    'Extended: it goes on as abcd-ef, which works now',
  );
  expect(lastLine(chainOf(submitted(), ...inForce, extended, goesOn))).toContain('🔒 Ended: it goes on as abcd-ef');
  const tookOver: RequestEvent = { type: 'took-over', request: other };
  expect(lastLine(chainOf(extension, ...inForce, tookOver))).toContain('It goes on from abcd-ef, which is ended');
});

describe('a warning', () => {
  const active = chainOf(submitted({ subject: dave }), ...inForce, warned);
  const at = (minutes: number, changed = {}) => ({ now: later(minutes), mayGoOn: true, ...changed });

  test('tells requester and subject how long is left when it is told, with ways to extend and to end', () => {
    const both = [actions.extend, actions.done];
    expect(told(active, at(24.5))).toEqual([
      { to: alice, line: expect.stringContaining('ends in 8 min, '), buttons: both },
      { to: dave, line: expect.stringMatching(/^⏰ Your access ends in 8 min, .*12:32/), buttons: both },
    ]);
    expect(told(active, at(29))[1]?.line).toContain('ends in 3 min');
    expect(told(active, at(31.5))[1]?.line).toContain('ends in less than a minute');
  });

  test('offers to extend only what can be and is not asked for already', () => {
    expect(told(active, at(24.5, { mayGoOn: false }))[0]?.buttons).toEqual([actions.done]);
    const [first] = told(active, at(24.5, { waiting: other }));
    expect(first?.buttons).toEqual([actions.done]);
    expect(first?.line).toContain('That it goes on is asked for, as abcd-ef.');
  });

  test('is not told of what has ended, is being ended, or is late', () => {
    expect(told(active, at(32))).toEqual([]);
    expect(told(active)).toEqual([]);
    const done: RequestEvent = { type: 'end-requested', by: alice, cause: 'done', reason: '' };
    expect(told(chainOf(submitted(), ...inForce, warned, done), at(25))).toEqual([]);
    expect(told(chainOf(submitted(), ...inForce, warned, extended), at(25))).toEqual([]);
    expect(told(chainOf(submitted(), ...inForce, warned, done, { ...ended, cause: 'done' }), at(25))).toEqual([]);
  });
});

test('that it goes on is told once: by the extension, and to whom that does not concern by the grant', () => {
  expect(told(chainOf(extension, ...inForce))).toEqual([
    { to: alice, line: expect.stringMatching(/goes on without a break, until .*abcd-ef is ended/), buttons: [] },
  ]);
  expect(told(chainOf(submitted(), ...inForce, extended, goesOn))).toEqual([]);
  const byDave: RequestEvent = { type: 'extended', by: dave, request: other };
  expect(told(chainOf(submitted({ subject: dave }), ...inForce, byDave, goesOn))).toEqual([
    { to: alice, line: expect.stringMatching(/goes on as abcd-ef\. .*had it extended/), buttons: [] },
  ]);
  const elsewhere = endedBy('RBAC: allowed by ClusterRoleBinding "ops"');
  expect(told(chainOf(submitted(), ...inForce, extended, elsewhere))[0]?.line).toContain(
    'Something else still allows it',
  );
});

test('nobody is told of an extension that came to nothing as if what they have were gone', () => {
  const asked = submitted({
    subject: dave,
    seconds: 600,
    extends: { request: other, startedAt: noon, expiresAt: later(30) },
  });
  const lines = (...events: readonly RequestEvent[]) => told(chainOf(asked, ...events)).map(({ line }) => line);
  expect(lines({ type: 'denied', by: bob, revision: 1, reason: 'enough' })).toEqual([
    `⛔ <@${bob}> denied that the access you asked for, for <@${dave}>, goes on. abcd-ef stays as it is.`,
    `⛔ <@${bob}> denied that your access goes on. abcd-ef stays as it is.`,
  ]);
  expect(lines({ type: 'timed-out' })[1]).toBe(
    '⌛ Timed out: nobody decided in time whether your access goes on. abcd-ef stays as it is.',
  );
  const why = 'The grant that it extends is not in force any more. Ask anew.';
  expect(lines(vote, approved, { type: 'lapsed', why })[1]).toBe(
    `⚠️ That your access goes on was approved but came to nothing. ${why}`,
  );
});

test('the lists say that it is more', () => {
  const home = renderHome(
    { waitingForMe: [chainOf(extension)], mine: [], active: [], later: [] },
    { person: bob, kinds, permalinks: new Map() },
  );
  expect(JSON.stringify(home)).toContain('10m more');
});

describe('what is typed behind the id', () => {
  test.each<[string, object]>([
    ['', {}],
    ['for 30m', { duration: '30m' }],
    ['because it is still slow', { reason: 'it is still slow' }],
    ['for 30m because for now\nit is', { duration: '30m', reason: 'for now\nit is' }],
    ['FOR 30m BECAUSE x', { duration: '30m', reason: 'x' }],
    ['for good', { duration: 'good' }],
    ['because &lt;b&gt; &amp; <https://x.test|x.test>', { reason: '<b> & x.test' }],
  ])('%j is understood', (words, read) => {
    expect(readExtension(words)).toEqual({ ok: true, value: read });
  });

  test.each(['30m', 'for', 'for 30m please', 'because', 'until noon', 'for 30m for 1h', 'x'.repeat(10_000)])(
    '%.20j is answered with the way to write it',
    (words) => {
      expect(readExtension(words)).toMatchObject({ ok: false, error: expect.stringContaining('/jit extend k7m2-qx') });
    },
  );
});

test('the form is one that Slack takes', () => {
  expect(readBlocks(askExtension(`${other}.1`).blocks, 'modal').shown).toContain('For how much longer');
});

test('answers say what was asked, or what is in the way and what to do', () => {
  const { asked } = chainOf(extension).request;
  expect(sayExtensionAsked(asked)).toMatch(
    /^Asked, as \*k7m2-qx\*: 10m more, until .*12:40.* \*abcd-ef\* stays as it is\.$/,
  );
  const longest = Temporal.Duration.from({ hours: 2 });
  expect(sayNotFiled({ type: 'at-maximum', longest, reachedAt: later(120) })).toMatch(/2h in all.*reached .*14:00/);
  const waiting = { type: 'already-extended', request: other, waiting: true } as const;
  expect(sayNotExtended({ of: 'grant', refusal: waiting })).toContain('asked for already, as *abcd-ef*');
  expect(sayNotDone({ ...waiting, waiting: false })).toContain('it goes on as *abcd-ef*');
  expect(sayNotDone({ type: 'not-extendable' })).toContain('cannot be extended');
  expect(sayNotDone({ type: 'time-over', at: later(30) })).toMatch(/Too late: its time ended .*12:30/);
  expect(sayNotDone({ type: 'in-conflict' }, 'extend')).toContain('cannot be extended');
  expect(sayNotDone({ type: 'not-active', status: 'pending' }, 'extend')).toContain('nothing to extend');
  expect(sayNotDone({ type: 'not-yours', may: 'requester-or-subject' }, 'extend')).toContain('can ask for it to go on');
});

test('a change that stays for longer says so once to its people, on its card and in both threads', () => {
  const prolonged: RequestEvent = { type: 'prolonged', by: alice, request: other, expiresAt: later(42) };
  const chain = chainOf(submitted(), ...inForce, extensionAsked, prolonged);
  expect(shown(chain)).toContain('Active until 2026-11-20 12:42:00 UTC');
  expect(told(chain).map(({ line }) => line)).toEqual([
    '⏩ Your access stays in force for longer, until 2026-11-20 12:42:00 UTC.',
  ]);
  const lastLine = (of: ReturnType<typeof chainOf>) =>
    readBlocks(renderEvent(of.entries.at(-1) ?? expect.fail(), of).blocks).shown.split(' · ')[0];
  expect(lastLine(chain)).toBe('⏩ Extended until 2026-11-20 12:42:00 UTC: abcd-ef was approved for that');
  const more = chainOf(extension, vote, approved, { type: 'completed', changed: [] });
  expect(lastLine(more)).toBe('⏩ abcd-ef stays in force for longer now');
  expect(shown(more)).toContain('Extended 2026-11-20 12:03:00 UTC · abcd-ef stays in force for longer');
  expect(told(more)).toEqual([]);
});
