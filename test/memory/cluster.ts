import { type Manifest, type ObjectRef, type Target, targetOf } from '#domain/plan.ts';
import type { Labels } from '#domain/policy/policy.ts';
import { managedBy } from '#domain/request/stamp.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import { apiVersionOf, type Sort } from '#kinds/kind.ts';
import type { ClusterWriter, Created, Managed } from '#use-cases/ports.ts';
import { createForeign } from './foreign.ts';
import { createMemoryObjects, deleteFrom, isGoing } from './objects.ts';
import { evaluate } from './rbac.ts';
import { refusal, say } from './refusal.ts';
import { parseSelector } from './selector.ts';

export type MemoryClusterOptions = {
  readonly name?: string;
  readonly namespaces?: readonly string[];
  /** The API server's clock; a fixed instant when absent. */
  readonly now?: () => Temporal.Instant;
  /** What Hallpass makes; what grants are made of when absent. */
  readonly sorts?: readonly Sort[];
  /** What the API server puts into an object by itself, as `policyTypes` into a NetworkPolicy. */
  readonly defaults?: (manifest: Manifest) => Manifest;
  /** The API server's words about a content that it does not take. */
  readonly refuses?: (manifest: Manifest) => string | undefined;
};

type Method = Exclude<keyof ClusterWriter, 'name'>;

/** A cluster in memory with RBAC, and with hands for what happens to a cluster from elsewhere. */
export type MemoryCluster = ClusterWriter & {
  readonly addNamespace: (name: string, labels?: Labels) => void;
  readonly labelNamespace: (name: string, labels: Labels) => void;
  /** With all that is in it. Added again it has another uid. */
  readonly removeNamespace: (name: string) => void;
  readonly terminateNamespace: (name: string) => void;
  /** As somebody else would: creates, or replaces under a new uid, past Hallpass. They own the fields, as `kubectl` unless named. */
  readonly put: (manifest: Manifest, manager?: string) => ObjectRef;
  /** As somebody else would: rewrites in place, keeping the uid. What they change is theirs then. */
  readonly edit: (target: Target, change: (live: Manifest) => Manifest, manager?: string) => void;
  readonly discard: (target: Target) => void;
  /** From here on each call of these methods (of all when none is named) first throws what this returns, if anything. */
  readonly breakDown: (fault: (method: Method) => Error | undefined) => void;
  readonly mend: () => void;
  readonly objects: () => readonly Managed[];
  /** The methods that were called, in order. */
  readonly calls: () => readonly Method[];
};

