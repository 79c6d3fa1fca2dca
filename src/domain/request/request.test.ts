import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alice, bob, carol, dave, erin, id } from '#test/build/people.ts';
import {
  activated,
  approved,
  ended,
  grown,
  later,
  noon,
  pending,
  quorum,
  rolledOut,
  summedUp,
} from '#test/build/requests.ts';
import { conflictAt, contentRefOf } from '#test/build/shop-ingress.ts';
import { type Command, decide } from './decide.ts';
import type { RequestEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { nextStep, stepAt } from './next-step.ts';
import type { Request, Status } from './request.ts';

const every: Readonly<Record<Exclude<RequestEvent['type'], 'submitted'>, RequestEvent>> = {
  voted: { type: 'voted', by: bob, revision: 1 },
  approved,
  denied: { type: 'denied', by: bob, revision: 1, reason: 'no' },
  withdrawn: { type: 'withdrawn', by: alice },
  conceded: { type: 'conceded', by: bob, revision: 1, reason: 'it is ours' },
  explained: { type: 'explained', by: alice, reason: 'the shop is slow' },
  'timed-out': { type: 'timed-out' },
  reminded: { type: 'reminded' },
  escalated: { type: 'escalated' },
  confirmed: { type: 'confirmed' },
  used: { type: 'used', operation: 'update', target: { apiVersion: 'v1', kind: 'Service', name: 'web' }, risk: 'none' },
  misused: {
    type: 'misused',
    operation: 'update',
    target: { apiVersion: 'v1', kind: 'Service', name: 'web' },
    risk: 'high',
    findings: ['Introduces a load balancer.'],
  },
  tripped: { type: 'tripped', rule: 'secrets-listing', does: 'revoke', evidence: ['12:00:00 list secrets in shop'] },
  observed: {
    type: 'observed',
    uses: [{ verb: 'get', group: '', resource: 'services', namespace: 'shop', name: 'web' }],
  },
  withheld: { type: 'withheld', why: 'who approved it may not any more' },
  reviewed: { type: 'reviewed', by: bob, finding: 'justified', note: 'all was down' },
  activated,
  revised: { type: 'revised', revision: 2, seal: 'another', content: contentRefOf(), why: 'it moved' },
  seen: { type: 'seen', by: bob, revision: 1 },
  completed: { type: 'completed', changed: [] },
  lapsed: { type: 'lapsed', why: 'it moved', moved: true },
  followed: { type: 'followed', request: id('abcd-ef') },
  conflicted: { type: 'conflicted', conflicts: [conflictAt('spec.rules')], reverted: [] },
  settled: { type: 'settled', by: bob, choice: 'keep', reason: 'theirs is right' },
  failed: { type: 'failed', why: 'no' },
  'end-requested': { type: 'end-requested', by: alice, cause: 'done', reason: '' },
  'end-delayed': { type: 'end-delayed', why: 'no answer' },
  warned: { type: 'warned' },
  'extension-asked': { type: 'extension-asked', by: alice, request: id('abcd-ef') },
  extended: { type: 'extended', by: alice, request: id('abcd-ef') },
  prolonged: { type: 'prolonged', by: alice, request: id('abcd-ef'), expiresAt: later(62) },
  'took-over': { type: 'took-over', request: id('abcd-ef') },
  ended,
  'summed-up': summedUp(),
  'rolled-out': rolledOut(),
};

const reached: Readonly<Record<Status, Request>> = {
  pending: grown(pending(), { type: 'voted', by: bob, revision: 1 }),
  approved: grown(pending(), approved),
  active: grown(pending(), approved, activated),
  revoked: grown(pending(), approved, activated, ended),
  denied: grown(pending(), every.denied),
  withdrawn: grown(pending(), every.withdrawn),
  'timed-out': grown(pending(), every['timed-out']),
  completed: grown(pending(), approved, every.completed),
  lapsed: grown(pending(), approved, every.lapsed),
  failed: grown(pending(), approved, every.failed),
};

const mayFollow: Readonly<Record<Status, readonly RequestEvent['type'][]>> = {
  pending: ['voted', 'approved', 'denied', 'withdrawn', 'timed-out', 'revised', 'seen'],
  approved: ['activated', 'completed', 'lapsed', 'failed', 'end-requested'],
  // A conflict is settled only once there is one.
  active: [
    'used',
    'misused',
    'tripped',
    'observed',
    'end-requested',
    'end-delayed',
    'conflicted',
    'ended',
    'warned',
    'extension-asked',
    'extended',
    'prolonged',
  ],
  completed: [],
  revoked: ['observed'],
  denied: [],
  withdrawn: [],
  'timed-out': [],
  lapsed: ['followed'],
  failed: [],
};
const statuses = Object.keys(reached) as readonly Status[];

test.each(statuses)(
  'on a request that is %s only the events that may follow do, and the others change nothing',
  (status) => {
    for (const event of Object.values(every)) {
      const next = evolve(reached[status], event, later(9));
      const may = mayFollow[status].includes(event.type);
      if (may) expect(next).toHaveProperty('state');
      else expect(next).toEqual({ type: 'impossible', event: event.type, after: status });
    }
  },
);

test('what was taken back before it was applied does not become active any more', () => {
  const takenBack = grown(reached.approved, every['end-requested']);
  expect(evolve(takenBack, activated, later(9))).toMatchObject({ type: 'impossible' });
  expect(evolve(takenBack, every.lapsed, later(9))).toHaveProperty('state.status', 'lapsed');
});

test('only an extension takes over, from the grant that it extends, and once', () => {
  const before = { request: id('abcd-ef'), startedAt: noon, expiresAt: later(40) };
  const extension = grown(pending({ extends: before }), approved, activated);
  expect(evolve(extension, { type: 'took-over', request: id('2345-67') }, later(9))).toHaveProperty(
    'type',
    'impossible',
  );
  const alone = grown(extension, every['took-over']);
  expect(evolve(alone, every['took-over'], later(9))).toHaveProperty('type', 'impossible');
});

test('its people are warned once', () => {
  expect(evolve(grown(reached.active, every.warned), every.warned, later(9))).toHaveProperty('type', 'impossible');
});

test('what was extended remembers as what it goes on', () => {
  const end = grown(reached.active, every.warned, every.extended, { ...ended, cause: 'extended' });
  expect(end.state).toMatchObject({ status: 'revoked', cause: 'extended', extension: 'abcd-ef', endedBy: alice });
  expect(end.state).not.toHaveProperty('warned');
});

test.each(['end-requested', 'extended', 'conflicted'] as const)('what is %s is extended no more', (type) => {
  const over = grown(reached.active, every[type]);
  expect(evolve(over, every['extension-asked'], later(9))).toHaveProperty('type', 'impossible');
  expect(evolve(over, every.extended, later(9))).toHaveProperty('type', 'impossible');
});

test.each(statuses)('no request is submitted again once it is %s', (status) => {
  const { asked } = reached.pending;
  const { id: _, submittedAt: __, ...again } = asked;
  expect(evolve(reached[status], { type: 'submitted', ...again }, later(9))).toMatchObject({ type: 'impossible' });
});

test('a grant that has ended remembers who asked for it, what was made, and forgets that it was late', () => {
  const end = grown(reached.active, every['end-delayed'], every['end-requested'], { ...ended, cause: 'done' });
  expect(end.state).toMatchObject({
    status: 'revoked',
    cause: 'done',
    endedBy: alice,
    expiresAt: later(32),
    by: [bob],
  });
  expect(end.state).not.toHaveProperty('delayed');
  expect(end.state).not.toHaveProperty('ending');
});

const people = [alice, bob, carol, dave, erin];
const commands = fc.record({
  by: fc.constantFrom(...people),
  type: fc.constantFrom('approve', 'approve', 'deny', 'withdraw', 'done', 'revoke', 'review', 'worker'),
  revision: fc.constantFrom(1, 1, 1, 2),
  minutes: fc.nat(12),
});
const standings = fc.array(fc.uniqueArray(fc.nat(1), { maxLength: 2 }), { minLength: 5, maxLength: 5 });
const runs = fc.record({
  commands: fc.array(commands, { maxLength: 25 }),
  memberships: standings,
  subject: fc.constantFrom(alice, dave),
  waiting: fc.record(
    {
      remindEvery: fc.integer({ min: 60, max: 900 }),
      escalate: fc.record({ after: fc.integer({ min: 60, max: 900 }), to: fc.constant<string[]>(['leads']) }),
    },
    { requiredKeys: [] },
  ),
  isTaken: fc.boolean(),
  counts: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
});
type Run = typeof runs extends fc.Arbitrary<infer R> ? R : never;

const commandOf = (
  { by, type, revision }: Run['commands'][number],
  memberships: Run['memberships'],
): Command | undefined => {
  const standing = new Map(people.map((person, index) => [person, memberships[index] ?? []]));
  switch (type) {
    case 'approve':
      return { type, by, revision, standing };
    case 'deny':
      return { type, by, revision, reason: 'no', standing };
    case 'revoke':
      return { type, by, reason: 'odd', standing };
    case 'review':
      return { type, by, finding: 'justified', note: 'fine', standing };
    case 'withdraw':
    case 'done':
      return { type, by };
    default:
      return undefined;
  }
};

/** What a worker would write for a request as it stands. */
const workersEvent = (request: Request, now: Temporal.Instant): readonly RequestEvent[] => {
  const step = stepAt(request, now);
  if (step === undefined || Temporal.Instant.compare(step.at, now) > 0) return [];
  if (step.do === 'warn') return [{ type: 'warned' }];
  if (step.do === 'remind') return [every.reminded];
  if (step.do === 'escalate') return [every.escalated];
  if (step.do === 'time-out') return [every['timed-out']];
  if (step.do === 'end') return [ended];
  const takenBack = request.state.status === 'approved' && request.state.ending !== undefined;
  return takenBack ? [every.lapsed] : [{ ...activated, startedAt: now, expiresAt: now.add({ minutes: 30 }) }];
};

/** All events of a run, and the statuses it went through. */
const play = ({ commands: list, memberships, subject, counts, waiting, isTaken }: Run) => {
  const { approval } = quorum(['platform', counts[0]], ['security', counts[1]]);
  const how = isTaken ? { breakGlass: { remindEvery: 900 } } : waiting;
  let request = pending({ subject, approval: { ...approval, ...how } });
  let now = noon;
  const events: RequestEvent[] = [];
  const visited: Status[] = ['pending'];
  if (isTaken) {
    const atOnce: RequestEvent = { ...approved, by: [], auto: true };
    request = grown(request, atOnce);
    events.push(atOnce);
    visited.push('approved');
  }
  for (const one of list) {
    now = now.add({ minutes: one.minutes });
    const command = commandOf(one, memberships);
    const decided =
      command === undefined ? { ok: true as const, value: workersEvent(request, now) } : decide(request, command, now);
    for (const event of decided.ok ? decided.value : []) {
      const next = evolve(request, event, now);
      if ('type' in next) throw new Error(`"${next.event}" was decided on a request that is ${next.after}`);
      request = next;
      events.push(event);
      if (visited.at(-1) !== request.state.status) visited.push(request.state.status);
    }
  }
  return { events, visited };
};

const onward = ['pending', 'approved', 'active', 'revoked'];

test('whatever people and workers do, every decided event can follow and states are never left backwards', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { visited } = play(run);
      expect(new Set(visited).size).toBe(visited.length);
      const places = visited.map((status) => onward.indexOf(status)).filter((place) => place !== -1);
      expect(places).toEqual(places.toSorted());
    }),
    { numRuns: 500 },
  );
});

