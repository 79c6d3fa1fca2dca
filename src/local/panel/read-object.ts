import { z } from 'zod';
import type { ApiClient } from '#local/parts/api-client.ts';
import type { PanelObject } from '#local/slack/page-api.ts';
import type { Concerned } from './concerned.ts';
import { readLiveObject, yamlOf } from './object-yaml.ts';

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
type Resource = { readonly name: string; readonly namespaced: boolean };

const rootOf = (apiVersion: string): string => {
  const root = apiVersion.split('/').map(encodeURIComponent).join('/');
  return apiVersion.includes('/') ? `/apis/${root}` : `/api/${root}`;
};

/** Reads objects by the administrator's client; asks the server once where those of an API version are. */
export const createObjectReader = (admin: ApiClient): ((one: Concerned) => Promise<PanelObject>) => {
  const groups = new Map<string, ReadonlyMap<string, Resource>>();

  const discover = async (apiVersion: string): Promise<ReadonlyMap<string, Resource>> => {
    const known = groups.get(apiVersion);
    if (known !== undefined) return known;
    const { status, body } = await admin.send('GET', rootOf(apiVersion));
    const read = resourceList.safeParse(body);
    if (status !== 200 || !read.success) return new Map();
    const found = new Map(
      read.data.resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ kind, name, namespaced }) => [kind, { name, namespaced }]),
    );
    groups.set(apiVersion, found);
    return found;
  };

  const pathOf = async ({ apiVersion, kind, namespace, name }: Concerned): Promise<string | undefined> => {
    const resource = (await discover(apiVersion)).get(kind);
    if (resource === undefined || (resource.namespaced && namespace === undefined)) return undefined;
    const within = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace ?? '')}` : '';
    return `${rootOf(apiVersion)}${within}/${resource.name}/${encodeURIComponent(name)}`;
  };

  return async (one) => {
    const { uid, ...ref } = one;
    const path = await pathOf(one);
    if (path === undefined) return { ...ref, live: 'unreadable', yaml: '' };
    const { status, body } = await admin.send('GET', path);
    if (status === 404) return { ...ref, live: 'absent', yaml: '' };
    const found = status === 200 ? readLiveObject(body) : undefined;
    if (found === undefined) return { ...ref, live: 'unreadable', yaml: '' };
    const isOther = uid !== undefined && uid !== found.metadata.uid;
    return { ...ref, live: isOther ? 'another' : 'there', yaml: yamlOf(found) };
  };
};
