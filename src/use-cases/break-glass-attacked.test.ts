import { describe, expect, test } from 'vitest';
import { type PersonId, personId, type RequestId } from '#domain/ids.ts';
import type { Rule } from '#domain/policy/policy.ts';
import { needsReview } from '#domain/request/terms.ts';
import { breakGlass, glass, worldWith } from '#test/build/break-glass-world.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { alice, bob, carol, erin } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { minutes, setting } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant, reviewRequest, revokeGrant, withdrawRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import type { ClusterWriter } from './ports.ts';
import { createStepRunner } from './run-step.ts';
import { seeInbox, seeRequest } from './see-requests.ts';
import { submitRequest } from './submit-request.ts';
import { sweepLog } from './sweep.ts';

const submit = ({ bot }: World, changed: Partial<Asking> = {}) =>
  submitRequest(bot, asking({ breakGlass: true, duration: '15m', ...changed }));
const take = (world: World, changed: Partial<Asking> = {}) =>
  file(world, { breakGlass: true, duration: '15m', ...changed });
/** So many more people who may break the glass: nobody has more than twenty that are not reviewed. */
const crowd = (world: World, count: number): readonly PersonId[] => {
  const people = Array.from({ length: count }, (_, index) => personId.parse(`U0CROWD${index}`));
  const { settings, directory } = world;
  for (const one of people) directory.memberships.set(one, 'member');
  const mapped = people.map((person) => ({ person, kubernetes: { user: `${person}@example.com`, groups: [] } }));
  settings.identities = [...settings.identities, ...mapped];
  const oncall = { type: 'people', people: [alice, erin, ...people] } as const;
  settings.policy = { ...settings.policy, groups: new Map([...settings.policy.groups, ['oncall', oncall]]) };
  return people;
};
const statusOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state.status;

describe('in an emergency', () => {
  test('a rule that may decide, and knows break-glass, is not lost because one after it knows none', async () => {
    const small = glass({ name: 'small', match: matchIf('after.all(o, int(o.data.limit) <= 20)') });
    const world = worldWith(small, rule({ name: 'rest' }));
    // Without break-glass "small" decides on this.
    expect((await file(world, { ...setting({ limit: '12' }), origin: 'usual' })).request.asked.approval.rule).toBe(
      'small',
    );
    const taken = await submit(world, { ...setting({ limit: '13' }), origin: 'taken' });
    expect(taken).toMatchObject({ ok: true });
  });

  test('the same where the rule looks at the risk', async () => {
    const world = worldWith(glass({ name: 'calm', match: { ...everything, risk: ['none'] } }), rule({ name: 'rest' }));
    expect(await submit(world, setting({ limit: '13' }))).toMatchObject({ ok: true });
  });
});

test('access that was in force is reviewed, though whoever took it gave it back before the log could say so', async () => {
  const world = worldWith(glass());
  const chain = await take(world);
  const { id } = chain.request.asked;
  let wasAllowed = false;
  const { review } = world.cluster;
  const slow: ClusterWriter['review'] = async (who, probe) => {
    const said = await review(who, probe);
    // The API server allows it, and its answer takes a moment: time enough for "/jit done".
    if (said.allowed && !wasAllowed) {
      wasAllowed = true;
      await finishGrant(world.bot, { by: alice, id });
    }
    return said;
  };
  (world.worker.clusters as Map<string, ClusterWriter>).set('prod', { ...world.cluster, review: slow });
  await settle(world);
  expect(wasAllowed).toBe(true);
  const { request } = await look(world, chain);
  expect({ status: request.state.status, toReview: needsReview(request) }).toMatchObject({ toReview: true });
});

describe('the worker holds what is taken by break-glass against its own policy', () => {
  const forgedBy = async (changed: Partial<Rule>) => {
    const world = worldWith(glass(changed));
    const chain = await take(world);
    world.settings.policy = { ...world.settings.policy, rules: [glass()] };
    await settle(world);
    return statusOf(world, chain);
  };

  test('and does nothing of which nobody is reminded', async () => {
    expect(
      await forgedBy({ breakGlass: { ...breakGlass, remindEvery: Temporal.Duration.from({ hours: 24 * 3_650 }) } }),
    ).toBe('lapsed');
  });

  test('and does nothing of which those who were not asked are told in a channel that is none of theirs', async () => {
    expect(await forgedBy({ channel: 'C0NOBODYISHERE' })).toBe('lapsed');
  });
});

