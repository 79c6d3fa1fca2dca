import type { Rule } from '#domain/policy/policy.ts';
import { alice, erin } from './people.ts';
import { groups, policy, rule } from './policy.ts';
import { minutes, worldOf } from './rule-world.ts';
import type { World } from './world.ts';

export const breakGlass = { who: ['oncall'], longest: minutes(20), remindEvery: minutes(60) };

/** A rule whose glass may be broken. */
export const glass = (changed: Partial<Rule> = {}): Rule => rule({ breakGlass, ...changed });

/** Erin is on call and may not ask otherwise; alice is a developer and on call too. */
export const worldWith = (...rules: readonly Rule[]): World => {
  const world = worldOf(...rules);
  const oncall = { type: 'people', people: [erin, alice] } as const;
  world.settings.policy = policy({ rules, groups: new Map([...groups, ['oncall', oncall]]) });
  world.settings.identities = [
    ...world.settings.identities,
    { person: erin, kubernetes: { user: 'erin@example.com', groups: [] } },
  ];
  return world;
};
