import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asText, at, entriesAt, type Item, itemsAt, listAt, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { selectsEveryNamespace } from '#domain/risk/selector.ts';
import { blockOf, type Direction, directions, everywhere, way } from './network-policy.ts';
import { shareOf } from './world.ts';

/** Policies of network plugins' own, and those for administrators: nothing else looks at what they let through. */
export const policyPluginOpen: Rule = {
  name: 'policy-plugin-open',
  severity: 'high',
  sources: [
    'https://docs.cilium.io/en/stable/security/policy/language/',
    'https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy',
    'https://network-policy-api.sigs.k8s.io/api-overview/',
  ],
  inside: (object) => {
    const isOpen = judgeOf(object);
    if (isOpen === undefined) return [];
    return directions.flatMap((direction) =>
      rulesIn(object, direction)
        .filter(({ item }) => isOpen(item, direction))
        .map(({ item, path }) => ({
          key: `${direction} ${canonical(item)}`,
          says: `a rule of a network plugin’s own that lets traffic ${way(direction)}, ${everywhere(direction)}`,
          path,
        })),
    );
  },
};

type Judge = (rule: Json, direction: Direction) => boolean;

const judgeOf = ({ apiVersion, kind }: Manifest): Judge | undefined => {
  if (!kind.endsWith('NetworkPolicy')) return undefined;
  if (apiVersion.startsWith('cilium.io/')) return isOpenToCilium;
  if (/^(crd\.)?projectcalico\.org\//.test(apiVersion)) return isOpenToCalico;
  return apiVersion.startsWith('policy.networking.k8s.io/') ? isOpenToAdministrators : undefined;
};

/** Cilium has a list of specs besides. */
const rulesIn = (object: Manifest, direction: Direction): readonly Item[] => [
  ...itemsAt(object, 'spec', direction),
  ...itemsAt(object, 'specs').flatMap(({ item, path }) =>
    itemsAt(item, direction).map((rule) => ({ item: rule.item, path: [...path, ...rule.path] })),
  ),
];

const entities = ['all', 'world', 'world-ipv4', 'world-ipv6'];

/** An empty rule lets nothing through there. */
const isOpenToCilium: Judge = (rule, direction) => {
  const side = direction === 'ingress' ? 'from' : 'to';
  return (
    listAt(rule, `${side}Entities`).some((entity) => entities.includes(asText(entity).toLowerCase())) ||
    isWide([...listAt(rule, `${side}CIDR`), ...listAt(rule, `${side}CIDRSet`).map((set) => at(set, 'cidr') ?? null)])
  );
};

/** What names somebody, of the far end of a rule of Calico's; what only leaves out names all others. */
const narrowing = ['nets', 'selector', 'namespaceSelector', 'serviceAccounts', 'services', 'domains'];

const isOpenToCalico: Judge = (rule, direction) => {
  if (textAt(rule, 'action').toLowerCase() !== 'allow') return false;
  const end = at(rule, direction === 'ingress' ? 'source' : 'destination') ?? {};
  const nets = listAt(end, 'nets');
  if (nets.length > 0) return isWide(nets);
  return !entriesAt(end).some(([key, value]) => {
    const text = typeof value === 'string' ? value.trim() : canonical(value);
    return narrowing.includes(key) && !['', 'all()', 'null', '{}', '[]'].includes(text);
  });
};

const isOpenToAdministrators: Judge = (rule, direction) => {
  if (!['allow', 'accept'].includes(textAt(rule, 'action').toLowerCase())) return false;
  const peers = listAt(rule, direction === 'ingress' ? 'from' : 'to');
  return (
    isWide(peers.flatMap((peer) => listAt(peer, 'networks'))) ||
    peers.some(
      (peer) =>
        selectsEveryNamespace(at(peer, 'namespaces')) || selectsEveryNamespace(at(peer, 'pods', 'namespaceSelector')),
    )
  );
};

const isWide = (cidrs: readonly Json[]): boolean => {
  const blocks = cidrs.flatMap((text) => {
    const block = blockOf(asText(text).trim(), []);
    return block === undefined ? [] : [block];
  });
  return (['ipv4', 'ipv6'] as const).some((family) => shareOf(blocks, family) !== 'little');
};