describe('one person holds at most twenty things that nobody approved', () => {
  const twenty = async (world: World) => {
    for (let count = 0; count < 20; count += 1)
      await take(world, { ...setting({ [`k${count}`]: 'x' }), origin: `taken ${count}` });
  };

  test('whatever they file and withdraw in between', async () => {
    const world = worldWith(glass());
    await twenty(world);
    expect(await submit(world, { ...setting({ one: 'more' }), origin: 'one more' })).toMatchObject({
      error: { type: 'too-many' },
    });
    for (let count = 0; count < 60; count += 1) {
      world.advance({ milliseconds: 1 });
      const { id } = (await file(world, { ...setting({ limit: `${count + 100}` }), origin: `usual ${count}` })).request
        .asked;
      await withdrawRequest(world.bot, { by: alice, id });
    }
    expect(await submit(world, { ...setting({ one: 'more' }), origin: 'and now' })).toMatchObject({
      error: { type: 'too-many' },
    });
  });

  test('also when they are asked for all at once', async () => {
    const world = worldWith(glass());
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, count) =>
        submit(world, { ...setting({ [`k${count}`]: 'x' }), origin: `taken ${count}` }),
      ),
    );
    expect(all.filter(({ ok }) => ok).length).toBeLessThanOrEqual(20);
  });

  test('and breaks no glass without end while nothing of it is reviewed', async () => {
    const world = worldWith(glass());
    let taken = 0;
    for (let count = 0; count < 40; count += 1) {
      const one = await submit(world, { origin: `taken ${count}` });
      if (!one.ok) break;
      taken += 1;
      await settle(world);
      await finishGrant(world.bot, { by: alice, id: one.value.request.asked.id });
      await settle(world);
      world.advance({ seconds: 1 });
    }
    // Each is told to everybody in the channel, with a mention, and again every hour.
    expect(taken).toBeLessThan(40);
  }, 30_000);
});

describe('what waits for somebody is not buried', () => {
  /** Taken and given back again, so many times. */
  const often = async (world: World, times: number, changed: Partial<Asking> = {}) => {
    for (let count = 0; count < times; count += 1) {
      world.advance({ seconds: 1 });
      const { id } = (await take(world, { ...changed, origin: `often ${changed.by ?? alice} ${count}` })).request.asked;
      await settle(world);
      await finishGrant(world.bot, { by: changed.by ?? alice, id });
      await settle(world);
    }
  };
  const waiting = async (world: World, person = bob): Promise<readonly RequestId[]> =>
    (await seeInbox(world.bot, person)).waitingForMe.map(({ request }) => request.asked.id);

  test('what has to be decided, under what has only to be reviewed', async () => {
    const world = worldWith(glass());
    const { id } = (await file(world, { origin: 'urgent' })).request.asked;
    await often(world, 20);
    expect(await waiting(world)).toContain(id);
  });

  test('what somebody took in one place, under what they took in another that other people review', async () => {
    const dev = glass({
      name: 'dev',
      match: { ...everything, namespaces: ['bank'] },
      approve: [{ from: 'security', count: 1 }],
    });
    const world = worldWith(dev, glass());
    const people = crowd(world, 14);
    const theirs = async (some: readonly PersonId[]) => {
      for (const by of some) await often(world, 15, { namespace: 'bank', by, subject: by });
    };
    await theirs(people.slice(0, 7));
    const { id } = (await take(world)).request.asked;
    await settle(world);
    expect(await waiting(world)).toEqual([id]);
    await theirs(people.slice(7));
    expect(await waiting(world)).toEqual([id]);
  }, 60_000);
});

