import { describe, expect, test } from 'vitest';
import type { Manifest, Target } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import {
  createGuardWorld,
  type GuardWorld,
  type GuardWorldOptions,
  heldInShop,
  noted,
} from '#test/build/guard-world.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { file, look } from '#test/build/world.ts';
import { readContent } from './contents.ts';

const [first, second] = ['first-password', 'second-password'];
const target: Target = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = (password: string, name = 'db'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop' },
  type: 'Opaque',
  data: { password: base64(password) },
});

const secretWorld = (options: GuardWorldOptions = {}): GuardWorld => {
  const world = createGuardWorld({ protect: [heldInShop({ resources: ['secrets'] })], ...options });
  world.cluster.put(secret(first));
  return world;
};
const shownOf = async (world: GuardWorld, { request }: Chain) => {
  const shown = await readContent(world.bot, request.asked);
  if (shown.type !== 'shown') throw new Error(`Its content is ${shown.type}`);
  return shown.content;
};
/** All that is kept of requests, as text. */
const keptIn = async (world: GuardWorld): Promise<string> => {
  const kept: string[] = [...world.held.waiting(), ...world.alarms];
  for (const id of Object.keys(await world.requests()))
    world.store.tamper(id as never, (lines) => {
      kept.push(...lines);
      return lines;
    });
  world.contents.tamper((text) => {
    kept.push(text);
    return text;
  });
  return kept.join('\n');
};
const isKeptNowhere = async (world: GuardWorld, ...values: readonly string[]): Promise<void> => {
  const kept = await keptIn(world);
  expect(kept).toContain('veiled:');
  for (const value of values) for (const form of [value, base64(value)]) expect(kept).not.toContain(form);
};

describe('a held write to a Secret', () => {
  test('is shown without values, is let through once agreed to, and is used up when it is seen', async () => {
    const world = secretWorld();
    const write = { object: secret(second) };
    const before = await world.write(write);
    expect(before).toMatchObject({ allowed: false });
    await isKeptNowhere(world, first, second);
    await world.takeIn();
    const chain = await world.hold(write);
    const { changes, cautions } = await shownOf(world, chain);
    expect(changes[0]?.diff).toContain('-  password: "(hidden, 14 bytes, value 1)"');
    expect(changes[0]?.diff).toContain('+  password: "(hidden, 15 bytes, value 2)"');
    expect(cautions).toEqual([expect.stringContaining('Its values were not looked into')]);
    await world.approve(chain);
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('approved');
    expect(await world.write({ object: secret('third-password') })).toMatchObject({ allowed: false });
    expect(await world.write(write)).toMatchObject({ allowed: true });
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('completed');
    await isKeptNowhere(world, first, second, 'third-password');
    expect(world.alarms).toEqual([]);
  });

  test('that creates or deletes one is the same', async () => {
    const world = secretWorld();
    for (const write of [{ object: secret(second, 'made') }, { deletes: target }]) {
      const chain = await world.approve(await world.hold(write));
      expect(await world.write(write)).toMatchObject({ allowed: true });
      await world.steps();
      expect((await look(world, chain)).request.state.status).toBe('completed');
    }
    await isKeptNowhere(world, first, second);
  });

  test('that has Kubernetes write a token into one is shown with that', async () => {
    const world = secretWorld();
    const token = { ...secret(second, 'token'), type: 'kubernetes.io/service-account-token' };
    const { cautions } = await shownOf(world, await world.hold({ object: token }));
    expect(cautions).toEqual([expect.stringContaining('a token of a ServiceAccount into it, which does not end')]);
  });

  test('is never made by Hallpass, nor tried', async () => {
    const world = secretWorld();
    const tried: string[] = [];
    const { tryWrite } = world.guarded;
    Object.assign(world.guarded, {
      tryWrite: async (...args: Parameters<typeof tryWrite>) => {
        tried.push(args[0].kind);
        return tryWrite(...args);
      },
    });
    const chain = await world.hold({ object: secret(second) });
    expect(chain.request.asked.held?.complete).toEqual(['retry']);
    expect(tried).toEqual([]);
  });

  test('changes nothing if its values are the same, whatever kubectl remembers of it', async () => {
    const world = secretWorld();
    const copy = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(secret(first)) };
    expect(await world.write({ object: noted(secret(first), copy) })).toEqual({ allowed: true, warnings: [] });
    expect(world.held.waiting()).toEqual([]);
  });

  test('does not warn of values that stay', async () => {
    const world = secretWorld();
    const labelled = { ...secret(first), metadata: { ...secret(first).metadata, labels: { team: 'shop' } } };
    expect((await shownOf(world, await world.hold({ object: labelled }))).cautions).toEqual([]);
  });

  test('is not said to be made for a reason that repeats a value', async () => {
    const world = secretWorld();
    const cause = { 'kubernetes.io/change-cause': `kubectl create secret --from-literal=password=${second}` };
    const { request } = await world.hold({ object: noted(secret(second), cause) });
    expect(request.asked.reason).toBe('No reason was given with the write.');
    await isKeptNowhere(world, first, second);
  });

  test('is refused where something else on it repeats a value that it had', async () => {
    const world = secretWorld();
    expect(await world.write({ object: noted(secret(second), { note: `was ${first}` }) })).toEqual({
      allowed: false,
      code: 403,
      message:
        'Hallpass holds writes to Secret shop/db, and this one cannot be asked for: "note" on it repeats a value that the Secret has or had, and is shown to whoever decides. Leave it out, or say it in other words.',
    });
    expect(world.held.waiting()).toEqual([]);
  });
});

