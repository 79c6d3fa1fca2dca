import type { Flow, Ports } from './flow.ts';
import type { Group } from './group.ts';
import type { NumberedRule, OwnRules } from './numbering.ts';
import { type Protocol, protocol } from './pod.ts';
import { overlap, type Ranges, union, without } from './ranges.ts';
import { everyPort, portsOf } from './reach.ts';

/** Ports that open or close from one group to another. The same ports have the same key. */
export type Fate = { readonly change: Flow['change']; readonly ports: Ports; readonly key: string };

/** The ports that one end lets through. */
type Half = { readonly number: number; readonly ports: Readonly<Record<Protocol, Ranges>> };

/** Works out what differs from group to group, and tells how many times it was something not seen before. */
export const createFates = (rules: readonly NumberedRule[]) => {
  const halfOf = createHalves(rules);
  const known = new Map<string, readonly Fate[]>();
  const between = (from: Group, to: Group): readonly Fate[] => {
    const [outBefore, inBefore] = [halfOf(from.own.before, to, to), halfOf(to.own.before, from, to)];
    const outAfter = from.own.after === from.own.before ? outBefore : halfOf(from.own.after, to, to);
    const inAfter = to.own.after === to.own.before ? inBefore : halfOf(to.own.after, from, to);
    if (outBefore === outAfter && inBefore === inAfter) return same;
    const key = `${outBefore.number} ${inBefore.number} ${outAfter.number} ${inAfter.number}`;
    const ready = known.get(key);
    if (ready !== undefined) return ready;
    const [before, after] = [both(outBefore, inBefore), both(outAfter, inAfter)];
    const fresh = [...fatesOf('opens', onlyIn(after, before)), ...fatesOf('closes', onlyIn(before, after))];
    known.set(key, fresh);
    return fresh;
  };
  return { between, count: (): number => known.size };
};

const same: readonly Fate[] = [];

const fatesOf = (change: Flow['change'], ports: Ports): readonly Fate[] =>
  ports.length === 0
    ? []
    : [
        {
          change,
          ports,
          key: [change, ...ports.map(({ protocol, ranges }) => `${protocol} ${textOf(ranges)}`)].join(),
        },
      ];

/** The ports that one end's own policies let through; the same ports are the same object. */
const createHalves = (rules: readonly NumberedRule[]) => {
  const byRules = new Map<string, Half>();
  const byPorts = new Map<string, Half>();
  const intern = (ports: Half['ports']): Half => {
    const key = protocol.options.map((spoken) => textOf(ports[spoken])).join(' ');
    const known = byPorts.get(key) ?? { number: byPorts.size, ports };
    byPorts.set(key, known);
    return known;
  };
  const everything = intern(forEach(() => [everyPort]));
  return (own: OwnRules, other: Group, spokenTo: Group): Half => {
    if (own === undefined) return everything;
    const through = own.filter((number) => other.view.has(number) || rules[number]?.rule.peers === 'any');
    const named = through.some((number) => (rules[number]?.names.length ?? 0) > 0);
    const key = named ? `${through.join()} ${spokenTo.place}` : through.join();
    const ready = byRules.get(key);
    if (ready !== undefined) return ready;
    const fresh = intern(
      forEach((spoken) =>
        union(through.flatMap((number) => portsOf(rules[number]?.rule ?? nothing, spoken, spokenTo.pod))),
      ),
    );
    byRules.set(key, fresh);
    return fresh;
  };
};

const nothing = { peers: [], ports: [] } as const;

const forEach = (ranges: (spoken: Protocol) => Ranges): Half['ports'] => ({
  TCP: ranges('TCP'),
  UDP: ranges('UDP'),
  SCTP: ranges('SCTP'),
});

const textOf = (ranges: Ranges): string => ranges.map(({ first, last }) => `${first}-${last}`).join();

const both = (one: Half, other: Half): Half['ports'] =>
  forEach((spoken) => overlap(one.ports[spoken], other.ports[spoken]));

const onlyIn = (some: Half['ports'], others: Half['ports']): Ports =>
  protocol.options
    .map((spoken) => ({ protocol: spoken, ranges: without(some[spoken], others[spoken]) }))
    .filter(({ ranges }) => ranges.length > 0);
