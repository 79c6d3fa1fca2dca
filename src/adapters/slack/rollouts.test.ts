import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { mostRollouts, type RolledOut, type Rollout } from '#domain/request/rollout.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { approved, deployment, rolledOut, submitted, written } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const of = (changed: Partial<Rollout>): Rollout => ({
  target: deployment,
  how: 'complete',
  wanted: 3,
  ready: 3,
  updated: 3,
  ...changed,
});
const stalled = of({ how: 'stalled', ready: 1, updated: 1, why: 'ReplicaSet "web-2" has timed out progressing.' });
const over = (...events: readonly RequestEvent[]) =>
  chainOf(submitted({ seconds: undefined }), { type: 'voted', by: bob, revision: 1 }, approved, written, ...events);
const shownOf = (chain: ReturnType<typeof over>) => readBlocks(renderCard({ chain }).blocks).shown;
const thread = (changed: Partial<RolledOut>) => {
  const chain = over(rolledOut(changed));
  return renderEvent(chain.entries.at(-1) ?? expect.fail('no entry'), chain);
};
const read = (changed: Partial<RolledOut>) => readBlocks(thread(changed).blocks).shown;

describe('the thread', () => {
  test('says in one line that the pods are through, and after how long', () => {
    expect(read({})).toContain(
      '🟢 Rolled out after 1m: Deployment shop/web: 3 of 3 pods ready, all of its newest template',
    );
  });

  test.each<[Partial<Rollout>, string]>([
    [
      stalled,
      'Deployment shop/web has given up: 1 of 3 pods ready, 1 of its newest template. ReplicaSet "web-2" has timed out',
    ],
    [{ how: 'unfinished', ready: 2 }, 'Deployment shop/web is still not through: 2 of 3 pods ready'],
    [{ how: 'held-back', updated: 0 }, 'does not replace its pods by itself: 3 of 3 pods ready, 0 of its newest'],
    [{ how: 'gone' }, 'Deployment shop/web is not there any more'],
    [{ how: 'unread' }, 'Deployment shop/web could not be looked at'],
  ])('says of %j that it was written, but not rolled out', (changed, said) => {
    const text = read({ rollouts: [of(changed)] });
    expect(text).toContain('⚠️ Written, but not rolled out: ');
    expect(text).toContain(said);
  });

  test('says of one that was scaled to none that it has no pods, as it shall be', () => {
    expect(read({ rollouts: [of({ wanted: 0, ready: 0, updated: 0 })] })).toContain('no pods, as it shall be');
  });

  test('has those first that are not through', () => {
    const api = of({ target: { ...deployment, name: 'api' } });
    const text = read({ rollouts: [api, stalled] });
    expect(text).toContain('not rolled out (1 of 2 workloads): Deployment shop/web');
    expect(text.indexOf('• Deployment shop/web')).toBeLessThan(text.indexOf('• Deployment shop/api'));
  });

  test('stays within the limits of Slack, however many there are, and counts what it leaves out', () => {
    const long = { ...stalled, target: { ...deployment, name: 'a'.repeat(253) }, why: 'x'.repeat(500) };
    const rollouts = Array.from({ length: mostRollouts }, () => long);
    const { blocks } = thread({ rollouts, more: 7 });
    expect(charactersOf(blocks)).toBeLessThan(limits.messageCharacters);
    const text = readBlocks(blocks).shown;
    expect(text).toMatch(/and \d+ more workloads, in the log/);
    expect(text).toContain('7 more were not looked after');
    expect(charactersOf(renderCard({ chain: over(rolledOut({ rollouts })) }).blocks)).toBeLessThan(
      limits.messageCharacters,
    );
  });

  test('shows the words of a controller as words', () => {
    const text = read({ rollouts: [{ ...stalled, why: '*bold* <!channel>\n✅ Rolled out' }] });
    expect(text).toContain('*bold* <!channel> ✅ Rolled out');
    expect(JSON.stringify(thread({ rollouts: [{ ...stalled, why: '<!channel>' }] }).blocks)).not.toContain('broadcast');
  });
});

describe('the card', () => {
  test('has the warning sign while pods are not through, and says whose', () => {
    const text = shownOf(over(rolledOut({ rollouts: [stalled] })));
    expect(text).toContain('⚠️ Done for good');
    expect(text).toContain('Written, but not rolled out: Deployment shop/web has given up');
  });

  test('says that they are through, and nothing before that is known', () => {
    expect(shownOf(over(rolledOut()))).toContain('🟢 Rolled out after 1m');
    expect(shownOf(over())).not.toContain('olled out');
  });
});

describe('a direct message', () => {
  const told = (...events: readonly RequestEvent[]) =>
    directMessages(over(...events)).map(({ to, blocks }) => ({ to, text: readBlocks(blocks).shown.split('\n')[0] }));

  test('tells whoever asked that pods did not come through, beside what it said before', () => {
    expect(told(rolledOut({ rollouts: [stalled] }))).toEqual([
      { to: alice, text: expect.stringContaining('is done, for good') },
      { to: alice, text: expect.stringContaining('its pods did not come through: Deployment shop/web has given up') },
    ]);
  });

  test('tells nobody what is as it should be', () => {
    expect(told(rolledOut())).toEqual(told());
  });

  test('goes to nobody but the one who asked', () => {
    const chain = chainOf(
      submitted({ seconds: undefined, subject: dave }),
      { type: 'voted', by: bob, revision: 1 },
      approved,
      written,
      rolledOut({ rollouts: [stalled] }),
    );
    expect(
      directMessages(chain)
        .filter(({ text }) => text.includes('did not come'))
        .map(({ to }) => to),
    ).toEqual([alice]);
  });
});
