import { err, ok, type Result } from '#domain/result.ts';
import { type Cell, cellsOf } from './cells.ts';
import type { Family } from './cidr.ts';
import { isTouched, type Look } from './looks.ts';
import { ascending, type NumberedRule, type OwnRules, type Sides } from './numbering.ts';
import { type Part, partsOf } from './parts.ts';
import type { Pod } from './pod.ts';
import type { Direction } from './policy.ts';
import { type Ranges, union } from './ranges.ts';
import { fits } from './reach.ts';

export type Members =
  | { readonly type: 'pods' /** Places in the list of pods. */; readonly places: readonly number[] }
  | { readonly type: 'addresses'; readonly family: Family; readonly ranges: Ranges };

/** Ends that are alike to all policies, as senders or as receivers. */
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

/** Which direction's policies are a sender's own, and which are those of whom it speaks to; the other way round for a receiver. */
export type Role = { readonly own: Direction; readonly others: Direction };
export const sender: Role = { own: 'egress', others: 'ingress' };
export const receiver: Role = { own: 'ingress', others: 'egress' };

/**
 * Gathers all that can be at an end of a packet whose fate differs. That takes an end whose own policies differ: one that
 * has none such is only asked about the policies of those that have.
 */
export const groupsOf = (
  looks: readonly Look[],
  pods: readonly Pod[],
  rules: readonly NumberedRule[],
  role: Role,
  most: number,
): Result<readonly Group[], 'too-much'> => {
  const touched = looks.filter((look) => isTouched(look, role.others));
  const ofTouched = rulesOf(touched, role.others);
  const ofAll = looks.some((look) => isTouched(look, role.own)) ? rulesOf(looks, role.others) : ofTouched;
  const askedOf = (look: Look): readonly number[] => (isTouched(look, role.own) ? ofAll : ofTouched);
  const asked = touched.length > 0 ? looks : looks.filter((look) => isTouched(look, role.own));
  const [costOfTouched, costOfAll] = [costOf(rules, ofTouched), costOf(rules, ofAll)];
  const cost = asked.reduce((sum, look) => sum + (isTouched(look, role.own) ? costOfAll : costOfTouched), 0);
  if (cost > most) return err('too-much');
  const cells = cellsOf(rules, ofAll, most);
  if (!cells.ok) return cells;

  const gathered = gathering();
  for (const look of asked) {
    const view = askedOf(look).filter((number) => isFitting(rules[number], look.pod));
    const names = role === receiver ? namesIn(rules, [...ownRules(look, role), ...askedOf(look)]) : new Set<string>();
    const askable = new Set(askedOf(look));
    for (const part of partsOf(look, pods, cells.value, names)) {
      const held = part.cells.flatMap((cell) => cell.rules.filter((number) => askable.has(number)));
      gathered.addPods(part, look.own[role.own], ascending([...view, ...held]));
    }
  }
  if (touched.length > 0) {
    const askable = new Set(ofTouched);
    for (const cell of cells.value.all)
      gathered.addAddresses(
        cell,
        cell.rules.filter((number) => askable.has(number)),
      );
  }
  return ok(gathered.groups());
};

const ownRules = ({ own }: Look, role: Role): readonly number[] => [
  ...(own[role.own].before ?? []),
  ...(own[role.own].after ?? []),
];

const rulesOf = (looks: readonly Look[], direction: Direction): readonly number[] => {
  const lists = new Set(looks.flatMap(({ own }) => [own[direction].before ?? [], own[direction].after ?? []]));
  return ascending([...lists].flat());
};

const costOf = (rules: readonly NumberedRule[], numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + (rules[number]?.cost ?? 0), 0);

const isFitting = (numbered: NumberedRule | undefined, pod: Pod): boolean =>
  numbered !== undefined &&
  numbered.rule.peers !== 'any' &&
  numbered.rule.peers.some((peer) => peer.type === 'pods' && fits(numbered.network, numbered.policy, peer, { pod }));

const namesIn = (rules: readonly NumberedRule[], numbers: readonly number[]): ReadonlySet<string> =>
  new Set(numbers.flatMap((number) => rules[number]?.names ?? []));

const gathering = () => {
  type Gathered = Omit<Group, 'place' | 'members'> & { readonly places: number[]; readonly cells: Cell[] };
  const byKey = new Map<string, Gathered>();
  const lists = new Map<OwnRules, number>();
  const listOf = (own: OwnRules): number => {
    const known = lists.get(own) ?? lists.size;
    lists.set(own, known);
    return known;
  };
  const add = (key: string, group: () => Gathered): Gathered => {
    const known = byKey.get(key) ?? group();
    byKey.set(key, known);
    return known;
  };
  return {
    addPods: ({ places, pod, ports }: Part, own: Sides<OwnRules>, view: readonly number[]): void => {
      const key = `${listOf(own.before)} ${listOf(own.after)}\n${view.join()}\n${ports}`;
      const { places: all } = add(key, () => ({ places: [], cells: [], own, view: new Set(view), pod }));
      for (const place of places) all.push(place);
    },
    addAddresses: (cell: Cell, view: readonly number[]): void => {
      const own = { before: undefined, after: undefined };
      add(`${cell.family}\n${view.join()}`, () => ({
        places: [],
        cells: [],
        own,
        view: new Set(view),
        pod: undefined,
      })).cells.push(cell);
    },
    groups: (): readonly Group[] =>
      [...byKey.values()].map(({ places, cells, own, view, pod }, place) => ({
        place,
        own,
        view,
        pod,
        members:
          pod !== undefined
            ? { type: 'pods', places }
            : {
                type: 'addresses',
                family: cells[0]?.family ?? 'ipv4',
                ranges: union(cells.map(({ range }) => range)),
              },
      })),
  };
};
