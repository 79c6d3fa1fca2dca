import { type Manifest, targetOf } from '#domain/plan.ts';
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

/** An object as it is now; undefined when it is not there. One with a number that JavaScript would alter is refused where it is to be `exact`. */
export const read = async (
  client: RawClient,
  paths: Paths,
  target: Target,
  exact = true,
): Promise<Managed | undefined> => {
  const call = { method: 'GET', path: await paths.object(target), exact, saying: `get ${say(target)}` } as const;
  const live = await unlessAbsent(client.call(call, liveObject));
  return live === undefined ? undefined : managedFrom(live);
};

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
