import { describe, expect, test } from 'vitest';
import { type MisusedEntry, writeEntry } from '#domain/guard/entry.ts';
import type { RevokeAt } from '#domain/guard/protection.ts';
import type { Manifest } from '#domain/plan.ts';
import { breakGlass } from '#test/build/break-glass-world.ts';
import { createGuardWorld, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, dave, id as idOf } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { ingressTarget, pathTo, ruleFor, shopIngress } from '#test/build/shop-ingress.ts';
import { file, look } from '#test/build/world.ts';
import type { Asking } from '#use-cases/asking.ts';
import { finishGrant, revokeGrant } from './act-on-request.ts';
import { askAgain } from './ask-again.ts';
import { reviewWrite } from './review-write.ts';

/** Critical, high, and of no danger; none of it was on the card. */
const snippet = (text = 'return 200;'): Manifest =>
  noted(shopIngress(), { 'nginx.ingress.kubernetes.io/server-snippet': text });
const elsewhere = shopIngress([ruleFor('shop.acme.test', pathTo('/', 'beta'))]);
const harmless: Manifest = { ...shopIngress(), metadata: { ...shopIngress().metadata, labels: { team: 'beta' } } };

/** Alice edits Ingresses in `shop` for half an hour, and takes more by break-glass if she wants. */
const grantWorld = async ({
  revokeAt = 'high' as RevokeAt,
  ...changed
}: Partial<Asking> & { revokeAt?: RevokeAt } = {}) => {
  const world = createGuardWorld();
  const oncall = { type: 'people', people: [alice] } as const;
  world.settings.policy = policy({
    rules: [rule({ permanent: true, breakGlass })],
    protect: [heldInShop({ revokeAt })],
    groups: new Map([...groups, ['oncall', oncall]]),
  });
  world.cluster.put(shopIngress());
  const filed = await file(world, changed);
  const chain = changed.breakGlass === true ? filed : await world.approve(filed);
  await world.steps();
  const { id } = chain.request.asked;
  const state = async () => (await look(world, chain)).request.state;
  const misuses = async () =>
    (await look(world, chain)).entries.flatMap(({ event }) => (event.type === 'misused' ? [event] : []));
  const write = async (object: Manifest, user?: string): Promise<string> => {
    const answer = await world.write({ object, ...(user === undefined ? {} : { user }) });
    await world.takeIn();
    return answer.allowed ? 'allowed' : answer.message;
  };
  return { world, id, chain, state, misuses, write };
};
type World = Awaited<ReturnType<typeof grantWorld>>;
const said = ({ id }: Pick<World, 'id'>, changed: Partial<MisusedEntry> = {}): MisusedEntry => ({
  type: 'misused',
  id,
  cluster: 'prod',
  operation: 'update',
  target: ingressTarget,
  risk: 'critical',
  findings: ['Introduces a snippet.'],
  ...changed,
});
/** What a guard left, if it was this. */
const take = async ({ world }: World, entry: MisusedEntry, author: 'guard' | 'bot' | 'worker' = 'guard') => {
  world.held.leave(writeEntry(entry, world.signer(author)));
  await world.takeIn();
};

