import type { PersonId } from '#domain/ids.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import { inAllWorlds, type Step, type Unknown, type World } from '#domain/policy/worlds.ts';
import { type Requirement, type Standing, tally } from '#domain/quorum.ts';
import { isMember, type Told, whoIsIn } from './judge-past.ts';

/** Approvals that a rule wants, with the groups of its policy. */
export type Wanted = {
  readonly quorum: readonly Requirement[];
  readonly never: readonly string[];
  readonly groups: ReadonlyMap<string, GroupSource>;
};

/** More of them than this is more than anybody wants to read about. */
const mostWorlds = 5_000;

/**
 * Whether people who made the approvals of `then` would make those of `now`; otherwise what it depends on. That they did make
 * them says in which groups they may have been.
 */
export const isStillApproved = (
  by: readonly PersonId[],
  then: Wanted,
  now: Wanted,
  told: Told,
): boolean | readonly Unknown[] => {
  const later = (world: World): Step<boolean> => isMade(by, now, told, world);
  const both = (world: World): Step<boolean> => {
    const made = isMade(by, then, told, world);
    if (made.type !== 'answer') return made;
    return made.answer ? later(world) : { type: 'impossible' };
  };
  const isKnown = [...then.quorum.map(({ from }) => from), ...then.never].every((name) => then.groups.has(name));
  const found = inAllWorlds(isKnown ? both : later, String, mostWorlds);
  // What somebody has said of the groups may be of today, when they are no longer as they were.
  const answers = found.ok && found.value.answers.length === 0 ? inAllWorlds(later, String, mostWorlds) : found;
  if (!answers.ok) return answers.error;
  const [first, ...others] = answers.value.answers;
  return first === undefined || others.some((one) => one !== first) ? answers.value.differ : first;
};

const isMade = (
  by: readonly PersonId[],
  { quorum, never, groups }: Wanted,
  told: Told,
  world: World,
): Step<boolean> => {
  const standing = new Map<PersonId, number[]>();
  for (const person of by) {
    const counts: number[] = [];
    for (const [index, name] of [...quorum.map(({ from }) => from), ...never].entries()) {
      const group = groups.get(name);
      if (group === undefined) continue;
      const is = isMember(person, group, told) ?? (group.type === 'people' ? false : takenFor(person, group.id, world));
      if (is === undefined) return { type: 'unknown', unknown: isIn(person, group, name) };
      if (is) counts.push(index);
    }
    const isBarred = counts.some((index) => index >= quorum.length);
    standing.set(person, isBarred ? [] : counts);
  }
  return { type: 'answer', answer: tally(quorum, by, standing satisfies Standing).met };
};

const keyOf = (person: PersonId, id: string): string => `${person} in ${id}`;
const takenFor = (person: PersonId, id: string, world: World): boolean | undefined => {
  const taken = world.get(keyOf(person, id));
  return taken === undefined ? undefined : taken === 'yes';
};
const isIn = (person: PersonId, group: GroupSource, name: string): Unknown => {
  const id = group.type === 'people' ? name : group.id;
  return { key: keyOf(person, id), ...whoIsIn(id, name), values: ['yes', 'no'] };
};