test('whatever people do, there is at most one approval, and requester and subject have no part in it', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { events } = play(run);
      const approvals = events.filter((event) => event.type === 'approved');
      expect(approvals.length).toBeLessThanOrEqual(1);
      for (const { by } of approvals) {
        if (run.isTaken) {
          expect(by).toEqual([]);
          continue;
        }
        expect(by).not.toContain(alice);
        expect(by).not.toContain(run.subject);
        expect(new Set(by).size).toBe(by.length);
        expect(by.length).toBe(run.counts[0] + run.counts[1]);
      }
      const votes = events.filter((event) => event.type === 'voted').map(({ by }) => by);
      expect(new Set(votes).size).toBe(votes.length);
      expect(votes).not.toContain(alice);
    }),
    { numRuns: 500 },
  );
});

test('whatever people do, nobody without a standing has decided anything', () => {
  fc.assert(
    fc.property(runs, (run) => {
      for (const event of play(run).events) {
        if (event.type !== 'voted' && event.type !== 'denied') continue;
        expect(run.memberships[people.indexOf(event.by)]).not.toEqual([]);
      }
    }),
  );
});

test('whatever people do, a review is of what was taken without asking, by another, and there is one at most', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const reviews = play(run).events.filter((event) => event.type === 'reviewed');
      expect(reviews.length).toBeLessThanOrEqual(run.isTaken ? 1 : 0);
      for (const { by } of reviews) expect([alice, run.subject]).not.toContain(by);
    }),
  );
});