describe('a grant whose person tries what is worse than its card showed', () => {
  test('is ended by the worker at once, says what was tried, and covers nothing from then on', async () => {
    const granted = await grantWorld();
    const { world, id, state, misuses, write } = granted;
    expect(await write(harmless)).toBe('allowed');
    const message = await write(snippet());
    expect(message).toContain(
      `Your access by request ${id} does not cover it: this is CRITICAL, which was not on its card. The access is ended for that.\n`,
    );
    expect(message).toContain('It is request');
    expect(await misuses()).toEqual([
      {
        type: 'misused',
        operation: 'update',
        target: ingressTarget,
        risk: 'critical',
        findings: [expect.stringMatching(/^Introduces /)],
        fingerprint: await world.fingerprint({ object: snippet() }),
      },
    ]);
    expect(JSON.stringify(await misuses())).not.toContain('return 200');
    expect(await state()).toMatchObject({ status: 'active', ending: { cause: 'misused' } });
    await world.steps();
    expect(await state()).toMatchObject({ status: 'revoked', cause: 'misused', tried: { risk: 'critical' } });
    // For a moment it still says what became of the access: the API server asks twice about one write.
    expect(await write(snippet())).toContain('The access is ended for that.\nHallpass holds this write');
    world.advance({ seconds: 10 });
    // Then the same again is only held, and what was harmless before is too.
    expect(await write(snippet())).toMatch(/^Hallpass holds this write/);
    expect(await write({ ...harmless, metadata: { ...harmless.metadata, labels: { team: 'c' } } })).toMatch(
      /^Hallpass/,
    );
    expect(await misuses()).toHaveLength(1);
  });

  test('says nothing of the kind to another write to the same object, however soon', async () => {
    const { world, write } = await grantWorld();
    expect(await write(snippet())).toContain('The access is ended for that.');
    expect(await write(harmless)).toMatch(/^Hallpass holds this write/);
    await world.steps();
    const other = { ...harmless, metadata: { ...harmless.metadata, labels: { team: 'c' } } };
    expect(await write(other)).toMatch(/^Hallpass holds this write/);
    expect(await write(snippet())).toContain('The access is ended for that.');
  });

  test('is not ended by a dry run, which says that the write would', async () => {
    const { world, id, state } = await grantWorld();
    expect(await world.write({ object: snippet(), dryRun: true })).toEqual({
      allowed: true,
      warnings: [
        expect.stringMatching(new RegExp(`held until somebody agrees, and would end your access by request ${id}`)),
      ],
    });
    expect(world.held.waiting()).toEqual([]);
    expect(await state()).not.toHaveProperty('ending');
  });

  test('is ended from the risk on that the protection names, and otherwise only does not cover it', async () => {
    const ends = async (revokeAt: RevokeAt, object: Manifest): Promise<boolean> => {
      const { state, write } = await grantWorld({ revokeAt });
      const isSaid = (await write(object)).includes('is ended for that');
      const isEnding = 'ending' in (await state());
      expect(isSaid).toBe(isEnding);
      return isEnding;
    };
    expect(await ends('high', snippet())).toBe(true);
    expect(await ends('high', elsewhere)).toBe(true);
    expect(await ends('critical', snippet())).toBe(true);
    expect(await ends('critical', elsewhere)).toBe(false);
    expect(await ends('never', snippet())).toBe(false);
  });

  test('is not ended for what somebody else writes, or what it gives no right to', async () => {
    const { world, state, write } = await grantWorld({ ask: { profile: 'ingress-edit', objects: ['web'] } });
    await write(snippet(), userOf('dave'));
    await write(snippet(), 'system:serviceaccount:shop:default');
    await write({ ...snippet(), metadata: { ...snippet().metadata, name: 'second' } });
    expect(await state()).not.toHaveProperty('ending');
    expect(Object.values(await world.requests())).toContain('active');
  });

  test('for somebody else is ended for what they try, and not for what whoever asked does', async () => {
    const { state, write } = await grantWorld({ by: dave, subject: alice });
    await write(snippet(), userOf('dave'));
    expect(await state()).not.toHaveProperty('ending');
    await write(snippet());
    expect(await state()).toMatchObject({ ending: { cause: 'misused' } });
  });

  test('is the only one that one write ends, however often the API server asks about it', async () => {
    const { world, write } = await grantWorld({ ask: { profile: 'ingress-edit', objects: ['web'] } });
    await world.approve(await file(world, { origin: 'another' }));
    await world.steps();
    for (let nth = 0; nth < 3; nth += 1) expect(await write(snippet())).toContain('The access is ended for that.');
    await world.steps();
    expect(Object.values(await world.requests()).filter((status) => status === 'active')).toHaveLength(1);
    world.advance({ seconds: 10 });
    await write(snippet());
    await world.steps();
    expect(Object.values(await world.requests())).not.toContain('active');
  });

  test('is not ended for what is too large to be looked at: that is held in its own words', async () => {
    const { world, id, state, write, misuses } = await grantWorld();
    const object = noted(shopIngress(), { 'acme.test/notes': 'x'.repeat(210_000) });
    expect(await write(object)).toMatch(
      new RegExp(`^Your access by request ${id} does not cover it: it is too large to be judged at once\\.\n`),
    );
    expect(JSON.stringify(await world.write({ object, dryRun: true }))).not.toContain('would end');
    expect(await misuses()).toEqual([]);
    expect(await state()).not.toHaveProperty('ending');
  });

  test('covers a harmless edit of what is large by what kubectl and the API server keep in it', async () => {
    const { world, state } = await grantWorld();
    const described = noted(shopIngress(), { 'acme.test/description': 'x'.repeat(30_000) });
    const kept = noted(described, { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(described) });
    const managedFields = [{ manager: 'a', fieldsV1: { 'f:x': 'y'.repeat(45_000) } }];
    const before = { ...kept, metadata: { ...kept.metadata, managedFields } } as Manifest;
    const after: Manifest = { ...before, metadata: { ...before.metadata, labels: { team: 'beta' } } };
    const asked = await world.ask({ object: harmless });
    expect(await reviewWrite(world.guard, { ...asked, before, after })).toMatchObject({ allowed: true });
    await world.takeIn();
    expect(await state()).not.toHaveProperty('ending');
  });

  test('is not ended for making again what it just let them delete, as kubectl replace --force does', async () => {
    const { world, id, state, write, misuses } = await grantWorld();
    world.cluster.put(snippet());
    expect(await world.write({ deletes: ingressTarget })).toMatchObject({ allowed: true });
    const changed = noted(harmless, snippet().metadata.annotations ?? {});
    // It is held: what a made-up review says was deleted lets nothing in.
    expect(await write(changed)).toMatch(
      new RegExp(`^Your access by request ${id} does not cover it: this is CRITICAL, which was not on its card\\.\n`),
    );
    expect(await misuses()).toEqual([]);
    expect(await state()).not.toHaveProperty('ending');
  });

  test('is ended for making it more dangerous, or a minute later, or after what was no deletion', async () => {
    const auth = { 'nginx.ingress.kubernetes.io/auth-snippet': 'return 200;' };
    for (const isIt of ['worse', 'late', 'dry', 'elsewhere'] as const) {
      const { world, state, write } = await grantWorld();
      const deleted = isIt === 'elsewhere' ? { ...ingressTarget, name: 'second' } : ingressTarget;
      world.cluster.put({ ...snippet(), metadata: { ...snippet().metadata, name: deleted.name } });
      expect(await world.write({ deletes: deleted, dryRun: isIt === 'dry' })).toMatchObject({ allowed: true });
      if (isIt === 'late') world.advance({ minutes: 1 });
      world.cluster.discard(ingressTarget);
      expect(await write(isIt === 'worse' ? noted(snippet(), auth) : snippet())).toContain('is ended for that');
      expect(await state()).toMatchObject({ ending: { cause: 'misused' } });
    }
  });

  test('says nothing of dangers that were there before', async () => {
    const { world, write, misuses } = await grantWorld();
    world.cluster.put(snippet());
    const further = shopIngress([ruleFor('shop.acme.test', pathTo('/', 'beta'))]);
    expect(await write(noted(further, snippet().metadata.annotations ?? {}))).toContain('this is HIGH');
    const [event] = await misuses();
    expect(event?.risk).toBe('high');
    expect(event?.findings).not.toEqual([]);
    expect(event?.findings.join()).not.toMatch(/snippet|Keeps/);
  });

  test('says no more of it than a few short findings', async () => {
    const { write, misuses } = await grantWorld();
    const key = (name: string): string => `nginx.ingress.kubernetes.io/${name}`;
    const names = ['server-snippet', 'configuration-snippet', 'auth-snippet', 'stream-snippet', 'modsecurity-snippet'];
    await write(noted(elsewhere, Object.fromEntries(names.map((name) => [key(name), 'return 200;']))));
    const [event] = await misuses();
    expect(event?.findings.length).toBeGreaterThan(0);
    expect(event?.findings.length).toBeLessThanOrEqual(3);
    for (const finding of event?.findings ?? []) expect(finding.length).toBeLessThanOrEqual(200);
  });
});

