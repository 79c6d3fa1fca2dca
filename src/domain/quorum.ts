/** So many distinct people from one group; those of a later step come after the steps before it. Absent: the first. */
export type Requirement = { readonly from: string; readonly count: number; readonly step?: number | undefined };

/** Which requirements (by index) each person may count for, as their groups stand now. */
export type Standing = ReadonlyMap<string, readonly number[]>;

/** How far a quorum is: who fills which requirement. Nobody fills two places, whatever groups they are in. */
export type Tally = { readonly filled: readonly (readonly string[])[]; readonly met: boolean };

/**
 * Assigns voters to requirements so that as many places as possible are filled, each person once
 * (augmenting paths: an earlier choice is moved when that makes room for a later voter). Places of a later step are filled
 * only when those of the steps before are, and by others than those.
 */
export const tally = (requirements: readonly Requirement[], voters: readonly string[], standing: Standing): Tally => {
  const places = requirements.flatMap(({ count }, index) => Array.from({ length: count }, () => index));
  const holder = new Map<number, string>();
  let waiting: readonly string[] = [...new Set(voters)];
  for (const step of stepsOf(requirements)) {
    const open = [...places.keys()].filter((place) => stepOf(requirements[places[place] ?? 0]) === step);
    for (const voter of waiting) {
      if (open.every((place) => holder.has(place))) break;
      seat(voter, { open, places, holder, standing }, new Set());
    }
    if (!open.every((place) => holder.has(place))) break;
    const seated = new Set(holder.values());
    waiting = waiting.filter((voter) => !seated.has(voter));
  }
  const filled = requirements.map((_, index) =>
    places.flatMap((requirement, place) => {
      const voter = holder.get(place);
      return requirement === index && voter !== undefined ? [voter] : [];
    }),
  );
  // No place at all is nobody's consent, not everybody's.
  return { filled, met: places.length > 0 && holder.size === places.length };
};

type Seats = {
  readonly open: readonly number[];
  /** The requirement of each place. */
  readonly places: readonly number[];
  readonly holder: Map<number, string>;
  readonly standing: Standing;
};

const seat = (voter: string, seats: Seats, tried: Set<number>): boolean => {
  const { open, places, holder, standing } = seats;
  return open.some((place) => {
    if (tried.has(place) || !(standing.get(voter) ?? []).includes(places[place] ?? -1)) return false;
    tried.add(place);
    const sitting = holder.get(place);
    if (sitting !== undefined && !seat(sitting, seats, tried)) return false;
    holder.set(place, voter);
    return true;
  });
};

const stepOf = (requirement: Requirement | undefined): number => requirement?.step ?? 1;
const stepsOf = (requirements: readonly Requirement[]): readonly number[] =>
  [...new Set(requirements.map(stepOf))].sort((one, other) => one - other);

/** Whose turn it is: the requirements of the first step that is not full yet. None when all are. */
export const turnOf = (
  requirements: readonly Requirement[],
  voters: readonly string[],
  standing: Standing,
): readonly Requirement[] => {
  const { filled } = tally(requirements, voters, standing);
  const open = requirements.filter(({ count }, index) => (filled[index]?.length ?? 0) < count);
  const first = Math.min(...open.map(stepOf));
  return open.filter((one) => stepOf(one) === first);
};

/** Whether somebody counts for the step whose turn it is, or for one before. */
export const isTheirTurn = (
  requirements: readonly Requirement[],
  voters: readonly string[],
  next: string,
  standing: Standing,
): boolean => {
  const [open] = turnOf(requirements, voters, standing);
  const mine = (standing.get(next) ?? []).map((index) => stepOf(requirements[index]));
  return open === undefined || mine.some((step) => step <= stepOf(open));
};
