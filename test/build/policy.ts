import type { GroupSource, Policy, Rule } from '#domain/policy/policy.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { alice, bob, carol, dave } from './people.ts';

const everything = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*'] };

/** Developers ask, one of `platform` agrees, for half an hour and at most two. */
export const rule = (changed: Partial<Rule> = {}): Rule => ({
  name: 'shop',
  match: everything,
  ask: ['developers'],
  approve: [{ from: 'platform', count: 1 }],
  channel: 'C02APPROVE',
  duration: { default: Temporal.Duration.from({ minutes: 30 }), longest: Temporal.Duration.from({ hours: 2 }) },
  respondWithin: Temporal.Duration.from({ hours: 1 }),
  permanent: false,
  settle: ['keep', 'restore'],
  ...changed,
});

export const groups: ReadonlyMap<string, GroupSource> = new Map([
  ['developers', { type: 'people', people: [alice, dave] }],
  ['platform', { type: 'people', people: [bob, carol, dave] }],
  ['security', { type: 'slack-group', id: 'S02SECURITY' }],
]);

export const policy = (changed: Partial<Policy> = {}): Policy => ({
  groups,
  rules: [rule()],
  protect: [],
  watch: usualWatch,
  adminChannel: 'C02ADMIN',
  hash: 'hash of the policy',
  ...changed,
});
