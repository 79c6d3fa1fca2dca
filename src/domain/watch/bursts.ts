/** Something that counts towards a burst. `what` tells different things from each other. */
export type Counted = { readonly at: number; readonly what: string };

/** From when on many are a burst; `kinds`: so many different ones. Milliseconds. */
export type Burst = { readonly count: number; readonly kinds: number; readonly within: number };

/** The first run of them that is a burst, in whatever order they came; undefined where none is. */
export const burstIn = (seen: readonly Counted[], { count, kinds, within }: Burst): readonly Counted[] | undefined => {
  const ordered = seen.toSorted((one, other) => one.at - other.at);
  for (const [index, last] of ordered.entries()) {
    const run = ordered.slice(0, index + 1).filter(({ at }) => last.at - at <= within);
    if (run.length >= count && new Set(run.map(({ what }) => what)).size >= kinds) return run;
  }
  return undefined;
};
