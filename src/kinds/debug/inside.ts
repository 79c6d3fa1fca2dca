import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { at, itemsAt, itemsIn, textAt } from '#domain/risk/read.ts';
import { containersOf } from '#domain/risk/workload/workload.ts';
import { few } from '#domain/text.ts';
import { sayPods } from '#kinds/delete-pod/say.ts';
import { sayName } from '#kinds/names.ts';
import type { Profile } from './profiles.ts';

/** What can be read from inside a pod, by names alone. */
type Inside = { readonly account: string; readonly hasToken: boolean; readonly secrets: readonly string[] };

const insideOf = (pod: Manifest): Inside => {
  const volumes = itemsAt(pod.spec, 'volumes');
  const sources = itemsIn(volumes, 'projected', 'sources');
  const containers = containersOf(pod).map(({ raw, path }) => ({ item: raw, path }));
  const named = (items: readonly { readonly item: Json }[], ...way: readonly string[]): readonly string[] =>
    items.map(({ item }) => textAt(item, ...way));
  const secrets = [
    ...named(volumes, 'secret', 'secretName'),
    ...named(sources, 'secret', 'name'),
    ...named(itemsIn(containers, 'env'), 'valueFrom', 'secretKeyRef', 'name'),
    ...named(itemsIn(containers, 'envFrom'), 'secretRef', 'name'),
  ].filter((name) => name !== '');
  return {
    account: textAt(pod.spec, 'serviceAccountName') || 'default',
    hasToken: sources.some(({ item }) => (at(item, 'serviceAccountToken') ?? null) !== null),
    secrets: [...new Set(secrets)].sort(),
  };
};

/** Names of Secrets that are said; more of them are counted. */
const mostSecrets = 10;

/** What whoever runs commands in these pods can read there, those that have the same together. Never a value. */
export const sayInside = (pods: readonly Manifest[]): readonly string[] =>
  [...Map.groupBy(pods, (pod) => JSON.stringify(insideOf(pod))).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { account, hasToken, secrets } = insideOf(first);
    const token = hasToken ? `the token of ServiceAccount ${sayName(account)}` : undefined;
    const kept =
      secrets.length === 0
        ? undefined
        : `${secrets.length === 1 ? 'Secret' : 'Secrets'} ${few(secrets.map(sayName), mostSecrets)}`;
    const all = [token, kept].filter((one) => one !== undefined);
    if (all.length === 0) return [];
    return [`Can be read inside ${sayPods(alike.map(({ metadata }) => metadata.name))}: ${all.join(', and ')}.`];
  });

/** As which ServiceAccount pods run, whether or not they have its token. */
export const sayAccounts = (pods: readonly Manifest[]): readonly string[] =>
  [...Map.groupBy(pods, (pod) => insideOf(pod).account)].map(
    ([account, alike]) =>
      `As ServiceAccount ${sayName(account)}: ${sayPods(alike.map(({ metadata }) => metadata.name))}.`,
  );

/** By what whoever is in a pod has its node too. */
const leadsOut: readonly string[] = [
  'workload-privileged',
  'workload-host-namespaces',
  'workload-host-process',
  'workload-host-path',
  'workload-capabilities',
];

/** What is dangerous in a pod for whoever gets into it, by the rules for what runs. Logs lead nowhere. */
export const dangersIn = (pod: Manifest, { gives }: Pick<Profile, 'gives'>): readonly Finding[] => {
  const found = findingsIn([{ before: undefined, after: pod }]).filter(({ rule }) => leadsOut.includes(rule));
  const name = sayName(pod.metadata.name);
  if (gives.includes('exec')) return found.map((one) => ({ ...one, says: `a shell in pod ${name}: ${one.says}` }));
  if (!gives.includes('port-forward')) return [];
  // What listens on the node alone is reached through a pod in its network.
  return found
    .filter(({ path }) => path.at(-1) === 'hostNetwork')
    .map((one) => ({ ...one, says: `a way to ports through pod ${name}: ${one.says}` }));
};
