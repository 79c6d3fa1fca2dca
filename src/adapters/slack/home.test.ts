import { expect, test } from 'vitest';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, dave, id } from '#test/build/people.ts';
import { activated, approved, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { renderHome, renderList } from './home.ts';

const pending = chainOf(submitted({ subject: dave }));
const active = chainOf(submitted(), { type: 'voted', by: bob, revision: 1 }, approved, activated);

test('a home shows what waits, what is active and what is theirs, each with the way to its card', () => {
  const permalinks = new Map([[id(), 'https://a.slack.com/archives/C1/p1']]);
  const { blocks } = renderHome({ waitingForMe: [pending], active: [active], mine: [] }, [], permalinks);
  const { shown } = readBlocks(blocks, 'home');
  expect(shown.split('\n')).toEqual([
    '[Ask for access]',
    'Waiting for you (1)',
    'access · shop · k7m2-qx',
    `⏳ Waiting for a decision · times out 2026-11-20 13:00:00 UTC · asked by @${alice} for @${dave}`,
    'Active now (1)',
    'access · shop · k7m2-qx',
    expect.stringContaining('✅ Active until'),
    'Yours',
    'You have asked for nothing yet.',
  ]);
  expect(JSON.stringify(blocks)).toContain('<https://a.slack.com/archives/C1/p1|access · shop>');
});

test('without a card in Slack an entry names the command that shows it', () => {
  expect(readBlocks(renderHome({ waitingForMe: [pending], active: [], mine: [] }, []).blocks, 'home').shown).toContain(
    '/jit show k7m2-qx',
  );
});

test('a hundred hostile requests of each sort fit, and the hidden ones are counted', () => {
  const chain = chainOf(submitted({ kind: '<!here> :white_check_mark: *'.repeat(50), namespace: 'n'.repeat(63) }));
  const all = Array.from({ length: 100 }, () => chain);
  const inbox = { waitingForMe: all, active: all, mine: all };
  const { shown, mentions } = readBlocks(renderHome(inbox, []).blocks, 'home');
  expect(shown).toContain('And 80 more requests');
  expect(mentions.filter(({ type }) => type !== 'user')).toEqual([]);
  const list = renderList(inbox, []);
  expect(list.text).toBe('Waiting for you: 100, Active now: 100, Yours: 100');
  expect(readBlocks(list.blocks).shown).toContain('more requests');
});
