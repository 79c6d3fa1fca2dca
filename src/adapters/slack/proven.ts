import type { MessageMetadata } from '@slack/types';
import { z } from 'zod';
import { proveMessage } from '#domain/audit/proof.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Message } from './card.ts';
import { readText } from './read-text.ts';

const said = z.object({ request: z.string(), version: z.int(), hash: z.string() });

/** The same message with a proof of its own text in its metadata: whoever edits it, with its metadata or without, is found out. */
export const proven = (message: Message, signer: Signer, trust: Pick<Trust, 'digest'>): Message => {
  const { event_type, event_payload } = message.metadata;
  const proof = proveMessage(said.parse(event_payload), readText(message), signer, trust);
  return { ...message, metadata: { event_type, event_payload: { ...event_payload, ...proof } } };
};

/** What names a message, by which it is found again: of the same event it may be worded otherwise a moment later. */
export const withoutProof = ({ event_type, event_payload }: MessageMetadata): MessageMetadata => {
  const { text: _, key: __, signature: ___, ...names } = event_payload;
  return { event_type, event_payload: names };
};
