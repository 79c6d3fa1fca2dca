import { formatDuration } from '#domain/duration.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Refusal } from '#domain/request/decide.ts';
import type { Asked, Status } from '#domain/request/request.ts';
import { few } from '#domain/text.ts';
import type { ActRefusal } from '#use-cases/act-on-request.ts';
import type { SubmitRefusal } from '#use-cases/asking.ts';
import type { PodsAsked } from '#use-cases/end-pods.ts';
import type { ExtendRefusal } from '#use-cases/extend-grant.ts';
import { clock, escaped, mention } from './mrkdwn.ts';
import { sayLength } from './nouns.ts';

/** Says in mrkdwn why something was not filed, and what to do. */
export const sayNotFiled = (refusal: SubmitRefusal): string => {
  switch (refusal.type) {
    case 'unclear':
      return escaped(refusal.why);
    case 'not-allowed':
      if (isOfOtherTimes(refusal))
        return 'The policy does not let you ask for this here at that time. Some of its rules are for other times: what can wait, ask for from then on, as in `from 22:00`; the form (`/jit`) says which times.';
      return 'The policy does not let you ask for this here. `/jit` shows what you may ask for; for more, ask whoever keeps the policy.';
    case 'refused':
      return `Refused by the rule "${escaped(refusal.rule)}" of the policy: ${escaped(refusal.why)}`;
    case 'no-break-glass':
      return `The rule "${escaped(refusal.rule)}" decides on this, and does not let you take it by break-glass. Ask in the usual way: \`/jit request …\`.`;
    case 'rule-failed':
      return `Not filed: the condition of the rule "${escaped(refusal.rule)}" could not be answered, and in doubt the answer is no: ${escaped(refusal.why)}. Ask whoever keeps the policy.`;
    case 'unmapped':
      return refusal.why === 'no-address'
        ? `Hallpass does not know which Kubernetes user ${mention(refusal.person)} is: there is no line for them in \`identities.yaml\`, and Slack has no confirmed address of theirs that the template there fits. Ask for a line.`
        : refusal.why === 'caller'
          ? 'Hallpass does not know who this pipeline or agent is in the cluster: its line in `identities.yaml` has neither `serviceAccount` nor `kubernetes`.'
          : refusal.why === 'none'
            ? `Hallpass does not know which Kubernetes user ${mention(refusal.person)} is. Ask for a line in \`identities.yaml\`.`
            : `${mention(refusal.person)} shares a Kubernetes user with somebody in \`identities.yaml\`, so access for one would be access for both. Ask for that to be mended.`;
    case 'already-have':
      if (refusal.who === 'they') return 'They have this already, without asking.';
      return `You have this already, without asking. The API server says: ${escaped(refusal.allowedBy || 'allowed')}`;
    case 'has-it-then':
      return `Not filed: they overlap. *${refusal.request}* gives the same in that time, until ${clock(refusal.until)}. Ask for what begins after that, or take that one back.`;
    case 'at-maximum':
      return `It cannot go on for longer: the rule gives ${formatDuration(refusal.longest)} in all, from the start of the first grant, and that is reached ${clock(refusal.reachedAt)}. Ask anew when it has ended.`;
    case 'too-many':
      if (refusal.of === 'unasked')
        return `You have ${refusal.limit} requests that nobody approved, in force or not reviewed yet, which is the most there may be. Give some back with \`/jit done\`, or have them reviewed.`;
      return `${refusal.of === 'yours' ? 'You have' : 'There are'} ${refusal.limit} requests waiting, which is the most there may be. Withdraw some, or wait until they are decided.`;
    case 'policies-differ':
      return 'Not filed: the policy is being replaced just now, and who files and who tries it hold different ones. Try again in a minute; the administrators have been told.';
    case 'not-tried':
      return 'Not filed: no worker answered who could try it. The administrators have been told; try again in a minute.';
    case 'filed-before':
      return `This was filed already, as *${refusal.id}*. It is not filed twice.`;
    case 'not-a-member':
    case 'lookup-failed':
      return sayNotAdmitted(refusal);
  }
};

/** Whether it may be that the time alone is wrong. */
export const isOfOtherTimes = ({ passed }: Extract<SubmitRefusal, { type: 'not-allowed' }>): boolean =>
  passed.some(({ why }) => why === 'not at this time');

/** Who is in one of these may be in the others, and is told why that does not help. */
const neverFor = ({ chain }: { readonly chain?: Chain }): string => {
  const never = chain?.request.asked.approval.never ?? [];
  return never.length === 0 ? '' : `, and never for ${escaped(never.join(', '))}`;
};

const sayNotAdmitted = (refusal: Extract<SubmitRefusal, { type: 'not-a-member' | 'lookup-failed' }>): string =>
  refusal.type === 'lookup-failed'
    ? `Not done: ${escaped(refusal.what)} could not be looked up, and in doubt the answer is no. Try again in a minute.`
    : 'Only full members of this workspace may use Hallpass: no guests, bots or people of other organisations.';

