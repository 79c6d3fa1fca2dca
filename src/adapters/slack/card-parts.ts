import type { RichTextBlock } from '@slack/types';
import { canonical, type Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Use } from '#domain/request/events.ts';
import { type Asked, isOver, type Request, type State } from '#domain/request/request.ts';
import { lacksReason } from '#domain/request/terms.ts';
import { type Source, sourceOf } from '#domain/source.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import type { Attempts } from '#use-cases/guard-ports.ts';
import { writtenBy } from './approvals.ts';
import { bold, bullets, code, date, line, lines, type Piece, quote, richText, user } from './blocks.ts';
import { conflictLines } from './conflicts.ts';
import { mostNamed } from './content-block.ts';
import { briefly, cutMiddle, excerpt, fitting, more } from './excerpt.ts';
import { triedOnCard } from './misuse.ts';
import { cameToAnEnd, nothingTakesItBack, sayAfter, sayHowLong, sayLength } from './nouns.ts';
import { goesOnAs, proofLines } from './proofs.ts';
import { revertedSummary } from './reverted.ts';
import { rolloutOnCard } from './rollouts.ts';
import { summaryOnCard } from './summary.ts';
import { trippedOnCard } from './tripped.ts';
import { streamLines } from './uses.ts';

/**
 * Shares of the 10,000 characters that a message may hold; together with what else is on a card without a diff they stay
 * below it. A diff has precedence: then each of them has as much less.
 */
const whole = {
  cautions: 1_600,
  reach: 1_200,
  objects: 1_200,
  powers: 1_600,
  ask: 1_000,
  reason: 1_000,
  decision: 500,
  proofs: 1_400,
  conflicts: 3_400,
};
export type Shares = typeof whole;
export const sharesAt = (scale: number): Shares => ({
  cautions: whole.cautions * scale,
  reach: whole.reach * scale,
  objects: whole.objects * scale,
  powers: whole.powers * scale,
  ask: whole.ask * scale,
  reason: whole.reason * scale,
  decision: whole.decision * scale,
  proofs: whole.proofs * scale,
  // Somebody has to decide on them: they are never shortened for a diff.
  conflicts: whole.conflicts,
});
const reasonLines = 12;

/** What it would do was altered or is gone: loud, because nobody can know what they would agree to. */
export const unreadableBlock = ({ request: { state } }: Chain, shown?: Shown): readonly RichTextBlock[] => {
  if (shown?.type !== 'unreadable') return [];
  const what = 'What this changes cannot be shown: its record was altered or is gone';
  const then = state.status === 'pending' ? '. Nobody can approve it; deny or withdraw it, and ask for it anew' : '';
  return [richText(line('🚨 ', bold(`${what}${then}.`)))];
};

/** Which revision it is and why, while somebody may still take it for the one before. */
export const revisionBlock = ({ request: { asked, state }, entries }: Chain): readonly RichTextBlock[] => {
  const revised = entries.findLast(({ event }) => event.type === 'revised')?.event;
  if (revised?.type !== 'revised' || (state.status !== 'pending' && state.status !== 'approved')) return [];
  const why = cutMiddle(oneLine(revised.why), 200).replace(/\.$/, '');
  return [richText(line('🔁 ', bold(`Revision ${asked.revision}`), `: ${why}; earlier approvals do not count`))];
};

/** Who gets what, where, with which power and for how long. */
export const factsBlock = (
  { request: { asked, state }, entries }: Chain,
  share: Shares,
  description?: Description,
  shown?: Shown,
): RichTextBlock => {
  const what = description === undefined ? [unexplained(asked, share)] : described(asked, share, description, shown);
  const who = whoAsks(asked);
  const where: readonly Piece[] = [
    'cluster ',
    code(cut(asked.cluster, 80)),
    ' · namespace ',
    code(cut(asked.namespace, 80)),
  ];
  return richText(
    lines([
      [bold('Who  '), ...who, ` · ${wayOf(asked)}, `, date(asked.submittedAt)],
      [bold('Where  '), ...where],
      ...(asked.drift === undefined
        ? [[...howLong(asked, isOver(state.status), description), ...shortened(entries, asked)]]
        : []),
      ...starts(asked),
      ...(asked.approval.stepUp === true && state.status === 'pending'
        ? [[bold('Approve  '), 'outside of Slack: ', code(`hallpass approve ${asked.id}`)]]
        : []),
      ...goesOnFrom(asked),
      ...(asked.held?.selfHeals === true
        ? [
            [
              '⚠️ ',
              bold('Self-healing'),
              `: ${cut(oneLine(asked.held.writer ?? ''), 60)} puts back what others change here`,
            ],
          ]
        : []),
      ...follows(asked),
      ...what,
    ]),
    ...(description === undefined ? [] : powers(description, share)),
  );
};

