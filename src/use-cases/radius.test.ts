import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import { changeOver } from '#test/build/changes.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { podManifest, policyManifest } from '#test/build/network.ts';
import { bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { asking, createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest } from './act-on-request.ts';
import { readContent } from './contents.ts';
import { checkPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';

const denyAll = policyManifest('shop/deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
const ledger = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'ledger', namespace: 'bank' },
  spec: { rules: [{ host: 'pay.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] },
} satisfies Manifest;

/** A shop whose pods are isolated, beside a bank. */
const worldOf = (...rules: readonly Rule[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules });
  for (const one of [denyAll, ledger, podManifest('shop/web-1', { labels: { app: 'web' } }), podManifest('bank/api-1')])
    world.cluster.put(one);
  return world;
};
const change = (edit: { readonly [field: string]: Json }, origin = 'one') => ({
  kind: 'change',
  duration: '10m',
  ask: { edits: [edit] },
  origin,
});
const deleting = change({ do: 'delete', resource: 'networkpolicies', name: 'deny-all' });
const serving = (host: string) =>
  change(
    {
      do: 'manifest',
      manifest: {
        ...ledger,
        metadata: { name: 'mine' },
        spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] },
      },
    },
    host,
  );
const contentOf = async (world: World, asked: ReturnType<typeof change>) => {
  const chain = await file(world, asked);
  const shown = await readContent(world.bot, chain.request.asked);
  if (shown.type !== 'shown') throw new Error(`It is ${shown.type}`);
  return shown.content;
};
const blind = ({ cluster }: World): void =>
  cluster.breakDown((method) => (method === 'scan' ? refusal(403, 'list', 'pods is forbidden') : undefined));
const ruleOf = async (world: World, asked: Parameters<typeof file>[1]): Promise<string> =>
  (await file(world, asked)).request.asked.approval.rule;

describe('what approvers are shown', () => {
  test('holds who reaches whom newly, and what is worst in that', async () => {
    const content = await contentOf(worldOf(rule()), deleting);
    expect(content.findings.map(({ rule: name }) => name)).toEqual(['network-open-in', 'policy-deleted']);
    expect(content.reach[0]?.text).toBe('web in shop can now be reached from ANYWHERE and api in bank on EVERY port');
  });

  test('holds whose traffic it takes in another namespace', async () => {
    const content = await contentOf(worldOf(rule()), serving('pay.test'));
    expect(content.findings.map(({ rule: name, change: way }) => `${way} ${name}`)).toEqual([
      'introduces route-elsewhere',
    ]);
    expect(content.reach.map(({ text }) => text)).toEqual(['Served newly: pay.test/, by no Service']);
  });

  test('says what the worker may not look at', async () => {
    const world = worldOf(rule());
    blind(world);
    const { reach } = await contentOf(world, deleting);
    expect(reach.map(({ change: way, text }) => `${way}: ${text}`)).toEqual(
      expect.arrayContaining([
        'unseen: pods outside of shop, bank, ingress-nginx were not looked at: the worker may not list them',
        'unseen: networkpolicies in shop were not looked at: the worker may not list them',
      ]),
    );
  });

  test('of access says what somebody gains', async () => {
    const world = worldOf(rule());
    const { request } = await file(world);
    expect(request.asked.content).toBeUndefined();
    const shown = await readContent(world.bot, request.asked);
    expect(shown.type === 'shown' && shown.content.reach).toEqual([
      { change: 'opens', text: 'All of it is new to them: they hold none of it now' },
    ]);
  });
});

test('what becomes more dangerous while it waits is shown anew, and wants to be agreed to anew', async () => {
  const world = worldOf(rule());
  const chain = await file(world, serving('new.test'));
  expect(await checkPending(world.bot, chain)).toEqual({ type: 'same' });
  world.cluster.put({
    ...ledger,
    metadata: { name: 'later', namespace: 'bank' },
    spec: { rules: [{ host: 'new.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] },
  });
  const standing = await checkPending(world.bot, chain);
  expect(standing.type).toBe('revised');
  const revised = await look(world, chain);
  expect(revised.request.asked.revision).toBe(2);
  expect(revised.entries.at(-1)?.event).toMatchObject({
    why: expect.stringContaining('open more than was shown: Introduces a takeover'),
  });
  expect(await checkPending(world.bot, revised)).toEqual({ type: 'same' });
});

describe('while it waits', () => {
  const opening = change({
    do: 'manifest',
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'reports' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }],
      },
    },
  });
  const waiting = async (...apps: readonly string[]) => {
    const world = worldOf(rule());
    for (const app of apps) world.cluster.put(podManifest(`bank/${app}-1`, { labels: { app } }));
    return { world, chain: await file(world, opening) };
  };
  const six = ['a', 'b', 'c', 'd', 'e', 'f'];

  test('one more of what there is, or less of what opens, disturbs nobody', async () => {
    const { world, chain } = await waiting(...six);
    world.cluster.put(podManifest('bank/a-2', { labels: { app: 'a' } }));
    world.cluster.put(
      policyManifest('shop/already', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'b' } } }], ports: [{ port: 8080 }] },
        ],
      }),
    );
    expect(await checkPending(world.bot, chain)).toEqual({ type: 'same' });
  });

  test('whoever else it would let in is shown, also where a card only counts them', async () => {
    const { world, chain } = await waiting(...six);
    world.cluster.put(podManifest('bank/vault-0', { labels: { app: 'vault' } }));
    expect((await checkPending(world.bot, chain)).type).toBe('revised');
    expect((await look(world, chain)).entries.at(-1)?.event).toMatchObject({
      why: 'It would now open more than was shown: shop/web from bank/vault on TCP 8080',
    });
  });
});

