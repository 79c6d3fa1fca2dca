import type { PersonId } from '#domain/ids.ts';
import { appliesTo, matches, type Rule } from '#domain/policy/policy.ts';
import type { Kind } from '#kinds/kind.ts';
import { admit, groupsOf } from './membership.ts';
import type { BotPorts } from './ports.ts';

/** Where and for what a person may ask, by the policy: what their form offers, and nothing else. */
export type Offer = {
  readonly clusters: readonly string[];
  readonly kinds: readonly Kind[];
  readonly namespaces: (cluster: string, kind: string) => Promise<readonly string[]>;
  readonly profiles: (cluster: string, kind: Kind, namespace: string) => readonly string[];
  readonly rule: (cluster: string, kind: string, namespace: string, profile: string) => Rule | undefined;
  /** Names of live objects; empty when the cluster does not tell. */
  readonly objects: (
    cluster: string,
    namespace: string,
    of: Parameters<ClusterNames>[0][],
  ) => Promise<readonly string[]>;
};

type ClusterNames = (resource: { group: string; version: string; resource: string }) => unknown;

/** Undefined for somebody who may not ask at all. */
export const whatMayBeAsked = async (ports: BotPorts, person: PersonId): Promise<Offer | undefined> => {
  if (!(await admit(ports, person)).ok) return undefined;
  const { policy, kinds } = ports.settings();
  const { groups } = await groupsOf(ports, person);
  const rules = policy.rules.filter((rule) => rule.ask.some((group) => groups.has(group)));
  if (rules.length === 0) return undefined;
  const profilesOf = (cluster: string, kind: Kind, namespace: string) =>
    kind.profiles
      .map(({ profile }) => profile)
      .filter((profile) => rules.some((rule) => appliesTo(rule, { cluster, namespace, kind: kind.name, profile })));

  return {
    clusters: [...ports.clusters.keys()].filter((cluster) => rules.some((rule) => some(rule.match.clusters, cluster))),
    kinds: kinds.filter((kind) => rules.some((rule) => some(rule.match.kinds, kind.name))),
    namespaces: async (cluster, name) => {
      const kind = kinds.find((one) => one.name === name);
      const live = (await ports.clusters.get(cluster)?.namespaces()) ?? [];
      return live.filter(
        (namespace) =>
          namespace !== ports.home && kind !== undefined && profilesOf(cluster, kind, namespace).length > 0,
      );
    },
    profiles: profilesOf,
    rule: (cluster, kind, namespace, profile) =>
      rules.find((rule) => appliesTo(rule, { cluster, namespace, kind, profile })),
    objects: async (cluster, namespace, of) => {
      const reader = ports.clusters.get(cluster);
      const names = await Promise.all(of.map(async (resource) => (await reader?.names(resource, namespace)) ?? []));
      return [...new Set(names.flat())].sort();
    },
  };
};

const some = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));
