import { readPod } from '#domain/networkpolicy/pod.ts';
import type { Manifest } from '#domain/plan.ts';
import { ok, type Result } from '#domain/result.ts';
import { at, itemsAt, itemsIn, listAt, textAt } from '#domain/risk/read.ts';
import type { SeenPod } from './sight.ts';

/** Reads a Pod (v1) as the API server sends it. */
export const seePod = (manifest: Manifest): Result<SeenPod, string> => {
  const read = readPod(manifest);
  if (!read.ok) return read;
  const ports = itemsIn(itemsAt(manifest, 'spec', 'containers'), 'ports').map(({ item }) => at(item, 'containerPort'));
  return ok({
    pod: read.value,
    ready: listAt(manifest, 'status', 'conditions').some(
      (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
    ),
    listens: ports.flatMap((port) => (typeof port === 'number' ? [port] : [])),
  });
};
