import { differenceOf } from '#domain/networkpolicy/difference.ts';
import type { Flow, FlowEnd } from '#domain/networkpolicy/flow.ts';
import { type NetworkPolicy, readPolicy } from '#domain/networkpolicy/policy.ts';
import type { Network } from '#domain/networkpolicy/reach.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { isNetworkPolicy } from '#domain/risk/network-policy/network-policy.ts';
import { openedData } from './open-data.ts';
import { openingsIn } from './openings.ts';
import type { Radius, ReachLine } from './radius.ts';
import { isEverywhere, portsIn, sayFlows } from './say-flow.ts';
import type { Sight } from './sight.ts';
import { unisolated } from './unisolated.ts';
import { podFor } from './yet-to-come.ts';

/** Who reaches whom newly, or no longer, over all NetworkPolicies before and after. */
export type Flows = {
  readonly facts: Pick<
    Radius,
    | 'opened'
    | 'closed'
    | 'fromOutside'
    | 'fromEverywhere'
    | 'toOutside'
    | 'toEverywhere'
    | 'fromNamespaces'
    | 'ports'
    | 'notIsolated'
  >;
  readonly lines: readonly ReachLine[];
  /** What opens, part by part, to tell whether there is more of it later. */
  readonly openings: readonly string[];
  readonly findings: readonly Finding[];
};

/** Whether a change is about who reaches whom. */
export const isAboutNetwork = (object: Manifest): boolean => isNetworkPolicy(object) || object.kind === 'Namespace';

/** `err` says why it cannot be told. */
export const flowsOf = (changes: readonly Change[], sight: Sight): Result<Flows, string> => {
  const before = networkWith(changes, sight, 'before');
  if (!before.ok) return before;
  const after = networkWith(changes, sight, 'after');
  if (!after.ok) return after;
  const seen = sight.pods.map(({ pod }) => pod);
  const pods = [...seen, ...after.value.own.flatMap((policy) => podFor(policy, seen))];
  const difference = differenceOf(before.value.network, after.value.network, pods);
  if (!difference.ok) return difference;
  const { flows, isolation } = difference.value;
  const [opens, closes] = [
    flows.filter(({ change }) => change === 'opens'),
    flows.filter(({ change }) => change === 'closes'),
  ];
  const outside = opens.flatMap(({ from }) => (from.type === 'addresses' ? [from] : []));
  const beyond = opens.flatMap(({ to }) => (to.type === 'addresses' ? [to] : []));
  const freed = isolation.filter(({ change }) => change === 'not-isolated');
  return ok({
    facts: {
      opened: podsReached(opens),
      closed: podsReached(closes),
      fromOutside: outside.length > 0,
      fromEverywhere: outside.some(isEverywhere),
      toOutside: beyond.length > 0,
      toEverywhere: beyond.some(isEverywhere),
      fromNamespaces: [...new Set(opens.flatMap(({ from }) => podsOf(from).map(({ namespace }) => namespace)))].sort(),
      ports: [...new Set(opens.flatMap(({ ports }) => portsIn(ports)))],
      notIsolated: new Set(freed.flatMap(({ pods: some }) => some)).size,
    },
    lines: sayFlows(flows),
    openings: openingsIn(flows),
    findings: [...unisolated(freed, changes), ...openedData(opens, sight.pods, changes)],
  });
};

const podsOf = (end: FlowEnd) => (end.type === 'pods' ? end.pods : []);
const podsReached = (flows: readonly Flow[]): number => new Set(flows.flatMap(({ to }) => podsOf(to))).size;

/** What is live, with the changed objects as they were found or as they would be. */
const networkWith = (
  changes: readonly Change[],
  { policies, namespaces }: Sight,
  side: 'before' | 'after',
): Result<{ readonly network: Network; readonly own: readonly NetworkPolicy[] }, string> => {
  const changed = new Set(changes.flatMap((change) => [change.before, change.after].flatMap((one) => nameOf(one))));
  const own: NetworkPolicy[] = [];
  const labelled = new Map<string, Labels>(namespaces);
  for (const change of changes) {
    const object = change[side];
    if (object === undefined) continue;
    if (object.kind === 'Namespace') labelled.set(object.metadata.name, object.metadata.labels ?? {});
    if (!isNetworkPolicy(object)) continue;
    const read = readPolicy(object);
    if (!read.ok) return err(read.error);
    own.push(read.value);
  }
  const others = policies.filter(({ namespace, name }) => !changed.has(`${namespace}/${name}`));
  return ok({ network: { policies: [...others, ...own], namespaces: labelled }, own });
};

const nameOf = (object: Manifest | undefined): readonly string[] =>
  object !== undefined && isNetworkPolicy(object) ? [`${object.metadata.namespace ?? ''}/${object.metadata.name}`] : [];
