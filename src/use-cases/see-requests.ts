import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { type Asked, mayStandIn, needsReview, type Request } from '#domain/request/request.ts';
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
const concerns = (request: Request, { person, groups, now }: Onlooker): boolean => {
  const { requester, subject } = request.asked;
  return requester === person || subject === person || decidersOf(request, now).some((name) => groups.has(name));
};

/** Who looks, and when. */
type Onlooker = {
  readonly person: PersonId;
  readonly groups: ReadonlySet<string>;
  readonly now: Temporal.Instant;
};

/** The groups whose people may decide by now. */
const decidersOf = (request: Request, now: Temporal.Instant): readonly string[] => {
  const { quorum, escalate } = request.asked.approval;
  return [...quorum.map(({ from }) => from), ...(mayStandIn(request, now) ? (escalate?.to ?? []) : [])];
};

/** One request, if this person may know of it; otherwise the same answer as if it were not there. */
export const seeRequest = async (ports: BotPorts, person: PersonId, id: RequestId): Promise<Chain | undefined> => {
  if (!(await admit(ports, person)).ok) return undefined;
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { groups } = await groupsOf(ports, person);
  const onlooker = { person, groups, now: await ports.clock.now() };
  return concerns(found.chain.request, onlooker) ? found.chain : undefined;
};

/** What waits for a person's decision, conflicts first; what they asked for or hold, and what is active where they decide. */
export const seeInbox = async (ports: BotPorts, person: PersonId): Promise<Inbox> => {
  if (!(await admit(ports, person)).ok) return { waitingForMe: [], mine: [], active: [] };
  const { groups } = await groupsOf(ports, person);
  // Who decides on nothing needs no look at what others wait for.
  const others = groups.size === 0 ? 0 : 200;
  const [pending, active, own, broken] = await Promise.all([
    ports.store.inStatus('pending', others),
    ports.store.inStatus('active', others),
    ports.store.ofPerson(person, most),
    ports.store.toReview(others),
  ]);
  const [pendingChains, activeChains, mine, brokenChains] = await Promise.all(
    [pending, active, own, broken].map((ids) => readAll(ports, ids)),
  );
  const onlooker = { person, groups, now: await ports.clock.now() };
  const visible = (chain: Chain): boolean => concerns(chain.request, onlooker);
  const inConflict = (activeChains ?? []).filter((chain) => waitsToBeSettled(chain, onlooker));
  const unreviewed = (brokenChains ?? []).filter((chain) => waitsForReview(chain, onlooker));
  const undecided = (pendingChains ?? []).filter((chain) => waitsFor(chain, onlooker));
  const waiting = new Map([...inConflict, ...unreviewed, ...undecided].map((chain) => [chain.request.asked.id, chain]));
  return {
    waitingForMe: [...waiting.values()].slice(0, most),
    mine: mine ?? [],
    active: (activeChains ?? []).filter(visible).slice(0, most),
  };
};

const waitsFor = ({ request }: Chain, onlooker: Onlooker): boolean =>
  request.state.status === 'pending' &&
  isOthers(request.asked, onlooker) &&
  !request.state.votes.some(({ by }) => by === onlooker.person) &&
  mayDecide(request, onlooker);

const waitsForReview = ({ request }: Chain, onlooker: Onlooker): boolean =>
  needsReview(request) && isOthers(request.asked, onlooker) && mayDecide(request, onlooker);

const isOthers = ({ requester, subject }: Asked, { person }: Onlooker): boolean =>
  requester !== person && subject !== person;

/** As `decide` has it: whoever may end it may settle it, but not who asked for it. */
const waitsToBeSettled = ({ request }: Chain, onlooker: Onlooker): boolean => {
  const { asked, state } = request;
  return (
    state.status === 'active' &&
    state.conflict !== undefined &&
    state.settled === undefined &&
    asked.requester !== onlooker.person &&
    mayDecide(request, onlooker)
  );
};

const mayDecide = (request: Request, { groups, now }: Onlooker): boolean =>
  decidersOf(request, now).some((name) => groups.has(name)) &&
  !(request.asked.approval.never ?? []).some((name) => groups.has(name));

const readAll = async (ports: BotPorts, ids: readonly RequestId[]): Promise<readonly Chain[]> => {
  const found = await Promise.all(ids.map((id) => find(ports, id)));
  return found.flatMap((one) => (one.type === 'found' ? [one.chain] : []));
};
