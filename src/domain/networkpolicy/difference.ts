import { err, ok, type Result } from '#domain/result.ts';
import { createFates } from './fates.ts';
import { type Flow, type FlowEnd, inOrder, type Ports } from './flow.ts';
import type { Group, Members } from './group.ts';
import { groupsOf, receiver, sender } from './groups.ts';
import { type Look, looksOf } from './looks.ts';
import type { NumberedRule } from './numbering.ts';
import type { Pod } from './pod.ts';
import type { Direction } from './policy.ts';
import { union } from './ranges.ts';
import type { Network } from './reach.ts';
import { rectanglesOf } from './rectangles.ts';

/** Pods that become isolated in a direction, or are no longer. */
export type IsolationChange = {
  readonly direction: Direction;
  readonly change: 'isolated' | 'not-isolated';
  readonly pods: readonly Pod[];
};

/** What a change of policies, or of namespaces' labels, does to who reaches whom. No packet is in two flows. */
export type Difference = { readonly flows: readonly Flow[]; readonly isolation: readonly IsolationChange[] };

/*
 * Bounds on the work, each between half a second's and a second's: how often pods that look alike are held against a rule,
 * how many rules are gone through for all pairs of groups, and how many different things become of packets (nobody would
 * read as many).
 */
const mostAsked = 2_000_000;
const mostRules = 40_000_000;
const mostFates = 10_000;
const tooMuch =
  'What this change opens and closes takes too long to work out: it concerns too many pods that policies tell apart.';

/**
 * Says exactly which packets pass after a change and did not before, and the other way round, as `reaches` has it, over
 * all policies and for pods and addresses of both families. Pods that ran to their end are left out. Refuses with a
 * sentence what would take more than about two seconds.
 */
export const differenceOf = (before: Network, after: Network, pods: readonly Pod[]): Result<Difference, string> => {
  const alive = pods.filter(({ over }) => !over).sort(byName);
  const seen = looksOf(before, after, alive, mostAsked);
  if (!seen.ok) return err(tooMuch);
  const { looks, rules } = seen.value;
  const senders = groupsOf(looks, alive, rules, sender, mostAsked);
  if (!senders.ok) return err(tooMuch);
  const receivers = groupsOf(looks, alive, rules, receiver, mostAsked);
  if (!receivers.ok) return err(tooMuch);
  const compared = compare(senders.value, receivers.value, rules);
  if (!compared.ok) return err(tooMuch);
  return ok({
    flows: inOrder(compared.value.flatMap((alike) => flowsOf(alike, senders.value, receivers.value, alive))),
    isolation: (['ingress', 'egress'] as const).flatMap((direction) => isolationChanges(looks, alive, direction)),
  });
};

const byName = (one: Pod, other: Pod): number =>
  one.namespace === other.namespace ? (one.name < other.name ? -1 : 1) : one.namespace < other.namespace ? -1 : 1;

/** Pairs of groups between which the same ports open, or close. */
type Alike = {
  readonly change: Flow['change'];
  readonly ports: Ports;
  readonly pairs: (readonly [from: number, to: number])[];
};

const compare = (
  senders: readonly Group[],
  receivers: readonly Group[],
  rules: readonly NumberedRule[],
): Result<readonly Alike[], 'too-much'> => {
  const touchedReceivers = receivers.filter(differs);
  const othersOf = (from: Group): readonly Group[] => (differs(from) ? receivers : touchedReceivers);
  const [ofAll, ofTouched] = [rulesIn(receivers), rulesIn(touchedReceivers)];
  const rulesFor = (from: Group): number =>
    othersOf(from).length * rulesIn([from]) + (differs(from) ? ofAll : ofTouched);
  if (senders.reduce((sum, from) => sum + rulesFor(from), 0) > mostRules) return err('too-much');
  const fates = createFates(rules);
  const alike = new Map<string, Alike>();
  for (const from of senders) {
    if (fates.count() > mostFates) return err('too-much');
    for (const to of othersOf(from))
      for (const { change, ports, key } of fates.between(from, to)) {
        // A flow is of one sort at each end.
        const kind = `${key} ${kindOf(from)} ${kindOf(to)}`;
        const known = alike.get(kind);
        if (known === undefined) alike.set(kind, { change, ports, pairs: [[from.place, to.place]] });
        else known.pairs.push([from.place, to.place]);
      }
  }
  return ok([...alike.values()]);
};

/** How many rules are gone through for each other end; four more stand for what each pair takes besides. */
const rulesIn = (groups: readonly Group[]): number =>
  groups.reduce((sum, { own }) => sum + 4 + (own.before?.length ?? 0) + (own.after?.length ?? 0), 0);

const differs = ({ own }: Group): boolean => own.before !== own.after;

const kindOf = ({ members }: Group): string => (members.type === 'pods' ? 'pods' : members.family);

const flowsOf = (
  { change, ports, pairs }: Alike,
  senders: readonly Group[],
  receivers: readonly Group[],
  pods: readonly Pod[],
): readonly Flow[] =>
  rectanglesOf(pairs).flatMap(({ rows, columns }) => {
    const from = together(rows.flatMap((place) => senders[place]?.members ?? []));
    const to = together(columns.flatMap((place) => receivers[place]?.members ?? []));
    const ends = { from: beside(from, to), to: beside(to, from) };
    return isNobody(ends.from) || isNobody(ends.to)
      ? []
      : [{ change, from: endOf(ends.from, pods), to: endOf(ends.to, pods), ports }];
  });

const together = (members: readonly Members[]): Members => {
  const [first] = members;
  if (first?.type === 'addresses')
    return {
      type: 'addresses',
      family: first.family,
      ranges: union(members.flatMap((one) => (one.type === 'addresses' ? one.ranges : []))),
    };
  const places = members.flatMap((one) => (one.type === 'pods' ? one.places : []));
  return { type: 'pods', places: places.sort((one, other) => one - other) };
};

/** Without the one pod that is the other end: it reaches itself before and after. */
const beside = (members: Members, other: Members): Members =>
  members.type === 'pods' && other.type === 'pods' && other.places.length === 1
    ? { type: 'pods', places: members.places.filter((place) => place !== other.places[0]) }
    : members;

const isNobody = (members: Members): boolean => members.type === 'pods' && members.places.length === 0;

const endOf = (members: Members, pods: readonly Pod[]): FlowEnd =>
  members.type === 'addresses' ? members : { type: 'pods', pods: members.places.flatMap((place) => pods[place] ?? []) };

const isolationChanges = (
  looks: readonly Look[],
  pods: readonly Pod[],
  direction: Direction,
): readonly IsolationChange[] =>
  (['isolated', 'not-isolated'] as const).flatMap((change) => {
    const [free, isolated] = change === 'isolated' ? (['before', 'after'] as const) : (['after', 'before'] as const);
    const changed = looks.filter(
      ({ own }) => own[direction][free] === undefined && own[direction][isolated] !== undefined,
    );
    const end = together(changed.map(({ places }) => ({ type: 'pods', places })));
    const found = endOf(end, pods);
    return found.type === 'pods' && found.pods.length > 0 ? [{ direction, change, pods: found.pods }] : [];
  });
