import type { Manifest, ObjectRef } from '#domain/plan.ts';
import { managedBy } from '#domain/request/stamp.ts';
import type { ClusterRefusal, ClusterWriter, Created, Managed } from '#use-cases/ports.ts';
import { evaluate } from './rbac.ts';
import { parseSelector } from './selector.ts';

export type MemoryClusterOptions = {
  readonly name?: string;
  readonly namespaces?: readonly string[];
  /** The API server's clock; a fixed instant when absent. */
  readonly now?: () => Temporal.Instant;
};

type Method = Exclude<keyof ClusterWriter, 'name'>;
type Target = Omit<ObjectRef, 'uid'>;

/** A cluster in memory with RBAC, and with hands for what happens to a cluster from elsewhere. */
export type MemoryCluster = ClusterWriter & {
  readonly addNamespace: (name: string) => void;
  /** With all that is in it. Added again it has another uid. */
  readonly removeNamespace: (name: string) => void;
  readonly terminateNamespace: (name: string) => void;
  /** As somebody else would: creates, or replaces under a new uid, past Hallpass. */
  readonly put: (manifest: Manifest) => ObjectRef;
  /** As somebody else would: rewrites in place, keeping the uid. */
  readonly edit: (target: Target, change: (live: Manifest) => Manifest) => void;
  readonly discard: (target: Target) => void;
  /** From here on each call of these methods (of all when none is named) first throws what this returns, if anything. */
  readonly breakDown: (fault: (method: Method) => Error | undefined) => void;
  readonly mend: () => void;
  readonly objects: () => readonly Managed[];
  /** The methods that were called, in order. */
  readonly calls: () => readonly Method[];
};

/** A no of the API server as the real adapter throws it. */
export const refusal = (status: number, call: string, message: string): ClusterRefusal =>
  Object.assign(new Error(message), { refused: { status, call } });

const key = ({ apiVersion, kind, namespace, name }: Target): string => [apiVersion, kind, namespace, name].join(' ');
const say = ({ kind, namespace, name }: Target): string => `${kind} "${name}" in "${namespace ?? ''}"`;
const isFinalized = ({ metadata }: Manifest): boolean => 'finalizers' in metadata;

