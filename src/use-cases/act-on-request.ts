import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import { type Command, decide, type Refusal } from '#domain/request/decide.ts';
import type { Finding } from '#domain/request/events.ts';
import { isInForce } from '#domain/request/extension.ts';
import type { Request } from '#domain/request/request.ts';
import { mayStandIn } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { departed, peopleOf } from '#domain/watch/people.ts';
import { readContent } from './contents.ts';
import { endDeparted } from './end-departed.ts';
import { admit, type Deciding, type NotAdmitted, standingOf } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { reviewersOf } from './reviewers.ts';
import { checkPending } from './revise-request.ts';

export type ActRefusal =
  | NotAdmitted
  | (Refusal & { readonly chain?: Chain })
  | { readonly type: 'no-such-request'; readonly id: string }
  | { readonly type: 'broken-log' }
  /** It is no held write that was denied. */
  | { readonly type: 'nothing-to-ask-again' }
  /** Nothing that was opened under it may be open in a pod; `not-configured`: the policy lets nobody ask for the end of pods. */
  | { readonly type: 'no-pods-to-end'; readonly why: 'not-over' | 'none' | 'not-configured' }
  /** A held write was made as another user of the cluster than theirs. */
  | { readonly type: 'not-the-author' }
  /** They may not write that themselves, so that Hallpass does not do it for them. */
  | { readonly type: 'may-not-write'; readonly why: string }
  /** What is asked could not be done any more; it stays pending. */
  | { readonly type: 'impossible'; readonly why: string; readonly chain?: Chain }
  /** Nobody could say whether it still is what the card shows. */
  | { readonly type: 'not-tried'; readonly chain?: Chain };

type Act = (chain: Chain, standing: Standing) => Command;

type Which = { readonly by: PersonId; readonly id: RequestId };

/** What is judged: approvers by their groups, owners by being named in the request, whether or not groups can be looked up. */
type As = 'approver' | 'revoker' | 'reviewer' | 'owner';

/** A person wants something with a request: looked up, judged and committed, again from the start when somebody was faster. */
export const act = async (
  ports: BotPorts,
  { by, id, as }: Which & { readonly as: As },
  command: Act,
  check: Check = unhindered,
): Promise<Result<Chain, ActRefusal>> => {
  const admitted = await admit(ports, by);
  if (!admitted.ok) return admitted;
  for (;;) {
    const found = await find(ports, id);
    if (found.type === 'absent') return err({ type: 'no-such-request', id });
    if (found.type === 'broken') return err({ type: 'broken-log' });
    const { chain } = found;
    const policy = ports.settings();
    const deciding = await decidingOn(ports, chain.request, as, await ports.clock.now());
    const standing = await standingOf(ports, deciding, [...votersOf(chain), by]);
    if (!standing.ok) return standing;
    const now = await ports.clock.now();
    // Who answers for it may still end it: that lets nothing in.
    const counting = as === 'revoker' ? standing.value : withoutAnswering(ports, chain.request, standing.value);
    const decided = decide(chain.request, command(chain, counting), now);
    if (!decided.ok) return err({ ...decided.error, chain });
    if (decided.value.length === 0) return ok(chain);
    const hindered = await check(chain);
    if (hindered !== undefined) return err(hindered);
    // Who counted may count no more: groups are those of the policy as it is now.
    if (ports.settings() !== policy) continue;
    const result = await commit(ports, id, chain, decided.value, now);
    if (result.type === 'committed') return ok(result.chain);
    // A conflict means that the log grew, so each round ends nearer to a decision: no bound is needed.
  }
};

/** Whoever answers by now for the pipeline or agent that asks counts as little as who did when it was asked. */
const withoutAnswering = ({ settings }: BotPorts, { asked }: Request, standing: Standing): Standing => {
  const responsible = settings().callers?.find(({ name }) => name === asked.caller?.name)?.responsible;
  if (responsible === undefined) return standing;
  return new Map([...standing].filter(([person]) => person !== responsible));
};

/** A group that the policy does not know any more bars nobody from revoking: what is in force must not stay for that. */
const decidingOn = async (ports: BotPorts, request: Request, as: As, now: Temporal.Instant): Promise<Deciding> => {
  const { asked } = request;
  const { quorum, never = [], escalate } = asked.approval;
  const known = never.filter((name) => ports.settings().policy.groups.has(name));
  const instead = mayStandIn(request, now) ? (escalate?.to ?? []) : [];
  switch (as) {
    case 'owner':
      return { quorum: [] };
    case 'reviewer':
      return { quorum: (await reviewersOf(ports, asked)).map((from) => ({ from, count: 1 })), never: known };
    case 'revoker':
      return { quorum: revokersOf(ports, asked), never: known, instead };
    case 'approver':
      return { quorum, never, instead };
  }
};

/** Who was to approve it and whom its rule asks now, as far as the policy knows them: a group that it renamed keeps nothing in force. */
export const revokersOf = (
  { settings }: Pick<BotPorts, 'settings'>,
  { approval }: Request['asked'],
): Deciding['quorum'] => {
  const { groups, rules } = settings().policy;
  const now = rules.find(({ name }) => name === approval.rule)?.approve ?? [];
  const names = new Set([...approval.quorum, ...now].map(({ from }) => from).filter((name) => groups.has(name)));
  return [...names].map((from) => ({ from, count: 1 }));
};

/** Looked at only for who may act, last before the commit. */
type Check = (chain: Chain) => Promise<ActRefusal | undefined>;

const unhindered: Check = async () => undefined;

/** An extension is worth a vote only while there is something to extend. */
const stillToExtend = async (ports: BotPorts, chain: Chain): Promise<ActRefusal | undefined> => {
  const before = chain.request.asked.extends;
  if (before === undefined) return undefined;
  const found = await find(ports, before.request);
  if (found.type === 'found' && isInForce(found.chain.request)) return undefined;
  return { type: 'impossible', why: 'The grant that it would extend is not in force any more.', chain };
};

