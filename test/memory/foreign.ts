import type { Json } from '#domain/json.ts';
import { type Manifest, type ObjectRef, type Target, targetOf } from '#domain/plan.ts';
import { apiVersionOf, type Sort } from '#kinds/kind.ts';
import type { ClusterWriter, Moved, Written } from '#use-cases/ports.ts';
import { deleteFrom, isGoing, type MemoryObjects, metadataOf, versionOf } from './objects.ts';
import { refusal, say } from './refusal.ts';

export type Foreign = Pick<
  ClusterWriter,
  'list' | 'scan' | 'tryWrite' | 'write' | 'tryDelete' | 'delete' | 'beginDelete' | 'setOwners'
>;

export type ForeignParts = {
  readonly cluster: string;
  readonly objects: MemoryObjects;
  readonly enter: (method: keyof Foreign) => Promise<void>;
  /** Throws unless something may be created in this namespace. */
  readonly admit: (target: Target) => void;
  /** The server's words about a content that it does not take. */
  readonly refuses: (manifest: Manifest) => string | undefined;
  readonly now: () => Temporal.Instant;
};

/** What the worker does with objects that are not Hallpass's own. */
export const createForeign = ({ cluster, objects, enter, admit, refuses, now }: ForeignParts): Foreign => {
  const validate = (manifest: Manifest, call: string): void => {
    const words = refuses(manifest);
    if (words !== undefined) throw refusal(422, call, `Cluster "${cluster}" refused to ${call}: 422 Invalid: ${words}`);
  };

  /** In the server's order: a create is judged before it is known whether there is one, a replacement after. */
  const outcome = (manifest: Manifest, manager: string): Written | Moved => {
    const target = targetOf(manifest);
    const there = objects.find(target);
    const version = versionOf(manifest);
    if (version === undefined) {
      admit(target);
      validate(manifest, `create ${say(target)}`);
      if (there !== undefined) return moved;
      return { type: 'written', live: objects.shape(manifest, manager) };
    }
    if (there === undefined || metadataOf(there).resourceVersion !== version) return moved;
    validate(manifest, `replace ${say(target)}`);
    return { type: 'written', live: objects.shape(manifest, manager, there) };
  };

  const remove = async (ref: ObjectRef, resourceVersion: string): Promise<'deleted' | 'gone' | 'moved'> => {
    await enter('delete');
    const there = objects.find(ref);
    if (there?.ref.uid !== ref.uid) return 'gone';
    const going = isGoing(there);
    if (!going && metadataOf(there).resourceVersion !== resourceVersion) return 'moved';
    if (deleteFrom(objects, there, now())) return 'deleted';
    const held = metadataOf(there)
      .finalizers.map((name) => `"${name}"`)
      .join(', ');
    throw refusal(409, `delete ${say(ref)}`, `${say(ref)} is held by finalizer ${held}`);
  };

  const beginDelete = async (ref: ObjectRef): Promise<'begun' | 'gone'> => {
    await enter('beginDelete');
    const there = objects.find(ref);
    if (there?.ref.uid !== ref.uid || isGoing(there)) return 'gone';
    deleteFrom(objects, there, now());
    return 'begun';
  };

  const setOwners = async (target: Target, version: string, managedFields: Json): Promise<Written | Moved> => {
    await enter('setOwners');
    const there = objects.find(target);
    if (there === undefined || metadataOf(there).resourceVersion !== version) return moved;
    const { managedFields: _, ...metadata } = { managedFields: undefined, ...there.live.metadata };
    const isNone = Array.isArray(managedFields) && managedFields.length === 0;
    const owners = isNone ? {} : { managedFields };
    const { live } = objects.keep({ ...there.live, metadata: { ...metadata, ...owners } });
    return { type: 'written', live: structuredClone(live) };
  };

  const listed = (of: Sort, namespace: string | undefined): readonly Manifest[] =>
    structuredClone(
      objects
        .all()
        .filter(({ ref }) => ref.apiVersion === apiVersionOf(of) && ref.kind === of.kind)
        .filter(({ ref }) => namespace === undefined || ref.namespace === namespace)
        .map(({ live }) => live),
    );

  return {
    list: async (of, namespace) => {
      await enter('list');
      return listed(of, namespace);
    },
    scan: async (of, namespace, read) => {
      await enter('scan');
      return listed(of, namespace).map(read);
    },
    tryWrite: async (manifest, { manager }) => {
      await enter('tryWrite');
      return structuredClone(outcome(manifest, manager));
    },
    write: async (manifest, { manager }) => {
      await enter('write');
      const answer = outcome(manifest, manager);
      return answer.type === 'moved' ? answer : structuredClone({ ...answer, live: objects.keep(answer.live).live });
    },
    tryDelete: async (ref) => {
      await enter('tryDelete');
      if (objects.find(ref)?.ref.uid !== ref.uid) throw refusal(404, `delete ${say(ref)}`, `${say(ref)} is gone`);
    },
    delete: remove,
    beginDelete,
    setOwners,
  };
};

const moved: Moved = { type: 'moved' };
