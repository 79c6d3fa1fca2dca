import { isSecret } from '#domain/content/mask.ts';
import { agreedTo, type Fact, factKey, type Watched, writeFact } from '#domain/guard/agreed.ts';
import { protectionOf } from '#domain/guard/protection.ts';
import { type Manifest, type Target, targetOf } from '#domain/plan.ts';
import { heldSortOf } from '#kinds/kind.ts';
import type { AgreedStates } from './drift-ports.ts';
import { isOurs } from './home.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';

type AgreePorts = Pick<WorkerPorts, 'settings' | 'signer' | 'trust' | 'home' | 'clock'> & {
  readonly agreed: AgreedStates;
};

/** So long (milliseconds) a write of Hallpass's own may take; what is cut off at it is found out after that. */
const writesWithin = 60_000;

/** Where an object is looked at; undefined where it is not protected, is a Secret, or nobody can read whether it is. */
const placeOf = ({ settings, home }: AgreePorts, cluster: string, target: Target): Watched | undefined => {
  const { namespace } = target;
  if (namespace === undefined || isOurs(home, namespace) || isSecret(target.apiVersion, target.kind)) return undefined;
  try {
    const { kinds, policy } = settings();
    const sort = heldSortOf(kinds, target);
    const place = sort && { cluster, namespace, profile: sort.profile };
    return place !== undefined && protectionOf(policy.protect, place) !== undefined ? place : undefined;
  } catch {
    return undefined;
  }
};

/** What is known of one object now; nothing of one that is gone. */
export const linesOf = (
  { signer, trust }: Pick<AgreePorts, 'signer' | 'trust'>,
  place: Watched,
  name: string,
  live: Manifest | undefined,
  at: Temporal.Instant,
): Readonly<Record<string, string | undefined>> => ({
  [factKey('agreed', name)]: live && writeFact(place, name, agreedTo(live, at, trust.digest), signer),
  [factKey('writing', name)]: undefined,
  [factKey('told', name)]: undefined,
});

/** Writes down that an object is as it was agreed to. */
export const agree = async (
  ports: AgreePorts,
  cluster: string,
  target: Target,
  live: Manifest | undefined,
): Promise<void> => {
  const place = placeOf(ports, cluster, target);
  if (place === undefined) return;
  await ports.agreed.put(place, linesOf(ports, place, target.name, live, await ports.clock.now()));
};

/**
 * A cluster as the worker writes to it: what Hallpass itself has made of what is protected is what was agreed to. It is written down
 * beside the write, and never waited for: what must be taken back does not wait for Redis. What is not written down is found out
 * later, as if somebody else had done it.
 */
export const withAgreed = (ports: AgreePorts, cluster: ClusterWriter): ClusterWriter => {
  const noted = async <T>(
    target: Target,
    write: () => Promise<T>,
    become: (result: T) => Manifest | undefined | 'unknown',
  ): Promise<T> => {
    const place = placeOf(ports, cluster.name, target);
    if (place === undefined) return write();
    const put = (lines: Readonly<Record<string, string | undefined>>): void =>
      void ports.agreed.put(place, lines).catch(() => undefined);
    const now = await cluster.time();
    const writing: Fact = { type: 'writing', until: now.epochMilliseconds + writesWithin };
    put({ [factKey('writing', target.name)]: writeFact(place, target.name, writing, ports.signer) });
    // Where that throws nobody knows whether it was done: it is looked at when its time is over.
    const result = await write();
    const live = become(result);
    put(
      live === 'unknown'
        ? { [factKey('writing', target.name)]: undefined }
        : linesOf(ports, place, target.name, live, now),
    );
    return result;
  };

  return {
    ...cluster,
    write: (manifest, options) =>
      noted(
        targetOf(manifest),
        () => cluster.write(manifest, options),
        (result) => (result.type === 'written' ? result.live : 'unknown'),
      ),
    delete: (ref, version) =>
      noted(
        ref,
        () => cluster.delete(ref, version),
        (result) => (result === 'moved' ? 'unknown' : undefined),
      ),
    create: (manifest) =>
      noted(
        targetOf(manifest),
        () => cluster.create(manifest),
        ({ existed, live }) => (existed ? 'unknown' : live),
      ),
    remove: (ref) =>
      noted(
        ref,
        () => cluster.remove(ref),
        (result) => (result === 'replaced' ? 'unknown' : undefined),
      ),
  };
};
