import type { Chain } from '#domain/request/chain.ts';
import { reliefOf } from '#domain/request/extension.ts';
import { endGrant } from './end-grant.ts';
import type { WorkerPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

/**
 * Has a grant ended whose extension is in force now, and says so in the logs of both. Whoever ended the grant in the
 * meantime has ended the extension too: of the two, one event comes first in the grant's log, and that one counts.
 */
export const takeOver = async (ports: WorkerPorts, chain: Chain): Promise<void> => {
  const { asked, state } = chain.request;
  if (asked.extends === undefined || state.status !== 'active') return;
  const { request } = asked.extends;
  for (;;) {
    const before = await find(ports, request);
    const relief =
      before.type === 'found'
        ? reliefOf(before.chain.request, asked.id)
        : { unsafe: 'The log of the grant that it extends cannot be believed any more.' };
    const now = await ports.clock.now();
    if (relief === 'relieved')
      return void (await commit(ports, asked.id, chain, [{ type: 'took-over', request }], now));
    if (relief !== 'end-it' || before.type !== 'found') {
      const why = typeof relief === 'string' ? 'The grant that it extends is gone.' : relief.unsafe;
      return endGrant(ports, chain, why);
    }
    // Where somebody was faster, what they did is looked at; a log only grows so often.
    await commit(ports, request, before.chain, [{ type: 'extended', by: asked.requester, request: asked.id }], now);
  }
};
