import { itself, type PersonId } from '#domain/ids.ts';
import type { Membership } from '#domain/people.ts';
import type { Policy } from '#domain/policy/policy.ts';
import type { Asked } from '#domain/request/request.ts';
import type { PersonRule } from './suspicion.ts';

/** One of a request's people, and what Slack says of them. */
export type Departure =
  | { readonly rule: 'slack-deactivated' | 'slack-guest'; readonly who: PersonId; readonly membership: Gone }
  | {
      readonly rule: 'left-groups';
      readonly who: PersonId;
      readonly groups: readonly string[];
      readonly approvedBy: string;
    };

type Gone = Exclude<Membership, 'member'>;

type WithPeople = Pick<Asked, 'requester' | 'subject'>;

/** Who of a request's people has an account in Slack: whoever asked, and whom it is for. */
export const peopleOf = ({ requester, subject }: WithPeople): readonly PersonId[] =>
  [...new Set([requester, subject])].filter((one) => one !== itself);

/** Those of its people who are no full members any more. Who is not in `memberships` is not known, and loses nothing for it. */
export const departed = (asked: WithPeople, memberships: ReadonlyMap<PersonId, Membership>): readonly Departure[] =>
  peopleOf(asked).flatMap((who) => {
    const membership = memberships.get(who) ?? 'member';
    if (membership === 'member') return [];
    return [{ rule: membership === 'deactivated' ? 'slack-deactivated' : 'slack-guest', who, membership } as const];
  });

/**
 * The groups of which whoever asked has to be in one, by the rule as the policy has it now; undefined where nobody can say: the rule is
 * gone, or Hallpass itself has asked.
 */
export const groupsThatMayAsk = (
  { rules }: Pick<Policy, 'rules'>,
  { requester, approval }: Pick<Asked, 'requester' | 'approval'>,
): readonly string[] | undefined => {
  const rule = rules.find(({ name }) => name === approval.rule);
  if (rule === undefined || rule.ask.length === 0 || requester === itself) return undefined;
  const taken = approval.breakGlass === undefined ? [] : (rule.breakGlass?.who ?? []);
  return [...new Set([...rule.ask, ...taken])];
};

/** That whoever asked is in none of the groups that may. As long as one of them is not known, nobody knows that. */
export const leftGroups = (
  { requester, approval }: Pick<Asked, 'requester' | 'approval'>,
  groups: readonly string[],
  members: ReadonlyMap<string, ReadonlySet<PersonId>>,
): Departure | undefined =>
  groups.every((name) => members.get(name)?.has(requester) === false)
    ? { rule: 'left-groups', who: requester, groups, approvedBy: approval.rule }
    : undefined;

const sayGone: Readonly<Record<Gone, string>> = {
  deactivated: 'is deactivated',
  guest: 'is a guest',
  stranger: 'belongs to another organisation',
  bot: 'is a bot',
};

/** `At 12:00:03 UTC Slack said that U02ABC, whose it is, is deactivated`. */
export const sayDeparture = (departure: Departure, asked: WithPeople, at: Temporal.Instant): string => {
  const { who } = departure;
  const as = who === asked.subject ? 'whose it is' : 'who asked for it';
  const time = at.toZonedDateTimeISO('UTC').toPlainTime().toString({ smallestUnit: 'second' });
  return `At ${time} UTC Slack said that ${who}, ${as}, ${sayWhat(departure)}`;
};

/** The same without the time, for what is closed before it was in force. */
export const sayWhat = (departure: Departure): string => {
  if (departure.rule !== 'left-groups') return sayGone[departure.membership];
  const { groups, approvedBy } = departure;
  const [only] = groups;
  const which = groups.length === 1 ? `not in ${only}, which` : `in none of ${groups.join(', ')}, which`;
  return `is ${which} may ask by rule "${approvedBy}"`;
};

/** The rules by which people are looked at, each with whom it has found. */
export const byRule = (departures: readonly Departure[]): readonly (readonly [PersonRule, readonly Departure[]])[] => [
  ...Map.groupBy(departures, ({ rule }): PersonRule => rule),
];
