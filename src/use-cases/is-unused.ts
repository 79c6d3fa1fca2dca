import { essence } from '#domain/guard/fingerprint.ts';
import type { Write } from '#domain/guard/write.ts';
import type { RequestId } from '#domain/ids.ts';
import { isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { AdmittedAt, GuardPorts } from './guard-ports.ts';

/**
 * Whether a write that was let through before has not been made since. Who looks for that looks twice a second, and somebody may
 * have put the object back by then: the object itself tells. Its generation counts the changes of what it is to be; of its
 * labels and annotations only its version tells, which a status changes as well.
 */
export const isUnused = async ({ held }: GuardPorts, id: RequestId, { before, after }: Write): Promise<boolean> => {
  // Of what is not there yet nothing tells.
  if (before === undefined) return true;
  const now = stateOf(before);
  // Each object by itself: a forged review of another one takes nothing from whoever was let.
  const first = await held.admitted(`${id}-${now.uid}`, now);
  if (first.version === now.version) return true;
  const counts = after !== undefined && first.generation !== undefined && !isSameJson(specOf(before), specOf(after));
  return counts && first.generation === now.generation;
};

const stateOf = ({ metadata }: Manifest): AdmittedAt => {
  const generation: unknown = 'generation' in metadata ? metadata.generation : undefined;
  return {
    uid: 'uid' in metadata ? String(metadata.uid) : '',
    version: 'resourceVersion' in metadata ? String(metadata.resourceVersion) : '',
    ...(typeof generation === 'number' && Number.isInteger(generation) ? { generation } : {}),
  };
};

/** All but what no generation counts. */
const specOf = (object: Manifest): Json => {
  const { metadata: _, ...rest } = essence(object, []);
  return rest as Json;
};