/** Nothing is approved for people who have left, and what waits for them is closed. */
const stillMembers = async (ports: BotPorts, chain: Chain): Promise<ActRefusal | undefined> => {
  const { asked } = chain.request;
  for (const person of peopleOf(asked)) {
    const admitted = await admit(ports, person);
    if (admitted.ok) continue;
    if (admitted.error.type === 'lookup-failed') return { type: 'lookup-failed', what: 'who asked for it' };
    const { membership } = admitted.error;
    if (membership !== 'unknown') await endDeparted(ports, asked.id, departed(asked, new Map([[person, membership]])));
    const why = 'Who asked for it, or whom it is for, is no full member of the workspace any more.';
    return { type: 'impossible', why, chain };
  }
  return undefined;
};

/** What is approved must be what the card shows: an object that moved meanwhile makes a new revision instead. */
const stillAsShown =
  (ports: BotPorts): Check =>
  async (chain) => {
    const nothing = (await stillMembers(ports, chain)) ?? (await stillToExtend(ports, chain));
    if (nothing !== undefined) return nothing;
    const shown = await readContent(ports, chain.request.asked);
    // Nobody can have seen it as it is in the log.
    if (shown.type === 'unreadable')
      return {
        type: 'impossible',
        why: 'What it would do cannot be shown any more: the record of it was altered.',
        chain,
      };
    const now = await checkPending(ports, chain);
    switch (now.type) {
      case 'same':
        return undefined;
      case 'revised':
        return { type: 'stale-revision', current: now.chain.request.asked.revision, chain: now.chain };
      case 'impossible':
        return { ...now, chain };
      case 'not-tried':
        return { ...now, chain };
    }
  };

const votersOf = ({ request }: Chain): readonly PersonId[] =>
  request.state.status === 'pending'
    ? [...request.state.votes.map(({ by }) => by), ...(request.state.conceded ?? [])]
    : [];

/** What its rule wants at least; of an extension the whole lasts longer than that already. */
const leastBy = ({ settings }: BotPorts, { request: { asked } }: Chain): number | undefined =>
  asked.extends === undefined
    ? settings()
        .policy.rules.find(({ name }) => name === asked.approval.rule)
        ?.duration.shortest?.total('seconds')
    : undefined;

/** An approver says yes to the revision that they saw; with `seconds`, for no longer than that. */
export const approveRequest = (
  ports: BotPorts,
  {
    by,
    id,
    revision,
    seconds,
    isConfirmed,
  }: Which & {
    readonly revision: number;
    readonly seconds?: number | undefined;
    /** They have just proven who they are outside of Slack. */
    readonly isConfirmed?: boolean | undefined;
  },
) =>
  act(
    ports,
    { by, id, as: 'approver' },
    (chain, standing) => ({
      type: 'approve',
      by,
      revision,
      seconds,
      isConfirmed,
      least: leastBy(ports, chain),
      standing,
    }),
    stillAsShown(ports),
  );

/** An approver says no, and why. One is enough. */
export const denyRequest = (
  ports: BotPorts,
  {
    by,
    id,
    revision,
    reason,
    isConfirmed,
  }: Which & {
    readonly revision: number;
    readonly reason: string;
    readonly isConfirmed?: boolean | undefined;
  },
) =>
  act(ports, { by, id, as: 'approver' }, (_, standing) => ({
    type: 'deny',
    by,
    revision,
    isConfirmed,
    reason: reason.trim(),
    standing,
  }));

/** A reviewer has opened the whole of what they decide on; recorded where an approval needs it. */
export const seeWhole = (ports: BotPorts, { by, id, revision }: Which & { readonly revision: number }) =>
  act(ports, { by, id, as: 'approver' }, (_, standing) => ({ type: 'see', by, revision, standing }));

/** An approver says what becomes of a revert that met somebody else's edit. */
export const settleConflict = (
  ports: BotPorts,
  { by, id, choice, reason }: Which & { readonly choice: 'keep' | 'restore'; readonly reason: string },
) =>
  act(ports, { by, id, as: 'approver' }, (_, standing) => ({
    type: 'settle',
    by,
    choice,
    reason: reason.trim(),
    standing,
  }));

/** Somebody who would have been asked, or stands in for them, says what they make of what was taken by break-glass. */
export const reviewRequest = (
  ports: BotPorts,
  { by, id, finding, note }: Which & { readonly finding: Finding; readonly note: string },
) =>
  act(ports, { by, id, as: 'reviewer' }, (_, standing) => ({
    type: 'review',
    by,
    finding,
    note: note.trim(),
    standing,
  }));

/** The requester takes a pending request back. */
export const withdrawRequest = (ports: BotPorts, { by, id }: Which) =>
  act(ports, { by, id, as: 'owner' }, () => ({ type: 'withdraw', by }));

/** Whoever answers for a held write that came without a reason says why it is made. */
export const explainWrite = (ports: BotPorts, { by, id, reason }: Which & { readonly reason: string }) =>
  act(ports, { by, id, as: 'owner' }, () => ({ type: 'explain', by, reason: reason.trim() }));

/** The requester or the subject no longer needs a grant. */
export const finishGrant = (ports: BotPorts, { by, id }: Which) =>
  act(ports, { by, id, as: 'owner' }, () => ({ type: 'done', by }));

/** An approver ends a grant before its time. */
export const revokeGrant = (ports: BotPorts, { by, id, reason }: Which & { readonly reason: string }) =>
  act(ports, { by, id, as: 'revoker' }, (_, standing) => ({ type: 'revoke', by, reason: reason.trim(), standing }));
