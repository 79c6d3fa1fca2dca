import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Manifest, ObjectRef } from '#domain/plan.ts';
import { managedBy } from '#domain/request/stamp.ts';
import type { Created, Managed } from '#use-cases/ports.ts';
import { createFault, createRefusal, failedWith, unlessAbsent } from './fault.ts';
import { liveObject, managedFrom, metadataOf, say } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import type { Paths, Target } from './resources.ts';

/** Whose fields they are, in `managedFields`; and a field that the server does not know is refused, not dropped (1.25+). */
const options = '?fieldManager=hallpass&fieldValidation=Strict';
/** How often something that somebody else moved meanwhile is tried again. */
const attempts = 5;

const read = async (client: RawClient, paths: Paths, target: Target): Promise<Managed | undefined> => {
  const call = { method: 'GET', path: await paths.object(target), saying: `get ${say(target)}` } as const;
  const live = await unlessAbsent(client.call(call, liveObject));
  return live === undefined ? undefined : managedFrom(live);
};

const targetOf = ({ apiVersion, kind, metadata: { name, namespace } }: Manifest): Target => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

/** Creates an object; what is there already under its name is answered as it is. One that is going is a fault that passes. */
export const createObject = async (client: RawClient, paths: Paths, manifest: Manifest): Promise<Created> => {
  const target = targetOf(manifest);
  const saying = `create ${say(target)}`;
  const call = { method: 'POST', path: `${await paths.collection(target)}${options}`, body: manifest, saying } as const;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { ...managedFrom(await client.call(call, liveObject)), existed: false };
    } catch (error) {
      if (!failedWith(error, 409, 'AlreadyExists') || attempt === attempts) throw error;
    }
    const there = await read(client, paths, target);
    if (there !== undefined && metadataOf(there.live).deletionTimestamp === undefined)
      return { ...there, existed: true };
    if (there !== undefined)
      throw createFault(
        { call: saying, failure: 'status', status: 409, reason: 'AlreadyExists' },
        `Cluster "${client.cluster}" could not ${saying}: one of that name is being deleted just now.`,
      );
  }
};

/** Milliseconds between two looks at something that is being deleted: 5 seconds in all. */
const looks = [10, 20, 40, 80, 150, 300, 400, 500, 500, 500, 500, 500, 500, 500, 500];

/**
 * Deletes exactly the object with this uid, and sees that it is gone: a RoleBinding that waits for a finalizer still
 * grants. Refuses after five seconds, naming the finalizers.
 */
export const removeObject = async (
  client: RawClient,
  paths: Paths,
  ref: ObjectRef,
): Promise<'removed' | 'gone' | 'replaced'> => {
  const saying = `delete ${say(ref)}`;
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: ref.uid },
    propagationPolicy: 'Background',
    gracePeriodSeconds: 0,
  };
  const call = { method: 'DELETE', path: await paths.object(ref), body, saying } as const;
  try {
    await client.call(call, z.unknown());
  } catch (error) {
    if (failedWith(error, 404)) return 'gone';
    if (!failedWith(error, 409)) throw error;
    const there = await read(client, paths, ref);
    if (there?.ref.uid === ref.uid) throw error;
    return there === undefined ? 'gone' : 'replaced';
  }
  let there = await read(client, paths, ref);
  for (const milliseconds of looks) {
    if (there?.ref.uid !== ref.uid) return 'removed';
    await wait(milliseconds);
    there = await read(client, paths, ref);
  }
  if (there?.ref.uid !== ref.uid) return 'removed';
  throw stuck(client.cluster, saying, ref, there);
};

const stuck = (cluster: string, saying: string, ref: ObjectRef, { live }: Managed) => {
  const finalizers = (metadataOf(live).finalizers ?? []).map((name) => `"${name}"`).join(', ');
  const why = finalizers === '' ? 'without a finalizer' : `held by finalizer ${finalizers}`;
  return createRefusal(
    saying,
    409,
    `${say(ref)} in cluster "${cluster}" is still there 5 seconds after its deletion, ${why}. What it grants goes on. Remove what holds it: kubectl edit.`,
  );
};

/** Adds annotations to an object of ours, on whatever state it is in by then. */
export const annotateObject = async (
  client: RawClient,
  paths: Paths,
  target: Target,
  annotations: Readonly<Record<string, string>>,
): Promise<void> => {
  const saying = `annotate ${say(target)}`;
  const path = await paths.object(target);
  for (let attempt = 1; ; attempt += 1) {
    const live = await client.call({ method: 'GET', path, saying }, liveObject);
    const { metadata } = live;
    if (metadata.labels?.[managedBy.label] !== managedBy.value)
      throw createRefusal(saying, 409, `${say(target)} was not made by Hallpass; it was left alone.`);
    // PUT with the resourceVersion that was read: what somebody else wrote meanwhile is not overwritten but read again.
    const body = { ...live, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
    try {
      await client.call({ method: 'PUT', path: `${path}${options}`, body, saying }, liveObject);
      return;
    } catch (error) {
      if (!failedWith(error, 409) || attempt === attempts) throw error;
    }
  }
};