/** What somebody wanted who may not: the refusal itself is the same for all that a group decides on. */
export type Wanted = 'decide on' | 'revoke' | 'settle' | 'extend' | 'review';

/** Says in mrkdwn why a click or a command changed nothing, and what is so instead. */
export const sayNotDone = (refusal: ActRefusal, wanted: Wanted = 'decide on'): string => {
  switch (refusal.type) {
    case 'no-such-request':
      return `There is no request \`${escaped(refusal.id)}\` that you may see.`;
    case 'impossible':
      return `Nothing was recorded: it could not be done as things are now. ${escaped(refusal.why)}`;
    case 'not-tried':
      return 'Nothing was recorded: nobody could say whether it still is what the card shows. Click again in a moment.';
    case 'broken-log':
      return 'Nothing was done: the log of this request cannot be believed any more. The administrators have been told; ask anew.';
    case 'not-a-member':
    case 'lookup-failed':
      return sayNotAdmitted(refusal);
    case 'own-request':
      return `You cannot ${wanted === 'review' ? 'review' : 'decide on'} this: ${refusal.as === 'requester' ? 'you asked for it' : 'it is for you'}. Somebody else has to.`;
    case 'not-entitled':
      return `You cannot ${wanted} this: that is for ${escaped(refusal.groups.join(', '))}${neverFor(refusal)}.`;
    case 'not-their-turn':
      return `It is not your turn yet: first ${escaped(refusal.first.join(' and '))} has to approve. Nothing was recorded; come back then.`;
    case 'already-over':
      return sayOver(refusal);
    case 'stale-revision':
      return `Nothing was recorded: the request has changed since this card was drawn (it is at revision ${refusal.current}). Look at the new card.`;
    case 'already-voted':
      return 'Your approval is recorded already; it counts once.';
    case 'too-late':
      return `Nothing was recorded: the time to decide ended ${clock(refusal.respondBy)}. It has to be asked for anew.`;
    case 'not-yours':
      return refusal.may === 'requester'
        ? 'Only the person who asked can withdraw it.'
        : wanted === 'extend'
          ? 'Only the person who asked, or whom it is for, can ask for it to go on.'
          : 'Only the person who asked, or whom it is for, can say that it is done. Approvers revoke.';
    case 'not-active':
      return `There is nothing to ${wanted === 'extend' ? 'extend' : 'end'}: the request ${sayStanding(refusal.status)}.`;
    case 'already-ending':
      if (refusal.cause === 'tripped')
        return 'It is being ended already, because something looked wrong. Its card and its thread say what.';
      return refusal.by === undefined
        ? 'It is being ended already; its card says why.'
        : `It is being ended already; ${mention(refusal.by)} asked for that.`;
    case 'not-confirmed':
      return `The rule wants to know for certain who approves this, so a click in Slack does not count. Sign in with \`hallpass login\`, and approve with \`hallpass approve ${refusal.id}\`.`;
    case 'not-seen':
      return `Nothing was recorded: the card does not show all ${refusal.lines} lines. Press *Full diff* on it first.`;
    case 'in-conflict':
      return `It cannot be ${wanted === 'extend' ? 'extended' : 'ended like that'}: somebody else changed the same place meanwhile. Settle that first, on the card.`;
    case 'not-extendable':
      return 'This cannot be extended. Ask anew when it has ended, or ask for it for longer the next time.';
    case 'already-extended':
      return refusal.waiting
        ? `That it goes on is asked for already, as *${refusal.request}*. One waits at a time.`
        : `It was extended: it goes on as *${refusal.request}*. Use that one.`;
    case 'time-over':
      return `Too late: its time ended ${clock(refusal.at)}. Ask anew.`;
    case 'not-shorter':
      return refusal.longest === undefined
        ? 'Nothing was recorded: it was asked for for good, which cannot be shortened. Deny it, and say for how long it may be asked.'
        : `Nothing was recorded: it was asked for ${sayLength(refusal.longest)}, and an approver may only shorten that.`;
    case 'too-short':
      return `Nothing was recorded: the rule wants ${sayLength(refusal.least)} at least. Deny it if it should not be.`;
    case 'nothing-to-review':
      return refusal.reviewed === undefined
        ? 'There is nothing to review: it was not taken by break-glass, or came to nothing.'
        : `It is reviewed already, by ${mention(refusal.reviewed)}.`;
    case 'nothing-to-explain':
      return 'It says why already. What was shown to those who decide is not changed any more.';
    case 'not-to-be-applied':
      return 'Hallpass does not make this write itself: whoever wrote it has to do it again.';
    case 'nothing-to-ask-again':
      return 'There is nothing to ask again: only a direct write that was held and then denied, or what was ended early for a direct write, can be asked for again so.';
    case 'no-pods-to-end':
      return noPodsToEnd[refusal.why];
    case 'not-the-author':
      return 'Nothing was done: it was written as another Kubernetes user than yours. Whoever wrote it has to do it again.';
    case 'may-not-write':
      return `Nothing was done: the API server says that you may not make this write yourself any more. ${escaped(refusal.why)}`;
    case 'nothing-to-settle':
      return 'There is nothing to settle any more.';
    case 'choice-not-allowed':
      return `The policy does not allow that here; it allows: ${refusal.choices.join(', ')}.`;
  }
};