describe('in an emergency', () => {
  test('a grant by break-glass stays, and what was tried is told once', async () => {
    const { world, id, state, misuses, write } = await grantWorld({ breakGlass: true, duration: '15m' });
    expect(await state()).toMatchObject({ status: 'active' });
    const message = await write(snippet());
    expect(message).toContain(`Your access by request ${id} does not cover it: this is CRITICAL`);
    expect(message).not.toContain('ended');
    // Nothing more is left for the bot than what is held.
    await world.write({ object: snippet('return 500;') });
    expect(world.held.waiting()).toHaveLength(1);
    expect(world.held.waiting()[0]).toContain('"type":"held"');
    await world.takeIn();
    expect(await misuses()).toHaveLength(1);
    await world.steps();
    expect(await state()).toMatchObject({ status: 'active', tried: { risk: 'critical' } });
    expect(await write(harmless)).toBe('allowed');
  });

  test('no other grant of theirs is lost beside it', async () => {
    const taken = { breakGlass: true, duration: '15m' } as const;
    const named = { ask: { profile: 'ingress-edit', objects: ['web'] } };
    for (const isFirst of [true, false]) {
      const { world, write } = await grantWorld({ ...named, ...(isFirst ? taken : {}) });
      const filed = await file(world, { ...(isFirst ? {} : taken), origin: 'another' });
      if (isFirst) await world.approve(filed);
      await world.steps();
      await write(snippet());
      await world.steps();
      expect(Object.values(await world.requests()).filter((status) => status === 'active')).toHaveLength(2);
    }
  });

  test('a write that breaks glass ends no grant, let through or not', async () => {
    for (const isLetThrough of [true, false]) {
      const { world, state } = await grantWorld();
      if (!isLetThrough) world.settings.policy = { ...world.settings.policy, rules: [rule({ permanent: true })] };
      const object = noted(snippet(), { 'intent.hallpass.dev/break-glass': 'checkout is down' });
      await world.write({ object });
      await world.takeIn();
      expect(await state()).not.toHaveProperty('ending');
    }
  });
});