test('no end waits for reminders of which many are due after an outage', async () => {
  const world = worldWith(glass({ breakGlass: { ...breakGlass, remindEvery: minutes(60) } }));
  const people = crowd(world, 5);
  for (let count = 0; count < 50; count += 1) {
    const by = people[count % people.length] ?? alice;
    const { id } = (await take(world, { by, subject: by, origin: `taken ${count}` })).request.asked;
    await settle(world);
    await finishGrant(world.bot, { by, id });
    await settle(world);
  }
  world.advance({ minutes: 50 });
  const grant = await file(world, { duration: '15m', origin: 'the grant' });
  await approveRequest(world.bot, { by: bob, id: grant.request.asked.id, revision: 1 });
  await settle(world);
  expect(await statusOf(world, grant)).toBe('active');
  // For twenty minutes no worker runs, and its jobs are lost.
  world.jobs.lose();
  world.advance({ minutes: 20 });
  const order: RequestId[] = [];
  const steps = createStepRunner(world.worker);
  await sweepLog(world.worker, {
    ...steps,
    join: (id) => {
      order.push(id);
      return steps.join(id);
    },
  });
  // Steps run 32 at a time.
  expect(order.indexOf(grant.request.asked.id)).toBeLessThan(32);
}, 30_000);

describe('a review that nobody can do', () => {
  test('is open to somebody still, where its group was renamed in the policy', async () => {
    const world = worldWith(glass());
    const { id } = (await take(world)).request.asked;
    await settle(world);
    const { platform, ...others } = Object.fromEntries(world.settings.policy.groups);
    world.settings.policy = {
      ...world.settings.policy,
      hash: 'renamed',
      groups: new Map(Object.entries({ ...others, sre: platform ?? expect.fail() })),
      rules: [glass({ approve: [{ from: 'sre', count: 1 }] })],
    };
    const inboxes = (await Promise.all([bob, carol].map((one) => seeInbox(world.bot, one)))).flatMap(
      ({ waitingForMe }) => waitingForMe,
    );
    // Who may review it may end it too, and nobody else.
    expect(await revokeGrant(world.bot, { by: erin, id, reason: 'no' })).toMatchObject({
      error: { type: 'not-entitled' },
    });
    expect((await revokeGrant(world.bot, { by: bob, id, reason: 'renamed meanwhile' })).ok).toBe(true);
    const review = await reviewRequest(world.bot, { by: bob, id, finding: 'justified', note: 'it was down' });
    expect({ inboxes: inboxes.length, reviewed: review.ok }).toEqual({ inboxes: 2, reviewed: true });
  });

  test('is not asked for without end: where nobody is left who may do it, a log does not grow for ever', async () => {
    const only = { type: 'people', people: [alice] } as const;
    const world = worldWith(glass());
    world.settings.policy = {
      ...world.settings.policy,
      groups: new Map([...world.settings.policy.groups, ['platform', only]]),
    };
    // The one person who would have been asked has taken it.
    const chain = await take(world);
    await settle(world);
    for (let hour = 0; hour < 24 * 14; hour += 1) {
      world.advance({ hours: 1 });
      await settle(world);
    }
    expect((await look(world, chain)).entries.length).toBeLessThan(100);
  }, 30_000);
});

describe('those to whom a request would have been escalated', () => {
  const waiting = rule({ escalate: { after: minutes(25), to: ['oncall'] } });
  /** Decided at once, so that it never waited for them. */
  const decided = async () => {
    const world = worldWith(waiting);
    const chain = await file(world, { duration: '1h' });
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    await settle(world);
    world.advance({ minutes: 26 });
    await settle(world);
    return { world, id };
  };

  test('do not end what others decided long before that', async () => {
    const { world, id } = await decided();
    expect(await revokeGrant(world.bot, { by: erin, id, reason: 'mine now' })).toMatchObject({
      error: { type: 'not-entitled' },
    });
  });

  test('do not learn of what others decided long before that', async () => {
    const { world, id } = await decided();
    expect(await seeRequest(world.bot, erin, id)).toBeUndefined();
    expect((await seeInbox(world.bot, erin)).active).toEqual([]);
  });
});
