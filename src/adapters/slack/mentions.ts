import type { GroupSource } from '#domain/policy/policy.ts';
import { cut } from '#domain/text.ts';
import { type Piece, user } from './blocks.ts';

/** Names groups of the policy so that Slack tells their people of it. */
export type Mention = (groups: readonly string[]) => readonly Piece[];

/** A message has room for so many people who are named one by one; the groups that they are in are named all the same. */
const most = 60;

/** By name alone: nobody is told. */
export const byName: Mention = (names) => between(names.map((name) => [cut(name, 60)]));

/** Slack's groups as such, others person by person; a group that is not in the policy any more by its name. */
export const mentionsOf =
  (groups: ReadonlyMap<string, GroupSource>): Mention =>
  (names) => {
    let left = most;
    return between(
      [...new Set(names)].map((name) => {
        const group = groups.get(name);
        if (group === undefined) return [cut(name, 60)];
        if (group.type === 'slack-group') return [{ type: 'usergroup', usergroup_id: group.id }];
        const people = group.people.slice(0, left);
        left -= people.length;
        return [`${cut(name, 60)} (`, ...between(people.map((person) => [user(person)])), ')'];
      }),
    );
  };

const between = (all: readonly (readonly Piece[])[]): readonly Piece[] =>
  all.flatMap((pieces, index) => (index === 0 ? pieces : [', ', ...pieces]));
