import type { Cell, Cells } from './cells.ts';
import type { Look } from './looks.ts';
import type { Pod } from './pod.ts';

/** Pods of one look whose addresses are in the same cells and whose ports are named alike. */
export type Part = {
  readonly places: readonly number[];
  /** One of them. */
  readonly pod: Pod;
  readonly cells: readonly Cell[];
  /** What the names of ports in question stand for, as text to compare. */
  readonly ports: string;
};

/** Tells pods of one look apart by the blocks that hold their addresses, and by what these names of ports stand for there. */
export const partsOf = (
  look: Look,
  pods: readonly Pod[],
  cells: Cells,
  names: ReadonlySet<string>,
): readonly Part[] => {
  if (!cells.cut && names.size === 0) return [{ places: look.places, pod: look.pod, cells: [], ports: '' }];
  const parts = new Map<string, Part & { readonly places: number[] }>();
  for (const place of look.places) {
    const pod = pods[place] ?? look.pod;
    const held = pod.addresses.flatMap((address) => cells.of(address) ?? []);
    const ports = portsNamed(pod, names);
    const key = `${held.map((cell) => cell.place).join()}\n${ports}`;
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { places: [place], pod, cells: held, ports });
    else known.places.push(place);
  }
  return [...parts.values()];
};

const portsNamed = ({ ports }: Pod, names: ReadonlySet<string>): string =>
  names.size === 0
    ? ''
    : ports
        .filter(({ name }) => names.has(name))
        .map(({ name, protocol, number }) => `${name}/${protocol}/${number}`)
        .sort()
        .join();
