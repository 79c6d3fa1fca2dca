import type { PersonId } from '#domain/ids.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Asked } from '#domain/request/request.ts';
import { type LookUp, membersOf } from './membership.ts';

/**
 * The groups of the policy whose people may say what they make of what was taken by break-glass: those that were not asked;
 * where nobody is left of them, those that its rule asks now; then those that are asked in the channel of its card, whose
 * people read it anyway. A review lets nothing in, and should be everybody's least wish to leave undone: a policy that is
 * written anew must not do that. None where nobody is left at all.
 *
 * Somebody is left of a group that cannot be looked up: in doubt it stays with those that were not asked.
 */
export const reviewersOf = async (
  ports: LookUp,
  { approval, requester, subject }: Pick<Asked, 'approval' | 'requester' | 'subject'>,
): Promise<readonly string[]> => {
  const { groups, rules } = ports.settings().policy;
  const askedBy = (some: readonly Rule[]): readonly string[] =>
    some.flatMap(({ approve }) => approve.map(({ from }) => from));
  const circles = [
    approval.quorum.map(({ from }) => from),
    askedBy(rules.filter(({ name }) => name === approval.rule)),
    askedBy(rules.filter(({ channel }) => channel === approval.channel)),
  ].map((names) => [...new Set(names)].filter((name) => groups.has(name)));
  const barred = await peopleOf(ports, approval.never ?? []);
  const isOther = (person: PersonId): boolean =>
    person !== requester && person !== subject && !barred.some((group) => group?.has(person));
  for (const names of circles) {
    const found = await peopleOf(ports, names);
    if (found.some((group) => group === undefined || [...group].some(isOther))) return names;
  }
  return [];
};

const peopleOf = (ports: LookUp, names: readonly string[]): Promise<readonly (ReadonlySet<PersonId> | undefined)[]> =>
  Promise.all(names.map((name) => membersOf(ports, name)));
