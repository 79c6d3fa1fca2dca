import { expect, test } from 'vitest';
import { fingerprintOf } from '#domain/guard/fingerprint.ts';
import { posted, postedText } from '#test/build/admission-reviews.ts';
import { readReview } from './admission-review.ts';
import { answerReview } from './answer-review.ts';

const failing = async (): Promise<never> => {
  throw new Error('The API server does not answer');
};
const post = (text: string, onFault: Parameters<typeof answerReview>[1]['onFault']) =>
  answerReview(new TextEncoder().encode(text), { review: failing, patience: 900, onFault }, () => undefined);

test('what is told of a write that could not be decided on is short, whatever it is called', async () => {
  const told: string[] = [];
  const long = 'x'.repeat(1_000_000);
  for (const changed of [{ name: long }, { namespace: long }, { userInfo: { username: long } }, { subResource: long }])
    await post(postedText(changed), (message, fields) => void told.push(JSON.stringify([message, fields])));
  // It is kept in Redis two hundred times over, and posted in Slack.
  expect(Math.max(0, ...told.map(({ length }) => length))).toBeLessThan(4_000);
});

test('a storm of attempts at one write that could not be decided on is told as one trouble', async () => {
  // By these an alarm knows what it has told within a minute (src/alarm.ts): all but the cause.
  const troubles = new Set<string>();
  for (let nth = 0; nth < 100; nth += 1)
    await post(postedText({ uid: `review-${nth}` }), (message, { cause: _, ...about }) => {
      troubles.add(JSON.stringify([message, about]));
    });
  expect(troubles.size).toBe(1);
});

test('a deletion that leaves behind what it owns is another write than one that does not', () => {
  const fingerprint = (propagationPolicy: string) => {
    const options = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', propagationPolicy };
    const read = readReview(JSON.stringify(posted({ operation: 'DELETE', object: null, options })));
    if (!read.ok) throw new Error(read.error.why);
    return fingerprintOf('prod', read.value.write, [], (text) => text);
  };
  expect(fingerprint('Orphan')).not.toBe(fingerprint('Background'));
});

test.each([
  ['name', { name: 'x'.repeat(1_000_000) }],
  ['name', { name: 'web\n*Approved* by @bob' }],
  ['namespace', { namespace: 'x'.repeat(1_000_000) }],
  ['user', { userInfo: { username: 'x'.repeat(1_000_000) } }],
  ['subresource', { subResource: 'x'.repeat(1_000_000) }],
])('a %s that Kubernetes gives to nothing is not read: the API server would not have sent it', (_, changed) => {
  expect(readReview(postedText(changed)).ok).toBe(false);
});
