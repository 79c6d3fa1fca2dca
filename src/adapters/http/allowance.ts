/** How much one may do in each span of time, by the clock of this process. */
export type Allowance = {
  readonly isLeft: (who: string) => boolean;
  /** Takes one, or as much as is said. */
  readonly take: (who: string, amount?: number) => void;
};

/** So much in each span of so many milliseconds; what is taken last may be more than is left. */
export const createAllowance = (most: number, span: number): Allowance => {
  const used = new Map<string, { readonly span: number; count: number }>();
  const now = (who: string) => {
    const current = Math.floor(performance.now() / span);
    const before = used.get(who);
    return before?.span === current ? before : { span: current, count: 0 };
  };
  return {
    isLeft: (who) => now(who).count < most,
    take: (who, amount = 1) => {
      const one = now(who);
      one.count += amount;
      used.set(who, one);
    },
  };
};
