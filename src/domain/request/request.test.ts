import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, noon, pending, quorum } from '#test/build/requests.ts';
import { type Command, decide } from './decide.ts';
import type { RequestEvent } from './events.ts';
import { nextStep } from './next-step.ts';
import { evolve, type Request, type Status } from './request.ts';

const every: Readonly<Record<Exclude<RequestEvent['type'], 'submitted'>, RequestEvent>> = {
  voted: { type: 'voted', by: bob, revision: 1 },
  approved,
  denied: { type: 'denied', by: bob, revision: 1, reason: 'no' },
  withdrawn: { type: 'withdrawn', by: alice },
  'timed-out': { type: 'timed-out' },
  activated,
  lapsed: { type: 'lapsed', why: 'late' },
  failed: { type: 'failed', why: 'no' },
  'end-requested': { type: 'end-requested', by: alice, cause: 'done', reason: '' },
  'end-delayed': { type: 'end-delayed', why: 'no answer' },
  ended,
};

const reached: Readonly<Record<Status, Request>> = {
  pending: grown(pending(), { type: 'voted', by: bob, revision: 1 }),
  approved: grown(pending(), approved),
  active: grown(pending(), approved, activated),
  revoked: grown(pending(), approved, activated, ended),
  denied: grown(pending(), every.denied),
  withdrawn: grown(pending(), every.withdrawn),
  'timed-out': grown(pending(), every['timed-out']),
  lapsed: grown(pending(), approved, every.lapsed),
  failed: grown(pending(), approved, every.failed),
};

const mayFollow: Readonly<Record<Status, readonly RequestEvent['type'][]>> = {
  pending: ['voted', 'approved', 'denied', 'withdrawn', 'timed-out'],
  approved: ['activated', 'lapsed', 'failed', 'end-requested'],
  active: ['end-requested', 'end-delayed', 'ended'],
  revoked: [],
  denied: [],
  withdrawn: [],
  'timed-out': [],
  lapsed: [],
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
  type: fc.constantFrom('approve', 'approve', 'deny', 'withdraw', 'done', 'revoke', 'worker'),
  revision: fc.constantFrom(1, 1, 1, 2),
  minutes: fc.nat(12),
});
const standings = fc.array(fc.uniqueArray(fc.nat(1), { maxLength: 2 }), { minLength: 5, maxLength: 5 });
const runs = fc.record({
  commands: fc.array(commands, { maxLength: 25 }),
  memberships: standings,
  subject: fc.constantFrom(alice, dave),
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
    case 'withdraw':
    case 'done':
      return { type, by };
    default:
      return undefined;
  }
};

/** What a worker would write for a request as it stands. */
const workersEvent = (request: Request, now: Temporal.Instant): readonly RequestEvent[] => {
  const step = nextStep(request);
  if (step === undefined || Temporal.Instant.compare(step.at, now) > 0) return [];
  if (step.do === 'time-out') return [every['timed-out']];
  if (step.do === 'end') return [ended];
  const takenBack = request.state.status === 'approved' && request.state.ending !== undefined;
  return takenBack ? [every.lapsed] : [{ ...activated, startedAt: now, expiresAt: now.add({ minutes: 30 }) }];
};

/** All events of a run, and the statuses it went through. */
const play = ({ commands: list, memberships, subject, counts }: Run) => {
  let request = pending({ subject, ...quorum(['platform', counts[0]], ['security', counts[1]]) });
  let now = noon;
  const events: RequestEvent[] = [];
  const visited: Status[] = ['pending'];
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
