import type { PersonId, RequestId } from '#domain/ids.ts';
import { createRecent } from './recent.ts';

/** The grant that each person has just lost for what they tried: whoever tries the same again at once is told so once more. */
export type LostGrants = {
  readonly of: (person: PersonId) => RequestId | undefined;
  readonly lose: (person: PersonId, grant: RequestId) => void;
};

/** Milliseconds. The grant's log says whether it is so, for as long (`endedFor`). */
const lasting = 10_000;
/** People that are remembered. */
const most = 500;

/** `moment` is a clock that only goes forward, in milliseconds. */
export const createLostGrants = (moment: () => number): LostGrants => {
  const lost = createRecent<RequestId>(moment, lasting, most);
  return { of: lost.get, lose: lost.set };
};
