import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createClusterReader } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { failedWith } from '#adapters/kubernetes/fault.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { listRbac } from '#adapters/kubernetes/rbac.ts';
import { boundIn } from '#domain/rbac/bindings.ts';
import { sortBindings } from '#domain/rbac/grants.ts';
import { type ProfileRights, standingIn } from '#domain/rbac/standing.ts';
import type { Trust } from '#domain/request/chain.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type ClusterSource, type Environment, type Inspected, inspectConfig } from '#src/config.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { problemsAbout } from './environment.ts';
import { type Flags, readFlags } from './flags.ts';
import { type Found, sayStanding, standingJson } from './standing-text.ts';

const known = {
  cluster: 'value',
  namespace: 'value',
  profile: 'value',
  kubeconfig: 'value',
  all: 'switch',
  json: 'switch',
} as const;
type Asked = Flags<typeof known>;

/** Says who holds the rights of access profiles already, by which bindings, in the clusters of the environment. */
export const standing = async (words: readonly string[], environment: Environment): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const asked = flags.value;
  const inspected = inspectConfig(environment);
  const sources = sourcesFor(asked, inspected);
  const profiles = await profilesFor(asked, inspected);
  const problems = [...(sources.ok ? [] : sources.error), ...(profiles.ok ? [] : profiles.error)];
  if (!sources.ok || !profiles.ok) return failed(problems);

  const { keys, home } = inspected.config;
  const loaded = keys === '' ? undefined : createKeys(keys);
  const isNamed = asked.cluster !== undefined || inspected.config.clusters.some(({ name }) => name !== '');
  const trust = loaded?.ok && isNamed ? loaded.value.trust : undefined;
  const unread = loaded === undefined || loaded.ok ? [] : loaded.error;
  const looks = await Promise.all(sources.value.map((source) => lookAt(source, asked, profiles.value, trust)));
  const found = looks.flatMap((look) => (look.ok ? [look.value] : []));
  const errors = [...unread, ...looks.flatMap((look) => (look.ok ? [] : [look.error]))];
  const names = profiles.value.map(({ profile }) => profile);
  const settings = { home, all: asked.all === true, profiles: names, now: Temporal.Now.instant() };
  const out = asked.json
    ? [JSON.stringify(standingJson(found, settings), null, 2)]
    : found.flatMap((one) => sayStanding(one, settings));
  return { status: errors.length > 0 ? 1 : 0, out: found.length > 0 ? out : [], errors };
};

/** What a cluster is called that nobody named. Stamps bear clusters' names: none can be believed there. */
const nameless = 'cluster';

/** The given kubeconfig under the cluster's name, or the environment's: the bot's, in a worker its own. */
const sourcesFor = (
  { cluster, kubeconfig }: Asked,
  inspected: Inspected,
): Result<readonly ClusterSource[], readonly string[]> => {
  const { role, clusters, workerClusters } = inspected.config;
  const named = (role === 'worker' ? workerClusters : clusters).filter(({ name }) => name !== '');
  const chosen = named.filter(({ name }) => cluster === undefined || name === cluster);
  const names = named.map(({ name }) => name).join(', ');
  if (cluster !== undefined && named.length > 0 && chosen.length === 0)
    return err([`There is no cluster ${JSON.stringify(cluster)}. HALLPASS_CLUSTERS names ${names}.`]);
  if (kubeconfig !== undefined) {
    if (chosen.length > 1)
      return err([
        `Say with --cluster which of these clusters the kubeconfig leads to: ${names}. Grants bear its name.`,
      ]);
    return ok([{ name: chosen[0]?.name ?? cluster ?? nameless, source: sourceOf(kubeconfig) }]);
  }
  const problems = problemsAbout(inspected, 'HALLPASS_CLUSTERS', 'HALLPASS_WORKER_CLUSTERS');
  if (problems.length === 0) return ok(chosen);
  return err(problems.map((problem) => `${problem} Or name a kubeconfig with --kubeconfig.`));
};

const sourceOf = (text: string): ClusterSource['source'] => {
  const [path = '', ...context] = text.split('#');
  return { type: 'kubeconfig', path, ...(context.length === 0 ? {} : { context: context.join('#') }) };
};

const profilesFor = async (
  { profile }: Asked,
  inspected: Inspected,
): Promise<Result<readonly ProfileRights[], readonly string[]>> => {
  const { policy } = inspected.config;
  if (policy === '') return err(problemsAbout(inspected, 'HALLPASS_POLICY'));
  const folder = await readPolicyFolder(policy);
  if (!folder.ok) return folder;
  const all = folder.value.settings.kinds.flatMap(({ rights }) => rights ?? []);
  const chosen = all.filter((one) => profile === undefined || one.profile === profile);
  if (chosen.length > 0) return ok(chosen);
  const names = all.map((one) => one.profile).join(', ');
  return err([`There is no access profile ${JSON.stringify(profile)}. ${policy} has ${names}.`]);
};

/** Milliseconds for each call, and calls at a time: a person waits for the answer. */
const limits = { deadline: 8_000, inFlight: 8 };

const lookAt = async (
  { name, source }: ClusterSource,
  asked: Asked,
  profiles: readonly ProfileRights[],
  trust: Trust | undefined,
): Promise<Result<Found, string>> => {
  const client = createRawClient(name, createCredentials({ name, source }), limits);
  try {
    return await foundIn(client, asked, profiles, trust);
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  } finally {
    await client.close();
  }
};

const foundIn = async (
  client: RawClient,
  { namespace, kubeconfig }: Asked,
  profiles: readonly ProfileRights[],
  trust: Trust | undefined,
): Promise<Result<Found, string>> => {
  const { cluster } = client;
  if (namespace !== undefined && !(await exists(client, namespace)))
    return err(`Cluster "${cluster}" has no namespace ${JSON.stringify(namespace)}.`);
  const rbac = await listRbac(client);
  if (!rbac.ok) {
    const whose = kubeconfig === undefined ? 'Hallpass looks with its own credentials' : 'the kubeconfig’s user';
    return err(
      `Cluster "${cluster}": ${rbac.error.join(', ')} of rbac.authorization.k8s.io may not be listed in the whole cluster (${whose}). Name an administrator’s kubeconfig with --kubeconfig <path>[#context], or grant the verb "list" on these for the whole cluster.`,
    );
  }
  const { standing: bindings, grants, unproven } = sortBindings(cluster, rbac.value.bindings, trust);
  const isWanted = (one: { readonly metadata: { readonly namespace?: string } }): boolean =>
    namespace === undefined || one.metadata.namespace === undefined || one.metadata.namespace === namespace;
  return ok({
    cluster,
    ...(namespace === undefined ? {} : { namespace }),
    holdings: standingIn(boundIn(bindings, rbac.value.roles), profiles, namespace),
    grants: grants.filter(({ binding }) => isWanted(binding)),
    unproven: unproven.filter(isWanted),
    isTrustKnown: trust !== undefined,
  });
};

/** Whether a namespace is there; whoever may list bindings but not see namespaces is believed. */
const exists = async (client: RawClient, namespace: string): Promise<boolean> => {
  try {
    return (await createClusterReader(client).namespace(namespace)) !== undefined;
  } catch (error) {
    if (failedWith(error, 403)) return true;
    throw error;
  }
};
