import { changesNothing, fingerprintOf } from '#domain/guard/fingerprint.ts';
import { passObject } from '#domain/guard/pass.ts';
import { type Protection, protectionOf } from '#domain/guard/protection.ts';
import type { Write } from '#domain/guard/write.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import { apiVersionOf, type Held } from '#kinds/kind.ts';
import { markersBeside } from './home.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';

type PassPorts = Pick<WorkerPorts, 'settings' | 'signer' | 'trust' | 'home' | 'clock'>;

/** A pass is for a write that is made at once. */
const goodFor = Temporal.Duration.from({ seconds: 60 });

/**
 * A cluster as the worker writes to it: before each write to what is protected a pass for this very write is put
 * beside Hallpass's markers, where the guard looks, and taken away behind it. What the API server makes of the write is tried first,
 * because that is what the guard is asked about.
 */
export const withPasses = (ports: PassPorts, cluster: ClusterWriter): ClusterWriter => {
  const protectedAs = (target: Target): Shielded | undefined => shieldOf(ports, cluster.name, target);

  const carrying = async <T>(write: Described, shield: Shielded, work: () => Promise<T>): Promise<T> => {
    const { protection, sort } = shield;
    const about = { ...write, group: sort.group, resource: sort.resource };
    if (
      changesNothing(
        { ...about, uid: '', user: '', groups: [], version: '', dryRun: false },
        protection.ignoreAnnotations,
      )
    )
      return work();
    const fingerprint = fingerprintOf(cluster.name, about, protection.ignoreAnnotations, ports.trust.digest);
    const until = (await ports.clock.now().catch(() => cluster.time())).add(goodFor);
    const pass = passObject(markersBeside(ports.home), { cluster: cluster.name, fingerprint, until }, ports.signer);
    const { ref, existed } = await cluster.create(pass);
    // One that was left behind may be over.
    if (existed) await cluster.remove(ref);
    const { ref: fresh } = existed ? await cluster.create(pass) : { ref };
    try {
      return await work();
    } finally {
      await cluster.remove(fresh).catch(() => undefined);
    }
  };

  return {
    ...cluster,
    write: async (manifest, options) => {
      const shield = protectedAs(targetOf(manifest));
      if (shield === undefined) return cluster.write(manifest, options);
      const tried = await cluster.tryWrite(manifest, options);
      if (tried.type === 'moved') return tried;
      const before = (await cluster.get(targetOf(manifest)))?.live;
      return carrying(described(targetOf(manifest), before, tried.live), shield, () =>
        cluster.write(manifest, options),
      );
    },
    delete: async (ref, version) => {
      const shield = protectedAs(ref);
      const before = shield && (await cluster.get(ref))?.live;
      if (shield === undefined || before === undefined) return cluster.delete(ref, version);
      return carrying(described(ref, before, undefined), shield, () => cluster.delete(ref, version));
    },
    create: async (manifest) => {
      const target = targetOf(manifest);
      const shield = protectedAs(target);
      if (shield === undefined || (await cluster.get(target)) !== undefined) return cluster.create(manifest);
      const tried = await cluster.tryWrite(manifest, { manager: 'hallpass' });
      if (tried.type === 'moved') return cluster.create(manifest);
      return carrying(described(target, undefined, tried.live), shield, () => cluster.create(manifest));
    },
    remove: async (ref) => {
      const shield = protectedAs(ref);
      const before = shield && (await cluster.get(ref))?.live;
      if (shield === undefined || before === undefined) return cluster.remove(ref);
      return carrying(described(ref, before, undefined), shield, () => cluster.remove(ref));
    },
  };
};

type Shielded = { readonly protection: Protection; readonly sort: Held };
type Described = Pick<Write, 'operation' | 'namespace' | 'name' | 'before' | 'after'>;

const described = (
  { namespace, name }: Pick<Target, 'namespace' | 'name'>,
  before: Manifest | undefined,
  after: Manifest | undefined,
): Described => ({
  operation: after === undefined ? 'delete' : before === undefined ? 'create' : 'update',
  namespace,
  name,
  before,
  after,
});

const shieldOf = (ports: PassPorts, cluster: string, target: Target): Shielded | undefined => {
  const { policy, kinds } = settingsOf(ports) ?? {};
  if (policy === undefined || kinds === undefined) return undefined;
  const { apiVersion, kind, namespace } = target;
  const sort = kinds
    .flatMap(({ holds }) => holds?.sorts ?? [])
    .find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (sort === undefined || namespace === undefined) return undefined;
  const protection = protectionOf(policy.protect, { cluster, namespace, profile: sort.profile });
  return protection && { protection, sort };
};

/** Where the policy cannot be read nothing is known to be protected: what has to end is tried all the same. */
const settingsOf = ({ settings }: PassPorts) => {
  try {
    return settings();
  } catch {
    return undefined;
  }
};
