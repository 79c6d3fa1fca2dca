import type { KnownBlock, MessageMetadata } from '@slack/types';
import type { Standing } from '#domain/quorum.ts';
import type { Chain } from '#domain/request/chain.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { approvalsLine } from './approvals.ts';
import { actionRow, context, header, line, markupOf, mrkdwn, type Piece, richText } from './blocks.ts';
import { buttonsOf } from './card-buttons.ts';
import { cautionBlock, cautionsOf, factsBlock, outcomeBlocks, reasonBlock } from './card-parts.ts';
import { escaped, link } from './mrkdwn.ts';
import { statusLine } from './status-line.ts';

/** What is shown of a request, and in the words of its kind as it is configured now, if it still is. */
export type CardInput = {
  readonly chain: Chain;
  readonly description?: Description;
  /** For whom the voters count, as their groups are now. */
  readonly standing?: Standing;
  /** Where the card stands in its channel; for copies of it shown elsewhere. */
  readonly permalink?: string;
};

export type Message = {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly metadata: MessageMetadata;
};

export const cardEvent = 'hallpass_card';

/** As in "Edit Ingresses · shop-front"; the kind's name when the kind cannot say it any more. Not escaped. */
export const titleOf = ({ request: { asked } }: Pick<Chain, 'request'>, description?: Description): string =>
  `${cut(oneLine(description?.title ?? asked.kind), 80)} · ${cut(oneLine(asked.namespace), 64)}`;

/**
 * Draws the card of a request as its log stands: what, where, for whom, with which power and why, how far it is, and
 * the buttons that make sense now. Pure. Within Slack's limits whatever is in the log; what does not fit is counted.
 */
export const renderCard = ({ chain, description, standing, permalink }: CardInput): Message => {
  const { asked } = chain.request;
  const cautions = cautionsOf(chain, description);
  const approvals = approvalsLine(chain, standing);
  const buttons = buttonsOf(chain.request, cautions, description);
  return {
    text: summary(chain, description),
    blocks: [
      header(titleOf(chain, description)),
      richText(line(...statusLine(chain))),
      ...outcomeBlocks(chain),
      ...cautionBlock(cautions, description),
      factsBlock(chain, description),
      reasonBlock(asked.reason),
      ...(approvals.length === 0 ? [] : [richText(line(...approvals))]),
      ...(buttons.length === 0 ? [] : [actionRow(buttons)]),
      context(signature(chain, permalink)),
    ],
    metadata: { event_type: cardEvent, event_payload: { request: asked.id, revision: asked.revision } },
  };
};

/** One line that says it all without blocks: at most 1,000 characters, as mrkdwn. */
const summary = (chain: Chain, description?: Description): string => {
  const pieces: readonly Piece[] = [
    `${titleOf(chain, description)} · ${chain.request.asked.id} · `,
    ...statusLine(chain),
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
