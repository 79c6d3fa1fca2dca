import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { needsReview } from '#domain/request/terms.ts';
import type { ButtonValue, Giving } from './action-ids.ts';

/**
 * What a click stood on: what Hallpass drew and as it still is (`genuine`), what it drew before something happened that changes what is
 * decided (`older`), something else (`altered`), or what Slack does not tell (`unseen`).
 */
export type Sight = 'genuine' | 'older' | 'altered' | 'unseen';

/** Whether it is too late for a click whatever it stood on: it changes nothing, now or later, and is refused with the reason. */
export const isPast = ({ request: { asked, state } }: Chain, act: Giving, { revision }: ButtonValue): boolean =>
  isDecision(act) && (state.status !== 'pending' || revision < asked.revision);

const isDecision = (act: Giving): boolean => act === 'approve' || act === 'approveLess' || act === 'accept';

/** Whether what was drawn at a version of the log shows less than there is by now for what is decided. */
export const isOutdated = (chain: Chain, act: Giving, version: number): boolean =>
  canCount(chain, act) &&
  (version > chain.entries.length ||
    chain.entries.slice(version).some(({ event }) => !saysHowFar.includes(event.type)));

/** How far a decision is, and not what it is about. */
const saysHowFar: readonly RequestEvent['type'][] = ['voted', 'seen', 'conceded', 'reminded', 'escalated'];

const canCount = ({ request }: Chain, act: Giving): boolean => {
  const { state } = request;
  switch (act) {
    case 'approve':
    case 'approveLess':
    case 'accept':
      return state.status === 'pending';
    case 'own':
      return state.status === 'approved';
    case 'keep':
    case 'restore':
      return state.status === 'active' && state.conflict !== undefined && state.settled === undefined;
    case 'review':
      return needsReview(request);
  }
};
