/** Epoch milliseconds with fractions: the same for all processes of one machine, Redis among them. */
export const now = (): number => performance.timeOrigin + performance.now();
