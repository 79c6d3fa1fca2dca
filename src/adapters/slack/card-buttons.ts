import type { Button } from '@slack/types';
import type { Content } from '#domain/content/content.ts';
import type { Use } from '#domain/request/events.ts';
import type { Asked, Request, State } from '#domain/request/request.ts';
import { isConfirmed, needsReview } from '#domain/request/terms.ts';
import { cut, oneLine } from '#domain/text.ts';
import { openPods } from '#domain/watch/open-pods.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import { actions, buttonValue, drawnValue } from './action-ids.ts';
import { type ButtonSettings, button, limits } from './blocks.ts';
import { type Caution, criticalAmong, isCritical } from './cautions.ts';
import { wordedTitle } from './described.ts';
import { more } from './excerpt.ts';
import { clock, cutMarkup, escaped, mention } from './mrkdwn.ts';
import { nothingTakesItBack, sayHowLong } from './nouns.ts';
import { brieflyObjects } from './objects-line.ts';

/** What the buttons depend on beside the request; `mayGoOn`: it makes sense to offer that it is extended. */
export type ButtonContext = {
  /** Of the request's log. */
  readonly version: number;
  readonly description?: Description | undefined;
  readonly shown?: Shown | undefined;
  readonly mayGoOn?: boolean | undefined;
  /** Whether the card leaves out something to beware of. */
  readonly hasMore?: boolean | undefined;
  /** What was opened under the grants that it went on from. */
  readonly before?: readonly Use[] | undefined;
};

/** Whether there are lines to read; none are shown of what is deleted by its uid alone. */
export const hasDiff = (shown?: Shown): boolean =>
  shown?.type !== 'shown' || shown.content.changes.some(({ diff }) => diff !== '');

/** What the button to all of it says. */
export const wholeText = (shown?: Shown): string => {
  if (shown?.type !== 'shown' || hasDiff(shown)) return 'Full diff';
  return hasDetails(shown.content) ? 'Details' : 'All findings';
};

/** Whether there is something to say of it beside what to beware of. */
export const hasDetails = ({ changes, notes }: Content): boolean => changes.length + notes.length > 0;

/**
 * The buttons that make sense in a request's state; once it is over, while it is applied, or while it is ended, none but
 * the look at what it does, and what may be open still of it. What cannot be read cannot be approved.
 */
export const buttonsOf = (
  request: Request,
  cautions: readonly Caution[],
  { version, description, shown, mayGoOn = false, hasMore = false, before = [] }: ButtonContext,
): readonly Button[] => {
  const { asked, state } = request;
  const value = buttonValue(asked);
  const giving = drawnValue(asked, version);
  const toReview = needsReview(request) && state.status !== 'approved';
  const review = toReview ? [button({ text: 'Review', action: actions.review, value: giving, style: 'primary' })] : [];
  const isMore = shown?.type === 'shown' && (hasDetails(shown.content) || hasMore);
  const whole = isMore ? [button({ text: wholeText(shown), action: actions.whole, value })] : [];
  if (state.status === 'pending') {
    const isFound = asked.drift !== undefined;
    const cannot = shown?.type === 'unreadable' || asked.drift?.byAuthor === true;
    if (isFound)
      return [
        ...(cannot ? [] : approve(giving, asked, cautions, description)),
        button({ text: 'Accept', action: actions.accept, value: giving }),
        ...whole,
      ];
    return [
      ...(cannot ? [] : approve(giving, asked, cautions, description)),
      button({ text: 'Deny', action: actions.deny, value, style: 'danger' }),
      ...whole,
      button({ text: 'Withdraw', action: actions.withdraw, value }),
    ];
  }
  // It waits for its time to begin, or for whoever wrote it.
  if (state.status === 'approved' && state.ending === undefined && doesWait(asked, state))
    return [
      button({ text: 'Withdraw', action: actions.withdraw, value }),
      button({ text: 'Revoke', action: actions.revoke, value, style: 'danger' }),
      ...whole,
    ];
  if (state.status === 'revoked') return [...review, ...endPods(state, before, value), ...whole];
  if (state.status !== 'active' || state.ending !== undefined) return [...review, ...whole];
  if (state.conflict !== undefined)
    return [...review, ...(state.settled === undefined ? settle(giving, asked) : []), ...whole];
  return [
    ...review,
    ...ownersButtons(asked, mayGoOn),
    button({ text: 'Revoke', action: actions.revoke, value, style: 'danger' }),
    ...whole,
  ];
};

/** A request of its own, which is decided on. */
const endPods = (state: State, before: readonly Use[], value: string): readonly Button[] =>
  openPods(state, before).length === 0 ? [] : [button({ text: 'End pods', action: actions.endPods, value })];

const doesWait = (asked: Asked, state: Extract<Request['state'], { status: 'approved' }>): boolean =>
  asked.startsAt !== undefined || (asked.held !== undefined && !isConfirmed(asked, state));

/** What those whose grant it is may want with it while it is in force. */
export const ownersButtons = (asked: Asked, mayGoOn: boolean): readonly Button[] => {
  const value = buttonValue(asked);
  return [
    ...(mayGoOn ? [button({ text: 'Extend', action: actions.extend, value })] : []),
    button({ text: 'Done', action: actions.done, value }),
  ];
};

