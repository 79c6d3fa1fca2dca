import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ObjectRef } from '#domain/plan.ts';
import type { Managed } from '#use-cases/ports.ts';
import { createFault, createRefusal, failedWith } from './fault.ts';
import { metadataOf, say } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import type { Paths } from './resources.ts';
import { read } from './write.ts';

/** `DeleteOptions` of meta/v1: only the object with this uid, and what depends on it goes after it. */
const optionsFor = (ref: ObjectRef, preconditions: { readonly resourceVersion?: string } = {}) => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  preconditions: { uid: ref.uid, ...preconditions },
  propagationPolicy: 'Background',
});

/**
 * What the API server answers once an object is gone from its store. While one waits for a finalizer, or for what depends on it, the
 * answer is the object.
 */
const goneAtOnce = z.object({ kind: z.literal('Status'), status: z.literal('Success') });

/**
 * Deletes exactly the object with this uid, and knows that it is gone: by the answer, or by looking until it is, for a RoleBinding that
 * waits for a finalizer still grants. Refuses after five seconds, naming the finalizers. Not for what has a grace period.
 */
export const removeObject = async (
  client: RawClient,
  paths: Paths,
  ref: ObjectRef,
): Promise<'removed' | 'gone' | 'replaced'> => {
  const saying = `delete ${say(ref)}`;
  const body = { ...optionsFor(ref), gracePeriodSeconds: 0 };
  const call = { method: 'DELETE', path: await paths.object(ref), body, saying } as const;
  try {
    if (goneAtOnce.safeParse(await client.call(call, z.unknown())).success) return 'removed';
  } catch (error) {
    if (failedWith(error, 404)) return 'gone';
    if (!failedWith(error, 409)) throw error;
    const there = await read(client, paths, ref);
    if (there?.ref.uid === ref.uid) throw error;
    return there === undefined ? 'gone' : 'replaced';
  }
  const left = await waitUntilGone(client, paths, ref);
  if (left === undefined) return 'removed';
  throw stuck(client.cluster, saying, left, ' What it grants goes on.');
};

/** Says by throwing what the deletion of this object would meet: a dry run. One that is not there any more is a refusal. */
export const tryDeleteObject = async (client: RawClient, paths: Paths, ref: ObjectRef): Promise<void> => {
  const saying = `delete ${say(ref)}`;
  const body = { ...optionsFor(ref), dryRun: ['All'] };
  const call = { method: 'DELETE', path: await paths.object(ref), body, saying } as const;
  try {
    await client.call(call, z.unknown());
  } catch (error) {
    if (!failedWith(error, 404) && !failedWith(error, 409)) throw error;
    if ((await read(client, paths, ref))?.ref.uid === ref.uid) throw error;
    throw createRefusal(
      saying,
      404,
      `${say(ref)} is gone from cluster "${client.cluster}": there is nothing to delete.`,
    );
  }
};

/**
 * Deletes this version of an object and sees that it is gone; its pods get their own time to end. `gone` also when
 * somebody else is deleting it already, and when our own answer was lost with the connection and the repeated call found
 * it going or gone. Refuses after five seconds, naming the finalizers; without any it is only slow, a fault that passes.
 */
export const deleteObject = async (
  client: RawClient,
  paths: Paths,
  ref: ObjectRef,
  resourceVersion: string,
): Promise<'deleted' | 'gone' | 'moved'> => {
  const saying = `delete ${say(ref)}`;
  const body = optionsFor(ref, { resourceVersion });
  const call = { method: 'DELETE', path: await paths.object(ref), body, saying } as const;
  const waitFor = async <T>(answer: T): Promise<T> => {
    const left = await waitUntilGone(client, paths, ref);
    if (left !== undefined) throw stuck(client.cluster, saying, left);
    return answer;
  };
  try {
    await client.call(call, z.unknown());
  } catch (error) {
    if (failedWith(error, 404)) return 'gone';
    if (!failedWith(error, 409)) throw error;
    const there = await read(client, paths, ref);
    if (there?.ref.uid !== ref.uid) return 'gone';
    const now = metadataOf(there.live);
    if (now.deletionTimestamp !== undefined) return waitFor('gone');
    if (now.resourceVersion !== resourceVersion) return 'moved';
    throw error;
  }
  return waitFor('deleted');
};

/**
 * Has exactly the object with this uid deleted, whatever its version, and does not wait: a pod takes its own time, and nothing calls
 * it back. `gone` also when it is being deleted already. Repeating it changes nothing.
 */
export const beginDeleteObject = async (client: RawClient, paths: Paths, ref: ObjectRef): Promise<'begun' | 'gone'> => {
  const call = {
    method: 'DELETE',
    path: await paths.object(ref),
    body: optionsFor(ref),
    saying: `delete ${say(ref)}`,
  } as const;
  try {
    await client.call(call, z.unknown());
    return 'begun';
  } catch (error) {
    if (failedWith(error, 404)) return 'gone';
    if (!failedWith(error, 409)) throw error;
    const there = await read(client, paths, ref);
    if (there?.ref.uid === ref.uid && metadataOf(there.live).deletionTimestamp === undefined) throw error;
    return 'gone';
  }
};

/** Milliseconds between two looks at something that is being deleted: 5 seconds in all. */
const looks = [10, 20, 40, 80, 150, 300, 400, 500, 500, 500, 500, 500, 500, 500, 500];

/** What is left of the object with this uid after five seconds; nothing as soon as it is gone. */
const waitUntilGone = async (client: RawClient, paths: Paths, ref: ObjectRef): Promise<Managed | undefined> => {
  let there = await read(client, paths, ref);
  for (const milliseconds of looks) {
    if (there?.ref.uid !== ref.uid) return undefined;
    await wait(milliseconds);
    there = await read(client, paths, ref);
  }
  return there?.ref.uid === ref.uid ? there : undefined;
};

/** `meaning` says what follows from its still being there; what grants access is never left to patience. */
const stuck = (cluster: string, saying: string, { ref, live }: Managed, meaning?: string) => {
  const finalizers = (metadataOf(live).finalizers ?? []).map((name) => `"${name}"`).join(', ');
  const what = `${say(ref)} in cluster "${cluster}" is still there 5 seconds after its deletion`;
  if (finalizers === '' && meaning === undefined)
    return createFault({ call: saying, failure: 'status', status: 409, reason: 'still ending' }, `${what}.`);
  const why = finalizers === '' ? 'without a finalizer' : `held by finalizer ${finalizers}`;
  return createRefusal(saying, 409, `${what}, ${why}.${meaning ?? ''} Remove what holds it: kubectl edit.`);
};