describe('without the key by which Secrets are held', () => {
  test('a guard refuses writes to those that are protected, says why, and leaves nothing', async () => {
    const world = secretWorld({ keyless: 'guard' });
    const answer = await world.write({ object: secret(second) });
    expect(answer).toMatchObject({ allowed: false, message: expect.stringContaining('(shared/secrets.key)') });
    expect(await world.write({ object: secret(second), dryRun: true })).toMatchObject({ allowed: true });
    expect(world.held.waiting()).toEqual([]);
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop()] };
    expect(await world.write({ object: secret(second) })).toEqual({ allowed: true, warnings: [] });
  });

  test('a worker reads none, and whoever writes one is told', async () => {
    const world = secretWorld({ keyless: 'worker', isPrompt: true });
    const answer = await world.write({ object: secret(second) });
    expect(answer).toMatchObject({ allowed: false, message: expect.stringContaining('The worker has no key') });
    await world.takeIn();
    expect(await world.requests()).toEqual({});
  });
});

describe('a grant of the right to write Secrets', () => {
  const over = (verbs: readonly string[]) => {
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs, narrowable: true }];
    return { name: 'secret-write', title: 'Write Secrets', bindings: [{ in: 'requested', rules }] };
  };
  const granted = async (verbs: readonly string[]) => {
    const world = secretWorld({ rules: [rule({ permanent: true })] });
    const others = world.settings.kinds.filter(({ name }) => name !== 'access');
    world.settings.kinds = [accessOver([...profiles, over(verbs)]), ...others];
    const chain = await world.approve(await file(world, { ask: { profile: 'secret-write', objects: [] } }));
    await world.steps();
    return { world, chain };
  };

  test('covers a write, and its thread tells of no value', async () => {
    const { world, chain } = await granted(['update', 'patch']);
    expect(await world.write({ object: secret(second) })).toMatchObject({ allowed: true });
    const [left = ''] = world.held.waiting();
    expect(JSON.parse(left).entry).toEqual({
      type: 'used',
      id: chain.request.asked.id,
      operation: 'update',
      target,
      risk: 'medium',
      // Of what stands in place of the values.
      ...{ from: expect.any(String), to: expect.any(String) },
    });
  });

  test('covers none if its card showed nothing of the kind: nobody has looked into the values', async () => {
    const { world } = await granted(['delete']);
    expect(await world.write({ deletes: target })).toMatchObject({
      allowed: false,
      message: expect.stringContaining('does not cover it: this is MEDIUM'),
    });
  });
});
