import { describe, expect, test } from 'vitest';
import { documentedPolicies } from '#test/build/documented-policies.ts';
import { flowsWith, packetOf, policiesIn } from '#test/build/packets.ts';
import { type Example, exampleNamespaces, examplePods } from '#test/build/policy-examples.ts';
import { policyRecipes } from '#test/build/policy-recipes.ts';
import { differenceOf } from './difference.ts';
import { type Network, reaches } from './reach.ts';

const nothing: Network = { policies: [], namespaces: exampleNamespaces };

const networkOf = ({ policies }: Example): Network => ({ ...nothing, policies: policiesIn(policies) });

/** Which packets pass, by asking for each of them. */
const asked = (example: Example, packets: readonly string[]): readonly string[] =>
  packets.filter((text) => {
    const { from, to, protocol, port } = packetOf(text, examplePods);
    return reaches(networkOf(example), from, to, protocol, port);
  });

/** Which packets the policies close where there were none, or open when they go. */
const changed = (example: Example, change: 'opens' | 'closes', packets: readonly string[]): readonly string[] => {
  const [before, after] = change === 'closes' ? [nothing, networkOf(example)] : [networkOf(example), nothing];
  const difference = differenceOf(before, after, examplePods);
  if (!difference.ok) throw new Error(difference.error);
  // Policies where there are none can only close, and their going can only open.
  expect(difference.value.flows.filter((flow) => flow.change !== change)).toEqual([]);
  return packets.filter((text) => flowsWith(difference.value, packetOf(text, examplePods)).length > 0);
};

describe.each([
  ['the documentation', documentedPolicies],
  ['the recipes', policyRecipes],
])('examples of %s do what they promise', (_, examples) => {
  test.each(examples.map((example) => [example.title, example] as const))('%s', (_title, example) => {
    const packets = [...example.passes, ...example.blocked];
    expect(asked(example, packets)).toEqual(example.passes);
    expect(changed(example, 'closes', packets)).toEqual(example.blocked);
    expect(changed(example, 'opens', packets)).toEqual(example.blocked);
  });
});
