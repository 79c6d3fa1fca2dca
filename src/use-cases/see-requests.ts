import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked } from '#domain/request/request.ts';
import { admit, groupsOf } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';

/** What one person may know of the requests there are. */
export type Inbox = {
  readonly waitingForMe: readonly Chain[];
  readonly mine: readonly Chain[];
  readonly active: readonly Chain[];
};

const most = 20;

/** Whether a request concerns somebody: theirs, for them, or theirs to decide on. Others learn nothing of it. */
const concerns = ({ requester, subject, approval }: Asked, person: PersonId, groups: ReadonlySet<string>): boolean =>
  requester === person || subject === person || approval.quorum.some(({ from }) => groups.has(from));

/** One request, if this person may know of it; otherwise the same answer as if it were not there. */
export const seeRequest = async (ports: BotPorts, person: PersonId, id: RequestId): Promise<Chain | undefined> => {
  if (!(await admit(ports, person)).ok) return undefined;
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { groups } = await groupsOf(ports, person);
  return concerns(found.chain.request.asked, person, groups) ? found.chain : undefined;
};

/** What waits for a person's decision, conflicts first; what they asked for or hold, and what is active where they decide. */
export const seeInbox = async (ports: BotPorts, person: PersonId): Promise<Inbox> => {
  if (!(await admit(ports, person)).ok) return { waitingForMe: [], mine: [], active: [] };
  const { groups } = await groupsOf(ports, person);
  // Who decides on nothing needs no look at what others wait for.
  const others = groups.size === 0 ? 0 : 200;
  const [pending, active, own] = await Promise.all([
    ports.store.inStatus('pending', others),
    ports.store.inStatus('active', others),
    ports.store.ofPerson(person, most),
  ]);
  const [pendingChains, activeChains, mine] = await Promise.all(
    [pending, active, own].map((ids) => readAll(ports, ids)),
  );
  const visible = (chain: Chain): boolean => concerns(chain.request.asked, person, groups);
  const inConflict = (activeChains ?? []).filter((chain) => waitsToBeSettled(chain, person, groups));
  const undecided = (pendingChains ?? []).filter((chain) => waitsFor(chain, person, groups));
  return {
    waitingForMe: [...inConflict, ...undecided].slice(0, most),
    mine: mine ?? [],
    active: (activeChains ?? []).filter(visible).slice(0, most),
  };
};

const waitsFor = ({ request: { asked, state } }: Chain, person: PersonId, groups: ReadonlySet<string>): boolean =>
  state.status === 'pending' &&
  asked.requester !== person &&
  asked.subject !== person &&
  !state.votes.some(({ by }) => by === person) &&
  mayDecide(asked, groups);

/** As `decide` has it: whoever may end it may settle it, but not who asked for it. */
const waitsToBeSettled = (
  { request: { asked, state } }: Chain,
  person: PersonId,
  groups: ReadonlySet<string>,
): boolean =>
  state.status === 'active' &&
  state.conflict !== undefined &&
  state.settled === undefined &&
  asked.requester !== person &&
  mayDecide(asked, groups);

const mayDecide = ({ approval: { quorum, never = [] } }: Asked, groups: ReadonlySet<string>): boolean =>
  quorum.some(({ from }) => groups.has(from)) && !never.some((name) => groups.has(name));

const readAll = async (ports: BotPorts, ids: readonly RequestId[]): Promise<readonly Chain[]> => {
  const found = await Promise.all(ids.map((id) => find(ports, id)));
  return found.flatMap((one) => (one.type === 'found' ? [one.chain] : []));
};