describe('a rule of the policy', () => {
  const strict = (condition: string) => [
    rule({ name: 'strict', match: matchIf(condition), approve: [{ from: 'platform', count: 2 }] }),
    rule({ name: 'easy' }),
  ];

  test('can speak of what is found and of what is reached', async () => {
    const world = worldOf(...strict('radius.fromEverywhere || size(radius.elsewhere) > 0'));
    expect(await ruleOf(world, deleting)).toBe('strict');
    expect(await ruleOf(world, serving('pay.test'))).toBe('strict');
    expect(await ruleOf(world, serving('new.test'))).toBe('easy');
    const found = worldOf(
      ...strict('risk.findings.exists(f, f.rule == "route-elsewhere" && f.change == "introduces")'),
    );
    expect(await ruleOf(found, serving('pay.test'))).toBe('strict');
    expect(await ruleOf(found, serving('new.test'))).toBe('easy');
  });

  test('that speaks of it decides on access too', async () => {
    const world = worldOf(...strict('radius.gains.exists(g, g.startsWith("update ingresses"))'));
    expect(await ruleOf(world, {})).toBe('strict');
  });

  test('that speaks of what could not be seen lets nothing through', async () => {
    const world = worldOf(...strict('radius.fromEverywhere'));
    blind(world);
    const filed = await submitRequest(world.bot, asking(deleting));
    expect(filed).toMatchObject({
      ok: false,
      error: { type: 'rule-failed', rule: 'strict', why: 'not all of what it would reach could be seen' },
    });
  });

  test('is held to by the worker: what reaches further when it is applied is not done', async () => {
    const narrow = [
      rule({ name: 'narrow', match: matchIf('size(radius.elsewhere) == 0') }),
      rule({ name: 'wide', match: everything, approve: [{ from: 'platform', count: 2 }] }),
    ];
    const world = worldOf(...narrow);
    const chain = await file(world, serving('new.test'));
    expect(chain.request.asked.approval.rule).toBe('narrow');
    const approved = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    expect(approved.ok).toBe(true);
    const taken = { ...ledger, metadata: { name: 'later', namespace: 'bank' } };
    world.cluster.put({
      ...taken,
      spec: { rules: [{ host: 'new.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] },
    });
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('more dangerous by now than when it was approved'),
    });
  });

  test('that speaks of what access gains is looked at again while it waits', async () => {
    const world = worldOf(rule({ name: 'gains', match: matchIf('size(radius.gains) > 0') }));
    const chain = await file(world);
    expect(await checkPending(world.bot, chain)).toEqual({ type: 'same' });
  });
});
