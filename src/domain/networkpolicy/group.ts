import type { Cell } from './cells.ts';
import type { Family } from './cidr.ts';
import type { OwnRules, Sides } from './numbering.ts';
import type { Part } from './parts.ts';
import type { Pod } from './pod.ts';
import { type Ranges, union } from './ranges.ts';

export type Members =
  /** Pods by their places in the list of pods. */
  | { readonly type: 'pods'; readonly places: readonly number[] }
  | { readonly type: 'addresses'; readonly family: Family; readonly ranges: Ranges };

/** Ends that are alike to all policies in question, as senders or as receivers. */
export type Group = {
  /** Its place in the list of groups. */
  readonly place: number;
  readonly members: Members;
  /** Rules of their own policies, in the direction that is theirs; addresses have none. */
  readonly own: Sides<OwnRules>;
  /** Rules of the other end's policies that they fit, but for those that anyone fits. */
  readonly view: ReadonlySet<number>;
  /** One of the pods, for the named ports of all; no pod where they are addresses. */
  readonly pod: Pod | undefined;
};

type Gathered = Omit<Group, 'place' | 'members'> & { readonly places: number[]; readonly cells: Cell[] };

/** Puts together what is alike. */
export const createGathering = () => {
  const gathered = new Map<string, Gathered>();
  const lists = new Map<OwnRules, number>();
  const listOf = (own: OwnRules): number => {
    const known = lists.get(own) ?? lists.size;
    lists.set(own, known);
    return known;
  };
  const gather = (key: string, own: Sides<OwnRules>, view: readonly number[], pod: Pod | undefined): Gathered => {
    const known = gathered.get(key) ?? { places: [], cells: [], own, view: new Set(view), pod };
    gathered.set(key, known);
    return known;
  };
  return {
    addPods: ({ places, pod, ports }: Part, own: Sides<OwnRules>, view: readonly number[]): void => {
      const key = `${listOf(own.before)} ${listOf(own.after)} ${view.join()}\n${ports}`;
      const all = gather(key, own, view, pod).places;
      for (const place of places) all.push(place);
    },
    addAddresses: (cell: Cell, view: readonly number[]): void => {
      const own = { before: undefined, after: undefined };
      gather(`${cell.family} ${view.join()}`, own, view, undefined).cells.push(cell);
    },
    groups: (): readonly Group[] =>
      [...gathered.values()].map(({ places, cells, ...group }, place) => ({
        ...group,
        place,
        members: membersOf(places, cells),
      })),
  };
};

const membersOf = (places: readonly number[], cells: readonly Cell[]): Members => {
  const [cell] = cells;
  return cell === undefined
    ? { type: 'pods', places }
    : { type: 'addresses', family: cell.family, ranges: union(cells.map(({ range }) => range)) };
};