/** The ways out of a conflict that the policy allows. */
const settle = (value: string, { approval }: Asked): readonly Button[] => {
  const ways = {
    keep: button({ text: 'Keep as it is now', action: actions.keep, value }),
    restore: button({ text: 'Restore as it was', action: actions.restore, value, style: 'danger' }),
  };
  return (approval.settle ?? (['keep', 'restore'] as const)).map((choice) => ways[choice]);
};

/** What is for a time may be approved for less of it. */
const approve = (
  value: string,
  asked: Asked,
  cautions: readonly Caution[],
  description?: Description,
): readonly Button[] => {
  const confirm = secondLook(asked, cautions, description);
  const less = confirm === undefined ? {} : { confirm: { ...confirm, yes: 'Go on' } };
  return [
    button({
      text: asked.drift === undefined ? 'Approve' : 'Put back',
      action: actions.approve,
      value,
      style: 'primary',
      ...(confirm === undefined ? {} : { confirm }),
    }),
    ...(asked.seconds === undefined
      ? []
      : [button({ text: 'Approve for less', action: actions.approveLess, value, ...less })]),
  ];
};

/** A second look is asked for only where there is something to look at: a dialog at each click is clicked away unread. */
const secondLook = (
  asked: Asked,
  cautions: readonly Caution[],
  description?: Description,
): ButtonSettings['confirm'] => {
  const [worst, ...rest] = cautions;
  const isForGood = asked.seconds === undefined;
  if (worst === undefined && !isForGood) return undefined;
  const confirm = wordsFor(asked, isCritical(cautions));
  const isKept = isForGood && asked.drift === undefined;
  const what = `${whatIsApproved(asked, description)}${isKept ? `\n*${nothingTakesItBack}*` : ''}`;
  if (worst === undefined) return { ...confirm, markup: what };
  if (isCritical(cautions)) return { ...confirm, markup: criticalMarkup(cautions, what) };
  const others = rest.length === 0 ? '' : ` And ${more(rest.length, 'caution')} on the card.`;
  // The caution has the room that is left: what is approved and how much is not shown are never cut for it.
  const room = limits.confirmText - what.length - others.length - '\n⚠️ '.length;
  const ports = through(description, room - leastOfCaution);
  const markup = `${what}${ports}\n⚠️ ${cutMarkup(escaped(worst.text), room - ports.length)}${others}`;
  return { ...confirm, markup };
};

const wordsFor = ({ drift }: Asked, critical: boolean) => {
  const no = 'Look again';
  if (drift !== undefined)
    return critical
      ? { title: 'CRITICAL once put back. Go on?', yes: 'Put back anyway', no, isDanger: true }
      : { title: 'Put this back?', yes: 'Put back', no };
  return critical
    ? { title: 'Approve something CRITICAL?', yes: 'Approve anyway', no, isDanger: true }
    : { title: 'Approve this?', yes: 'Approve', no };
};

/** What is critical comes first, and what is approved has the room that it leaves: the card says that too. */
const criticalMarkup = (cautions: readonly Caution[], what: string): string => {
  const critical = criticalAmong(cautions);
  const named = critical.slice(0, mostCritical);
  const each = Math.floor(roomOfCritical / named.length);
  const rest = critical.length - named.length;
  const first = named.map(({ text }) => `🔴 ${cutMarkup(escaped(text), each)}\n`).join('');
  const lead = `${first}${rest === 0 ? '' : `And ${more(rest, 'critical finding')} on the card.\n`}`;
  return `${lead}${cutMarkup(what, limits.confirmText - lead.length)}`;
};
const mostCritical = 2;
const roomOfCritical = 190;

const leastOfCaution = 80;

/** `@Alice · Edit Ingresses · shop-payments/ledger · 5m`, with the asker where that is another person; about 200 characters at most. */
const whatIsApproved = (asked: Asked, description?: Description): string => {
  const { requester, subject, namespace, seconds, startsAt } = asked;
  const who = requester === subject ? mention(subject) : `${mention(subject)} (${mention(requester)} asks)`;
  const objects = description === undefined ? '' : whichOf(description);
  const where = cutMarkup(escaped(`${cut(oneLine(namespace), 64)}${objects}`), 90);
  const room = 130 - where.length;
  const title = cutMarkup(escaped(cut(oneLine(wordedTitle(asked, description)), room)), room + 10);
  const from = startsAt === undefined ? [] : [`from ${clock(startsAt)}`];
  return [
    ...(asked.drift === undefined ? [who] : []),
    title,
    where,
    ...(seconds === undefined ? [] : [sayHowLong(asked)]),
    ...from,
  ].join(' · ');
};

/** On which ports an opening lets through, which its title does not say: whole, or not at all. */
const through = (description: Description | undefined, room: number): string => {
  const [power] = description?.noun === 'opening' ? description.powers : [];
  const line = power === undefined ? '' : `\n${escaped(oneLine(power))}`;
  return line.length > room ? '' : line;
};

/** "All" behind a slash would read as an object of that name. */
const whichOf = (description: Description): string => {
  if (description.objects.length > 0) return `/${brieflyObjects(description, 36)}`;
  return description.noun === 'access' ? ' (ALL objects)' : '';
};