const whoAsks = (asked: Asked): readonly Piece[] => {
  if (asked.held !== undefined) return [...writtenBy(asked), ' directly, and it was held'];
  if (asked.drift !== undefined) return ['nobody asked'];
  if (asked.caller !== undefined) return byCaller(asked, asked.caller);
  return asked.requester === asked.subject
    ? [user(asked.requester), ' asks']
    : [user(asked.requester), ' asks for ', user(asked.subject)];
};

/** It asks, and somebody answers for it, who is told of it as of what they ask themselves. */
const byCaller = (
  { requester, subject }: Asked,
  { name, agent, own }: NonNullable<Asked['caller']>,
): readonly Piece[] => [
  agent === true ? '🤖 agent ' : 'pipeline ',
  bold(oneLine(name)),
  ...(own === true ? [' asks for itself'] : subject === requester ? [' asks'] : [' asks for ', user(subject)]),
  ', ',
  user(requester),
  ' answers for it',
];

/** By which way it came in, as whoever took it in wrote down. It is said, and lets nothing in. */
const ways: Readonly<Record<Source, string>> = {
  slack: 'from Slack',
  kubectl: 'by kubectl',
  api: 'over the API',
  cli: 'from the command line',
  mcp: 'by an agent, over MCP',
  drift: 'found by Hallpass',
};

const wayOf = (asked: Asked): string => (asked.held === undefined ? ways[sourceOf(asked)] : 'with their own tools');

/** What stays is not to be read as one more duration, while somebody may still decide on it. */
const howLong = (asked: Asked, over: boolean, description?: Description): readonly Piece[] =>
  asked.seconds === undefined
    ? [...(over ? [] : ['⚠️ ']), bold(nothingTakesItBack)]
    : [bold('For  '), `${sayHowLong(asked)}${asked.extends === undefined ? sayAfter(asked, description?.noun) : ''}`];

/** The least that somebody gave who approved this revision, and who. */
const shortened = (entries: Chain['entries'], { revision }: Asked): readonly Piece[] => {
  const votes = entries.flatMap(({ event }) =>
    event.type === 'voted' && event.revision === revision && event.seconds !== undefined
      ? [{ by: event.by, seconds: event.seconds }]
      : [],
  );
  const [least] = votes.toSorted((one, other) => one.seconds - other.seconds);
  return least === undefined ? [] : [' · ', bold(`${sayLength(least.seconds)} at most`), ', says ', user(least.by)];
};

const starts = ({ startsAt }: Asked): readonly (readonly Piece[])[] =>
  startsAt === undefined ? [] : [[bold('From  '), date(startsAt), ', however early it is approved']];

/** What it goes on from, and how long all of it would be: that is what an approver agrees to. */
const goesOnFrom = ({ extends: before, seconds = 0 }: Asked): readonly (readonly Piece[])[] => {
  if (before === undefined) return [];
  const until = before.expiresAt.add({ seconds });
  const inAll = sayLength(Math.round(until.since(before.startedAt).total('seconds')));
  const from: readonly Piece[] = [code(before.request), ', which ends ', date(before.expiresAt)];
  return [[bold('Extends  '), ...from, ': until ', date(until), `, ${inAll} in all`]];
};

const follows = ({ follows: before }: Asked): readonly (readonly Piece[])[] =>
  before === undefined
    ? []
    : [[bold('Follows  '), code(before.request), `${cameToAnEnd(before)}${cutMiddle(oneLine(before.why), 120)}`]];

/** Objects that a diff names are not named twice; powers are introduced where they are listed below. */
const described = (
  asked: Asked,
  share: Shares,
  description: Description,
  shown?: Shown,
): readonly (readonly Piece[])[] => {
  const isNamed = shown?.type === 'shown' && shown.content.changes.length <= mostNamed;
  const isGrant = description.noun === 'access';
  const named = isGrant || (description.objects.length > 0 && !isNamed) ? [objects(asked, share, description)] : [];
  if (!isGrant && description.powers.length === 0) return named;
  return [...named, [bold(isGrant ? 'Can' : 'Does')]];
};

const objects = ({ namespace }: Asked, share: Shares, description: Description): readonly Piece[] => {
  if (description.objects.length === 0) {
    return [bold('Objects  '), bold(`ALL in namespace ${cut(namespace, 80)}, none named`)];
  }
  const { kept, left } = fitting(description.objects, share.objects);
  const names = kept.flatMap((name, index): readonly Piece[] => (index === 0 ? [code(name)] : [', ', code(name)]));
  const rest = kept.length === 0 ? `${left} objects` : ` and ${more(left, 'object')}`;
  return [bold('Objects  '), ...names, ...(left === 0 ? [] : [`${rest}, named in the thread`])];
};

