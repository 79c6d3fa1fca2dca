import { essence } from '#domain/guard/fingerprint.ts';
import { isEarlier, type ObjectVersion, versionIn } from '#domain/guard/object-version.ts';
import type { Write } from '#domain/guard/write.ts';
import type { RequestId } from '#domain/ids.ts';
import { isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { GuardPorts } from './guard-ports.ts';

/**
 * Whether a write that was let through before has not been made since. Who looks for that looks twice a second, and somebody may
 * have put the object back by then: the object itself tells. Its generation counts the changes of what it is to be; of its
 * labels and annotations only its version tells, which a status changes as well.
 *
 * The earliest state that it was let through from is remembered, so it is to be asked only about what is let through if this says so.
 * A review may be made up. What it says is later than the object is changes nothing; what it says is earlier than when the write was
 * asked for (`from`, as a worker saw it) cannot be, and is not remembered. So it takes what the write is let through for only
 * where the object has moved since, to who knows between which states.
 */
export const isUnused = async (
  { held }: GuardPorts,
  { id, from }: { readonly id: RequestId; readonly from: ObjectVersion | undefined },
  { before, after }: Write,
): Promise<boolean> => {
  // Of what is not there yet nothing tells.
  if (before === undefined) return true;
  const now = versionIn(before);
  if (now === undefined) return false;
  // Another object of its name may be what somebody put in the place of what the write has made.
  if (from !== undefined && (from.uid !== now.uid || isEarlier(now, from))) return false;
  // Each object by itself: a made-up review of another one takes nothing from whoever was let.
  const lowest = await held.admitted(`${id}-${now.uid}`, now);
  if (lowest.version === now.version) return true;
  const counts = after !== undefined && now.generation !== undefined && !isSameJson(specOf(before), specOf(after));
  return counts && lowest.generation === now.generation;
};

/** All but what no generation counts. */
const specOf = (object: Manifest): Json => {
  const { metadata: _, ...rest } = essence(object, []);
  return rest as Json;
};
