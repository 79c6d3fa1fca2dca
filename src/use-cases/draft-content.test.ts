import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { asking, createWorld, file } from '#test/build/world.ts';
import { readContent } from './contents.ts';
import type { BotPorts } from './ports.ts';
import { checkAllPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';

const deployment = (name: string, containers: Json): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { template: { spec: { containers } } },
});

/** What approvers are shown of a request that does this to these objects. */
const shownOf = async (edits: readonly Json[], ...objects: readonly Manifest[]) => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const object of objects) world.cluster.put(object);
  const chain = await file(world, { kind: 'change', ask: { edits: [...edits] }, duration: '10m' });
  const shown = await readContent(world.bot, chain.request.asked);
  if (shown.type !== 'shown') throw new Error(`It is ${shown.type}`);
  return shown.content;
};
const patch = (name: string, wanted: Json): Json => ({ do: 'patch', resource: 'deployments', name, patch: wanted });
const pod = (spec: Json): Json => ({ spec: { template: { spec } } });

test('the worst finding of all objects comes first, and says of which object it is', async () => {
  const privileged = { name: 'old-agent', image: 'i', securityContext: { privileged: true } };
  const { findings } = await shownOf(
    [
      patch('old', { metadata: { labels: { note: 'x' } } }),
      patch('app', pod({ containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] })),
    ],
    deployment('old', [privileged]),
    deployment('app', [{ name: 'c', image: 'i' }]),
  );
  expect(findings.slice(0, 2).map((one) => sayFinding(one, true))).toEqual([
    'Introduces a privileged container, which is root on its node: "c" (Deployment shop/app).',
    'Keeps a privileged container, which is root on its node: "old-agent" (Deployment shop/old).',
  ]);
});

test('it is said which of two containers that look alike is changed', async () => {
  const both = (payments: string) => [
    { name: 'payments', image: payments },
    { name: 'logger', image: 'acme/base:1' },
  ];
  const { changes } = await shownOf(
    [patch('app', pod({ containers: both('acme/base:2') })), { do: 'delete', resource: 'deployments', name: 'gone' }],
    deployment('app', both('acme/base:1')),
    deployment('gone', both('acme/base:1')),
  );
  expect(changes.map(({ places }) => places)).toEqual([
    ['spec.template.spec.containers[name=payments].image'],
    undefined,
  ]);
});

test('a draft is made for who asks, whose turn it then is; looking again is nobody’s', async () => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  world.cluster.put(deployment('app', [{ name: 'c', image: 'i' }]));
  const by: unknown[] = [];
  const { draft } = world.bot;
  const bot: BotPorts = {
    ...world.bot,
    draft: (input, one) => {
      by.push(one);
      return draft(input, one);
    },
  };
  const edit = patch('app', { spec: { replicas: 2 } });
  const filed = await submitRequest(bot, asking({ kind: 'change', ask: { edits: [edit] }, duration: '10m' }));
  expect(filed.ok).toBe(true);
  await checkAllPending(bot);
  expect(by).toEqual([alice, undefined]);
});