describe('what a guard has left about a grant', () => {
  test('ends it once, however often it comes, and whoever takes it in at the same moment', async () => {
    const granted = await grantWorld();
    for (let nth = 0; nth < 4; nth += 1)
      granted.world.held.leave(writeEntry(said(granted), granted.world.signer('guard')));
    await Promise.all([granted.world.takeIn(), granted.world.takeIn()]);
    expect(await granted.misuses()).toHaveLength(1);
    await granted.world.steps();
    await take(granted, said(granted));
    expect(await granted.misuses()).toHaveLength(1);
    expect(granted.world.held.waiting()).toEqual([]);
    expect(granted.world.alarms).toEqual([]);
  });

  test('comes too late where somebody ended it before', async () => {
    for (const end of [finishGrant, revokeGrant] as const) {
      const granted = await grantWorld();
      const { world, id, state } = granted;
      await end(world.bot, { by: end === finishGrant ? alice : bob, id, reason: 'enough' });
      await take(granted, said(granted));
      expect(await granted.misuses()).toEqual([]);
      await world.steps();
      await take(granted, said(granted));
      expect(await state()).toMatchObject({ status: 'revoked', cause: end === finishGrant ? 'done' : 'revoked' });
    }
  });

  test('is dropped for what is not in force, is not there, is of another cluster, or showed as much', async () => {
    const granted = await grantWorld();
    const { world, misuses } = granted;
    const waiting = await file(world, { by: dave, subject: dave, origin: 'another' });
    await take(granted, said(waiting.request.asked));
    await take(granted, said({ id: idOf('2222-22') }));
    await take(granted, said(granted, { cluster: 'eu' }));
    expect(await misuses()).toEqual([]);
    expect((await look(world, waiting)).entries).toHaveLength(1);
    expect(world.held.waiting()).toEqual([]);
  });

  test('is dropped with an alarm where no guard has signed it, whoever else did', async () => {
    const granted = await grantWorld();
    const { world, misuses } = granted;
    for (const author of ['bot', 'worker'] as const) await take(granted, said(granted), author);
    world.held.leave(JSON.stringify({ entry: said(granted), key: 'guard', signature: 'AAAA' }));
    await world.takeIn();
    // Signed for another grant.
    const real = writeEntry(said({ id: idOf('2222-22') }), world.signer('guard'));
    world.held.leave(real.replace('2222-22', granted.id));
    await world.takeIn();
    expect(await misuses()).toEqual([]);
    expect(world.alarms).toHaveLength(4);
  });

  test('ends nothing by what the guard never says: less than high, or without bounds', async () => {
    const granted = await grantWorld();
    for (const changed of [{ risk: 'medium' }, { findings: ['a'.repeat(201)] }, { findings: ['a', 'b', 'c', 'd'] }]) {
      const plain = { ...said(granted), ...changed };
      const { signer } = granted.world;
      const { canonical } = await import('#domain/json.ts');
      const key = signer('guard');
      const signature = key.sign(canonical({ use: 'hallpass.dev/intake', entry: plain }));
      granted.world.held.leave(JSON.stringify({ entry: plain, key: key.key, signature }));
      await granted.world.takeIn();
    }
    expect(await granted.misuses()).toEqual([]);
  });
});