const powers = (description: Description, share: Shares) => {
  if (description.noun !== 'access' && description.powers.length === 0) return [];
  const { kept, left } = fitting(
    description.powers.map((power) => cutMiddle(oneLine(power), Math.min(200, share.powers - 2))),
    share.powers,
  );
  const rest =
    description.noun === 'access' ? `and ${more(left, 'power')}, each weaker than these` : `and ${left} more`;
  const hidden = left === 0 ? [] : [[rest]];
  return [bullets([...kept.map((power) => [power]), ...(kept.length + hidden.length === 0 ? [['nothing']] : hidden)])];
};

/** Once is how it came to be; after that somebody, or something, goes on trying. */
export const attemptsBlock = ({ count, last, by }: Attempts): readonly RichTextBlock[] =>
  count < 2 ? [] : [richText(line(bold('Tried  '), `${count} times, last by ${cut(oneLine(by), 80)}, `, date(last)))];

/** What the log holds when nobody can put it into words any more. */
const unexplained = ({ kind, ask }: Asked, share: Shares): readonly Piece[] => {
  const { shown, hidden } = excerpt(canonical(ask as Json), { characters: share.ask, lines: 5 });
  return [
    bold(`Asked (${cut(oneLine(kind), 40)})  `),
    code(shown),
    ...(hidden === undefined ? [] : [` and ${hidden}`]),
  ];
};

/** The requester's own words, and where the rest of them is. */
export const reasonBlock = ({ asked, explained }: Request, share: Shares): RichTextBlock => {
  // What stands there is ours, and nobody's words.
  if (explained === undefined && lacksReason(asked))
    return richText(line(bold('Why  '), 'not said with the write; ask whoever wrote it'));
  const reason = explained?.reason ?? asked.reason;
  const { shown, hidden } = excerpt(reason, { characters: share.reason, lines: reasonLines });
  const rest = hidden === undefined ? [] : [line(`${hidden} in the thread`)];
  return richText(line(bold('Why, in their words')), quote(shown), ...rest);
};

/** What people and the API server said at the end: the words of a denial or revocation, what was taken back, the proof. */
export const outcomeBlocks = (
  chain: Chain,
  share: Shares,
  description: Description | undefined,
  before: readonly Use[],
): readonly RichTextBlock[] => {
  const said = decisionReason(chain);
  const { asked, state } = chain.request;
  const tried = [
    ...triedOnCard(asked, state, share.decision),
    ...trippedOnCard(state, share.decision),
    ...summaryOnCard(state),
    ...rolloutOnCard(state, share.decision),
  ];
  const decision =
    said === ''
      ? []
      : [richText(...settledBy(state), quote(excerpt(said, { characters: share.decision, lines: 8 }).shown))];
  const words = [...(tried.length === 0 ? [] : [richText(...tried)]), ...decision];
  if (state.status === 'active' && state.conflict !== undefined && state.settled === undefined)
    return [...words, richText(conflictLines(state.conflict.conflicts, share.conflicts))];
  if (state.status !== 'revoked') return words;
  const summary = revertedSummary(state.reverted, chain.entries);
  const opened = streamLines(state, before, share.decision);
  const streams = opened.length === 0 ? [] : [richText(...opened)];
  const reverted = summary === '' ? [] : [richText(line('Taken back: ', bold(briefly(summary))))];
  return [
    ...words,
    ...reverted,
    ...(isProven(chain, description) ? [richText(proofLines(state.proofs, share.proofs, goesOnAs(state)))] : []),
    ...streams,
  ];
};

/** Whose words they are, once the status line does not say it any more. */
const settledBy = (state: State) => {
  if (state.status !== 'revoked' || state.settled === undefined) return [];
  const { by, choice } = state.settled;
  return [line(user(by), choice === 'keep' ? ' kept what somebody else made of it:' : ' restored it as it was:')];
};

/** Access is proven to be gone. What was changed is not: it was taken back, and the objects say so. */
export const isProven = ({ request: { asked, state } }: Pick<Chain, 'request'>, description?: Description): boolean => {
  if (state.status !== 'revoked') return false;
  if (state.proofs.length > 0 || description?.noun === 'access') return true;
  return description === undefined && asked.content === undefined && state.reverted.length === 0;
};

const decisionReason = ({ request: { state }, entries }: Chain): string => {
  if (state.status === 'denied') return state.reason;
  if ((state.status === 'active' || state.status === 'revoked') && state.settled !== undefined)
    return state.settled.reason;
  const asked = entries.findLast(({ event }) => event.type === 'end-requested')?.event;
  return asked?.type === 'end-requested' ? asked.reason : '';
};
