import { describe, expect, test } from 'vitest';
import { noReason } from '#domain/guard/entry.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf } from '#test/build/contents.ts';
import { heldWrite } from '#test/build/held.ts';
import { alice } from '#test/build/people.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const explained: RequestEvent = { type: 'explained', by: alice, reason: 'QA wants to try it\nbefore noon' };
const heldChain = (reason: string, ...events: readonly RequestEvent[]) =>
  chainOf({ ...changing(contentOf([changeOf(diffOf(4))])), seconds: undefined, reason, held: heldWrite() }, ...events);
const told = (...events: readonly RequestEvent[]) => directMessages(heldChain(noReason, ...events));
const textOf = ({ blocks }: Pick<ReturnType<typeof renderCard>, 'blocks'>): string => readBlocks(blocks).shown;

describe('a held write that did not say why', () => {
  test('has whoever answers for it asked, by a button', () => {
    const [message] = told();
    expect(message?.to).toBe(alice);
    expect(message && textOf(message)).toContain('It did not say why');
    expect(JSON.stringify(message?.blocks)).toContain('hallpass_explain');
  });

  test('asks nobody where it said', () => {
    const [message] = directMessages(heldChain('checkout 502s'));
    expect(message && textOf(message)).not.toContain('why');
    expect(JSON.stringify(message?.blocks)).not.toContain('hallpass_explain');
  });

  test('shows on the card what they say then, in their words, and in the thread', () => {
    expect(textOf(renderCard({ chain: heldChain(noReason) }))).toContain('not said with the write');
    const chain = heldChain(noReason, explained);
    const card = textOf(renderCard({ chain }));
    expect(card).not.toContain('not said with the write');
    expect(card).toContain('QA wants to try it');
    const thread = textOf(renderEvent(chain.entries[1] ?? expect.fail(), chain));
    expect(thread).toContain('says why it is made');
    expect(thread).toContain('before noon');
  });
});
