import type { RequestId } from '#domain/ids.ts';
import type { Use } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { openedUnder } from '#domain/watch/open-pods.ts';
import type { Core } from './ports.ts';
import { find } from './request-log.ts';

/** Grants. Each of them was approved. */
const most = 50;

/**
 * What was opened under the grants that one went on from without a break, and may be open still when it has ended: the binding that
 * allowed it went long before, and nobody was shown it then. As far back as their logs can be read.
 */
export const openedBefore = async (
  ports: Pick<Core, 'store' | 'trust' | 'alarm' | 'heads' | 'readLog'>,
  { asked, state }: Pick<Request, 'asked' | 'state'>,
): Promise<readonly Use[]> => {
  // What goes on as another grant is told where that one ends.
  if (state.status !== 'revoked' || state.cause === 'extended') return [];
  const opened: Use[] = [];
  let later = asked;
  for (let nth = 0; nth < most && later.extends !== undefined; nth += 1) {
    const found = await find(ports, later.extends.request);
    if (found.type !== 'found') break;
    const before = found.chain.request;
    if (!wentOnAs(before, later.id)) break;
    opened.push(...openedUnder(before.state));
    later = before.asked;
  }
  return opened;
};

/** One that ended by itself tells itself what was opened under it. */
const wentOnAs = ({ state }: Request, later: RequestId): boolean => {
  if (state.status !== 'active' && state.status !== 'revoked') return false;
  const cause = state.status === 'active' ? state.ending?.cause : state.cause;
  return cause === 'extended' && state.extension === later;
};
