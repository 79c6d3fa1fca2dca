import { few } from '#domain/text.ts';
import type { Policy } from './policy.ts';

/** Names of either side that are new, gone, or stand for something else. */
const named = (
  what: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] => {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const other = [...after].flatMap(([name, text]) => (before.has(name) && before.get(name) !== text ? [name] : []));
  const said = (names: readonly string[], how: string) => (names.length === 0 ? [] : [`${how} ${few(names, 10)}`]);
  const all = [...said(added, 'new:'), ...said(gone, 'gone:'), ...said(other, 'otherwise:')];
  return all.length === 0 ? [] : [`${what} ${all.join('; ')}`];
};

/** All that a rule says: conditions and patterns by their text. */
const rulesOf = ({ rules }: Policy) => new Map(rules.map((rule) => [rule.name, JSON.stringify(rule)]));
const groupsOf = ({ groups }: Policy) => new Map([...groups].map(([name, from]) => [name, JSON.stringify(from)]));
const protectedBy = ({ protect }: Policy) => new Map(protect.map((one) => [one.name, JSON.stringify(one)]));
const orderOf = ({ rules }: Policy): string => JSON.stringify(rules.map(({ name }) => name));

/** What is otherwise in a policy than in the one before it, in a few lines, by names: whoever is told looks into the files. */
export const policyBetween = (before: Policy, after: Policy): readonly string[] => {
  const names = [
    ...named('Rules', rulesOf(before), rulesOf(after)),
    ...named('Groups', groupsOf(before), groupsOf(after)),
    ...named('Protected', protectedBy(before), protectedBy(after)),
  ];
  const sameNames = new Set(rulesOf(before).keys()).symmetricDifference(new Set(rulesOf(after).keys())).size === 0;
  const moved = sameNames && orderOf(before) !== orderOf(after) ? ['Rules stand in another order'] : [];
  const all = [...names, ...moved];
  return all.length === 0 ? ['Nothing of its rules, groups and protections: people, profiles or settings'] : all;
};
