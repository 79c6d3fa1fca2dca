import type { PersonId, RequestId } from '#domain/ids.ts';
import type { PodsAsked } from './end-pods.ts';
import type { BotPorts } from './ports.ts';
import { seeRequest } from './see-requests.ts';

/**
 * What of asking for the end of pods somebody may be told who typed the id of a grant: ids can be guessed. What was opened where is not
 * told to whom the grant does not concern, beyond what they asked for themselves or may see; nothing left is no such request.
 */
export const endsToTell = async (
  ports: BotPorts,
  { by, id }: { readonly by: PersonId; readonly id: RequestId },
  all: readonly PodsAsked[],
): Promise<readonly PodsAsked[]> => {
  if ((await seeRequest(ports, by, id)) !== undefined) return all;
  const told = await Promise.all(
    all.map(async ({ filed }) => {
      if (!filed.ok) return false;
      const { chain, isNew } = filed.value;
      return isNew || (await seeRequest(ports, by, chain.request.asked.id)) !== undefined;
    }),
  );
  return all.filter((_, index) => told[index]);
};
