import { describe, expect, test } from 'vitest';
import { alice, bob, carol, dave, erin, id } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, noon, pending, quorum, standing } from '#test/build/requests.ts';
import { type Command, decide, type Refusal } from './decide.ts';
import type { RequestEvent } from './events.ts';
import type { Request } from './request.ts';

const entitled = standing([alice, 0], [bob, 0], [carol, 0], [dave, 0]);
const approve = (by: typeof bob, changed: Partial<Extract<Command, { type: 'approve' }>> = {}): Command => ({
  type: 'approve',
  by,
  revision: 1,
  standing: entitled,
  ...changed,
});
const deny = (by: typeof bob): Command => ({ type: 'deny', by, revision: 1, reason: 'not now', standing: entitled });
const revoke = (by: typeof bob): Command => ({ type: 'revoke', by, reason: 'odd use', standing: entitled });

const outcome = (request: Request, command: Command, now = later(5)): readonly RequestEvent[] | Refusal => {
  const decided = decide(request, command, now);
  return decided.ok ? decided.value : decided.error;
};

describe('an extension', () => {
  const active = grown(pending(), approved, activated);
  const extend = (by: typeof bob, kindAllows = true): Command => ({ type: 'extend', by, kindAllows });
  const onceIt = (...events: readonly RequestEvent[]): Request => grown(active, ...events);
  const extended = { type: 'extended', by: alice, request: id('abcd-ef') } as const;

  test('may be asked for by the requester and by the subject', () => {
    expect(outcome(active, extend(alice))).toEqual([]);
    const forDave = grown(pending({ subject: dave }), approved, activated);
    expect(outcome(forDave, extend(dave))).toEqual([]);
    expect(outcome(forDave, extend(alice))).toEqual([]);
  });

  test.each([
    ['pending', pending()],
    ['in force', active],
    ['over', onceIt(ended)],
  ])('may not be asked for by others, who learn nothing of what is %s', (_, request) => {
    expect(outcome(request, extend(carol))).toEqual({ type: 'not-yours', may: 'requester-or-subject' });
    expect(outcome(request, extend(carol, false))).toEqual({ type: 'not-yours', may: 'requester-or-subject' });
  });

  test('is for no kind of which two do not stand beside each other', () => {
    expect(outcome(active, extend(alice, false))).toEqual({ type: 'not-extendable' });
  });

  test.each([
    ['pending', pending(), { type: 'not-active', status: 'pending' }],
    ['approved', grown(pending(), approved), { type: 'not-active', status: 'approved' }],
    ['over', onceIt(ended), { type: 'already-over', status: 'revoked' }],
    [
      'being ended',
      onceIt({ type: 'end-requested', by: bob, cause: 'revoked', reason: '' }),
      { type: 'already-ending' },
    ],
    ['in conflict', onceIt({ type: 'conflicted', conflicts: [], reverted: [] }), { type: 'in-conflict' }],
    ['extended', onceIt(extended), { type: 'already-extended', request: 'abcd-ef', waiting: false }],
    [
      'extended and ended',
      onceIt(extended, { ...ended, cause: 'extended' }),
      { type: 'already-extended', request: 'abcd-ef', waiting: false },
    ],
  ])('is refused of what is %s', (_, request, refusal) => {
    expect(outcome(request, extend(alice))).toMatchObject(refusal);
  });

  test('comes too late at the very end', () => {
    expect(outcome(active, extend(alice), later(32).subtract({ nanoseconds: 1 }))).toEqual([]);
    expect(outcome(active, extend(alice), later(32))).toEqual({ type: 'time-over', at: later(32) });
  });

  test('leads whoever wants to end what was extended to what it goes on as', () => {
    const refusal = { type: 'already-extended', request: 'abcd-ef', waiting: false };
    expect(outcome(onceIt(extended), { type: 'done', by: alice })).toEqual(refusal);
    const gone = onceIt(extended, { ...ended, cause: 'extended' });
    expect(outcome(gone, { type: 'done', by: alice })).toEqual(refusal);
    expect(outcome(onceIt(extended), revoke(bob))).toEqual(refusal);
  });
});

