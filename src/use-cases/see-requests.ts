import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked, Request } from '#domain/request/request.ts';
import { mayStandIn, needsReview } from '#domain/request/terms.ts';
import { revokersOf } from './act-on-request.ts';
import { admit, groupsOf } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';
import { reviewersOf } from './reviewers.ts';

/** What one person may know of the requests there are. */
export type Inbox = {
  readonly waitingForMe: readonly Chain[];
  readonly mine: readonly Chain[];
  readonly active: readonly Chain[];
  /** What is approved and begins later, the next first; those who decide may revoke it before. */
  readonly later: readonly Chain[];
};

/** Of each sort so many are shown to somebody. */
const most = 20;
/** So many may be pending at all; to read them takes about a second, in which others are answered too. */
const mostRead = 2_000;
const perPage = 100;
const mostActive = 200;

/** Whether a request concerns somebody: theirs, for them, or theirs to decide on, to revoke or to review. Others learn nothing of it. */
const concerns = async (request: Request, onlooker: Onlooker): Promise<boolean> => {
  const { person, groups, now, reviewers, revokers } = onlooker;
  const { requester, subject } = request.asked;
  if (requester === person || subject === person || decidersOf(request, now).some((name) => groups.has(name)))
    return true;
  if (['approved', 'active'].includes(request.state.status) && revokers(request.asked).some((name) => groups.has(name)))
    return true;
  return needsReview(request) && (await reviewers(request.asked)).some((name) => groups.has(name));
};

/** Who looks, and when. */
type Onlooker = {
  readonly person: PersonId;
  readonly groups: ReadonlySet<string>;
  readonly now: Temporal.Instant;
  readonly reviewers: (asked: Asked) => Promise<readonly string[]>;
  /** The groups whose people may end what is in force, by the policy as it is now. */
  readonly revokers: (asked: Asked) => readonly string[];
};

const onlookerOf = async (ports: BotPorts, person: PersonId): Promise<Onlooker> => {
  // It has been said already which groups cannot be looked up.
  const { groups } = await groupsOf(ports, person);
  const quietly = { ...ports, alarm: () => {} };
  return {
    person,
    groups,
    now: await ports.clock.now(),
    reviewers: (asked) => reviewersOf(quietly, asked),
    revokers: (asked) => revokersOf(ports, asked).map(({ from }) => from),
  };
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
  return (await concerns(found.chain.request, await onlookerOf(ports, person))) ? found.chain : undefined;
};

/**
 * What waits for a person: first conflicts, then what has to be decided, then what has to be reviewed; what they asked for or
 * hold, and what is active, or approved and begins later, where they decide. Each has room of its own: much of one buries nothing of another.
 */
export const seeInbox = async (ports: BotPorts, person: PersonId): Promise<Inbox> => {
  if (!(await admit(ports, person)).ok) return { waitingForMe: [], mine: [], active: [], later: [] };
  const { store } = ports;
  const onlooker = await onlookerOf(ports, person);
  // Who decides on nothing needs no look at what others wait for.
  const decides = onlooker.groups.size > 0;
  const [undecided, unreviewed, inForce, later, mine] = await Promise.all([
    decides
      ? search(
          ports,
          (...page) => store.inStatus('pending', ...page),
          (chain) => waitsFor(chain, onlooker),
        )
      : [],
    decides
      ? search(
          ports,
          (...page) => store.toReview(...page),
          (chain) => waitsForReview(chain, onlooker),
        )
      : [],
    decides ? store.inStatus('active', mostActive).then((ids) => readAll(ports, ids)) : [],
    decides ? search(ports, (...page) => store.inStatus('approved', ...page), beginsLater(onlooker)) : [],
    store.ofPerson(person, most).then((ids) => readAll(ports, ids)),
  ]);
  const inConflict = inForce.filter((chain) => waitsToBeSettled(chain, onlooker)).slice(0, most);
  const waiting = new Map([...inConflict, ...undecided, ...unreviewed].map((chain) => [chain.request.asked.id, chain]));
  return {
    waitingForMe: [...waiting.values()],
    mine,
    active: (await filter(inForce, (chain) => concerns(chain.request, onlooker))).slice(0, most),
    later: later.toSorted((one, other) => Temporal.Instant.compare(startOf(one), startOf(other))),
  };
};

/** Reads page after page, until there are enough that fit, or no more may be there. */
const search = async (
  ports: BotPorts,
  page: (limit: number, skip: number) => Promise<readonly RequestId[]>,
  fits: (chain: Chain) => boolean | Promise<boolean>,
): Promise<readonly Chain[]> => {
  const found: Chain[] = [];
  for (let skip = 0; skip < mostRead && found.length < most; skip += perPage) {
    const ids = await page(perPage, skip);
    found.push(...(await filter(await readAll(ports, ids), fits)));
    if (ids.length < perPage) break;
  }
  return found.slice(0, most);
};

const beginsLater =
  (onlooker: Onlooker) =>
  async (chain: Chain): Promise<boolean> => {
    const { asked, state } = chain.request;
    if (state.status !== 'approved' || state.ending !== undefined || asked.startsAt === undefined) return false;
    return Temporal.Instant.compare(asked.startsAt, onlooker.now) > 0 && concerns(chain.request, onlooker);
  };

const startOf = ({ request: { asked } }: Chain): Temporal.Instant => asked.startsAt ?? asked.submittedAt;

const filter = async (
  chains: readonly Chain[],
  fits: (chain: Chain) => boolean | Promise<boolean>,
): Promise<readonly Chain[]> => {
  const does = await Promise.all(chains.map(fits));
  return chains.filter((_, index) => does[index]);
};

const waitsFor = ({ request }: Chain, onlooker: Onlooker): boolean =>
  request.state.status === 'pending' &&
  isOthers(request.asked, onlooker) &&
  !request.state.votes.some(({ by }) => by === onlooker.person) &&
  mayDecide(request, onlooker);

const waitsForReview = async ({ request }: Chain, onlooker: Onlooker): Promise<boolean> =>
  needsReview(request) &&
  isOthers(request.asked, onlooker) &&
  !isBarred(request, onlooker) &&
  (await onlooker.reviewers(request.asked)).some((name) => onlooker.groups.has(name));

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

const mayDecide = (request: Request, onlooker: Onlooker): boolean =>
  decidersOf(request, onlooker.now).some((name) => onlooker.groups.has(name)) && !isBarred(request, onlooker);

const isBarred = ({ asked }: Request, { groups }: Onlooker): boolean =>
  (asked.approval.never ?? []).some((name) => groups.has(name));

const readAll = async (ports: BotPorts, ids: readonly RequestId[]): Promise<readonly Chain[]> => {
  const found = await Promise.all(ids.map((id) => find(ports, id)));
  return found.flatMap((one) => (one.type === 'found' ? [one.chain] : []));
};
