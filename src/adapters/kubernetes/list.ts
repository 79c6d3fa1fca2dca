import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Manifest } from '#domain/plan.ts';
import { createFault, failedWith, garbage, isKubernetesFault } from './fault.ts';
import { listPage, liveObject } from './objects.ts';
import type { RawClient } from './raw-client.ts';

/** Objects in one answer. Whole ones, of ten kilobytes each, are read in some 20 ms, in which nothing else goes on. */
const pageSizeOf = ({ accept, atMost }: Listing): number => atMost ?? (accept === namesOnly ? 500 : 200);
/** Past that something is wrong, and a cut list must not pass for a whole one. */
const usualMost = 100_000;

/** Only names, labels and the like travel; since Kubernetes 1.15, older servers send the objects whole. */
export const namesOnly = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

export type Listing = {
  readonly path: string;
  readonly apiVersion: string;
  /** The kind of the items. */
  readonly kind: string;
  readonly selector?: string;
  readonly accept?: string;
  /** Whether the server may answer from its cache, which may be behind: then it reads nothing from etcd, and gives no pages. */
  readonly mayLag?: boolean;
  readonly saying: string;
  /** Objects in one answer, where more of them have not fitted. */
  readonly atMost?: number;
  /** Objects in all, past which it is a fault; a hundred thousand unless said. */
  readonly most?: number;
};

/** Objects that are read in some milliseconds; then others have a turn. */
const atATime = 500;

const page = async (client: RawClient, listing: Listing, after: string | undefined) => {
  const { path, apiVersion, kind, selector, accept, saying } = listing;
  const query = new URLSearchParams({
    // With a version a server before 1.34 ignores the limit; a later one would read the pages after the first from etcd.
    ...(listing.mayLag === true ? { resourceVersion: '0' } : { limit: String(pageSizeOf(listing)) }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(after === undefined ? {} : { continue: after }),
  });
  const call = {
    method: 'GET',
    path: `${path}?${query}`,
    saying,
    ...(accept === undefined ? {} : { accept }),
  } as const;
  const { items, metadata } = await client.call(call, listPage);
  const objects: Manifest[] = [];
  for (const [index, item] of items.entries()) {
    // Items of a list lack the two; objects by themselves have them.
    const object = liveObject.safeParse({ ...item, apiVersion, kind });
    if (!object.success) throw garbage(client.cluster, saying, 'item of a list', object.error);
    objects.push(object.data);
    if (index % atATime === atATime - 1) await nextTurn();
  }
  return { objects, next: metadata.continue === '' ? undefined : metadata.continue };
};

/** At most the first page, in the order of their names. */
export const listSome = async (client: RawClient, listing: Listing): Promise<readonly Manifest[]> =>
  (await page(client, listing, undefined)).objects;

/** All of them. Starts again once when the server has forgotten where we were (410). */
export const listAll = (client: RawClient, listing: Listing): Promise<readonly Manifest[]> =>
  scanAll(client, listing, (object) => object);

/** The same, each object read when its page has come. */
export const scanAll = <T>(client: RawClient, listing: Listing, read: (object: Manifest) => T): Promise<readonly T[]> =>
  scanPages(client, listing, async (objects) => objects.map(read));

/** The same, each page read when it has come, and before the next one is asked for: no more than one is held. */
export const scanPages = async <T>(
  client: RawClient,
  listing: Listing,
  read: (objects: readonly Manifest[]) => Promise<readonly T[]>,
): Promise<readonly T[]> => {
  try {
    return await allPages(client, listing, read);
  } catch (error) {
    const shorter = isTooLong(error) ? shortened(listing) : undefined;
    if (shorter !== undefined) return scanPages(client, shorter, read);
    if (!failedWith(error, 410)) throw error;
    return allPages(client, listing, read);
  }
};

/** Whoever makes objects may make large ones, which are to keep nobody from seeing the others. Undefined where one alone does not fit. */
const shortened = (listing: Listing): Listing | undefined => {
  if (listing.mayLag === true) return { ...listing, mayLag: false };
  const size = pageSizeOf(listing);
  return size === 1 ? undefined : { ...listing, atMost: Math.ceil(size / 8) };
};

/** More than the client takes in one answer. */
const isTooLong = (error: unknown): boolean =>
  isKubernetesFault(error) && error.kubernetes.reason === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

const allPages = async <T>(
  client: RawClient,
  listing: Listing,
  read: (objects: readonly Manifest[]) => Promise<readonly T[]>,
): Promise<readonly T[]> => {
  const all: T[] = [];
  const { most = usualMost } = listing;
  let next: string | undefined;
  for (let count = 0; count < most / pageSizeOf(listing); count += 1) {
    const one = await page(client, listing, next);
    for (const object of await read(one.objects)) all.push(object);
    next = one.next;
    if (next === undefined) return all;
  }
  throw createFault(
    { call: listing.saying, failure: 'garbage', reason: 'too many' },
    `Cluster "${client.cluster}" has more than ${most} objects to list for "${listing.saying}".`,
  );
};
