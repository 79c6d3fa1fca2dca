import type { PersonId } from '#domain/ids.ts';
import type { Policy } from '#domain/policy/policy.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isEscalated } from '#domain/request/terms.ts';
import type { Directory } from '#use-cases/ports.ts';

/**
 * For which groups the voters of a request count, as it is said on its card. Undefined when there is no
 * question, or when the groups cannot be looked up: the card then says less. Decides nothing.
 */
export const votersStanding = async (
  { groups }: Policy,
  { members }: Pick<Directory, 'members'>,
  chain: Chain,
): Promise<Standing | undefined> => {
  const { asked, state } = chain.request;
  const { quorum, never = [], escalate } = asked.approval;
  const voters = state.status === 'pending' ? state.votes.map(({ by }) => by) : countedIn(chain.entries);
  if (voters.length === 0 || (quorum.length === 1 && never.length === 0)) return undefined;
  const membersOf = (names: readonly string[]) =>
    Promise.all(
      names.map(async (name) => {
        const group = groups.get(name);
        return group === undefined ? undefined : members(group);
      }),
    );
  try {
    const of = await membersOf(quorum.map(({ from }) => from));
    const barred = await membersOf(never);
    const late = votedAfterEscalation(chain);
    const fallback = voters.some((by) => late.has(by)) ? await membersOf(escalate?.to ?? []) : [];
    const counts = voters.filter((by) => !barred.some((group) => group?.has(by) === true));
    return new Map(
      counts.map((by) => {
        const everywhere = late.has(by) && fallback.some((group) => group?.has(by) === true);
        return [by, of.flatMap((group, index) => (everywhere || group?.has(by) === true ? [index] : []))];
      }),
    );
  } catch {
    return undefined;
  }
};

const countedIn = (entries: Chain['entries']): readonly PersonId[] =>
  entries.flatMap(({ event }) => (event.type === 'approved' ? event.by : []));

/** Who voted when those to whom it is escalated already might, in the place of anybody. */
const votedAfterEscalation = ({ request: { asked }, entries }: Chain): ReadonlySet<PersonId> =>
  new Set(
    entries.flatMap(({ event, at }) =>
      event.type === 'voted' && event.revision === asked.revision && isEscalated(asked, at) ? [event.by] : [],
    ),
  );
