import type { Admission } from '#domain/guard/write.ts';
import { createRecent } from './recent.ts';

type Refusal = Extract<Admission, { allowed: false }>;

/**
 * What a guard has just refused, and whose writes were just too many. It only ever says no, and for so short that nobody who is
 * agreed to meets it: the API server asks twice about one write that is refused, a few milliseconds apart.
 */
export type RecentRefusals = {
  /** `under`: the policy that it was decided by; of another one nothing is remembered. */
  readonly of: (write: string, under: object) => Refusal | undefined;
  readonly refuse: (write: string, under: object, refusal: Refusal) => void;
  /** Whether there was no room a moment ago: for anybody, or for this author. */
  readonly flood: (author: string) => 'author' | 'all' | undefined;
  readonly overflow: (of: 'author' | 'all', author: string) => void;
};

/** Milliseconds: whoever is agreed to takes longer to try again than the API server to ask again. */
const lasting = { refusal: 20, flood: 100 } as const;
/** Refusals and authors that are remembered, of some 4 kB at most. */
const most = 500;

/** `moment` is a clock that only goes forward, in milliseconds. */
export const createRecentRefusals = (moment: () => number): RecentRefusals => {
  const refusals = createRecent<{ readonly under: object; readonly refusal: Refusal }>(moment, lasting.refusal, most);
  const floods = createRecent<true>(moment, lasting.flood, most);
  const everybody = createRecent<true>(moment, lasting.flood, most);
  return {
    of: (write, under) => {
      const found = refusals.get(write);
      return found?.under === under ? found.refusal : undefined;
    },
    refuse: (write, under, refusal) => refusals.set(write, { under, refusal }),
    flood: (author) => {
      if (everybody.get('') === true) return 'all';
      return floods.get(author) === true ? 'author' : undefined;
    },
    overflow: (of, author) => (of === 'all' ? everybody.set('', true) : floods.set(author, true)),
  };
};
