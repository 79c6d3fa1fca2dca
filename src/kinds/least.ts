import type { AccessProbe } from '#domain/plan.ts';
import type { Use } from '#domain/request/events.ts';
import { allows } from '#domain/request/rights.ts';

/** Something that can be asked for, with all that it lets somebody do. */
export type Extent<T> = { readonly extent: T; readonly rights: readonly AccessProbe[] };

/**
 * The least of what can be asked for that allows all of these uses, if it is less than what was asked and gives nothing beyond it.
 * Undefined where there is none.
 */
export const leastFor = <T>(
  whole: readonly AccessProbe[],
  offered: readonly Extent<T>[],
  uses: readonly Use[],
): T | undefined => {
  // Something was done that was not granted: then what was needed is not known.
  if (!uses.every((one) => isCovered(whole, one))) return undefined;
  const enough = offered.filter(({ rights }) => isLess(rights, whole) && uses.every((one) => isCovered(rights, one)));
  const [first, ...rest] = enough;
  return rest.reduce((best, one) => (best !== undefined && isLess(one.rights, best.rights) ? one : best), first)
    ?.extent;
};

const isCovered = (rights: readonly AccessProbe[], wanted: AccessProbe): boolean =>
  rights.some((held) => allows(held, wanted));

const isWithin = (less: readonly AccessProbe[], more: readonly AccessProbe[]): boolean =>
  less.every((one) => isCovered(more, one));

const isLess = (less: readonly AccessProbe[], more: readonly AccessProbe[]): boolean =>
  isWithin(less, more) && !isWithin(more, less);
