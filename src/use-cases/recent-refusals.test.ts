import { describe, expect, test } from 'vitest';
import { createGuardWorld, noted, userOf } from '#test/build/guard-world.ts';
import { gate } from '#test/build/rule-world.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { file } from '#test/build/world.ts';
import { createRecentRefusals } from './recent-refusals.ts';
import { reviewWrite } from './review-write.ts';

const opened = gate({ auth: 'off', limit: '10' });

/** A guard that remembers what it has just refused, and counts what it looks up and signs. */
const rememberingWorld = (options: Parameters<typeof createGuardWorld>[0] = {}) => {
  const world = createGuardWorld(options);
  const counts = { found: 0, signed: 0, filed: 0 };
  let moment = 0;
  const { held, signer } = world.guard;
  const guard = {
    ...world.guard,
    recent: createRecentRefusals(() => moment),
    signer: { ...signer, sign: (text: string) => count('signed', signer.sign(text)) },
    held: {
      ...held,
      find: (fingerprint: string) => count('found', held.find(fingerprint)),
      file: (filing: Parameters<typeof held.file>[0]) => count('filed', held.file(filing)),
    },
  };
  const count = <T>(what: keyof typeof counts, value: T): T => {
    counts[what] += 1;
    return value;
  };
  return {
    world,
    counts,
    pass: (milliseconds: number) => {
      moment += milliseconds;
    },
    write: async (writing: Parameters<typeof world.ask>[0]) => reviewWrite(guard, await world.ask(writing)),
  };
};
const waiting = async () => {
  const remembering = rememberingWorld();
  const chain = await remembering.world.hold({ object: opened });
  return { ...remembering, chain };
};
const refused = { allowed: false, code: 403 };

describe('what was just refused', () => {
  test('is refused again without a look at anything, and 20 ms later it is looked up', async () => {
    const { counts, pass, write } = await waiting();
    const answer = await write({ object: opened });
    expect(answer).toMatchObject({ ...refused, message: expect.stringContaining('waits for') });
    expect(await write({ object: opened })).toEqual(answer);
    pass(19);
    expect(await write({ object: opened })).toEqual(answer);
    expect(counts.found).toBe(1);
    pass(1);
    expect(await write({ object: opened })).toEqual(answer);
    expect(counts.found).toBe(2);
  });

  test('goes through once it is approved, after 20 ms', async () => {
    const { world, pass, write, chain } = await waiting();
    await write({ object: opened });
    await world.approve(chain);
    expect(await write({ object: opened })).toMatchObject(refused);
    pass(20);
    expect(await write({ object: opened })).toMatchObject({ allowed: true });
    expect(await write({ object: opened })).toMatchObject({ allowed: true });
  });

  test('is looked up for another user, for another content, for a dry run, and once other settings are in force', async () => {
    const { world, counts, write } = await waiting();
    await write({ object: opened });
    await write({ object: opened, user: userOf('dave') });
    expect(counts.found).toBe(2);
    await write({ object: gate({ auth: 'off', limit: '11' }) });
    expect(counts.found).toBe(3);
    expect(await write({ object: opened, dryRun: true })).toMatchObject({ allowed: true, warnings: [/would/] });
    expect(counts.found).toBe(4);
    world.settings.policy = { ...world.settings.policy };
    await write({ object: opened });
    expect(counts.found).toBe(5);
  });

  test('is nothing for whoever breaks glass: that is looked up and filed', async () => {
    const { counts, write } = await waiting();
    await write({ object: opened });
    await write({ object: noted(opened, { 'intent.hallpass.dev/break-glass': 'checkout is down' }) });
    expect(counts.filed).toBe(1);
  });

  test('is looked up while the bot has yet to take it in', async () => {
    const { counts, write } = rememberingWorld();
    await write({ object: opened });
    await write({ object: opened });
    await write({ object: opened });
    expect(counts.found).toBe(3);
  });
});

test('whose grant does not cover a write, for it is worse than its card showed, is told so however often they try', async () => {
  const { world, counts, write } = rememberingWorld({ isPrompt: true });
  world.cluster.put(shopIngress());
  await world.approve(await file(world));
  await world.steps();
  const worse = noted(shopIngress(), { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' });
  for (let nth = 0; nth < 4; nth += 1)
    expect(await write({ object: worse })).toMatchObject({
      ...refused,
      message: expect.stringContaining('does not cover it'),
    });
  expect(counts).toMatchObject({ filed: 1, found: 2 });
});

describe('in a flood', () => {
  const flooded = async () => {
    const remembering = rememberingWorld();
    for (let nth = 0; nth < 30; nth += 1) await remembering.write({ object: gate({ nth: String(nth) }) });
    const full = await remembering.write({ object: opened });
    expect(full).toMatchObject({ ...refused, message: expect.stringContaining('filed too many') });
    return { ...remembering, full };
  };

  test('it is looked first whether there is room, and nothing is signed or filed where there was none just now', async () => {
    const { counts, pass, write, full } = await flooded();
    expect(counts).toMatchObject({ signed: 31, filed: 31 });
    expect(await write({ object: opened })).toEqual(full);
    expect(counts).toMatchObject({ signed: 31, filed: 31 });
    pass(100);
    expect(await write({ object: opened })).toEqual(full);
    expect(counts).toMatchObject({ signed: 32, filed: 32 });
  });

  test('of one author others are filed, and whoever breaks glass is asked about each time', async () => {
    const { counts, write } = await flooded();
    await write({ object: gate({ auth: 'off', limit: '12' }), user: userOf('dave') });
    expect(counts.filed).toBe(32);
    await write({ object: noted(opened, { 'intent.hallpass.dev/break-glass': 'checkout is down' }) });
    expect(counts.filed).toBe(33);
  });
});

test('of all together nobody is filed for a moment', () => {
  let moment = 0;
  const recent = createRecentRefusals(() => moment);
  expect(recent.flood('alice')).toBeUndefined();
  recent.overflow('author', 'alice');
  expect([recent.flood('alice'), recent.flood('bob')]).toEqual(['author', undefined]);
  recent.overflow('all', 'bob');
  expect([recent.flood('alice'), recent.flood('bob')]).toEqual(['all', 'all']);
  moment += 100;
  expect([recent.flood('alice'), recent.flood('bob')]).toEqual([undefined, undefined]);
});

test('no more is remembered than five hundred refusals', () => {
  const recent = createRecentRefusals(() => 0);
  const under = {};
  for (let nth = 0; nth < 501; nth += 1)
    recent.refuse(`write ${nth}`, under, { allowed: false, code: 403, message: `no ${nth}` });
  expect(recent.of('write 0', under)).toBeUndefined();
  expect(recent.of('write 1', under)).toMatchObject({ message: 'no 1' });
  expect(recent.of('write 500', under)).toMatchObject({ message: 'no 500' });
});
