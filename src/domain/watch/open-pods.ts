import type { Use } from '#domain/request/events.ts';
import type { State } from '#domain/request/request.ts';

/** A pod, and in which ways something was opened in it: `exec`, `port-forward`. */
export type OpenPod = { readonly namespace: string; readonly name: string; readonly ways: readonly string[] };

/** As people say a subresource of pods. */
const words: Readonly<Record<string, string>> = { portforward: 'port-forward', log: 'logs' };

/** Whether a use began something in a pod that did not end with its answer. Clients choose the verb: a WebSocket begins with `get`. */
export const isIntoPod = ({ stream, group, resource, subresource }: Use): boolean =>
  stream === true && group === '' && resource === 'pods' && subresource !== undefined;

/** What was opened under a grant, and did not end with its answer. */
export const openedUnder = (state: State): readonly Use[] =>
  state.status === 'active' || state.status === 'revoked'
    ? (state.observed ?? []).filter(({ stream }) => stream === true)
    : [];

/**
 * The pods in which something was opened under a grant that has ended, or `before` it under those that it went on from, and may be
 * open until they are gone. A watch is in no pod; and what goes on as another grant is not to be ended.
 */
export const openPods = (state: State, before: readonly Use[] = []): readonly OpenPod[] => {
  if (state.status !== 'revoked' || state.cause === 'extended') return [];
  const found = new Map<string, OpenPod>();
  for (const use of [...openedUnder(state), ...before]) {
    const { subresource, namespace, name } = use;
    if (!isIntoPod(use) || subresource === undefined || namespace === undefined || name === undefined) continue;
    const way = words[subresource] ?? subresource;
    const known = found.get(`${namespace}/${name}`)?.ways ?? [];
    found.set(`${namespace}/${name}`, { namespace, name, ways: known.includes(way) ? known : [...known, way] });
  }
  return [...found.values()];
};
