import { join } from 'node:path';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { foreignKeyFiles, openKeyFiles } from '#adapters/keys/modes.ts';
import { loadMark, sharedFile } from '#adapters/keys/shared.ts';
import { loadVault } from '#adapters/keys/vault.ts';
import { isSecret } from '#domain/content/mask.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { Author } from '#domain/request/events.ts';
import type { Result } from '#domain/result.ts';
import { apiVersionOf, heldSorts } from '#kinds/kind.ts';
import { boundElsewhere, doubtsOfKeys } from '#src/bound-keys.ts';
import type { Config, Inspected, Role } from '#src/config.ts';
import { isOurs } from '#use-cases/home.ts';

/** The processes that a role is. */
export const authorsOf = (role: Role): readonly Author[] => (role === 'all' ? ['bot', 'worker'] : [role]);

export const checkSettings = ({ config, problems }: Inspected, unknown: readonly string[]): readonly Finding[] => {
  const { role, clusters, workerClusters, home, managedNamespaces } = config;
  const ours = managedNamespaces.filter((namespace) => isOurs(home, namespace));
  const isOneIdentity = role === 'all' && clusters.length > 0 && clusters === workerClusters;
  return [
    ...problems.map(wrong),
    ...unknown.map(caution),
    ...ours.map((namespace) =>
      wrong(
        `HALLPASS_MANAGED_NAMESPACES names "${namespace}", which is Hallpass's own: from there everything that it trusts could be granted. Take it off.`,
      ),
    ),
    ...(role === 'guard' && clusters.length > 1
      ? [wrong('A guard is for one cluster, and HALLPASS_CLUSTERS names several. Name just its own there.')]
      : []),
    ...(isOneIdentity
      ? [
          caution(
            'Bot and worker have the same credentials in the clusters. That will do for a first try: set HALLPASS_WORKER_CLUSTERS, so that what talks with Slack cannot write.',
          ),
        ]
      : []),
    ...(problems.length > 0 ? [] : [fine(saySettings(config))]),
  ];
};

const saySettings = ({ role, clusters, workerClusters, managedNamespaces, watcher }: Config): string => {
  if (watcher !== undefined)
    return `All are there. Role: watcher; audit events of cluster ${watcher.cluster} come to port ${watcher.port}.`;
  const names = (role === 'worker' ? workerClusters : clusters).map(({ name }) => name).join(', ');
  const managed = role === 'bot' || role === 'guard' ? '' : `; managed namespaces: ${managedNamespaces.join(', ')}`;
  return `All are there. Role: ${role}; clusters: ${names}${managed}.`;
};

export const checkKeys = (folder: string, role: Role): readonly Finding[] => {
  const authors = authorsOf(role);
  const keys = createKeys(folder, authors);
  const vault = authors.includes('worker') ? loadVault(folder) : undefined;
  const problems = [...(keys.ok ? [] : keys.error), ...(vault === undefined || vault.ok ? [] : [vault.error])];
  return [
    ...problems.map(wrong),
    ...[...openKeyFiles(folder), ...foreignKeyFiles(folder, authors)].map(caution),
    ...(problems.length > 0
      ? []
      : [fine(`${folder} has the keys of the ${authors.join(' and the ')}, and whom to trust.`)]),
  ];
};

/** Whether the keys of guards and watchers are bound to the clusters that they are for. What is wrong with files has been said already. */
export const checkBoundKeys = ({
  keys: folder,
  role,
  clusters,
  workerClusters,
  watcher,
}: Config): readonly Finding[] => {
  const own = role === 'guard' || role === 'watcher' ? role : undefined;
  const keys = createKeys(folder, own === undefined ? [] : [own]);
  if (!keys.ok) return [];
  if (own === undefined) {
    const doubts = doubtsOfKeys(keys.value, role === 'worker' ? workerClusters : clusters);
    return doubts.map(({ text }) => caution(text));
  }
  const cluster = own === 'guard' ? clusters[0]?.name : watcher?.cluster;
  return cluster ? boundElsewhere(keys.value, own, cluster).map(wrong) : [];
};

/** What guards and workers share is there where the policy has Secrets held: both veil them by it. */
export const checkSharedKey = (
  folder: string,
  role: Role,
  read: Result<PolicyFolder, readonly string[]> | undefined,
): readonly Finding[] => {
  if (role === 'bot' || role === 'watcher') return [];
  const mark = loadMark(folder);
  if (!mark.ok) return [wrong(mark.error)];
  const isHeld =
    read?.ok === true && heldSorts(read.value.settings.kinds).some((sort) => isSecret(apiVersionOf(sort), sort.kind));
  if (mark.value !== undefined || !isHeld) return [];
  return [
    wrong(
      `There is no "${join(folder, sharedFile)}", and the policy lets writes to Secrets be held: where they are protected, each is refused. \`hallpass keys generate ${folder}\` makes it; guards and workers get the same.`,
    ),
  ];
};