test('an approval by nobody follows only where nobody was to be asked', () => {
  const atOnce: RequestEvent = { ...approved, by: [], auto: true };
  const { approval } = quorum(['platform', 1]);
  expect(evolve(pending(), atOnce, noon)).toMatchObject({ type: 'impossible' });
  const taken = pending({ approval: { ...approval, breakGlass: { remindEvery: 900 } } });
  expect(evolve(taken, atOnce, noon)).toHaveProperty('state.status', 'approved');
  expect(evolve(grown(taken, every.voted), approved, noon)).toMatchObject({ type: 'impossible' });
});

test('what people are told keeps no end and no time-out waiting', () => {
  const { approval } = quorum(['platform', 1]);
  const waiting = pending({ approval: { ...approval, remindEvery: 600, escalate: { after: 600, to: ['leads'] } } });
  expect(nextStep(waiting)).toEqual({ do: 'escalate', at: later(10) });
  expect(stepAt(waiting, later(59))?.do).toBe('escalate');
  expect(stepAt(waiting, later(60))).toEqual({ do: 'time-out', at: later(60) });
  const atOnce: RequestEvent = { ...approved, by: [], auto: true };
  const taken = pending({ approval: { ...approval, breakGlass: { remindEvery: 600 } } });
  const active = grown(taken, atOnce, activated);
  expect(nextStep(active)).toEqual({ do: 'remind', at: later(10) });
  expect(stepAt(active, later(32))).toEqual({ do: 'end', at: later(32) });
  const over = grown(active, ended);
  expect(nextStep(over)?.do).toBe('remind');
  expect(nextStep(grown(over, every.reviewed))).toBeUndefined();
});

