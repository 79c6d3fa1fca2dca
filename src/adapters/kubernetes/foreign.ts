import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import { apiVersionOf, type Sort } from '#kinds/kind.ts';
import type { Moved, WriteOptions, Written } from '#use-cases/ports.ts';
import { failedWith } from './fault.ts';
import { scanAll } from './list.ts';
import { liveObject, metadataOf, say } from './objects.ts';
import type { Call, RawClient } from './raw-client.ts';
import { collectionPath, type Paths, type Target } from './resources.ts';
import { read } from './write.ts';

/** All objects of a sort, whole. */
export const listObjects = (client: RawClient, of: Sort, namespace?: string): Promise<readonly Manifest[]> =>
  scanObjects(client, of, namespace, (object) => object);

/** The same, each object read as it comes. */
export const scanObjects = <T>(
  client: RawClient,
  of: Sort,
  namespace: string | undefined,
  read: (object: Manifest) => T,
): Promise<readonly T[]> => {
  const apiVersion = apiVersionOf(of);
  const path = collectionPath(apiVersion, of.resource, namespace);
  const where = namespace === undefined ? 'the whole cluster' : `"${namespace}"`;
  return scanAll(client, { path, apiVersion, kind: of.kind, saying: `list ${of.resource} in ${where}` }, read);
};

const moved: Moved = { type: 'moved' };

/**
 * Which version of an object a manifest was made from. To Kubernetes an empty one and `0` mean "whichever is there": a
 * PUT with them overwrites silently (seen on 1.20.2), so here they are none.
 */
const versioned = z.object({ metadata: z.object({ resourceVersion: z.string().regex(/[^0]/) }) });
const versionOf = (manifest: Manifest): string | undefined =>
  versioned.safeParse(manifest).data?.metadata.resourceVersion;

export type Writing = WriteOptions & { readonly dryRun: boolean };

/**
 * Writes an object that is not ours: one with a resourceVersion replaces that version, one without is created. Whatever is
 * there instead is `moved`, one that is being deleted too. The API server's no to the content is thrown in its words.
 * A call whose connection dropped is repeated, and the repeated one may meet what the first has done: `moved` can mean
 * that it was our own write. Whoever gets it reads again, and sees by what is there. The manager has at most 128
 * characters, or the server refuses. Servers before 1.25 drop unknown fields silently (no `fieldValidation`): there only
 * the answer shows that they are missing. A trial whose answer JavaScript would alter is refused; of a write that is done
 * that would be a no too late.
 */
export const writeObject = async (
  client: RawClient,
  paths: Paths,
  manifest: Manifest,
  writing: Writing,
): Promise<Written | Moved> => {
  const target = targetOf(manifest);
  const version = versionOf(manifest);
  const call =
    version === undefined
      ? creating(await paths.collection(target), manifest, writing)
      : replacing(await paths.object(target), manifest, version, writing);
  try {
    return { type: 'written', live: await client.call({ ...call, exact: writing.dryRun }, liveObject) };
  } catch (error) {
    if (version === undefined ? failedWith(error, 409, 'AlreadyExists') : isElsewhere(error)) return moved;
    throw error;
  }
};

/** The object is at another version, or not there any more. */
const isElsewhere = (error: unknown): boolean =>
  failedWith(error, 409, 'Conflict') || failedWith(error, 404, 'NotFound');

const queryOf = ({ manager, dryRun }: Writing): string =>
  `?${new URLSearchParams({ fieldManager: manager, fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) })}`;

const inWords = ({ dryRun }: Writing): string => (dryRun ? ' (dry run)' : '');

const creating = (path: string, manifest: Manifest, writing: Writing): Call => ({
  method: 'POST',
  path: `${path}${queryOf(writing)}`,
  body: { ...manifest, metadata: { ...manifest.metadata, resourceVersion: undefined } },
  saying: `create ${say(targetOf(manifest))}${inWords(writing)}`,
});

/** The only PUT of what is not ours: it cannot be made without the version that it replaces. */
const replacing = (path: string, manifest: Manifest, resourceVersion: string, writing: Writing): Call => ({
  method: 'PUT',
  path: `${path}${queryOf(writing)}`,
  body: { ...manifest, metadata: { ...manifest.metadata, resourceVersion } },
  saying: `replace ${say(targetOf(manifest))}${inWords(writing)}`,
});

/**
 * Sets who owns which field, if the object is at this version, and changes nothing else. Such a patch adds no entry of its
 * own manager: the list is then exactly the one given (seen on 1.20.2). `moved` as with `writeObject`. It needs the verb
 * `patch`: a PUT would also carry the numbers that JavaScript cannot hold.
 */
export const setObjectOwners = async (
  client: RawClient,
  paths: Paths,
  target: Target,
  resourceVersion: string,
  managedFields: Json,
): Promise<Written | Moved> => {
  const call = {
    method: 'PATCH',
    path: `${await paths.object(target)}?fieldManager=hallpass`,
    contentType: 'application/json-patch+json',
    body: [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      // `add` replaces what is there and, unlike `replace`, does not fail when nothing is.
      { op: 'add', path: '/metadata/managedFields', value: isNone(managedFields) ? [{}] : managedFields },
    ],
    saying: `set who owns the fields of ${say(target)}`,
  } as const;
  try {
    return { type: 'written', live: await client.call(call, liveObject) };
  } catch (error) {
    if (isElsewhere(error)) return moved;
    if (!failedWith(error, 422)) throw error;
    // A failed test and a list that cannot be are both "422 Invalid": what is there now tells them apart.
    const there = await read(client, paths, target);
    if (there === undefined || metadataOf(there.live).resourceVersion !== resourceVersion) return moved;
    throw error;
  }
};

/** Kubernetes leaves the owners as they are for an empty list; one empty entry clears them. */
const isNone = (managedFields: Json): boolean => Array.isArray(managedFields) && managedFields.length === 0;
