import type { Manifest } from '#domain/plan.ts';

/** The pipeline and the agent of the demo: ServiceAccounts of a namespace that no request is about. */
const namespace = 'ci';

export const shopCallers = [
  { name: 'deploy-shop', account: 'deployer', responsible: 'U0CAROL', isAgent: false },
  { name: 'helper', account: 'helper', responsible: 'U0ALICE', isAgent: true },
] as const;

/** Their lines in identities.yaml. */
export const callerLines = (cluster: string) =>
  shopCallers.map(({ name, account, responsible, isAgent }) => ({
    name,
    responsible,
    ...(isAgent ? { agent: true } : {}),
    serviceAccount: { cluster, namespace, name: account },
  }));

export const callerObjects: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  ...shopCallers.map(({ account }) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: account, namespace },
  })),
];

export const callerNamespace = namespace;