export const createMemoryCluster = (options: MemoryClusterOptions = {}): MemoryCluster => {
  const { name = 'prod', now = () => Temporal.Instant.from('2026-11-20T12:00:00Z') } = options;
  const namespaces = new Map<string, { uid: string; terminating: boolean; labels: Labels }>();
  const kept = createMemoryObjects(now, options.defaults ?? ((manifest) => manifest));
  const calls: Method[] = [];
  let reviews = 0;
  let broken: (method: Method) => Error | undefined = () => undefined;

  const addNamespace = (added: string, labels: Labels = {}): void =>
    void namespaces.set(added, { uid: kept.uid(), terminating: false, labels });
  for (const each of options.namespaces ?? ['shop', 'hallpass']) addNamespace(each);

  const enter = async (method: Method): Promise<void> => {
    await Promise.resolve();
    calls.push(method);
    const fault = broken(method);
    if (fault !== undefined) throw fault;
  };

  const admit = (target: Target): void => {
    const { namespace } = target;
    if (namespace === undefined) return;
    const found = namespaces.get(namespace);
    const call = `create ${say(target)}`;
    if (found === undefined) throw refusal(404, call, `namespaces "${namespace}" not found`);
    if (found.terminating) throw refusal(403, call, `namespace ${namespace} is being terminated`);
  };

  const create = async (manifest: Manifest): Promise<Created> => {
    await enter('create');
    const target = targetOf(manifest);
    const there = kept.find(target);
    if (there !== undefined && isGoing(there)) throw new Error(`${say(target)} is being deleted just now`);
    if (there !== undefined) return { ...structuredClone(there), existed: true };
    admit(target);
    return { ...structuredClone(kept.keep(kept.shape(manifest, 'hallpass'))), existed: false };
  };

  const remove = async (ref: ObjectRef): Promise<'removed' | 'gone' | 'replaced'> => {
    await enter('remove');
    const there = kept.find(ref);
    if (there === undefined) return 'gone';
    if (there.ref.uid !== ref.uid) return 'replaced';
    if (!deleteFrom(kept, there, now())) throw refusal(409, `delete ${say(ref)}`, `${say(ref)} is held by a finalizer`);
    return 'removed';
  };

  const annotate = async (target: Target, annotations: Readonly<Record<string, string>>): Promise<void> => {
    await enter('annotate');
    const there = kept.find(target);
    if (there === undefined) throw refusal(404, `annotate ${say(target)}`, `${say(target)} not found`);
    const { metadata } = there.live;
    if (metadata.labels?.[managedBy.label] !== managedBy.value)
      throw refusal(409, `annotate ${say(target)}`, `${say(target)} was not made by Hallpass`);
    const all = { ...metadata.annotations, ...annotations };
    kept.keep(kept.shape({ ...there.live, metadata: { ...metadata, annotations: all } }, 'hallpass', there));
  };

  const objects = (): readonly Managed[] => structuredClone([...kept.all()]);
  /** What Hallpass made, by its label and a further selector. */
  const ours = (selector = ''): readonly Managed[] => {
    const wanted = parseSelector(`${managedBy.label}=${managedBy.value}${selector === '' ? '' : `,${selector}`}`);
    return objects().filter(({ live }) => wanted(live.metadata.labels ?? {}));
  };
  const isOf = ({ ref }: Managed, sort: Sort): boolean =>
    ref.apiVersion === apiVersionOf(sort) && ref.kind === sort.kind;
  const { sorts = accessSorts, refuses = () => undefined } = options;
  const managed: MemoryCluster['managed'] = async (selector, { sorts: of = sorts } = {}) => {
    await enter('managed');
    return ours(selector).filter((made) => of.some((sort) => isOf(made, sort)));
  };

  return {
    name,
    namespaces: async () => {
      await enter('namespaces');
      return [...namespaces]
        .map(([each, { labels }]) => ({ name: each, labels }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
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
      reviews += 1;
      const all = objects().map(({ live }) => live);
      // Of several bindings the real one mostly names the first that was made, and now and then a later one.
      return evaluate(reviews % 8 === 0 ? all.toReversed() : all, who, probe);
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
      return structuredClone(kept.find(target));
    },
    managed,
    scanManaged: async (selector, read, options) => read(await managed(selector, options)),
    markers: async (namespace) => {
      await enter('markers');
      return ours().filter(({ ref }) => ref.kind === 'ConfigMap' && ref.namespace === namespace);
    },
    journals: async (namespace, selector) => {
      await enter('journals');
      return ours(selector)
        .filter(({ ref }) => ref.kind === 'Secret' && ref.namespace === namespace)
        .map(({ ref, live: { apiVersion, kind, metadata } }) => ({ ref, live: { apiVersion, kind, metadata } }));
    },
    ...createForeign({ cluster: name, objects: kept, enter, admit, refuses, now }),
    addNamespace,
    labelNamespace: (labelled, labels) => {
      const found = namespaces.get(labelled);
      if (found === undefined) throw new Error(`There is no namespace "${labelled}" to label`);
      found.labels = labels;
    },
    removeNamespace: (gone) => {
      namespaces.delete(gone);
      for (const { ref } of kept.all()) if (ref.namespace === gone) kept.drop(ref);
    },
    terminateNamespace: (ending) => {
      const found = namespaces.get(ending);
      if (found !== undefined) found.terminating = true;
    },
    put: (manifest, manager = 'kubectl') => structuredClone(kept.keep(kept.shape(manifest, manager)).ref),
    edit: (target, change, manager = 'kubectl-edit') => {
      const there = kept.find(target);
      if (there === undefined) throw new Error(`There is no ${say(target)} to edit`);
      kept.keep(kept.shape(change(structuredClone(there.live)), manager, there));
    },
    discard: kept.drop,
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
