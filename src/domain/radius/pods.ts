import { readPod } from '#domain/networkpolicy/pod.ts';
import { selects } from '#domain/networkpolicy/selector.ts';
import type { Manifest } from '#domain/plan.ts';
import { ok, type Result } from '#domain/result.ts';
import { at, itemsAt, itemsIn, listAt, textAt } from '#domain/risk/read.ts';
import type { ServiceSeen } from './services.ts';
import type { SeenPod } from './sight.ts';
import { type Store, storeAt, storeOf } from './stores.ts';

/** Reads a Pod (v1) as the API server sends it. */
export const seePod = (manifest: Manifest): Result<SeenPod, string> => {
  const read = readPod(manifest);
  if (!read.ok) return read;
  return ok({
    pod: read.value,
    ready: listAt(manifest, 'status', 'conditions').some(
      (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
    ),
    stores: storesIn(manifest),
  });
};

/** By the ports of its containers, and their images; those that start before the others may stay. */
const storesIn = (manifest: Manifest): readonly Store[] => {
  const containers = [...itemsAt(manifest, 'spec', 'containers'), ...itemsAt(manifest, 'spec', 'initContainers')];
  const declared = itemsIn(containers, 'ports').flatMap(({ item }) => {
    const port = at(item, 'containerPort');
    return typeof port === 'number' ? (storeAt(port, textAt(item, 'name')) ?? []) : [];
  });
  const implied = containers.flatMap(({ item }) => storeOf(textAt(item, 'image')) ?? []);
  return [...new Map([...implied, ...declared].map((one) => [one.port, one])).values()];
};

/** The pods that a Service sends its traffic to, ready or not. */
export const podsBehind = ({ namespace, selector }: ServiceSeen, pods: readonly SeenPod[]): readonly SeenPod[] =>
  Object.keys(selector).length === 0
    ? []
    : pods.filter(
        ({ pod }) => pod.namespace === namespace && !pod.over && selects({ matchLabels: selector }, pod.labels),
      );
