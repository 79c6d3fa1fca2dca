import type { Asked } from '#domain/request/request.ts';
import type { Noted } from './notes.ts';

/** The keys of what stands in the channel of the approvers; the others are direct messages. */
const inChannel = (key: string): boolean => key === 'card' || key.startsWith('event:');

/**
 * A request's notes without what cannot be true: its card and thread are in the channel that its log names, or nowhere.
 * Otherwise whoever edits the store could have a card drawn, with its buttons, where nobody of the approvers looks.
 * The same object when all of it can be true.
 */
export const believable = ({ approval }: Asked, found: Noted): Noted => {
  const fits = ([key, { channel }]: readonly [string, { readonly channel: string }]): boolean =>
    !inChannel(key) || channel === '' || channel === approval.channel;
  const messages = Object.entries(found.messages).filter(fits);
  const attempts = Object.entries(found.attempts).filter(fits);
  const isWhole =
    messages.length === Object.keys(found.messages).length && attempts.length === Object.keys(found.attempts).length;
  if (isWhole) return found;
  const { permalink: _, ...rest } = found;
  return { ...rest, messages: Object.fromEntries(messages), attempts: Object.fromEntries(attempts), cardVersion: 0 };
};
