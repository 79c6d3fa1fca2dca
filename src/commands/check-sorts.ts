import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { discoverSorts } from '#adapters/kubernetes/discovery.ts';
import { inWords } from '#adapters/kubernetes/examine.ts';
import { createRawClient } from '#adapters/kubernetes/raw-client.ts';
import { caution, type Finding, fine } from '#domain/finding.ts';
import { matches, speaksOf } from '#domain/policy/policy.ts';
import type { PlainRule } from '#domain/rbac/rules.ts';
import { type Served, unservedOf, unservedSort, type WantedSort } from '#domain/rbac/served.ts';
import { kindModules } from '#kinds/index.ts';
import type { Kind } from '#kinds/kind.ts';
import type { ClusterSource } from '#src/config.ts';
import type { Settings } from '#use-cases/ports.ts';
import type { Known } from './check-clusters.ts';
import type { Check } from './checks.ts';

/** Milliseconds for each call, and calls at a time. */
const limits = { deadline: 5_000, inFlight: 8 };

/** Something of the policy that speaks of sorts of objects, and where it stands. */
type Speaking = {
  readonly where: string;
  readonly name: string;
} & ({ readonly rules: readonly PlainRule[] } | { readonly sort: WantedSort });

/** Looks whether a cluster has the sorts of objects that may be asked for there, or are protected. Any role may see that. */
export const checkSorts = ({ name, source }: ClusterSource, known: Pick<Known, 'policy'>): Check => ({
  about: `Policy in ${name}`,
  look: async (onEnd) => {
    const folder = await known.policy;
    // That it cannot be read has been said.
    if (folder?.ok !== true) return [];
    const speaking = speakingOf(folder.value, name);
    const client = createRawClient(name, createCredentials({ name, source }), limits);
    onEnd(client.close);
    try {
      return saySorts(await discoverSorts(client, groupsIn(speaking)), speaking);
    } catch (cause) {
      return [caution(`Whether the cluster has what the policy speaks of could not be looked at. ${inWords(cause)}`)];
    }
  },
});

const groupsIn = (speaking: readonly Speaking[]): ReadonlySet<string> =>
  new Set(
    speaking.flatMap((one) => ('sort' in one ? [one.sort.group] : one.rules.flatMap(({ apiGroups }) => apiGroups))),
  );

const saySorts = (served: Served, speaking: readonly Speaking[]): readonly Finding[] => {
  const lacking = speaking.flatMap((one) => {
    const missing = 'sort' in one ? (unservedSort(served, one.sort) ?? []) : unservedOf(served, one.rules);
    return [missing].flat().map((what) => caution(`${one.where}: "${one.name}": ${what}`));
  });
  return lacking.length > 0 || speaking.length === 0
    ? lacking
    : [fine(`It has all sorts of objects that people may ask for here (${speaking.length} profiles).`)];
};

/** What of the policy is for this cluster: what nobody may ask for there, it need not have. */
const speakingOf = (folder: PolicyFolder, cluster: string): readonly Speaking[] =>
  folder.settings.kinds.flatMap((kind, nth) => {
    const file = kindModules.find(({ name }) => name === kind.name)?.settingsFile ?? kind.name;
    const whereIs = (profile: string): string => {
      const index = kind.profiles.findIndex((one) => one.profile === profile);
      return index < 0 ? file : folder.whereIsProfile(nth, index) || file;
    };
    return wordsOf(kind)
      .filter(({ name }) => isFor(folder.settings, kind, name, cluster))
      .map((one) => ({ ...one, where: whereIs(one.name) }));
  });

type Words = Speaking extends infer One ? (One extends Speaking ? Omit<One, 'where'> : never) : never;

/** What gives rights says which; what changes objects says of which sort; and what does one thing needs what it needs, whatever the profile. */
const wordsOf = ({ rights, holds, profiles, permissions }: Kind): readonly Words[] => {
  if (rights !== undefined)
    return rights.map(({ profile, places }) => ({ name: profile, rules: places.flatMap(({ rules }) => rules) }));
  if (holds !== undefined) return holds.sorts.map((sort) => ({ name: sort.profile, sort }));
  return profiles.map(({ profile }) => ({ name: profile, rules: permissions.namespaced }));
};

const isFor = ({ policy }: Settings, kind: Kind, profile: string, cluster: string): boolean => {
  const { reachesFurther = false } = kind.profiles.find((one) => one.profile === profile) ?? {};
  const here = (patterns: readonly string[]): boolean => patterns.some((pattern) => matches(pattern, cluster));
  return (
    policy.rules.some(
      (rule) =>
        here(rule.match.clusters) &&
        rule.match.kinds.some((pattern) => matches(pattern, kind.name)) &&
        speaksOf(rule, { profile, reachesFurther }),
    ) || policy.protect.some(({ clusters, resources }) => here(clusters) && resources.includes(profile))
  );
};
