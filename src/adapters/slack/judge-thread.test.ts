import { describe, expect, test } from 'vitest';
import { chainOf } from '#test/build/chains.ts';
import { bob } from '#test/build/people.ts';
import { submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { judgeThread, type ThreadToJudge } from './judge-thread.ts';
import { proven } from './proven.ts';
import type { FoundMessage } from './read-messages.ts';
import { renderEvent } from './thread.ts';

const keys = createMemoryKeys();
const botUser = 'U0HALLPASS';
const chain = chainOf(submitted(), { type: 'voted', by: bob, revision: 1 });
const { id } = chain.request.asked;
const thread: ThreadToJudge = {
  id,
  log: { hashes: new Map(chain.entries.map(({ version, hash }) => [version, hash])), length: chain.entries.length },
  channel: 'C0PROD',
  botUser,
  trust: keys.trust,
};
const posted = chain.entries.map((entry, index): FoundMessage => {
  const { text, blocks, metadata } = proven(renderEvent(entry, chain), keys.signer('bot'), keys.trust);
  return { ts: `17000000${index}.000100`, user: botUser, text, blocks, metadata } as FoundMessage;
});
const judged = (changed: (message: FoundMessage) => object) =>
  judgeThread(
    thread,
    posted.map((one, index) => (index === 1 ? (changed(one) as FoundMessage) : one)),
  ).findings.map(({ what }) => what);

describe('a thread, by whoever has the bot’s token and not its key', () => {
  test('is fine as it was posted', () => {
    expect(judged((one) => one)).toEqual([]);
  });

  test('is edited once something is attached to a message: Slack shows it under the text', () => {
    const attachments = [{ text: 'Carol agreed to all of the cluster.', fallback: 'x' }];
    expect(judged((one) => ({ ...one, attachments }))).toEqual(['edited']);
  });

  test('is edited once a picture stands in a message, also with a blank for its words', () => {
    const picture = { type: 'image', image_url: 'https://example.test/denied.png', alt_text: ' ' };
    expect(judged((one) => ({ ...one, blocks: [...(one.blocks as readonly object[]), picture] }))).toEqual(['edited']);
  });

  test('is forged where a file of a revision’s name comes with words that say an entry', () => {
    const message = {
      ts: '1700000009.000100',
      user: botUser,
      text: '☑️ Approved by Carol\nentry 3 · 0123456789ab',
      files: [{ name: `${id}-r1.diff` }],
    };
    expect(judgeThread(thread, [...posted, message]).findings.map(({ what }) => what)).toEqual(['forged']);
  });
});
