import { expect, test } from 'vitest';
import { extend } from '#domain/request/chain.ts';
import { ok } from '#domain/result.ts';
import { id as anId, bob } from '#test/build/people.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { cardEvent } from './card.ts';
import { proven } from './proven.ts';
import type { FoundMessage } from './read-messages.ts';
import { renderEvent } from './thread.ts';
import { createVerifyThreads, type ThreadPorts } from './verify-threads.ts';

test('an entry of months ago is missing in its thread, also where Redis says that it is still to be posted', async () => {
  const keys = createMemoryKeys();
  const botUser = 'U0HALLPASS';
  const voted = { type: 'voted', by: bob, revision: 1 } as const;
  const { lines, chain } = extend(anId(), undefined, [submitted(), voted], noon, keys.signer('bot'), keys.trust);
  const { id, approval } = chain.request.asked;
  const [first] = chain.entries;
  if (first === undefined) throw new Error('There is no entry.');
  const card = {
    ts: '1700000000.000100',
    user: botUser,
    metadata: { event_type: cardEvent, event_payload: { request: id } },
  };
  const said = {
    ts: '1700000001.000100',
    user: botUser,
    ...proven(renderEvent(first, chain), keys.signer('bot'), keys.trust),
  };
  const notes = createMemoryProjectionStore();
  const place = { channel: approval.channel, ts: card.ts };
  await notes.write(id, 0, JSON.stringify({ schema: 1, messages: { card: place }, attempts: {}, cardVersion: 1 }));
  const threads = createVerifyThreads({
    log: { read: async () => ok(lines) } as unknown as ThreadPorts['log'],
    trust: keys.trust,
    botUser,
    notes,
    began: noon.add({ hours: 60 * 24 }),
    // Whoever has Redis has put it there, and taken out the note of the message that was deleted.
    unshown: async () => new Set([id]),
    read: {
      async *history() {},
      async *replies() {
        yield [card, said] as unknown as readonly FoundMessage[];
      },
    },
  });
  await threads.verify(id);
  expect(threads.done(undefined).findings.map(({ what, version }) => `${what} ${version}`)).toEqual(['missing 2']);
});
