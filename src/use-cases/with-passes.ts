import { essence, passMark } from '#domain/guard/fingerprint.ts';
import { isGoing } from '#domain/guard/namespace.ts';
import { passObject } from '#domain/guard/pass.ts';
import { protectionOf } from '#domain/guard/protection.ts';
import type { Write } from '#domain/guard/write.ts';
import { isSameJson } from '#domain/json.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import { heldSortOf } from '#kinds/kind.ts';
import { isOurs, markersBeside } from './home.ts';
import type { NoteWrite } from './own-writes.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';

type PassPorts = Pick<WorkerPorts, 'settings' | 'signer' | 'trust' | 'home'> & {
  /** Told of each such write, before it is made and when it is made. */
  readonly noteWrite?: NoteWrite | undefined;
};

/** A pass is for a write that is made at once. */
const goodFor = Temporal.Duration.from({ seconds: 60 });

/**
 * A cluster as the worker writes to it: before each write to what is protected a pass for this very write is put
 * beside Hallpass's markers, where the guard looks, and taken away behind it. What the API server makes of the write is tried first,
 * because that is what the guard is asked about.
 */
export const withPasses = (ports: PassPorts, cluster: ClusterWriter): ClusterWriter => {
  const isShielded = (target: Target): boolean => mayBeShielded(ports, cluster.name, target);

  const carrying = async <T>(target: Target, write: Described, work: () => Promise<T>): Promise<T> => {
    // Whoever changes nothing is asked for nothing.
    if (isIdle(write)) return work();
    ports.noteWrite?.(cluster.name, target, write);
    const fingerprint = passMark(cluster.name, write, ports.trust.digest);
    // By the clock that the guard goes by, whatever Redis says.
    const until = (await cluster.time()).add(goodFor);
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

  const deleting = async <T>(ref: Target, work: () => Promise<T>): Promise<T> => {
    const before = isShielded(ref) ? (await cluster.get(ref))?.live : undefined;
    return before === undefined ? work() : carrying(ref, described(before, undefined), work);
  };

  return {
    ...cluster,
    write: async (manifest, options) => {
      const target = targetOf(manifest);
      if (!isShielded(target)) return cluster.write(manifest, options);
      const tried = await cluster.tryWrite(manifest, options);
      if (tried.type === 'moved') return tried;
      const before = (await cluster.get(target))?.live;
      const written = await carrying(target, described(before, tried.live), () => cluster.write(manifest, options));
      // The API server gives some of it only when it is done.
      if (written.type === 'written') ports.noteWrite?.(cluster.name, target, { before, after: written.live });
      return written;
    },
    delete: (ref, version) => deleting(ref, () => cluster.delete(ref, version)),
    beginDelete: (ref) => deleting(ref, () => cluster.beginDelete(ref)),
    create: async (manifest) => {
      const target = targetOf(manifest);
      if (!isShielded(target)) return cluster.create(manifest);
      // The guard is asked about what cannot be created too, and no trial tells what it is asked.
      const there = await cluster.get(target);
      if (there !== undefined && !isGoing(there.live)) return { ...there, existed: true };
      const tried = await cluster.tryWrite(manifest, { manager: 'hallpass' });
      if (tried.type === 'moved') return cluster.create(manifest);
      const created = await carrying(target, described(undefined, tried.live), () => cluster.create(manifest));
      if (!created.existed) ports.noteWrite?.(cluster.name, target, { before: undefined, after: created.live });
      return created;
    },
    remove: (ref) => deleting(ref, () => cluster.remove(ref)),
  };
};

type Described = Pick<Write, 'operation' | 'before' | 'after'>;

const isIdle = ({ before, after }: Described): boolean =>
  before !== undefined && after !== undefined && isSameJson(essence(before, []), essence(after, []));

const described = (before: Manifest | undefined, after: Manifest | undefined): Described => ({
  operation: after === undefined ? 'delete' : before === undefined ? 'create' : 'update',
  before,
  after,
});

/**
 * Whether the guard may be asked about it. Where the policy cannot be read it may be asked about anything, and what has to be taken
 * back must not wait for somebody to mend a file.
 */
const mayBeShielded = ({ settings, home }: PassPorts, cluster: string, target: Target): boolean => {
  const { namespace } = target;
  if (namespace === undefined || isOurs(home, namespace)) return false;
  let known: ReturnType<typeof settings>;
  try {
    known = settings();
  } catch {
    return true;
  }
  const sort = heldSortOf(known.kinds, target);
  return (
    sort !== undefined &&
    protectionOf(known.policy.protect, { cluster, namespace, profile: sort.profile }) !== undefined
  );
};
