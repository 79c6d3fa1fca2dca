import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { matchIf } from '#test/build/conditions.ts';
import { createGuardWorld, type GuardWorld, heldInShop } from '#test/build/guard-world.ts';
import { rule } from '#test/build/policy.ts';
import { readContent } from './contents.ts';

type Texts = Readonly<Record<string, string>>;
type Shown = { readonly labels?: Texts; readonly annotations?: Texts };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = (data: Texts, metadata: Shown = {}, type = 'Opaque'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop', ...metadata },
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
});
const protect = [heldInShop({ resources: ['secrets'] })];
const secretWorld = (): GuardWorld => createGuardWorld({ protect });

describe('whoever writes a Secret', () => {
  const isStrict = 'after.exists(o, o != null && has(o.metadata.labels) && o.metadata.labels.tier == "pci-4")';
  const strict = rule({
    name: 'strict',
    permanent: true,
    approve: [{ from: 'platform', count: 2 }],
    match: matchIf(isStrict),
  });
  const rules = [strict, rule({ name: 'lax', permanent: true })];
  const labels = { tier: 'pci-4' };

  test('hides no label from the rules by a value that says the same', async () => {
    const ruleOf = async (object: Manifest, before?: Manifest) => {
      const world = createGuardWorld({ protect, rules });
      if (before !== undefined) world.cluster.put(before);
      return (await world.hold({ object })).request.asked.approval.rule;
    };
    const plain = secret({ password: 'first-password' }, { labels });
    expect(await ruleOf(plain)).toBe('strict');
    const hiding = secret({ password: 'first-password', x: 'pci-4' }, { labels });
    expect(await ruleOf(hiding, plain)).toBe('strict');
    expect(await createGuardWorld({ protect, rules }).write({ object: hiding })).toMatchObject({
      allowed: false,
      message: expect.stringContaining('"tier" on it repeats a value'),
    });
  });

  test('nor the type of one that Kubernetes writes a token into from approvers', async () => {
    const type = 'kubernetes.io/service-account-token';
    const annotations = { 'kubernetes.io/service-account.name': 'admin' };
    const world = secretWorld();
    const hiding = await world.write({ object: secret({ a: type }, { annotations }, type) });
    expect(hiding).toMatchObject({ allowed: false, message: expect.stringContaining('"type" on it repeats a value') });
    const { request } = await world.hold({ object: secret({ b: 'admin' }, { annotations }, type) });
    const shown = await readContent(world.bot, request.asked);
    if (shown.type !== 'shown') throw new Error(shown.type);
    expect(shown.content.cautions.join()).toContain('a token of a ServiceAccount');
    expect(shown.content.changes[0]?.diff).toContain('kubernetes.io/service-account.name: admin');
  });

  test('may have words in labels that are values too', async () => {
    const words = { environment: 'production', 'app.kubernetes.io/name': 'postgres' };
    const { request } = await secretWorld().hold({
      object: secret({ NODE_ENV: 'production', POSTGRES_USER: 'postgres' }, { labels: words }),
    });
    expect(JSON.stringify(request.asked.ask)).toContain('production');
  });

  test('with --record leaves no password: what kubectl was called with is not kept', async () => {
    const password = 'hunter2hunter2';
    const cause = `kubectl create secret docker-registry db --docker-password=${password} --record=true`;
    const world = secretWorld();
    const object = secret({ other: 'first-password' }, { annotations: { 'kubernetes.io/change-cause': cause } });
    const { request } = await world.hold({ object });
    expect(request.asked.reason).toBe('No reason was given with the write.');
    expect(JSON.stringify(request)).toContain('veiled:');
    expect(JSON.stringify(request)).not.toContain(password);
  });
});