describe('an approval', () => {
  test('by one of one is a vote and a decision, to be applied within a quarter of an hour', () => {
    expect(outcome(pending(), approve(bob))).toEqual([
      { type: 'voted', by: bob, revision: 1 },
      { type: 'approved', by: [bob], revision: 1, applyBy: later(20) },
    ]);
  });

  test('by one of two is a vote only', () => {
    const request = pending(quorum(['platform', 2]));
    expect(outcome(request, approve(bob))).toEqual([{ type: 'voted', by: bob, revision: 1 }]);
  });

  test('by the second of two decides, and names both', () => {
    const request = grown(pending(quorum(['platform', 2])), { type: 'voted', by: bob, revision: 1 });
    expect(outcome(request, approve(carol))).toMatchObject([
      { type: 'voted', by: carol },
      { type: 'approved', by: [bob, carol] },
    ]);
  });

  test('by one person in both groups does not satisfy "one from each"', () => {
    const request = pending(quorum(['platform', 1], ['security', 1]));
    const inBoth = standing([bob, 0, 1], [carol, 0]);
    expect(outcome(request, approve(bob, { standing: inBoth }))).toEqual([{ type: 'voted', by: bob, revision: 1 }]);
    const voted = grown(request, { type: 'voted', by: bob, revision: 1 });
    expect(outcome(voted, approve(bob, { standing: inBoth }))).toEqual({ type: 'already-voted' });
    expect(outcome(voted, approve(carol, { standing: inBoth }))).toHaveLength(2);
  });

  test('twice by one person is told so and changes nothing', () => {
    const request = grown(pending(quorum(['platform', 2])), { type: 'voted', by: bob, revision: 1 });
    expect(outcome(request, approve(bob))).toEqual({ type: 'already-voted' });
  });

  test('no longer counts one who has left the group since they voted', () => {
    const request = grown(pending(quorum(['platform', 2])), { type: 'voted', by: bob, revision: 1 });
    const left = standing([bob], [carol, 0]);
    expect(outcome(request, approve(carol, { standing: left }))).toEqual([{ type: 'voted', by: carol, revision: 1 }]);
  });

  test('names only those whose places it filled', () => {
    const request = grown(pending(quorum(['platform', 1])), { type: 'voted', by: bob, revision: 1 });
    const left = standing([bob], [carol, 0]);
    expect(outcome(request, approve(carol, { standing: left }))).toMatchObject([{}, { type: 'approved', by: [carol] }]);
  });

  test('by the requester is refused, member of the group or not', () => {
    expect(outcome(pending(), approve(alice))).toEqual({ type: 'own-request', as: 'requester' });
    expect(outcome(pending(), deny(alice))).toEqual({ type: 'own-request', as: 'requester' });
  });

  test('by the person it is for is refused', () => {
    const request = pending({ subject: dave });
    expect(outcome(request, approve(dave))).toEqual({ type: 'own-request', as: 'subject' });
  });

  test('never counts a vote of the requester or the subject that a log may hold', () => {
    const request = grown(
      pending({ subject: dave, ...quorum(['platform', 2]) }),
      { type: 'voted', by: alice, revision: 1 },
      { type: 'voted', by: dave, revision: 1 },
    );
    expect(outcome(request, approve(bob))).toEqual([{ type: 'voted', by: bob, revision: 1 }]);
  });

  test('of an empty quorum decides nothing', () => {
    const request = pending(quorum());
    expect(outcome(request, approve(bob, { standing: standing([bob]) }))).toMatchObject({ type: 'not-entitled' });
    expect(outcome(request, approve(bob))).toEqual([{ type: 'voted', by: bob, revision: 1 }]);
  });

  test('of a stale card is refused and says the revision that stands', () => {
    const request = pending({ revision: 3 });
    expect(outcome(request, approve(bob, { revision: 2 }))).toEqual({ type: 'stale-revision', current: 3 });
    expect(outcome(request, approve(bob, { revision: 4 }))).toEqual({ type: 'stale-revision', current: 3 });
  });

  test('comes too late at the very moment the time is over', () => {
    expect(outcome(pending(), approve(bob), later(59.99))).toHaveLength(2);
    expect(outcome(pending(), approve(bob), later(60))).toEqual({ type: 'too-late', respondBy: later(60) });
    expect(outcome(pending(), deny(bob), later(60))).toEqual({ type: 'too-late', respondBy: later(60) });
  });
});

describe('whoever may not decide learns nothing of the state', () => {
  const over: readonly (readonly [string, Request])[] = [
    ['pending', pending()],
    ['approved', grown(pending(), approved)],
    ['active', grown(pending(), approved, activated)],
    ['revoked', grown(pending(), approved, activated, ended)],
    ['denied', grown(pending(), { type: 'denied', by: bob, revision: 1, reason: 'no' })],
    ['timed out', grown(pending(), { type: 'timed-out' })],
  ];
  test.each(over)('of a request that is %s', (_, request) => {
    const outsider = { by: erin, standing: standing([erin]) };
    const refused = { type: 'not-entitled', groups: ['platform'] };
    expect(outcome(request, { type: 'approve', revision: 7, ...outsider }, later(600))).toEqual(refused);
    expect(outcome(request, { type: 'deny', revision: 7, reason: '', ...outsider }, later(600))).toEqual(refused);
    expect(outcome(request, { type: 'revoke', reason: '', ...outsider })).toEqual(refused);
    expect(outcome(request, { type: 'withdraw', by: erin })).toEqual({ type: 'not-yours', may: 'requester' });
    expect(outcome(request, { type: 'done', by: erin })).toEqual({ type: 'not-yours', may: 'requester-or-subject' });
  });

  test('and not even being known to the standing is needed for that', () => {
    expect(outcome(pending(), approve(erin, { standing: new Map() }))).toMatchObject({ type: 'not-entitled' });
  });
});

