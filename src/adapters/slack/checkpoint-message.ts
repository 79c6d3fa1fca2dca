import { z } from 'zod';
import { type Checkpoint, checkpointsIn, checkpointText, type SeenCheckpoint } from '#domain/audit/checkpoint.ts';
import type { Trust } from '#domain/request/chain.ts';
import { bold, line, richText } from './blocks.ts';
import type { Message } from './card.ts';
import { dateFallback } from './mrkdwn.ts';

export const checkpointEvent = 'hallpass_checkpoint';

/** Lines in one piece: Slack takes no more than some 3,000 characters in one, and a head is 45, of what is removed 53. */
const perPiece = 50;

/** A checkpoint as a message that holds all of it: it is verified from the channel alone. */
export const renderCheckpoint = (checkpoint: Checkpoint): Message => {
  const { number, hash, previous, at } = checkpoint;
  const what = sayCheckpoint(checkpoint);
  const when = dateFallback(Temporal.Instant.from(at));
  const lines = checkpointText(checkpoint);
  const pieces = Array.from({ length: Math.ceil(lines.length / perPiece) }, (_, index) =>
    lines.slice(index * perPiece, (index + 1) * perPiece).join('\n'),
  );
  return {
    text: `Checkpoint ${number}: ${what}, ${when}`,
    blocks: [
      richText(
        line('🔖 ', bold(`Checkpoint ${number}`), `: ${what} · ${when}`),
        ...pieces.map((text) => ({
          type: 'rich_text_preformatted' as const,
          elements: [{ type: 'text' as const, text }],
        })),
      ),
    ],
    metadata: { event_type: checkpointEvent, event_payload: { number, hash, previous } },
  };
};

/** What it says, in words. */
const sayCheckpoint = ({ heads, removed = [], retention }: Checkpoint): string =>
  [
    ...(heads.length === 0 ? [] : [`how far the ${sayLogs(heads.length)} had grown`]),
    ...(removed.length === 0
      ? []
      : [`the ${sayLogs(removed.length)}, kept for ${retention} days, ${removed.length === 1 ? 'is' : 'are'} removed`]),
  ].join('; ');

const sayLogs = (count: number): string => (count === 1 ? 'log of 1 request' : `logs of ${count} requests`);

const piece = z.object({
  type: z.literal('rich_text_preformatted'),
  elements: z.array(z.object({ text: z.string().optional(), url: z.string().optional() })),
});
const block = z.object({ type: z.literal('rich_text'), elements: z.array(z.unknown()) });
const payload = z.object({ number: z.int(), hash: z.string(), previous: z.string() });

/** What a message says of a checkpoint: all of it, and what its metadata claims. */
export type ReadCheckpoint = {
  readonly seen?: SeenCheckpoint | undefined;
  /** By its metadata. */
  readonly claimed?: z.infer<typeof payload> | undefined;
};

/** Undefined for a message that is about something else. */
export const readCheckpointMessage = (
  message: {
    readonly blocks?: unknown;
    readonly metadata?: { readonly event_type: string; readonly event_payload: unknown } | undefined;
  },
  trust: Trust,
): ReadCheckpoint | undefined => {
  const blocks = z.array(z.unknown()).safeParse(message.blocks).data ?? [];
  const pieces = blocks
    .flatMap((one) => block.safeParse(one).data?.elements ?? [])
    .flatMap((one) => {
      const found = piece.safeParse(one).data;
      return found === undefined ? [] : [found.elements.map(({ text, url }) => text ?? url ?? '').join('')];
    });
  const [seen] = checkpointsIn(pieces.join('\n'), trust);
  const isOne = message.metadata?.event_type === checkpointEvent;
  if (seen === undefined && !isOne) return undefined;
  const claimed = isOne ? payload.safeParse(message.metadata?.event_payload).data : undefined;
  return { ...(seen === undefined ? {} : { seen }), ...(claimed === undefined ? {} : { claimed }) };
};
