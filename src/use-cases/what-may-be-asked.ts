import type { PersonId } from '#domain/ids.ts';
import { appliesTo, fitsLabels, fitsSource, type Labels, matches, type Rule } from '#domain/policy/policy.ts';
import { isWithin, wallsAt } from '#domain/policy/window.ts';
import type { Kind, ResourceType } from '#kinds/kind.ts';
import { isOurs } from './home.ts';
import { admit, groupsOf } from './membership.ts';
import type { BotPorts } from './ports.ts';

/** Where and for what a person may ask in Slack, by the policy: what their form offers, and nothing else. */
export type Offer = {
  /** What may be taken at once, and not what may be asked for. */
  readonly byBreakGlass: boolean;
  readonly clusters: readonly string[];
  readonly kinds: readonly Kind[];
  /** Their labels are looked up with them, and once for all; before that rules that look at labels may offer too much. */
  readonly namespaces: (cluster: string, kind: string) => Promise<readonly string[]>;
  readonly profiles: (cluster: string, kind: Kind, namespace: string) => readonly string[];
  /** The one that may decide on it now; otherwise the first that may at another time. */
  readonly rule: (cluster: string, kind: Kind, namespace: string, profile: string) => Rule | undefined;
  /** Names of live objects; empty when the cluster does not tell. */
  readonly objects: (cluster: string, namespace: string, of: readonly ResourceType[]) => Promise<readonly string[]>;
};

/** Undefined for somebody who may not ask at all, or take nothing by break-glass. */
export const whatMayBeAsked = async (
  ports: BotPorts,
  person: PersonId,
  { byBreakGlass = false }: { readonly byBreakGlass?: boolean } = {},
): Promise<Offer | undefined> => {
  if (!(await admit(ports, person)).ok) return undefined;
  const { policy, kinds } = ports.settings();
  const { groups } = await groupsOf(ports, person);
  const walls = wallsAt(await ports.clock.now());
  const isOpen = ({ match: { when } }: Rule): boolean => when === undefined || isWithin(when, walls);
  const rules = policy.rules.filter(
    (rule) =>
      fitsSource(rule, { source: 'slack' }) &&
      rule.refuse === undefined &&
      // What is asked for may begin later; what is taken by break-glass works at once.
      (!byBreakGlass || isOpen(rule)) &&
      (byBreakGlass ? (rule.breakGlass?.who ?? []) : rule.ask).some((group) => groups.has(group)),
  );
  if (rules.length === 0) return undefined;
  const labels = new Map<string, Labels>();
  const at = (cluster: string, namespace: string): string => `${cluster}/${namespace}`;
  const speaks = (rule: Rule, cluster: string, kind: Kind, namespace: string, one: Kind['profiles'][number]): boolean =>
    appliesTo(rule, { ...one, cluster, namespace, kind: kind.name }) &&
    fitsLabels(rule, labels.get(at(cluster, namespace))) !== 'no';
  const profilesOf = (cluster: string, kind: Kind, namespace: string) =>
    kind.profiles
      .filter((one) => rules.some((rule) => speaks(rule, cluster, kind, namespace, one)))
      .map(({ profile }) => profile);

  return {
    byBreakGlass,
    clusters: [...ports.clusters.keys()].filter((cluster) => rules.some((rule) => some(rule.match.clusters, cluster))),
    kinds: kinds.filter((kind) => rules.some((rule) => some(rule.match.kinds, kind.name))),
    namespaces: async (cluster, name) => {
      const kind = kinds.find((one) => one.name === name);
      const live = (await ports.clusters.get(cluster)?.namespaces()) ?? [];
      for (const { name: namespace, labels: found } of live) labels.set(at(cluster, namespace), found);
      return live
        .map(({ name: namespace }) => namespace)
        .filter(
          (namespace) =>
            !isOurs(ports.home, namespace) && kind !== undefined && profilesOf(cluster, kind, namespace).length > 0,
        );
    },
    profiles: profilesOf,
    rule: (cluster, kind, namespace, profile) => {
      const chosen = kind.profiles.find((one) => one.profile === profile);
      if (chosen === undefined) return undefined;
      const speaking = rules.filter((rule) => speaks(rule, cluster, kind, namespace, chosen));
      return speaking.find(isOpen) ?? speaking[0];
    },
    objects: async (cluster, namespace, of) => {
      const reader = ports.clusters.get(cluster);
      const names = await Promise.all(of.map(async (resource) => (await reader?.names(resource, namespace)) ?? []));
      return [...new Set(names.flat())].sort();
    },
  };
};

const some = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));