describe('where it cannot be left', () => {
  test('the write is refused all the same, and nobody is told that the grant is ended', async () => {
    const { world } = await grantWorld();
    const away = async (): Promise<never> => {
      throw new Error('Redis is away');
    };
    for (const note of [away, async () => false]) {
      const guard = { ...world.guard, held: { ...world.guard.held, note } };
      const answer = await reviewWrite(guard, await world.ask({ object: snippet() }));
      expect(answer).toMatchObject({
        allowed: false,
        message: expect.stringMatching(/does not cover it: this is CRITICAL, which was not on its card\.\n/),
      });
    }
    expect(world.alarms).toEqual(['That a grant is to be ended for what was tried could not be noted']);
  });
});

describe('whoever lost a grant so', () => {
  const lost = async () => {
    const granted = await grantWorld();
    await granted.write(snippet());
    await granted.world.steps();
    const again = (by = alice) => askAgain(granted.world.bot, { by, id: granted.id, reason: 'with care now' });
    return { ...granted, again };
  };

  test('asks for the same anew, under the same quorum, and those who decide read what it follows', async () => {
    const { world, id, chain, again } = await lost();
    const asked = await again();
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    const { request } = asked.value;
    const { kind, ask, seconds, approval } = chain.request.asked;
    expect(request.asked).toMatchObject({ kind, ask, seconds, approval, requester: alice, reason: 'with care now' });
    expect(request.asked.follows).toEqual({
      request: id,
      why: 'it was used for something worse than its card showed (CRITICAL, on Ingress shop/web)',
      ended: true,
    });
    expect(request.state.status).toBe('pending');
    await world.approve(asked.value);
    await world.steps();
    expect((await look(world, asked.value)).request.state.status).toBe('active');
  });

  test('does so once, and nobody else does', async () => {
    const { again } = await lost();
    expect(await again(bob)).toMatchObject({ error: { refusal: { type: 'not-yours' } } });
    const [first, second] = [await again(), await again()];
    if (!first.ok || !second.ok) throw new Error('It was not asked');
    expect(second.value.request.asked.id).toBe(first.value.request.asked.id);
  });

  test('cannot do so of a grant that ended otherwise, or has not ended yet', async () => {
    const nothing = { error: { of: 'before', refusal: { type: 'nothing-to-ask-again' } } };
    const { world, id, write } = await grantWorld();
    const ask = () => askAgain(world.bot, { by: alice, id, reason: 'please' });
    expect(await ask()).toMatchObject(nothing);
    await write(snippet());
    expect(await ask()).toMatchObject(nothing);
    const given = await grantWorld();
    await finishGrant(given.world.bot, { by: alice, id: given.id });
    await given.world.steps();
    expect(await askAgain(given.world.bot, { by: alice, id: given.id, reason: 'please' })).toMatchObject(nothing);
  });
});
