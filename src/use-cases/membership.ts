import { itself, type PersonId } from '#domain/ids.ts';
import type { Membership } from '#domain/people.ts';
import type { Facts } from '#domain/policy/policy.ts';
import type { Asker } from '#domain/policy/verdict.ts';
import type { Standing } from '#domain/quorum.ts';
import type { ApprovalRule } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { BotPorts, Directory } from './ports.ts';

/** Why somebody may not act at all, or why that could not be found out; both mean no. */
export type NotAdmitted =
  | { readonly type: 'not-a-member'; readonly membership: Membership | 'unknown' }
  | { readonly type: 'lookup-failed'; readonly what: string };

/** Lets full members of the workspace pass; guests, bots, strangers and deactivated people do not. */
export const admit = async ({ directory, alarm }: BotPorts, person: PersonId): Promise<Result<null, NotAdmitted>> => {
  try {
    const found = await directory.person(person);
    const membership = found?.membership ?? 'unknown';
    return membership === 'member' ? ok(null) : err({ type: 'not-a-member', membership });
  } catch (cause) {
    alarm('Slack could not say who somebody is; they were refused', { person, cause: String(cause) });
    return err({ type: 'lookup-failed', what: 'who you are' });
  }
};

/** The policy's groups that a person is in; Hallpass itself may ask for all that anybody may. A group that cannot be looked up lets nobody in, and is named in `failed`. */
export const groupsOf = async (ports: BotPorts, person: PersonId): Promise<Asker> => {
  if (person === itself) return { groups: new Set(ports.settings().policy.groups.keys()), failed: [] };
  const groups = new Set<string>();
  const failed: string[] = [];
  await Promise.all(
    [...ports.settings().policy.groups.keys()].map(async (name) => {
      const members = await membersOf(ports, name);
      if (members === undefined) failed.push(name);
      else if (members.has(person)) groups.add(name);
    }),
  );
  return { groups, failed };
};

/** Who decides; the people of `instead` may in the place of any other. */
export type Deciding = Pick<ApprovalRule, 'quorum' | 'never'> & { readonly instead?: readonly string[] };

/** Who asks, as conditions of rules may speak of it. */
export const requesterOf = (id: PersonId, { groups, failed }: Asker): Facts['requester'] => ({
  id,
  groups: [...groups],
  ...(failed.length === 0 ? {} : { unknown: failed }),
});

/**
 * For whom each of these people counts in a quorum, by the groups as they are now. Somebody who was deactivated or is a
 * guest by now counts for nobody, though a group may still name them; nor does who is in one of the groups that never decide.
 */
export const standingOf = async (
  ports: BotPorts,
  { quorum, never = [], instead = [] }: Deciding,
  people: readonly PersonId[],
): Promise<Result<Standing, Extract<NotAdmitted, { type: 'lookup-failed' }>>> => {
  if (quorum.length === 0) return ok(new Map());
  const admitted = await Promise.all(people.map((person) => admit(ports, person)));
  if (admitted.some((one) => !one.ok && one.error.type === 'lookup-failed'))
    return err({ type: 'lookup-failed', what: 'who has voted' });
  const members = await Promise.all(quorum.map(({ from }) => membersOf(ports, from)));
  const barred = await Promise.all(never.map((name) => membersOf(ports, name)));
  // One that cannot be looked up lets nobody in; those of the rule decide all the same.
  const fallback = await Promise.all(instead.map((name) => membersOf(ports, name)));
  const missing = [
    ...quorum.filter((_, index) => members[index] === undefined).map(({ from }) => from),
    ...never.filter((_, index) => barred[index] === undefined),
  ];
  if (missing.length > 0) return err({ type: 'lookup-failed', what: `the members of ${missing.join(', ')}` });
  return ok(
    new Map(
      people
        .filter((person, place) => admitted[place]?.ok && !barred.some((group) => group?.has(person)))
        .map((person) => {
          const everywhere = fallback.some((group) => group?.has(person));
          return [person, members.flatMap((group, index) => (everywhere || group?.has(person) ? [index] : []))];
        }),
    ),
  );
};

/** What it takes to look up who is in a group. */
export type LookUp = Pick<BotPorts, 'settings' | 'alarm'> & { readonly directory: Pick<Directory, 'members'> };

/** Undefined for a group that is not in the policy, or whose members cannot be looked up. */
export const membersOf = async (
  { settings, directory, alarm }: LookUp,
  name: string,
): Promise<ReadonlySet<PersonId> | undefined> => {
  const group = settings().policy.groups.get(name);
  if (group === undefined) return undefined;
  try {
    return await directory.members(group);
  } catch (cause) {
    alarm('The members of a group could not be looked up; it lets nobody in', { group: name, cause: String(cause) });
    return undefined;
  }
};
