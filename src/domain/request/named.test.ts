import { expect, test } from 'vitest';
import { alice, id } from '#test/build/people.ts';
import { approved, noon, submitted } from '#test/build/requests.ts';
import { requestsNamedIn } from './named.ts';

const other = id('k7m2-q3');

test.each([
  ['what it goes on from', submitted({ extends: { request: other, startedAt: noon, expiresAt: noon } })],
  ['what it follows', submitted({ follows: { request: other, why: 'it was denied' } })],
  ['what was filed for it', { type: 'followed', request: other } as const],
  ['what may go on from it', { type: 'extension-asked', by: alice, request: other } as const],
  ['what it asks for itself', submitted({ ask: { restore: [{ of: other }] } })],
])('a request is named as %s', (_, event) => {
  expect([...requestsNamedIn([approved, event])]).toEqual([other]);
});

test('a reason that speaks of a request is only words', () => {
  expect(requestsNamedIn([submitted({ reason: `as ${other} was` }), approved])).toEqual(new Set());
});
