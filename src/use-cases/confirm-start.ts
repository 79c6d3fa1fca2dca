import type { PersonId, RequestId } from '#domain/ids.ts';
import { tally } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { confirmWithin, isConfirmed, isEscalated, needsConfirmation } from '#domain/request/terms.ts';
import { admit, groupsOf, standingOf } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

const most = 1_000;

/**
 * Looks up once more, shortly before it begins, the people of what was approved long before: who asks, whom it is for, and
 * who approved it. Where one of them is not what they were, it does not begin. Where Slack does not say, nothing is written,
 * and it is tried again; the worker applies nothing without a word.
 */
export const createConfirmer = (ports: BotPorts): (() => Promise<void>) => {
  /** When those that were looked at begin; others need no word. */
  const known = new Map<RequestId, Temporal.Instant | 'never'>();
  return async () => {
    const ids = await ports.store.inStatus('approved', most);
    for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
    const soon = (await ports.clock.now()).add(confirmWithin);
    for (const id of ids) {
      const begins = known.get(id);
      if (begins === 'never' || (begins !== undefined && Temporal.Instant.compare(begins, soon) > 0)) continue;
      known.set(id, await confirmOne(ports, id, soon));
    }
  };
};

/** When it is to be looked at again. */
const confirmOne = async (
  ports: BotPorts,
  id: RequestId,
  soon: Temporal.Instant,
): Promise<Temporal.Instant | 'never'> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return 'never';
  const { asked, state } = found.chain.request;
  const { startsAt } = asked;
  if (state.status !== 'approved' || state.ending !== undefined || startsAt === undefined) return 'never';
  if (!needsConfirmation(asked, state.at) || isConfirmed(asked, state)) return 'never';
  if (Temporal.Instant.compare(startsAt, soon) > 0) return startsAt;
  const event = await word(ports, found.chain);
  if (event !== undefined) await commit(ports, id, found.chain, [event], await ports.clock.now());
  return startsAt;
};

/** What is found out about its people; undefined where that cannot be found out now. */
const word = async (ports: BotPorts, chain: Chain): Promise<RequestEvent | undefined> => {
  const { asked, state } = chain.request;
  if (state.status !== 'approved') return undefined;
  for (const person of new Set([asked.requester, asked.subject])) {
    const admitted = await admit(ports, person);
    if (!admitted.ok)
      return admitted.error.type === 'lookup-failed'
        ? undefined
        : withheld('Who asked for it, or whom it is for, is no full member of the workspace any more.');
  }
  const rule = ports.settings().policy.rules.find(({ name }) => name === asked.approval.rule);
  if (rule === undefined) return withheld('The rule that it was approved by is no longer in the policy.');
  const asker = await groupsOf(ports, asked.requester);
  if (!rule.ask.some((group) => asker.groups.has(group)))
    return rule.ask.some((group) => asker.failed.includes(group))
      ? undefined
      : withheld('Who asked for it is in no group any more that may ask for it.');
  return stillApproved(ports, chain, state.by);
};

const stillApproved = async (
  ports: BotPorts,
  { request: { asked, state } }: Chain,
  by: readonly PersonId[],
): Promise<RequestEvent | undefined> => {
  if (by.length === 0) return { type: 'confirmed' };
  const { quorum, never = [], escalate } = asked.approval;
  const late = state.status === 'approved' && state.votes.some(({ at }) => isEscalated(asked, at));
  const standing = await standingOf(ports, { quorum, never, instead: late ? (escalate?.to ?? []) : [] }, by);
  if (!standing.ok) return undefined;
  return tally(quorum, by, standing.value).met
    ? { type: 'confirmed' }
    : withheld('Who approved it may not decide on it any more.');
};

const withheld = (why: string): RequestEvent => ({ type: 'withheld', why: `${why} Ask again.` });
