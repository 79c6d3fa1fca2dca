import { err, ok, type Result } from '#domain/result.ts';
import { cellsOf } from './cells.ts';
import { createGathering, type Group } from './group.ts';
import { isTouched, type Look } from './looks.ts';
import { ascending, type NumberedRule, type OwnRules } from './numbering.ts';
import { partsOf } from './parts.ts';
import type { Pod } from './pod.ts';
import type { Direction } from './policy.ts';
import { fits } from './reach.ts';

/** Which direction's policies are a sender's own, and which are those of whom it speaks to; the other way round for a receiver. */
export type Role = { readonly own: Direction; readonly others: Direction };
export const sender: Role = { own: 'egress', others: 'ingress' };
export const receiver: Role = { own: 'ingress', others: 'egress' };

/**
 * Gathers all that can be at one end of a packet whose fate differs. That takes an end whose own policies differ: who has
 * none such is asked about the rules of those only that have. Refuses where that is more than `most` questions.
 */
export const groupsOf = (
  looks: readonly Look[],
  pods: readonly Pod[],
  rules: readonly NumberedRule[],
  role: Role,
  most: number,
): Result<readonly Group[], 'too-much'> => {
  const others = looks.filter((look) => isTouched(look, role.others));
  const touched = looks.filter((look) => isTouched(look, role.own));
  const asked = others.length > 0 ? looks : touched;
  const ofOthers = questionsOf(others, role.others, rules);
  const ofAll = touched.length > 0 ? questionsOf(looks, role.others, rules) : ofOthers;
  const questionsTo = (look: Look): Questions => (isTouched(look, role.own) ? ofAll : ofOthers);
  if (asked.reduce((sum, look) => sum + questionsTo(look).cost, 0) > most) return err('too-much');
  const cells = cellsOf(rules, ofAll.numbers, most);
  if (!cells.ok) return cells;

  const gathering = createGathering();
  const namesOf = createNames(rules);
  for (const look of asked) {
    const questions = questionsTo(look);
    const fitting = questions.numbers.filter((number) => isFitting(rules[number], look.pod));
    const { before, after } = look.own[role.own];
    const names = role === receiver ? questions.names.union(namesOf(before)).union(namesOf(after)) : noNames;
    for (const part of partsOf(look, pods, cells.value, names)) {
      const held = part.cells.flatMap((cell) => cell.rules.filter((number) => questions.all.has(number)));
      gathering.addPods(part, look.own[role.own], held.length === 0 ? fitting : ascending([...fitting, ...held]));
    }
  }
  for (const cell of others.length > 0 ? cells.value.all : [])
    gathering.addAddresses(
      cell,
      cell.rules.filter((number) => ofOthers.all.has(number)),
    );
  return ok(gathering.groups());
};

/** Rules of which it has to be known who fits them. */
type Questions = {
  /** Ascending. */
  readonly numbers: readonly number[];
  readonly all: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
  readonly cost: number;
};

const questionsOf = (looks: readonly Look[], direction: Direction, rules: readonly NumberedRule[]): Questions => {
  const numbers = rulesOf(looks, direction);
  const cost = numbers.reduce((sum, number) => sum + (rules[number]?.cost ?? 0), 0);
  return { numbers, all: new Set(numbers), names: createNames(rules)(numbers), cost };
};

/** The rules of their policies, before and after, ascending. */
const rulesOf = (looks: readonly Look[], direction: Direction): readonly number[] => {
  // Many looks share one list.
  const lists = new Set(looks.flatMap(({ own }) => [own[direction].before ?? [], own[direction].after ?? []]));
  return ascending([...lists].flat());
};

const noNames: ReadonlySet<string> = new Set();

/** The named ports in rules; many looks share one list of them. */
const createNames = (rules: readonly NumberedRule[]) => {
  const known = new Map<OwnRules, ReadonlySet<string>>();
  return (numbers: OwnRules): ReadonlySet<string> => {
    const names = known.get(numbers) ?? new Set((numbers ?? []).flatMap((number) => rules[number]?.names ?? []));
    known.set(numbers, names);
    return names;
  };
};

/** Whether pods fit a rule by what they are; whether their addresses do, cells tell. */
const isFitting = (numbered: NumberedRule | undefined, pod: Pod): boolean =>
  numbered !== undefined &&
  numbered.rule.peers !== 'any' &&
  numbered.rule.peers.some((peer) => peer.type === 'pods' && fits(numbered.network, numbered.policy, peer, { pod }));
