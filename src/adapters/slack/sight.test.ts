import { expect, test } from 'vitest';
import { noReason } from '#domain/guard/entry.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept } from '#test/build/contents.ts';
import { heldWrite } from '#test/build/held.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { activated, approved, ended, quorum, submitted } from '#test/build/requests.ts';
import { isOutdated, isPast } from './sight.ts';

const vote = (by = bob): RequestEvent => ({ type: 'voted', by, revision: 1 });
const { approval } = quorum(['platform', 3]);
const taken = submitted({ approval: { ...quorum(['platform', 1]).approval, breakGlass: { remindEvery: 3_600 } } });
const atOnce = { ...approved, by: [], auto: true } as RequestEvent;
const held = { ...changing(contentOf([changeOf(diffOf(4))])), seconds: undefined, reason: noReason, held: heldWrite() };
const at = (revision: number) => ({ id: id(), revision });

test('what was drawn is as good as new while nothing but votes, looks and reminders came', () => {
  const chain = chainOf(
    submitted({ approval: { ...approval, remindEvery: 60, escalate: { after: 60, to: ['security'] } } }),
    vote(),
    { type: 'seen', by: carol, revision: 1 },
    { type: 'reminded' },
    { type: 'escalated' },
    vote(carol),
  );
  for (const version of [1, 2, 6]) expect(isOutdated(chain, 'approve', version)).toBe(false);
  expect(isOutdated(chain, 'approve', 7)).toBe(true);
});

test('what was drawn is outdated once something is said of it that approvers should know', () => {
  const explained = chainOf(held, { type: 'explained', by: alice, reason: 'QA wants it' });
  expect(isOutdated(explained, 'approve', 1)).toBe(true);
  expect(isOutdated(explained, 'approve', 2)).toBe(false);
  const over = chainOf(taken, atOnce, activated, ended);
  expect(isOutdated(over, 'review', 3)).toBe(true);
  expect(isOutdated(over, 'review', 4)).toBe(false);
});

test('what can do nothing is not outdated: it is refused with its reason', () => {
  const over = chainOf(submitted(), vote(), approved, activated, ended);
  for (const act of ['approve', 'approveLess', 'accept', 'own', 'keep', 'restore', 'review'] as const)
    expect(isOutdated(over, act, 1), act).toBe(false);
});

test('a decision comes too late on what is decided, and on a revision that is no more; it never does on one to come', () => {
  const { ref } = kept(contentOf([changeOf(diffOf(6))]));
  const second = chainOf(held, { type: 'revised', revision: 2, seal: 'other', content: ref, why: 'it was changed' });
  for (const act of ['approve', 'approveLess', 'accept'] as const) {
    expect([1, 2, 3].map((revision) => isPast(second, act, at(revision)))).toEqual([true, false, false]);
    expect(isPast(chainOf(submitted(), vote(), approved), act, at(1))).toBe(true);
  }
  for (const act of ['own', 'keep', 'restore', 'review'] as const) expect(isPast(second, act, at(1))).toBe(false);
});
