import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asText, at, type Item, listAt, quoted, textAt } from '#domain/risk/read.ts';
import { type Block, blocksIn, type Direction, rulesOf } from './network-policy.ts';

/** Some of the ports that a rule is for, in one spelling, and the spellings of what holds them too; an empty one is all ports. */
export type Ports = { readonly key: string; readonly wider: readonly string[]; readonly says: string };

/** Numbers from the first to the last, or, where those are none, a name. */
type Entry = Ports & { readonly protocol: string; readonly first: number; readonly last: number };

export const allPorts: Ports = { key: '', wider: [], says: '' };
const last = 65_535;

/** The ports that a rule is for, each once; very many are one. */
export const portsOf = ({ item }: Item): readonly Ports[] => {
  const entries = entriesOf(item);
  if (entries.length === 0) return [allPorts];
  return entries.length > 20 ? [many(entries)] : entries;
};

const many = (entries: readonly Entry[]): Ports => ({
  key: canonical(entries.map(({ key }) => key).sort()),
  wider: [''],
  says: ` on ${entries.length} ports`,
});

const entriesOf = (rule: Json): readonly Entry[] => [
  ...new Map(
    listAt(rule, 'ports').map((port) => {
      const entry = entryOf(port);
      return [entry.key, entry] as const;
    }),
  ).values(),
];

const entryOf = (raw: Json): Entry => {
  const protocol = textAt(raw, 'protocol').toUpperCase() || 'TCP';
  const [port, end] = [at(raw, 'port') ?? null, at(raw, 'endPort') ?? null];
  if (port === null) return { key: protocol, wider: [''], says: ` on ${quoted(protocol)}`, protocol, first: 0, last };
  const text = typeof port === 'number' && typeof end === 'number' && end > port ? `${port}-${end}` : asText(port);
  const key = `${protocol} ${text}`;
  const [from, to] = typeof port === 'number' ? [port, typeof end === 'number' ? end : port] : [Number.NaN, Number.NaN];
  return { key, wider: [protocol, ''], says: ` on ${quoted(key)}`, protocol, first: from, last: to };
};

const isWithin = (inner: Entry, outer: Entry): boolean =>
  outer.key === inner.key ||
  outer.key === inner.protocol ||
  (outer.protocol === inner.protocol && outer.first <= inner.first && inner.first <= outer.last);

export type Opened = { readonly ports: Ports; readonly blocks: readonly Block[] };

/**
 * What blocks are let in, or out to, on which ports: of all rules that are for these, for a policy is their union. All
 * ports come first. Where there is so much of both that it would take long, ports are not told apart.
 */
export const openedBy = (object: Manifest, direction: Direction): readonly Opened[] => {
  const rules = rulesOf(object, direction)
    .map((rule) => ({ entries: entriesOf(rule.item), blocks: blocksIn([rule], direction) }))
    .filter(({ blocks }) => blocks.length > 0);
  const entries = [...new Map(rules.flatMap((rule) => rule.entries.map((one) => [one.key, one]))).values()];
  const all = rules.flatMap(({ blocks }) => blocks);
  const opened = (ports: Ports, fits: (entry: Entry) => boolean): Opened => ({
    ports,
    blocks: rules.flatMap((rule) => (rule.entries.length === 0 || rule.entries.some(fits) ? rule.blocks : [])),
  });
  return [
    opened(allPorts, () => false),
    ...(entries.length * (entries.length + all.length) > 100_000
      ? [{ ports: many(entries), blocks: all }]
      : entries.map((entry) => opened(entry, (other) => isWithin(entry, other)))),
  ];
};

/** What is found on some ports, unless it is found on all of them. */
export const onPorts = <T>(opened: readonly Opened[], find: (one: Opened) => T | undefined): readonly T[] => {
  const [all, ...some] = opened.map(find);
  return all === undefined ? some.flatMap((one) => one ?? []) : [all];
};
