import { z } from 'zod';
import { inLanes } from '#domain/lanes.ts';
import type { Served, ServedResource } from '#domain/rbac/served.ts';
import { isKubernetesFault } from './fault.ts';
import type { RawClient } from './raw-client.ts';
import { segment } from './resources.ts';

const groupList = z.object({
  groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) })),
});
const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Questions at a time. */
const atOnce = 8;

/** Asks an API server which groups it has, and what is in the core group and these; all who are known to it may. */
export const discoverSorts = async (client: RawClient, groups: ReadonlySet<string>): Promise<Served> => {
  const all = await client.call({ method: 'GET', path: '/apis', saying: 'list its API groups' }, groupList);
  const wanted = all.groups.filter(({ name }) => groups.has(name));
  const found = await inLanes(wanted, atOnce, ({ name, versions }) => lookInto(client, name, versions));
  const core = await resourcesOf(client, '/api/v1');
  return {
    groups: ['', ...all.groups.map(({ name }) => name)],
    versions: new Map([
      ['', new Map([['v1', core]])],
      ...wanted.map(({ name }, index) => {
        const one = found[index];
        if (one?.status === 'rejected') throw one.reason;
        return [name, one?.value] as const;
      }),
    ]),
  };
};

/** Undefined where what stands behind an aggregated API does not answer, which no other group has to suffer for. */
const lookInto = async (
  client: RawClient,
  group: string,
  versions: readonly { readonly version: string }[],
): Promise<ReadonlyMap<string, readonly ServedResource[]> | undefined> => {
  const found = new Map<string, readonly ServedResource[]>();
  try {
    for (const { version } of versions)
      found.set(version, await resourcesOf(client, `/apis/${segment(group)}/${segment(version)}`));
    return found;
  } catch (error) {
    if (isKubernetesFault(error) && error.kubernetes.status !== undefined) return undefined;
    throw error;
  }
};

const resourcesOf = async (client: RawClient, path: string): Promise<readonly ServedResource[]> =>
  (await client.call({ method: 'GET', path, saying: `discover ${path}` }, resourceList)).resources;
