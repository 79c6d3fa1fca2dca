import type { KnownBlock, MessageMetadata } from '@slack/types';
import { cardRoom } from '#domain/content/content.ts';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Drift, Use } from '#domain/request/events.ts';
import { isOver, type State } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import type { Attempts } from '#use-cases/guard-ports.ts';
import { approvalsLine } from './approvals.ts';
import {
  actionRow,
  charactersOf,
  context,
  header,
  limits,
  line,
  markupOf,
  mrkdwn,
  type Piece,
  richText,
} from './blocks.ts';
import { buttonsOf, hasDetails, wholeText } from './card-buttons.ts';
import {
  attemptsBlock,
  factsBlock,
  outcomeBlocks,
  reasonBlock,
  revisionBlock,
  sharesAt,
  unreadableBlock,
} from './card-parts.ts';
import {
  cautionBlock,
  cautionsOf,
  hidesSome,
  noFindings,
  pastCautionBlock,
  pastCautions,
  titleMarks,
  worstNew,
} from './cautions.ts';
import { contentBlock, type Room } from './content-block.ts';
import { wordedTitle } from './described.ts';
import { choiceBlock, foundBlock } from './drift-words.ts';
import { escaped, link } from './mrkdwn.ts';
import { hidesReach, reachBlock, reachIn } from './reach.ts';
import { statusLine } from './status-line.ts';

/** What is shown of a request, and in the words of its kind as it is configured now, if it still is. */
export type CardInput = {
  readonly chain: Chain;
  readonly description?: Description;
  /** For whom the voters count, as their groups are now. */
  readonly standing?: Standing;
  /** What it does in the cluster, for kinds that change what is there. */
  readonly shown?: Shown;
  /** Whether it makes sense to offer that it is extended. */
  readonly mayGoOn?: boolean;
  /** Where the card stands in its channel; for copies of it shown elsewhere. */
  readonly permalink?: string;
  /** Of a held write: how often it was tried. */
  readonly attempts?: Attempts;
  /** What was opened under the grants that it went on from. */
  readonly before?: readonly Use[];
};

export type Message = {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly metadata: MessageMetadata;
};

export const cardEvent = 'hallpass_card';

/** What was taken without asking looks like nothing else. */
const headline = (chain: Chain, description?: Description, shown?: Shown): string => {
  const { approval, drift } = chain.request.asked;
  const isBroken = approval.breakGlass !== undefined;
  const worst =
    drift === undefined ? worstNew(cautionsOf(chain, description, shown)) : severityOf(drift, chain.request.state);
  return `${isBroken ? '🚨 BREAK-GLASS · ' : ''}${worst === undefined ? '' : titleMarks[worst]}${titleOf(chain, description)}`;
};

/** Of what was done, as long as somebody has to look at it; and not of its being put back. */
const severityOf = ({ risk }: Drift, { status }: State) => (risk === 'none' || isOver(status) ? undefined : risk);

/** As in "Edit Ingresses · shop-front"; the kind's name when the kind cannot say it any more. Not escaped. */
export const titleOf = ({ request: { asked } }: Pick<Chain, 'request'>, description?: Description): string =>
  `${cut(oneLine(wordedTitle(asked, description)), 80)} · ${cut(oneLine(asked.namespace), 64)}`;

/**
 * Draws the card of a request as its log stands: what, where, for whom, with which power and why, how far it is, and
 * the buttons that make sense now. Pure. Within Slack's limits whatever is in the log; what does not fit is counted.
 */
export const renderCard = (input: CardInput): Message => {
  const { asked } = input.chain.request;
  return {
    text: summary(input.chain, input.description, input.shown),
    blocks: blocksOf({ ...input, shown: input.shown ?? unread(asked) }),
    metadata: { event_type: cardEvent, event_payload: { request: asked.id, revision: asked.revision } },
  };
};

/** What there is to read and was not read is as good as unreadable. */
const unread = ({ content, around }: Chain['request']['asked']): Shown =>
  content === undefined && around === undefined ? { type: 'none' } : { type: 'unreadable' };

/** How much shorter what stands around a diff is made, step by step, before the diff itself is. */
const scales = [1, 0.5, 0.25, 0.15] as const;

