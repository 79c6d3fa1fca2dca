import type { Manifest } from '#domain/plan.ts';
import type { Trust } from '#domain/request/chain.ts';
import { managedBy, type Read, readStamp } from '#domain/request/stamp.ts';

/** Bindings that Hallpass made and will end, apart from those that stay. */
export type Sorted = {
  readonly standing: readonly Manifest[];
  readonly grants: readonly { readonly binding: Manifest; readonly stamp: Read }[];
  /** They carry Hallpass's label, but no stamp that a trusted key signed: nothing ends them. They are standing too. */
  readonly unproven: readonly Manifest[];
};

/** Sorts bindings by whether Hallpass ends them. Without trusted keys no stamp is believed. */
export const sortBindings = (cluster: string, bindings: readonly Manifest[], trust: Trust | undefined): Sorted => {
  const read = bindings.map((binding) => ({
    binding,
    stamp: isLabelled(binding) && trust !== undefined ? readStamp(cluster, binding, trust) : undefined,
  }));
  const standing = read.flatMap(({ binding, stamp }) => (stamp === undefined ? [binding] : []));
  return {
    standing,
    grants: read.flatMap(({ binding, stamp }) => (stamp === undefined ? [] : [{ binding, stamp }])),
    unproven: standing.filter(isLabelled),
  };
};

const isLabelled = ({ metadata }: Manifest): boolean => metadata.labels?.[managedBy.label] === managedBy.value;
