import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, shownOf, target } from '#test/build/contents.ts';
import { heldWrite } from '#test/build/held.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, quorum, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import type { Shown } from '#use-cases/contents.ts';
import type { Giving } from './action-ids.ts';
import { renderCard } from './card.ts';
import { type Look, logWindow, readSure } from './log-window.ts';

const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const content = contentOf([changeOf(diffOf(8))]);
const conflict = { target: target(), path: 'spec.x', before: 'old', applied: 'ours', now: 'theirs', by: ['kubectl'] };
const lookOf = (shown: Shown | undefined, ...events: Parameters<typeof chainOf>): Look => {
  const chain = chainOf(...events);
  return { chain, card: renderCard({ chain, ...(shown && { shown }) }) };
};
const access = (...events: readonly RequestEvent[]) => lookOf(undefined, submitted(), ...events);
const change = (...events: readonly RequestEvent[]) => lookOf(shownOf(content), changing(content), ...events);
const windowOf = (act: Giving, look: Look, sight: 'altered' | 'older' | 'unseen' = 'altered') => {
  const { blocks, submit, title, ...rest } = logWindow(act, sight, look);
  return { ...rest, title: title.text, submit: submit?.text, shown: readBlocks(blocks, 'modal').shown };
};

describe('the window from the log', () => {
  test('shows the whole card without its buttons, but for that to all of it', () => {
    const look = change();
    const { shown } = windowOf('approve', look);
    const card = readBlocks(look.card.blocks).shown;
    for (const line of card.split('\n').filter((text) => !text.startsWith('['))) expect(shown).toContain(line);
    expect(shown).toContain('\n[Full diff]\n');
    expect(shown).not.toMatch(/\[(Approve|Deny|Withdraw)/);
  });

  test('says why it is there', () => {
    expect(windowOf('approve', access(), 'altered').shown).toMatch(/not as Hallpass drew it.*your administrators/);
    expect(windowOf('approve', access(), 'older').shown).toContain('Something has happened');
    expect(windowOf('approve', access(), 'unseen').shown).toContain('that only you see');
  });

  test('approves what it shows, with the words of the dialog that it stands for', () => {
    expect(windowOf('approve', access())).toMatchObject({ title: 'Approve this?', submit: 'Approve' });
    const forGood = lookOf(shownOf(content), changing(content, { seconds: undefined }));
    const window = windowOf('approve', forGood);
    const dialog = window.shown.slice(window.shown.indexOf('Request k7m2-qx'));
    expect(dialog).toContain('nothing takes it back');
    expect(readSure(window.private_metadata ?? '')).toEqual({ act: 'approve', value: 'k7m2-qx.1' });
    for (const other of ['', '{}', '{"act":"deny","value":"k7m2-qx.1"}']) expect(() => readSure(other)).toThrow();
  });

  test.each<readonly [Giving, Look, string, RegExp]>([
    ['approveLess', access(), 'Approve for less', /For how long at most/],
    [
      'restore',
      access(vote, approved, activated, { type: 'conflicted', conflicts: [conflict], reverted: [] }),
      'Restore as it was',
      /over what somebody else made[\s\S]*theirs[\s\S]*Why/,
    ],
    [
      'review',
      lookOf(
        undefined,
        submitted({ approval: { ...quorum(['platform', 1]).approval, breakGlass: { remindEvery: 60 } } }),
        { ...approved, by: [], auto: true } as RequestEvent,
        activated,
      ),
      'Review break-glass',
      /What do you make of it/,
    ],
    [
      'own',
      lookOf(shownOf(content), { ...changing(content), seconds: undefined, held: heldWrite() }, vote, approved),
      'Is this write yours?',
      /Request k7m2-qx/,
    ],
  ])('has the form of %s over it', (act, look, title, words) => {
    const window = windowOf(act, look);
    expect(window).toMatchObject({ title, submit: expect.any(String) });
    expect(window.shown).toMatch(words);
    expect(window.private_metadata).toContain('k7m2-qx.1');
  });

  test('offers nothing where the card offers nothing', () => {
    const over = access(vote, approved, activated);
    for (const act of ['approve', 'approveLess', 'accept', 'keep', 'restore', 'review'] as const)
      expect(windowOf(act, over), act).toMatchObject({ title: 'As it stands now', submit: undefined });
    expect(windowOf('approve', lookOf({ type: 'unreadable' }, changing(content))).submit).toBeUndefined();
  });
});
