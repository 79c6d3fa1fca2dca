import type { PersonId } from '#domain/ids.ts';
import type { Seen } from '#use-cases/watcher-ports.ts';

/** Of a grant and rule, the latest so many are kept. */
const most = 200;

/** What watchers have seen, in memory, with the bounds of the one in Redis. */
export const createMemorySeen = (): Seen => {
  const kept = new Map<string, Map<string, number>>();
  const known = new Map<string, PersonId>();
  return {
    know: async (user, person) => void known.set(user, person),
    whoIs: async (user) => known.get(user),
    add: async ({ grant, rule }, what, at, within) => {
      const key = `${grant} ${rule}`;
      const all = kept.get(key) ?? new Map<string, number>();
      const moment = at.epochMilliseconds;
      if (!all.has(what)) all.set(what, moment);
      const ordered = [...all].sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1)).slice(-most);
      kept.set(key, new Map(ordered));
      return ordered
        .filter(([, seen]) => Math.abs(seen - moment) <= within)
        .map(([text, seen]) => ({ what: text, at: seen }));
    },
  };
};
