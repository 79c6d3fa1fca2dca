import { z } from 'zod';
import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import { checkBlocks } from '#local/slack/block-kit/check.ts';
import type { Core } from './core.ts';
import type { Metadata } from './state.ts';

/** Slack truncates a posted text above this; here it is refused, since a truncated card is a broken one. */
export const maxPostText = 40_000;
/** docs.slack.dev/reference/methods/chat.update */
export const maxUpdateText = 4_000;
/** Slack documents `metadata_too_large` without a number; a small one keeps metadata to ids and hashes. */
export const maxMetadata = 3_000;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const flat = z.record(z.string(), scalar);
const MetadataInput = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.union([scalar, flat, z.array(flat), z.array(scalar)])),
});

export type Content = { text: string; blocks: StoredBlock[]; metadata?: Metadata };
export type CheckedContent = { ok: true; content: Content } | { ok: false; error: string; messages?: string[] };

export const checkMetadata = (raw: unknown): { ok: true; metadata?: Metadata } | { ok: false; error: string } => {
  if (raw === undefined) return { ok: true };
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    return { ok: false, error: 'invalid_metadata_format' };
  const parsed = MetadataInput.safeParse(raw);
  if (!parsed.success) return { ok: false, error: 'invalid_metadata_schema' };
  if (JSON.stringify(raw).length > maxMetadata) return { ok: false, error: 'metadata_too_large' };
  return { ok: true, metadata: parsed.data };
};

/** Checks what a message says. Blocks or text must be there. */
export const checkContent = (
  core: Core,
  input: { text?: string | undefined; blocks?: unknown; metadata?: unknown },
  maxText: number,
): CheckedContent => {
  if ((input.text ?? '').length > maxText) return { ok: false, error: 'msg_too_long' };
  const checked = input.blocks === undefined ? undefined : checkBlocks(input.blocks, 'message', () => core.newId(''));
  if (checked && !checked.ok) return { ok: false, error: checked.error, messages: checked.messages };
  const blocks = checked?.ok ? checked.blocks : [];
  if ((input.text ?? '') === '' && blocks.length === 0) return { ok: false, error: 'no_text' };
  const metadata = checkMetadata(input.metadata);
  if (!metadata.ok) return metadata;
  return {
    ok: true,
    content: {
      text: input.text ?? '',
      blocks,
      ...(metadata.metadata === undefined ? {} : { metadata: metadata.metadata }),
    },
  };
};
