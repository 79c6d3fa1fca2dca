import type { PersonId } from '#domain/ids.ts';
import type { Policy } from '#domain/policy/policy.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Directory } from '#use-cases/ports.ts';

/**
 * For which groups the voters of a request count, as it is said on its card. Undefined when there is no
 * question, or when the groups cannot be looked up: the card then says less. Decides nothing.
 */
export const votersStanding = async (
  { groups }: Policy,
  { members }: Pick<Directory, 'members'>,
  { request: { asked, state }, entries }: Chain,
): Promise<Standing | undefined> => {
  const { quorum, never = [] } = asked.approval;
  const voters = state.status === 'pending' ? state.votes.map(({ by }) => by) : countedIn(entries);
  if (voters.length === 0 || (quorum.length === 1 && never.length === 0)) return undefined;
  try {
    const of = await Promise.all(
      quorum.map(async ({ from }) => {
        const group = groups.get(from);
        return group === undefined ? undefined : members(group);
      }),
    );
    const barred = await Promise.all(
      never.map(async (name) => {
        const group = groups.get(name);
        return group === undefined ? undefined : members(group);
      }),
    );
    const counts = voters.filter((by) => !barred.some((group) => group?.has(by) === true));
    return new Map(counts.map((by) => [by, of.flatMap((group, index) => (group?.has(by) === true ? [index] : []))]));
  } catch {
    return undefined;
  }
};

const countedIn = (entries: Chain['entries']): readonly PersonId[] =>
  entries.flatMap(({ event }) => (event.type === 'approved' ? event.by : []));