describe('a late click says who settled it and when', () => {
  test.each([
    ['approved', grown(pending(), approved), [bob], later(1)],
    ['active', grown(pending(), approved, activated), [bob], later(2)],
    ['revoked', grown(pending(), approved, activated, ended), [bob], later(3)],
    ['denied', grown(pending(), { type: 'denied', by: carol, revision: 1, reason: 'no' }), [carol], later(1)],
    ['withdrawn', grown(pending(), { type: 'withdrawn', by: alice }), [alice], later(1)],
    ['timed-out', grown(pending(), { type: 'timed-out' }), [], later(1)],
    ['lapsed', grown(pending(), approved, { type: 'lapsed', why: 'late' }), [], later(2)],
    ['failed', grown(pending(), approved, { type: 'failed', why: 'no' }), [], later(2)],
  ] as const)('on one that is %s', (status, request, by, at) => {
    const over = { type: 'already-over', status, by, at };
    expect(outcome(request, approve(dave))).toEqual(over);
    expect(outcome(request, deny(dave))).toEqual(over);
    expect(outcome(request, approve(dave, { revision: 9 }), later(600))).toEqual(over);
    if (status !== 'approved') expect(outcome(request, { type: 'withdraw', by: alice })).toEqual(over);
  });
});

describe('a denial', () => {
  test('by one who may decide is enough, with the reason', () => {
    expect(outcome(pending(quorum(['platform', 3])), deny(bob))).toEqual([
      { type: 'denied', by: bob, revision: 1, reason: 'not now' },
    ]);
  });

  test('may come from one who has agreed before', () => {
    const request = grown(pending(quorum(['platform', 2])), { type: 'voted', by: bob, revision: 1 });
    expect(outcome(request, deny(bob))).toMatchObject([{ type: 'denied', by: bob }]);
  });
});

describe('a withdrawal', () => {
  test('is the requester’s, while it is pending', () => {
    expect(outcome(pending(), { type: 'withdraw', by: alice })).toEqual([{ type: 'withdrawn', by: alice }]);
  });

  test('is not the subject’s and not an approver’s', () => {
    const request = pending({ subject: dave });
    expect(outcome(request, { type: 'withdraw', by: dave })).toEqual({ type: 'not-yours', may: 'requester' });
    expect(outcome(request, { type: 'withdraw', by: bob })).toEqual({ type: 'not-yours', may: 'requester' });
  });

  test('comes too late once the time is over', () => {
    expect(outcome(pending(), { type: 'withdraw', by: alice }, later(61))).toMatchObject({ type: 'too-late' });
  });
});

describe('the end of a grant', () => {
  const active = grown(pending({ subject: dave }), approved, activated);

  test('may be asked for by requester and subject, who are done', () => {
    const done = { type: 'end-requested', cause: 'done', reason: '' };
    expect(outcome(active, { type: 'done', by: alice })).toEqual([{ ...done, by: alice }]);
    expect(outcome(active, { type: 'done', by: dave })).toEqual([{ ...done, by: dave }]);
    expect(outcome(active, { type: 'done', by: bob })).toEqual({ type: 'not-yours', may: 'requester-or-subject' });
  });

  test('may be ordered by an approver, with the reason', () => {
    expect(outcome(active, revoke(carol))).toEqual([
      { type: 'end-requested', by: carol, cause: 'revoked', reason: 'odd use' },
    ]);
  });

  test('is asked for once; the next is told who was first', () => {
    const ending = grown(active, { type: 'end-requested', by: carol, cause: 'revoked', reason: '' });
    expect(outcome(ending, { type: 'done', by: alice })).toEqual({ type: 'already-ending', by: carol });
    expect(outcome(ending, revoke(bob))).toEqual({ type: 'already-ending', by: carol });
  });

  test('can be asked for before it is applied: by the requester, the subject and an approver, once', () => {
    const request = grown(pending({ subject: dave }), approved);
    const done = { type: 'end-requested', cause: 'done', reason: '' };
    expect(outcome(request, { type: 'withdraw', by: alice })).toEqual([{ ...done, by: alice }]);
    expect(outcome(request, { type: 'done', by: dave })).toEqual([{ ...done, by: dave }]);
    expect(outcome(request, revoke(bob))).toMatchObject([{ type: 'end-requested', by: bob, cause: 'revoked' }]);
    const ending = grown(request, { type: 'end-requested', by: bob, cause: 'revoked', reason: '' });
    expect(outcome(ending, { type: 'done', by: dave })).toEqual({ type: 'already-ending', by: bob });
  });

  test('cannot be asked for while it is pending', () => {
    expect(outcome(pending(), { type: 'done', by: alice })).toEqual({ type: 'not-active', status: 'pending' });
    expect(outcome(pending(), revoke(bob))).toEqual({ type: 'not-active', status: 'pending' });
  });

  test.each([
    ['revoked', grown(pending(), approved, activated, ended)],
    ['timed-out', grown(pending(), { type: 'timed-out' })],
  ] as const)('that is %s is answered with who settled it and when', (status, request) => {
    expect(outcome(request, { type: 'done', by: alice })).toMatchObject({ type: 'already-over', status });
    expect(outcome(request, revoke(bob))).toMatchObject({ type: 'already-over', status });
  });
});

test('deciding changes nothing by itself', () => {
  const request = pending();
  const before = JSON.stringify(request);
  outcome(request, approve(bob), noon);
  expect(JSON.stringify(request)).toBe(before);
});
