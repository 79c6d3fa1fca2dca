import { describe, expect, test } from 'vitest';
import { judgeProof } from '#domain/audit/proof.ts';
import { chainOf } from '#test/build/chains.ts';
import { bob } from '#test/build/people.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { proven, withoutProof } from './proven.ts';
import { readText } from './read-text.ts';
import { eventMetadata, renderEvent } from './thread.ts';

const chain = chainOf(submitted({ reason: 'a < b & c > d :lock: 🔥 "x" *y* <@U02>' }), {
  type: 'voted',
  by: bob,
  revision: 1,
});
const rendered = chain.entries.map((entry) => renderEvent(entry, chain));
const [first, second] = rendered;
if (first === undefined || second === undefined) throw new Error('Two entries are two messages');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const walk = (value: Json, change: (value: Json) => Json): Json => {
  const changed = change(value);
  if (Array.isArray(changed)) return changed.map((one) => walk(one, change));
  if (changed === null || typeof changed !== 'object') return changed;
  return Object.fromEntries(Object.entries(changed).map(([key, one]) => [key, walk(one, change)]));
};
const blocksOf = (message: { readonly blocks: unknown }): Json => JSON.parse(JSON.stringify(message.blocks));
const isText = (value: Json): value is { type: 'text'; text: string; [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && value.type === 'text';

describe('what a message says is the same, when Slack', () => {
  test.each<readonly [string, (value: Json) => Json]>([
    [
      'adds ids of blocks',
      (value) =>
        value !== null && typeof value === 'object' && !Array.isArray(value) && 'elements' in value
          ? { block_id: 'b1x', ...value }
          : value,
    ],
    [
      'turns emoji into elements with their code points',
      (value) =>
        Array.isArray(value)
          ? value.flatMap((one) =>
              isText(one) && one.text.startsWith('👍')
                ? [
                    { type: 'emoji', name: '+1', unicode: '1f44d' },
                    { ...one, text: one.text.slice(2) },
                  ]
                : [one],
            )
          : value,
    ],
    [
      'turns emoji into elements by name alone',
      (value) =>
        Array.isArray(value)
          ? value.flatMap((one) =>
              isText(one) && one.text.startsWith('👍')
                ? [
                    { type: 'emoji', name: 'thumbsup' },
                    { ...one, text: one.text.slice(2) },
                  ]
                : [one],
            )
          : value,
    ],
    [
      'splits pieces of text',
      (value) =>
        Array.isArray(value)
          ? value.flatMap((one) =>
              isText(one) && one.text.length > 3
                ? [
                    { ...one, text: one.text.slice(0, 3) },
                    { ...one, text: one.text.slice(3) },
                  ]
                : [one],
            )
          : value,
    ],
    [
      'writes entities',
      (value) => (typeof value === 'string' ? value.replaceAll('·', '·').replaceAll(' & ', ' &amp; ') : value),
    ],
    [
      'orders members otherwise',
      (value) =>
        value !== null && typeof value === 'object' && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
    ],
  ])('%s', (_, change) => {
    for (const message of [first, second]) {
      const given = walk(blocksOf(message), change);
      expect(readText({ text: message.text, blocks: given })).toBe(readText(message));
    }
  });

  test('writes emoji, entities and mentions of the text beside the blocks in its own way', () => {
    const text = second.text.replace('👍', ':+1:').replaceAll('<@', '&lt;@').replaceAll('·', '•');
    expect(readText({ text, blocks: second.blocks })).toBe(readText(second));
  });
});

describe('what a message says is another, when', () => {
  test.each<readonly [string, (text: string) => string]>([
    ['a word is', (text) => text.replace('approved', 'denied')],
    ['a person is', (text) => text.replace('UBOB', 'UMALLORY')],
    ['a digit of the hash is', (text) => text.replace(/entry 2 · ./, 'entry 2 · x')],
    ['a sign is', (text) => text.replace('👍', '⛔')],
    ['a time is', (text) => text.replace(/12:01/, '12:02')],
  ])('%s', (_, change) => {
    const blocks = JSON.stringify(second.blocks);
    expect(change(blocks)).not.toBe(blocks);
    expect(readText({ text: second.text, blocks: JSON.parse(change(blocks)) })).not.toBe(readText(second));
  });

  test('the text beside the blocks is', () => {
    expect(readText({ text: second.text.replace('approved', 'denied'), blocks: second.blocks })).not.toBe(
      readText(second),
    );
  });
});

test.each([[{}], [{ blocks: null }], [{ blocks: 'x' }], [{ blocks: [[[{ text: { text: 1 } }]]] }], [{ text: '' }]])(
  'a message that is none of ours is read without a fault: %j',
  (message) => {
    expect(typeof readText(message)).toBe('string');
  },
);

describe('a proof', () => {
  const keys = createMemoryKeys();
  const message = proven(second, keys.signer('bot'), keys.trust);
  const payload = message.metadata.event_payload;
  const said = eventMetadata(chain.request, chain.entries[1] as (typeof chain.entries)[number]).event_payload as never;

  test('is small, and leaves what names the message as it is', () => {
    expect(withoutProof(message.metadata)).toEqual(second.metadata);
    expect(JSON.stringify(payload).length).toBeLessThan(400);
  });

  test('holds for its own text alone, for its own entry alone, and by the bot’s key alone', () => {
    const text = readText(message);
    expect(judgeProof(said, payload, text, keys.trust, noon)).toBe('fine');
    expect(judgeProof(said, payload, `${text}.`, keys.trust, noon)).toBe('its text was edited');
    expect(judgeProof({ ...(said as object), version: 3 } as never, payload, text, keys.trust, noon)).toBe(
      'its metadata was edited',
    );
    expect(judgeProof(said, payload, text, createMemoryKeys().trust, noon)).toBe('its metadata was edited');
    expect(judgeProof(said, { ...payload, signature: undefined }, text, keys.trust, noon)).toBe(
      'its metadata was edited',
    );
    expect(judgeProof(said, said, text, keys.trust, noon)).toBe('unproven');
    const asWorker = proven(second, keys.signer('worker'), keys.trust).metadata.event_payload;
    expect(judgeProof(said, asWorker, text, keys.trust, noon)).toBe('its metadata was edited');
  });
});
