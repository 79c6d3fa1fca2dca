import type { UsedEntry } from '#domain/guard/entry.ts';
import { targetKey } from '#domain/plan.ts';
import { risks } from '#domain/policy/policy.ts';

/**
 * How often uses of each grant were noted of late: whoever writes in a loop while the bot is away would fill the room that all notes
 * and held writes have. What is more is put together, one note for each object, and left when the minute is over.
 */
export type GrantUses = {
  /** `now`: leave it. `later`: it is kept; whoever is told so `first` takes them after so many milliseconds. `lost`: too many objects. */
  readonly use: (
    entry: UsedEntry,
  ) => { readonly type: 'now' | 'lost' } | { readonly type: 'later'; readonly first?: number };
  /** What was kept of a grant, for the last time. */
  readonly take: (grant: UsedEntry['id']) => readonly UsedEntry[];
};

/** Notes of a grant in so many milliseconds, and objects of which its uses are kept. */
const most = { notes: 20, lasting: 60_000, objects: 20 } as const;
/** Grants that are counted. */
const mostGrants = 500;

type Counted = { readonly until: number; readonly count: number; readonly kept: Map<string, UsedEntry> };

/** `moment` is a clock that only goes forward, in milliseconds. */
export const createGrantUses = (moment: () => number): GrantUses => {
  const grants = new Map<UsedEntry['id'], Counted>();
  const countedOf = (id: UsedEntry['id']): Counted => {
    const found = grants.get(id);
    if (found !== undefined && (moment() < found.until || found.kept.size > 0)) return found;
    const [oldest] = grants.size < mostGrants ? [] : grants.keys();
    if (oldest !== undefined) grants.delete(oldest);
    return { until: moment() + most.lasting, count: 0, kept: new Map() };
  };
  return {
    use: (entry) => {
      const counted = countedOf(entry.id);
      const { until, count, kept } = counted;
      if (count < most.notes) {
        grants.set(entry.id, { ...counted, count: count + 1 });
        return { type: 'now' };
      }
      const key = targetKey(entry.target);
      const before = kept.get(key);
      if (before === undefined && kept.size >= most.objects) return { type: 'lost' };
      kept.set(key, before === undefined ? entry : together(before, entry));
      const isFirst = before === undefined && kept.size === 1;
      return { type: 'later', ...(isFirst ? { first: Math.max(0, until - moment()) } : {}) };
    },
    take: (grant) => {
      const kept = [...(grants.get(grant)?.kept.values() ?? [])];
      // They are the first of the next minute.
      if (kept.length > 0) grants.set(grant, { until: moment() + most.lasting, count: kept.length, kept: new Map() });
      return kept;
    },
  };
};

/** Two uses one after the other as one: from where the first began to what the last has made, as bad as the worse of both. */
const together = (first: UsedEntry, last: UsedEntry): UsedEntry => ({
  ...last,
  ...(first.from === undefined ? {} : { from: first.from }),
  risk: risks.indexOf(first.risk) > risks.indexOf(last.risk) ? first.risk : last.risk,
});
