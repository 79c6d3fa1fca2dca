import { configurationName } from '#domain/guard/webhook.ts';
import { kindModules } from '#kinds/index.ts';
import type { Kind, ResourceType } from '#kinds/kind.ts';
import { surroundingsOf } from '#use-cases/surroundings.ts';
import { bounded, looking, type RuleText, rbacGroup } from './manifests-names.ts';

/** All that the bot may do, in the whole cluster. */
export const botRules = (kinds: readonly Kind[]): readonly RuleText[] => [...looking, ...bounded(seen(kinds))];

const made = kindModules.flatMap(({ makes }) => makes).filter(({ namespaced }) => namespaced);

/** The sweep looks for everything that Hallpass may have made, in each namespace that it is bound in. */
const found: readonly RuleText[] = made
  .filter(({ group }) => group !== rbacGroup)
  .map(({ group, resource }) => ({ apiGroups: [group], resources: [resource], verbs: ['list'] }));

/** All that the worker may do, by where. */
export const workerRules = {
  everywhere: looking,
  /** In the namespace of markers and journals. */
  markers: [
    { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
  ] as readonly RuleText[],
  /** In each namespace that people may ask for. */
  namespaced: (kinds: readonly Kind[]): readonly RuleText[] =>
    eachOnce(bounded(kinds.flatMap(({ permissions }) => permissions.namespaced))),
  /** In one that profiles name. */
  named: (kinds: readonly Kind[], namespace: string): readonly RuleText[] =>
    bounded([...kinds.flatMap(({ permissions }) => permissions.inNamespaces[namespace] ?? []), ...found]),
  /** What stands around what is changed, in the whole cluster: read only. */
  around: (kinds: readonly Kind[]): readonly RuleText[] =>
    [...Map.groupBy(surroundingsOf(kinds), ({ group }) => group)].map(([group, sorts]) => ({
      apiGroups: [group],
      resources: sorts.map(({ resource }) => resource).sort(),
      verbs: ['list'],
    })),
  /** What was granted, in the whole cluster at once: read only. */
  grants: [
    {
      apiGroups: [rbacGroup],
      resources: [...new Set(made.filter(({ group }) => group === rbacGroup).map(({ resource }) => resource))].sort(),
      verbs: ['list'],
    },
  ] as readonly RuleText[],
  /** Off by default. */
  clusterWide: (kinds: readonly Kind[]): readonly RuleText[] =>
    bounded(kinds.flatMap(({ permissions }) => permissions.clusterWide)),
} as const;

/** Several kinds may need the very same. */
const eachOnce = (rules: readonly RuleText[]): readonly RuleText[] => [
  ...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values(),
];

const webhookConfigurations = {
  apiGroups: ['admissionregistration.k8s.io'],
  resources: ['validatingwebhookconfigurations'],
};

/** The one webhook configuration, by its name: who may change others could have all writes of the cluster refused. */
const ownConfiguration: readonly RuleText[] = [
  { ...webhookConfigurations, resourceNames: [configurationName], verbs: ['get', 'update'] },
];

/** What the worker needs beyond that where there is a guard: it puts the configuration there, and back. */
export const guardingRules = {
  /** No name narrows `create`. */
  making: [{ ...webhookConfigurations, verbs: ['create'] }] as readonly RuleText[],
  keeping: ownConfiguration,
} as const;

/** All that the guard may do, by where. */
export const guardRules = {
  configuration: ownConfiguration,
  everywhere: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }] as readonly RuleText[],
  /** In the namespace of markers and journals: whether an approval was used. */
  markers: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] as readonly RuleText[],
} as const;

/** The namespaces that profiles name. */
export const namedNamespaces = (kinds: readonly Kind[]): readonly string[] =>
  [...new Set(kinds.flatMap(({ permissions }) => Object.keys(permissions.inNamespaces)))].sort();

/** To read a Secret's name is to read the Secret: RBAC knows no listing without contents. */
const neverSeen = ['secrets'];

const seen = (kinds: readonly Kind[]): readonly RuleText[] => {
  const byGroup = Map.groupBy(
    kinds.flatMap(offered).filter(({ resource }) => !neverSeen.includes(resource)),
    ({ group }) => group,
  );
  return [...byGroup]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, types]) => {
      const resources = [...new Set(types.map(({ resource }) => resource))].sort();
      return { apiGroups: [group], resources, verbs: ['get', 'list'] };
    });
};

/** How many choices that change the form may follow each other. */
const deepest = 3;

/** The sorts of objects that a kind's form lets people pick from, over all that can be chosen before. */
const offered = (kind: Kind): readonly ResourceType[] => {
  const profiles = kind.profiles.map(({ profile }) => profile);
  const walk = (chosen: Readonly<Record<string, string>>, depth: number): readonly ResourceType[] =>
    kind.fields(chosen, profiles).flatMap((field) => {
      if (field.input.type === 'objects' || field.input.type === 'object') return field.input.resources;
      if (field.input.type !== 'choice' || field.again !== true || field.name in chosen || depth === deepest) return [];
      return field.input.options.flatMap(({ value }) => walk({ ...chosen, [field.name]: value }, depth + 1));
    });
  return walk({}, 0);
};
