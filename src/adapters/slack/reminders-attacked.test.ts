import { describe, expect, test } from 'vitest';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { erin } from '#test/build/people.ts';
import { groups, policy } from '#test/build/policy.ts';
import { activated, approved, quorum, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { renderCard } from './card.ts';
import { mentionsOf } from './mentions.ts';
import { renderEvent } from './thread.ts';
import { votersStanding } from './voters-standing.ts';

const { approval } = quorum(['platform', 1], ['security', 1]);
const mention = mentionsOf(groups);
const reminded: RequestEvent = { type: 'reminded' };
const atOnce: RequestEvent = { ...approved, by: [], auto: true };
const mentioned = (chain: ReturnType<typeof chainOf>) =>
  chain.entries.map((entry) => [
    entry.event.type,
    readBlocks(renderEvent(entry, chain, { mention }).blocks).mentions.length > 1,
  ]);

describe('what Slack was not told while it was away', () => {
  test('is one reminder and not a storm of them, where it waits to be reviewed', () => {
    const taken: Submitted = submitted({ approval: { ...approval, breakGlass: { remindEvery: 3_600 } } });
    // All of it is posted at once when Slack is back; each mention tells everybody of two groups.
    const chain = chainOf(taken, atOnce, activated, reminded, reminded, reminded, reminded);
    expect(mentioned(chain).filter(([type, is]) => type === 'reminded' && is)).toHaveLength(1);
  });

  test('is one reminder and not a storm of them, where it waits to be decided', () => {
    const chain = chainOf(submitted({ approval: { ...approval, remindEvery: 60 } }), reminded, reminded, reminded);
    expect(mentioned(chain).filter(([type, is]) => type === 'reminded' && is)).toHaveLength(1);
  });

  test('is no call to look at what came to nothing long ago', () => {
    const taken: Submitted = submitted({ approval: { ...approval, breakGlass: { remindEvery: 3_600 } } });
    const chain = chainOf(taken, atOnce, { type: 'lapsed', why: 'It was taken back before it was applied.' });
    expect(mentioned(chain)[1]).toEqual(['approved', false]);
  });
});

describe('a vote of somebody to whom it was escalated', () => {
  const oncall = { type: 'people', people: [erin] } as const;
  const known = new Map([...groups, ['oncall', oncall] as const]);
  const directory = {
    members: async (group: { type: string; people?: readonly string[] }) =>
      new Set(group.type === 'people' ? group.people : []) as never,
  };
  const vote: RequestEvent = { type: 'voted', by: erin, revision: 1 };
  const waiting = submitted({
    approval: { ...approval, remindEvery: 600, escalate: { after: 1, to: ['oncall'] } },
  });

  test('counts on the card as it counts in the decision', async () => {
    const chain = chainOf(waiting, { type: 'escalated' }, vote);
    const standing = await votersStanding(policy({ groups: known }), directory, chain);
    const { shown } = readBlocks(renderCard({ chain, ...(standing === undefined ? {} : { standing }) }).blocks);
    expect(shown).toContain('1 of 2');
  });
});
