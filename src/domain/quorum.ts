/** So many distinct people from one group. */
export type Requirement = { readonly from: string; readonly count: number };

/** Which requirements (by index) each person may count for, as their groups stand now. */
export type Standing = ReadonlyMap<string, readonly number[]>;

/** How far a quorum is: who fills which requirement. Nobody fills two places, whatever groups they are in. */
export type Tally = { readonly filled: readonly (readonly string[])[]; readonly met: boolean };

/**
 * Assigns voters to requirements so that as many places as possible are filled, each person once
 * (augmenting paths: an earlier choice is moved when that makes room for a later voter).
 */
export const tally = (requirements: readonly Requirement[], voters: readonly string[], standing: Standing): Tally => {
  const places = requirements.flatMap(({ count }, index) => Array.from({ length: count }, () => index));
  const holder = new Map<number, string>();

  const seat = (voter: string, tried: Set<number>): boolean =>
    places.some((requirement, place) => {
      if (tried.has(place) || !(standing.get(voter) ?? []).includes(requirement)) return false;
      tried.add(place);
      const sitting = holder.get(place);
      if (sitting !== undefined && !seat(sitting, tried)) return false;
      holder.set(place, voter);
      return true;
    });

  for (const voter of new Set(voters)) seat(voter, new Set());
  const filled = requirements.map((_, index) =>
    places.flatMap((requirement, place) => {
      const voter = holder.get(place);
      return requirement === index && voter !== undefined ? [voter] : [];
    }),
  );
  // No place at all is nobody's consent, not everybody's.
  return { filled, met: places.length > 0 && holder.size === places.length };
};