/** What `fits` promises is shown whole while it is decided on; only what is longer than that has what the rest leaves. */
const blocksOf = (input: CardInput): readonly KnownBlock[] => {
  if (input.shown?.type !== 'shown') return compose(input, 1);
  for (const scale of scales) {
    const blocks = compose(input, scale);
    if (charactersOf(blocks) <= limits.messageCharacters) return blocks;
  }
  const scale = scales[scales.length - 1] ?? 1;
  let left = limits.messageCharacters - charactersOf(compose(input, scale, { characters: 0, lines: 0 }));
  for (;;) {
    const room = { characters: Math.max(0, left), lines: cardRoom.lines };
    const blocks = compose(input, scale, room);
    const over = charactersOf(blocks) - limits.messageCharacters;
    // What stands between the lines of a diff, and is not there without them, takes some room too.
    if (over <= 0 || room.characters === 0) return blocks;
    left -= over;
  }
};

const compose = (
  { chain, description, standing, shown, mayGoOn, permalink, attempts, before = [] }: CardInput,
  scale: number,
  room?: Room,
): readonly KnownBlock[] => {
  const { asked, state } = chain.request;
  const share = sharesAt(scale);
  const cautions = cautionsOf(chain, description, shown);
  const approvals = approvalsLine(chain, standing);
  const hasMore = hidesSome(cautions, share.cautions) || hidesReach(reachIn(shown), share.reach);
  const buttons = buttonsOf(chain.request, cautions, {
    version: chain.entries.length,
    description,
    shown,
    mayGoOn,
    hasMore,
    before,
  });
  const where = `press ${wholeText(shown)}`;
  const { drift } = asked;
  const beware = cautionBlock(cautions, share.cautions, readAt(description, shown));
  const reaches = isOver(state.status) ? [] : reachBlock(reachIn(shown), share.reach, where);
  const facts = factsBlock(chain, share, description, shown);
  return [
    header(headline(chain, description, shown)),
    richText(line(...statusLine(chain, description?.noun))),
    ...unreadableBlock(chain, shown),
    ...revisionBlock(chain),
    ...outcomeBlocks(chain, share, description, before),
    // What is dangerous in what was found comes first; what is in its being put back stands where that is.
    ...(drift === undefined
      ? [...beware, ...(state.status === 'pending' ? noFindings(cautions, shown) : []), ...reaches, facts]
      : [foundBlock(drift, share.powers), facts, ...choiceBlock(drift, state), ...beware, ...reaches]),
    ...(shown?.type === 'shown' && hasDetails(shown.content)
      ? [contentBlock(shown.content, asked, state.status === 'pending', room)]
      : []),
    ...(attempts === undefined || isOver(state.status) ? [] : attemptsBlock(attempts)),
    ...(drift === undefined ? [reasonBlock(chain.request, share)] : []),
    ...pastCautionBlock(pastCautions(chain, description, shown), share.cautions / 2),
    ...(approvals.length === 0 ? [] : [richText(line(...approvals))]),
    ...(buttons.length === 0 ? [] : [actionRow(buttons)]),
    context(signature(chain, permalink)),
  ];
};

/** Where what a card leaves out is read. */
const readAt = (description: Description | undefined, shown: Shown | undefined): string =>
  shown?.type === 'shown' || description?.noun !== 'access'
    ? `press ${wholeText(shown)}`
    : `read profile ${cut(description.profiles.join(', '), 80)}`;

/** One line that says it all without blocks: at most 1,000 characters, as mrkdwn. */
const summary = (chain: Chain, description?: Description, shown?: Shown): string => {
  const pieces: readonly Piece[] = [
    `${headline(chain, description, shown)} · ${chain.request.asked.id} · `,
    ...statusLine(chain, description?.noun),
  ];
  return mrkdwn(markupOf(pieces), 1_000).text;
};

const signature = ({ request: { asked } }: Chain, permalink?: string): string =>
  [
    `Request *${asked.id}*`,
    `revision ${asked.revision}`,
    `rule ${escaped(cut(oneLine(asked.approval.rule), 80))}`,
    ...(permalink === undefined ? [] : [link(permalink, 'its card and thread')]),
  ].join(' · ');