export const createMemoryCluster = (options: MemoryClusterOptions = {}): MemoryCluster => {
  const { name = 'prod', now = () => Temporal.Instant.from('2026-11-20T12:00:00Z') } = options;
  const namespaces = new Map<string, { uid: string; terminating: boolean }>();
  const stored = new Map<string, Managed>();
  /** Uids of what was deleted and waits for a finalizer. */
  const going = new Set<string>();
  const calls: Method[] = [];
  let count = 0;
  let broken: (method: Method) => Error | undefined = () => undefined;

  const uid = (): string => {
    count += 1;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  };
  const addNamespace = (added: string): void => void namespaces.set(added, { uid: uid(), terminating: false });
  for (const each of options.namespaces ?? ['shop', 'hallpass']) addNamespace(each);

  const targetOf = ({ apiVersion, kind, metadata: { name: own, namespace } }: Manifest): Target => ({
    apiVersion,
    kind,
    name: own,
    ...(namespace === undefined ? {} : { namespace }),
  });
  const store = (manifest: Manifest, id = uid()): Managed => {
    const target = targetOf(manifest);
    const live = structuredClone({ ...manifest, metadata: { ...manifest.metadata, uid: id, resourceVersion: uid() } });
    const managed = { ref: { ...target, uid: id }, live };
    stored.set(key(target), managed);
    return managed;
  };
  const enter = async (method: Method): Promise<void> => {
    await Promise.resolve();
    calls.push(method);
    const fault = broken(method);
    if (fault !== undefined) throw fault;
  };

  const create = async (manifest: Manifest): Promise<Created> => {
    await enter('create');
    const target = targetOf(manifest);
    const there = stored.get(key(target));
    if (there !== undefined && going.has(there.ref.uid)) throw new Error(`${say(target)} is being deleted just now`);
    if (there !== undefined) return { ...structuredClone(there), existed: true };
    const namespace = target.namespace === undefined ? undefined : namespaces.get(target.namespace);
    if (target.namespace !== undefined && namespace === undefined)
      throw refusal(404, `create ${say(target)}`, `namespaces "${target.namespace}" not found`);
    if (namespace?.terminating === true)
      throw refusal(403, `create ${say(target)}`, `namespace ${target.namespace} is being terminated`);
    return { ...structuredClone(store(manifest)), existed: false };
  };

  const remove = async (ref: ObjectRef): Promise<'removed' | 'gone' | 'replaced'> => {
    await enter('remove');
    const there = stored.get(key(ref));
    if (there === undefined) return 'gone';
    if (there.ref.uid !== ref.uid) return 'replaced';
    if (isFinalized(there.live)) {
      going.add(ref.uid);
      throw refusal(409, `delete ${say(ref)}`, `${say(ref)} is held by a finalizer`);
    }
    stored.delete(key(ref));
    return 'removed';
  };

  const annotate = async (target: Target, annotations: Readonly<Record<string, string>>): Promise<void> => {
    await enter('annotate');
    const there = stored.get(key(target));
    if (there === undefined) throw refusal(404, `annotate ${say(target)}`, `${say(target)} not found`);
    const { metadata } = there.live;
    if (metadata.labels?.[managedBy.label] !== managedBy.value)
      throw refusal(409, `annotate ${say(target)}`, `${say(target)} was not made by Hallpass`);
    const all = { ...metadata.annotations, ...annotations };
    store({ ...there.live, metadata: { ...metadata, annotations: all } }, there.ref.uid);
  };

  const objects = (): readonly Managed[] => structuredClone([...stored.values()]);

  return {
    name,
    namespaces: async () => {
      await enter('namespaces');
      return [...namespaces.keys()].sort();
    },
    namespace: async (wanted) => {
      await enter('namespace');
      const found = namespaces.get(wanted);
      return found === undefined ? undefined : { ...found };
    },
    names: async ({ group, version, resource }, namespace) => {
      await enter('names');
      const apiVersion = group === '' ? version : `${group}/${version}`;
      return objects()
        .filter(({ ref }) => ref.apiVersion === apiVersion && pluralOf(ref.kind) === resource)
        .filter(({ ref }) => ref.namespace === namespace)
        .map(({ ref }) => ref.name)
        .sort();
    },
    review: async (who, probe) => {
      await enter('review');
      return evaluate(
        objects().map(({ live }) => live),
        who,
        probe,
      );
    },
    time: async () => {
      await enter('time');
      return now().round({ smallestUnit: 'second', roundingMode: 'floor' });
    },
    create,
    remove,
    annotate,
    get: async (target) => {
      await enter('get');
      return structuredClone(stored.get(key(target)));
    },
    managed: async (selector) => {
      await enter('managed');
      const wanted = parseSelector(`${managedBy.label}=${managedBy.value},${selector}`);
      return objects().filter(
        ({ ref, live }) => ref.apiVersion === 'rbac.authorization.k8s.io/v1' && wanted(live.metadata.labels ?? {}),
      );
    },
    markers: async (home) => {
      await enter('markers');
      const wanted = parseSelector(`${managedBy.label}=${managedBy.value}`);
      return objects().filter(
        ({ ref, live }) => ref.kind === 'ConfigMap' && ref.namespace === home && wanted(live.metadata.labels ?? {}),
      );
    },
    addNamespace,
    removeNamespace: (gone) => {
      namespaces.delete(gone);
      for (const [at, { ref }] of stored) if (ref.namespace === gone) stored.delete(at);
    },
    terminateNamespace: (ending) => {
      const found = namespaces.get(ending);
      if (found !== undefined) found.terminating = true;
    },
    put: (manifest) => structuredClone(store(manifest).ref),
    edit: (target, change) => {
      const there = stored.get(key(target));
      if (there === undefined) throw new Error(`There is no ${say(target)} to edit`);
      store(change(structuredClone(there.live)), there.ref.uid);
    },
    discard: (target) => void stored.delete(key(target)),
    breakDown: (fault) => {
      broken = fault;
    },
    mend: () => {
      broken = () => undefined;
    },
    objects,
    calls: () => [...calls],
  };
};

/** `Ingress` → `ingresses`, `NetworkPolicy` → `networkpolicies`: as Kubernetes' own kinds go. */
const pluralOf = (kind: string): string => {
  const lower = kind.toLowerCase();
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
};
