import { canonical, type Json } from '#domain/json.ts';
import { at, type Item } from '#domain/risk/read.ts';
import type { Danger, Rule } from '#domain/risk/rule.ts';
import { selectsEveryNamespace } from '#domain/risk/selector.ts';
import { type Direction, directions, peersOf, policyDocument, rulesOf, way } from './network-policy.ts';
import { portsOf } from './ports.ts';

export const policyEveryNamespace: Rule = {
  name: 'policy-every-namespace',
  severity: 'high',
  sources: [policyDocument('behavior-of-to-and-from-selectors')],
  inside: (object) =>
    directions.flatMap((direction) => rulesOf(object, direction).flatMap((rule) => dangersOf(rule, direction))),
};

/** By peer and port; where there are very many of both, as one. */
const dangersOf = (rule: Item, direction: Direction): readonly Danger[] => {
  const open = peersOf([rule], direction).filter(({ item }) => selectsEveryNamespace(at(item, 'namespaceSelector')));
  const ports = portsOf(rule);
  const says = `pods of every namespace let ${way(direction)}`;
  const why = 'a namespaceSelector that selects all, or all but some';
  const [first] = open;
  if (first === undefined) return [];
  const placeOf = ({ path }: Item) => [...path, 'namespaceSelector'];
  if (open.length > 1 && open.length * (ports[0]?.key.length ?? 0) > 10_000)
    return [{ key: `${direction} ${canonical(rule.item)}`, says: `${says}: ${why}`, path: placeOf(first) }];
  return open.flatMap((peer) => {
    const keys = keysOf(peer.item);
    return ports.map((one) => ({
      key: `${direction} ${keys[0]} ${one.key}`,
      wider: keys.flatMap((key) => [one.key, ...one.wider].map((port) => `${direction} ${key} ${port}`)),
      says: `${says}${one.says}: ${why}`,
      path: placeOf(peer),
    }));
  });
};

/** Of a peer, and of the one that is all pods of all namespaces. */
const keysOf = (peer: Json): readonly string[] => {
  const pods = at(peer, 'podSelector') ?? {};
  return [...new Set([pods, {}].map(canonical))].flatMap((selector) =>
    [at(peer, 'namespaceSelector') ?? {}, {}].map((namespaces) => `${canonical(namespaces)} ${selector}`),
  );
};