const noPodsToEnd = {
  'not-over': 'Nothing was asked: it has not ended yet. End it first, with `/jit done` or `/jit revoke`.',
  none: 'There is nothing to ask: nothing is known to have been opened under it in a pod by its name. Its card says what may be open besides.',
  'not-configured':
    'Nothing was asked: the policy has no kind of request by which pods are deleted. Whoever keeps the policy can change that; until then whoever may, deletes them: `kubectl delete pod …`.',
} as const;

/** What came of asking for the end of pods, namespace by namespace. */
export const sayPodsAsked = (all: readonly PodsAsked[]): string => all.map(sayAskedIn).join('\n');

const sayAskedIn = ({ namespace, pods, filed }: PodsAsked): string => {
  const which = escaped(`${pods.length === 1 ? 'pod' : 'pods'} ${few(pods, 5)} in ${namespace}`);
  if (!filed.ok) return `Not asked, to delete ${which}: ${sayNotFiled(filed.error)}`;
  const { chain, isNew } = filed.value;
  const { id, approval } = chain.request.asked;
  const card = `The card is in <#${approval.channel}>.`;
  if (!isNew) return `Asked already, to delete ${which}: *${id}* ${sayStanding(chain.request.state.status)}. ${card}`;
  return approval.auto === true
    ? `Asked, as *${id}*, to delete ${which}, and approved by the rule *${escaped(approval.rule)}* itself. ${card}`
    : `Asked, as *${id}*, to delete ${which}. It has to be approved first. ${card}`;
};

/** What was asked for a grant to go on, and what becomes of it meanwhile. */
export const sayExtensionAsked = ({ id, approval, seconds, extends: before }: Asked): string => {
  const until = before === undefined ? '' : `, until ${clock(before.expiresAt.add({ seconds: seconds ?? 0 }))}`;
  const first = before === undefined ? '' : ` Until it is approved, *${before.request}* stays as it is.`;
  return `Asked, as *${id}*: ${sayLength(seconds)} more${until}. The card is in <#${approval.channel}>.${first}`;
};

/** Says in mrkdwn why a grant does not go on. */
export const sayNotExtended = (refused: ExtendRefusal): string =>
  refused.of === 'grant' ? sayNotDone(refused.refusal, 'extend') : sayNotFiled(refused.refusal);

/** Who settled it and when. The time is that of the state: of a grant its start, and its end once it has ended. */
const sayOver = ({ status, by, at }: Extract<Refusal, { type: 'already-over' }>): string => {
  const who = by.length === 0 ? '' : ` by ${by.map((person: PersonId) => mention(person)).join(' and ')}`;
  return `Too late, nothing changed: the request ${sayOutcome(status, who, clock(at))}.`;
};

/** `who` are those who decided: of a grant that has ended, those who approved it and not whoever ended it. */
const sayOutcome = (status: Status, who: string, when: string): string => {
  switch (status) {
    case 'pending':
      return `has been waiting for a decision since ${when}`;
    case 'approved':
      return `was approved${who} ${when}; it is being applied now`;
    case 'active':
      return `was approved${who}; it is active now, since ${when}`;
    case 'completed':
      return `was approved${who} and done ${when}`;
    case 'revoked':
      return `was approved${who} and has ended; the end was ${when}`;
    case 'denied':
      return `was denied${who} ${when}`;
    case 'withdrawn':
      return `was withdrawn${who} ${when}`;
    case 'timed-out':
      return `ran out of time ${when}; nobody had decided`;
    case 'lapsed':
      return `lapsed ${when}; nothing came of it`;
    case 'failed':
      return `could not be applied; that was ${when}, and nothing is in force`;
  }
};

/** Where a request stands, for somebody who wants to end what it has not given or does not give any more. */
const sayStanding = (status: Status): string => {
  switch (status) {
    case 'pending':
      return 'is waiting for a decision';
    case 'approved':
      return 'is approved and being applied';
    case 'active':
      return 'is active';
    case 'completed':
      return 'was done for good';
    case 'revoked':
      return 'has ended';
    case 'denied':
      return 'was denied';
    case 'withdrawn':
      return 'was withdrawn';
    case 'timed-out':
      return 'ran out of time';
    case 'lapsed':
      return 'lapsed';
    case 'failed':
      return 'could not be applied';
  }
};

export const notRecorded =
  'Not recorded yet: the log did not answer in time. If the card does not change, click again; nothing is counted twice.';
export const wentWrong =
  'Nothing was done: something on our side failed, and the administrators can see it. Try again in a minute.';