test('nobody else may be told to decide before the time of that', () => {
  const { approval } = quorum(['platform', 1]);
  const waiting = pending({ approval: { ...approval, escalate: { after: 600, to: ['leads'] } } });
  expect(evolve(waiting, every.escalated, later(9))).toMatchObject({ type: 'impossible' });
  const told = evolve(waiting, every.escalated, later(10));
  expect(told).toHaveProperty('escalated', true);
  if (!('type' in told)) expect(evolve(told, every.escalated, later(11))).toMatchObject({ type: 'impossible' });
});

test('a new revision takes votes and looks with it, and nothing of the old one counts any more', () => {
  const voted = grown(pending({ content: contentRefOf({ fits: false }) }), every.seen, every.voted, every.revised);
  expect(voted.asked).toMatchObject({ revision: 2, seal: 'another' });
  expect(voted.state).toEqual({ status: 'pending', votes: [], seenBy: [] });
  for (const stale of [every.voted, every.seen, approved]) {
    expect(evolve(voted, stale, later(9))).toMatchObject({ type: 'impossible' });
  }
  const skipping: RequestEvent = { ...(every.revised as Extract<RequestEvent, { type: 'revised' }>), revision: 4 };
  expect(evolve(voted, skipping, later(9))).toMatchObject({ type: 'impossible' });
});

test('a conflict keeps the grant active with nothing due until somebody settles it, and can come again', () => {
  const conflict = grown(reached.active, every.conflicted);
  expect(conflict.state).toMatchObject({ status: 'active', conflict: { conflicts: [{ path: 'spec.rules' }] } });
  expect(nextStep(conflict)).toBeUndefined();
  const settled = grown(conflict, every.settled);
  expect(nextStep(settled)).toEqual({ do: 'end', at: later(1) });
  expect(evolve(settled, every.settled, later(9))).toMatchObject({ type: 'impossible' });
  const again = grown(settled, every.conflicted);
  expect(again.state).not.toHaveProperty('settled');
  expect(nextStep(again)).toBeUndefined();
  const end = grown(settled, { ...ended, reverted: [{ target: conflictAt('x').target, how: 'kept' }] });
  expect(end.state).toMatchObject({ status: 'revoked', reverted: [{ how: 'kept' }], settled: { choice: 'keep' } });
  expect(end.state).not.toHaveProperty('conflict');
});

test('what lapsed because it moved is followed once, and nothing else is', () => {
  const followed = grown(reached.lapsed, every.followed);
  expect(followed.state).toMatchObject({ status: 'lapsed', followedBy: 'abcd-ef' });
  expect(evolve(followed, every.followed, later(9))).toMatchObject({ type: 'impossible' });
  const late = grown(reached.approved, { type: 'lapsed', why: 'late' });
  expect(evolve(late, every.followed, later(9))).toMatchObject({ type: 'impossible' });
});

test('what was done for good owes nothing and is never ended', () => {
  expect(nextStep(reached.completed)).toBeUndefined();
  expect(evolve(reached.completed, ended, later(9))).toMatchObject({ type: 'impossible' });
});
