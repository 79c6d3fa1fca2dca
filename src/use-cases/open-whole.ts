import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { type ActRefusal, seeWhole } from './act-on-request.ts';
import { readContent, type Shown } from './contents.ts';
import type { BotPorts } from './ports.ts';
import { seeRequest } from './see-requests.ts';

/** All of what a request would do, for somebody who may know of it; undefined for others, as if it were not there. */
export type Whole = {
  readonly chain: Chain;
  readonly shown: Shown;
  /** Why a reviewer's look was not recorded; somebody who does not decide has none to record. */
  readonly notRecorded?: ActRefusal;
};

/** Shows the whole of the revision that is pending now, and records that a reviewer has opened it. */
export const openWhole = async (
  ports: BotPorts,
  { by, id, revision }: { readonly by: PersonId; readonly id: RequestId; readonly revision: number },
): Promise<Whole | undefined> => {
  const chain = await seeRequest(ports, by, id);
  if (chain === undefined) return undefined;
  const shown = await readContent(ports, chain.request.asked);
  // What cannot be read was not seen.
  if (shown.type !== 'shown' || chain.request.state.status !== 'pending') return { chain, shown };
  const seen = await seeWhole(ports, { by, id, revision });
  return seen.ok ? { chain: seen.value, shown } : { chain, shown, notRecorded: seen.error };
};
