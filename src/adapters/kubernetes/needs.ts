import { type PlainRule, rightsIn } from '#domain/rbac/rules.ts';
import type { Kind } from '#kinds/kind.ts';
import { markersBeside } from '#use-cases/home.ts';
import { botRules, namedNamespaces, workerRules } from './manifests-rules.ts';

/** What a process needs in one place, by the same rules as the manifests that give it. */
export type Need = {
  readonly rules: readonly PlainRule[];
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  /** The manifest that gives it, and how to apply it. */
  readonly remedy: string;
  /** `caution`: what is missing is only missed by some requests. */
  readonly whenMissing: 'wrong' | 'caution';
};

const apply = (file: string, namespace?: string): string =>
  `kubectl apply ${namespace === undefined ? '' : `-n ${namespace} `}-f manifests/${file}`;

export const needsOfBot = (kinds: readonly Kind[]): readonly Need[] => [
  { rules: botRules(kinds), remedy: apply('bot/clusterrole.yaml'), whenMissing: 'wrong' },
];

export type WorkerPlaces = {
  readonly home: string;
  readonly managed: readonly string[];
  /** Whether the policy lets people ask there for what stays in the namespace asked for. */
  readonly isAskedIn: (namespace: string) => boolean;
};

export const needsOfWorker = (kinds: readonly Kind[], { home, managed, isAskedIn }: WorkerPlaces): readonly Need[] => {
  const named = namedNamespaces(kinds);
  const asked = (namespace: string, whenMissing: Need['whenMissing']): Need => ({
    rules: workerRules.namespaced(kinds),
    namespace,
    remedy: apply('worker/managed-namespace.yaml', namespace),
    whenMissing,
  });
  const inManaged = managed.flatMap((namespace): readonly Need[] => {
    if (!named.includes(namespace)) return [asked(namespace, 'wrong')];
    const remedy = apply(`worker/namespace-${namespace}.yaml`);
    const profiles: Need = { rules: workerRules.named(kinds, namespace), namespace, remedy, whenMissing: 'wrong' };
    return isAskedIn(namespace) ? [profiles, asked(namespace, 'caution')] : [profiles];
  });
  const wide = workerRules.clusterWide(kinds);
  const around = workerRules.around(kinds);
  return [
    { rules: workerRules.everywhere, remedy: apply('worker/base.yaml'), whenMissing: 'wrong' },
    {
      rules: workerRules.markers,
      namespace: markersBeside(home),
      remedy: apply('worker/base.yaml'),
      whenMissing: 'wrong',
    },
    ...inManaged,
    ...(around.length === 0
      ? []
      : [
          {
            rules: around,
            remedy: `without it cards say what was not looked at: ${apply('worker/clusterrole-around.yaml')}`,
            whenMissing: 'caution' as const,
          },
        ]),
    ...(rightsIn(wide).length === 0
      ? []
      : [
          {
            rules: wide,
            remedy: `only if cluster-wide profiles are wanted: ${apply('worker/clusterrole-cluster-wide.yaml')}`,
            whenMissing: 'caution' as const,
          },
        ]),
  ];
};
