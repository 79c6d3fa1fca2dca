import type { State } from '#domain/request/request.ts';

/** A pod, and in which ways something was opened in it: `exec`, `port-forward`. */
export type OpenPod = { readonly namespace: string; readonly name: string; readonly ways: readonly string[] };

/** As people say a subresource of pods. */
const words: Readonly<Record<string, string>> = { portforward: 'port-forward', log: 'logs' };

/**
 * The pods in which something was opened under a grant that has ended, and may be open until they are gone. A watch is in no pod; and
 * what goes on as another grant is not to be ended.
 */
export const openPods = (state: State): readonly OpenPod[] => {
  if (state.status !== 'revoked' || state.cause === 'extended') return [];
  const found = new Map<string, OpenPod>();
  for (const { stream, group, resource, subresource, namespace, name } of state.observed ?? []) {
    const isOfPod = stream === true && group === '' && resource === 'pods' && subresource !== undefined;
    if (!isOfPod || namespace === undefined || name === undefined) continue;
    const way = words[subresource] ?? subresource;
    const known = found.get(`${namespace}/${name}`)?.ways ?? [];
    found.set(`${namespace}/${name}`, { namespace, name, ways: known.includes(way) ? known : [...known, way] });
  }
  return [...found.values()];
};
