import { configurationName } from '#domain/guard/webhook.ts';
import { type PlainRule, rightsIn } from '#domain/rbac/rules.ts';
import type { Kind } from '#kinds/kind.ts';
import { markersBeside } from '#use-cases/home.ts';
import { botRules, guardingRules, guardRules, namedNamespaces, workerRules } from './manifests-rules.ts';

/** What a process needs in one place, by the same rules as the manifests that give it. */
export type Need = {
  readonly rules: readonly PlainRule[];
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  /** For the one object of this name; absent: for all. */
  readonly object?: string;
  /** The manifest that gives it, and how to apply it. */
  readonly remedy: string;
  /** `caution`: what is missing is only missed by some requests. */
  readonly whenMissing: 'wrong' | 'caution';
};

/** Never the files of a clone: these are of the policy to start from. */
const apply = (...files: readonly string[]): string =>
  `apply your overlay, which has them in ${files.join(' and ')}; if it has been applied, write it anew before: npx hallpass manifests <policy> <into>`;

export const needsOfBot = (kinds: readonly Kind[]): readonly Need[] => [
  { rules: botRules(kinds), remedy: apply('base/bot/clusterrole.yaml'), whenMissing: 'wrong' },
];

export type WorkerPlaces = {
  readonly home: string;
  readonly managed: readonly string[];
  /** Whether the policy lets people ask there for what stays in the namespace asked for. */
  readonly isAskedIn: (namespace: string) => boolean;
  /** Whether a guard holds direct writes in this cluster, whose webhook configuration the worker then keeps. */
  readonly hasGuard?: boolean;
};

/** Of webhook configurations its own only: who may change others could have all writes of the cluster refused. */
export const needsOfGuard = (home: string): readonly Need[] => {
  const given = { remedy: apply('components/guard/base.yaml'), whenMissing: 'wrong' } as const;
  return [
    { ...given, rules: guardRules.everywhere },
    { ...given, rules: guardRules.configuration, object: configurationName },
    { ...given, rules: guardRules.markers, namespace: markersBeside(home) },
  ];
};

const needsForGuard: readonly Need[] = [
  { rules: guardingRules.making },
  { rules: guardingRules.keeping, object: configurationName },
].map((need) => ({ ...need, remedy: apply('components/guard/clusterrole-worker.yaml'), whenMissing: 'wrong' }));

export const needsOfWorker = (
  kinds: readonly Kind[],
  { home, managed, isAskedIn, hasGuard = false }: WorkerPlaces,
): readonly Need[] => {
  const named = namedNamespaces(kinds);
  const asked = (namespace: string, whenMissing: Need['whenMissing']): Need => ({
    rules: workerRules.namespaced(kinds),
    namespace,
    // The role that it binds may be that of an older version.
    remedy: apply('base/worker/clusterrole.yaml', `managed/namespace-${namespace}.yaml`),
    whenMissing,
  });
  const inManaged = managed.flatMap((namespace): readonly Need[] => {
    if (!named.includes(namespace)) return [asked(namespace, 'wrong')];
    const remedy = apply(`managed/profiles-${namespace}.yaml`);
    const profiles: Need = { rules: workerRules.named(kinds, namespace), namespace, remedy, whenMissing: 'wrong' };
    return isAskedIn(namespace) ? [profiles, asked(namespace, 'caution')] : [profiles];
  });
  const wide = workerRules.clusterWide(kinds);
  const around = workerRules.around(kinds);
  return [
    { rules: workerRules.everywhere, remedy: apply('base/worker/base.yaml'), whenMissing: 'wrong' },
    {
      rules: workerRules.markers,
      namespace: markersBeside(home),
      remedy: apply('base/worker/base.yaml'),
      whenMissing: 'wrong',
    },
    ...inManaged,
    ...(hasGuard ? needsForGuard : []),
    ...(around.length === 0
      ? []
      : [
          {
            rules: around,
            remedy: `without it cards say what was not looked at: ${apply('base/worker/clusterrole-around.yaml')}`,
            whenMissing: 'caution' as const,
          },
        ]),
    {
      rules: workerRules.grants,
      remedy: `without it each managed namespace is listed by itself, every two seconds: ${apply('base/worker/clusterrole-grants.yaml')}`,
      whenMissing: 'caution' as const,
    },
    ...(rightsIn(wide).length === 0
      ? []
      : [
          {
            rules: wide,
            remedy:
              'only if cluster-wide profiles are wanted: add components/cluster-wide to your overlay, and apply it',
            whenMissing: 'caution' as const,
          },
        ]),
  ];
};
