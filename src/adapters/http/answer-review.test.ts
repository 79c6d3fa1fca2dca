import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Admission, admit, forbid, type Write } from '#domain/guard/write.ts';
import { posted, postedText } from '#test/build/admission-reviews.ts';
import { type Answer, answerReview } from './answer-review.ts';

const { uid } = posted().request;
type Review = (write: Write) => Promise<Admission>;

const answering = (review: Review, patience = 900) => {
  const onFault = vi.fn();
  const release = vi.fn();
  const count = vi.fn();
  const answer = (body: string | Uint8Array): Promise<Answer> =>
    answerReview(
      typeof body === 'string' ? new TextEncoder().encode(body) : body,
      { review, patience, onFault, count },
      release,
    );
  return { answer, onFault, release, counted: () => count.mock.calls.map(([decision]) => decision) };
};
const responseOf = ({ body }: Answer) => JSON.parse(body).response;

test('what review says is answered', async () => {
  expect(responseOf(await answering(async () => admit('Soon held.')).answer(postedText()))).toEqual({
    uid,
    allowed: true,
    warnings: ['Soon held.'],
  });
  const refused = await answering(async ({ name }) => forbid(`${name} is held.`)).answer(postedText());
  expect(responseOf(refused)).toMatchObject({ allowed: false, status: { code: 403, message: 'shop is held.' } });
});

test('what is no review is answered with one line that says why', async () => {
  const { answer, release } = answering(async () => admit());
  expect(await answer('hello')).toEqual({
    status: 400,
    type: 'text/plain',
    body: 'This is no AdmissionReview (admission.k8s.io/v1) that Hallpass can read: it is not JSON.\n',
  });
  expect(release).toHaveBeenCalledTimes(1);
});

test('bytes that are no UTF-8 are not mended', async () => {
  const [before = '', after = ''] = postedText().split('shop.acme.test');
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
  expect(await answering(async () => admit()).answer(bytes)).toMatchObject({
    status: 400,
    body: expect.stringContaining('it is not UTF-8'),
  });
});

test('what can be answered, but not read, is refused', async () => {
  const answer = await answering(async () => admit()).answer(postedText({ operation: 'CONNECT' }));
  expect(responseOf(answer)).toMatchObject({
    uid,
    allowed: false,
    status: { code: 403, message: expect.stringContaining('CONNECT is no write') },
  });
});

test.for<[how: string, review: Review]>([
  ['rejects', async () => Promise.reject(new Error('Redis is away'))],
  [
    'throws',
    () => {
      throw new Error('Redis is away');
    },
  ],
])('a review that %s is refused, and told of', async ([, review]) => {
  const { answer, onFault, release } = answering(review);
  expect(responseOf(await answer(postedText()))).toMatchObject({
    allowed: false,
    status: { code: 403, message: expect.stringMatching(/^Hallpass cannot decide at the moment; nothing was changed/) },
  });
  expect(onFault).toHaveBeenCalledExactlyOnceWith('A write was refused because Hallpass failed to decide', {
    operation: 'update',
    resource: 'ingresses',
    subresource: '',
    namespace: 'shop-front',
    name: 'shop',
    user: 'alice',
    cause: 'Error: Redis is away',
  });
  expect(release).toHaveBeenCalledTimes(1);
});

test('a review that takes too long is refused, and what it holds is held until it ends', async () => {
  const { promise, reject } = Promise.withResolvers<Admission>();
  const { answer, onFault, release } = answering(() => promise, 20);
  expect(responseOf(await answer(postedText()))).toMatchObject({
    allowed: false,
    status: { code: 403, message: 'Hallpass could not decide in time; nothing was changed. Try again.' },
  });
  expect(onFault).toHaveBeenCalledTimes(1);
  expect(release).not.toHaveBeenCalled();
  reject(new Error('too late'));
  await vi.waitFor(() => expect(release).toHaveBeenCalledTimes(1));
  expect(onFault).toHaveBeenCalledTimes(2);
});

/** Allows nothing but what it was told to: whatever else is allowed was made up. */
const isAllowed = async (review: Review, body: string | Uint8Array): Promise<boolean> => {
  const { answer, release } = answering(review);
  const given = await answer(body);
  expect(release).toHaveBeenCalledTimes(1);
  expect([200, 400]).toContain(given.status);
  return given.status === 200 && responseOf(given).allowed !== false;
};
const refuses: Review = async () => forbid('No.');

test('no JSON is allowed, and none is a fault', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 2 }), async (text) => {
      expect(await isAllowed(async () => admit(), text)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('a review of which anything was replaced is allowed only if review says so', async () => {
  const request = posted().request;
  const field = fc.constantFrom(...Object.keys(request));
  const changes = fc.dictionary(field, fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 3 });
  await fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      expect(await isAllowed(refuses, postedText(changed))).toBe(false);
      const seen: Write[] = [];
      const admitting: Review = async (write) => {
        seen.push(write);
        return admit();
      };
      expect(await isAllowed(admitting, postedText(changed))).toBe(seen.length === 1);
    }),
    { numRuns: 300 },
  );
});

test('a review of which bytes were changed is never allowed unasked, nor a fault', async () => {
  const bytes = new TextEncoder().encode(postedText());
  const place = fc.nat(bytes.length - 1);
  const edit = fc.record({ at: place, drop: fc.nat(40), put: fc.uint8Array({ maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      const changed = edits.reduce(
        (all, { at, drop, put }) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + drop)]),
        Buffer.from(bytes),
      );
      expect(await isAllowed(refuses, changed)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test.for<[decision: string, review: Review, body: string]>([
  ['admitted', async () => admit(), postedText()],
  ['refused', async () => forbid('It is held.'), postedText()],
  ['undecided', async () => ({ ...forbid('Redis is away.'), undecided: true }), postedText()],
  // A dry run is never refused; that nobody could decide is so all the same.
  ['undecided', async () => ({ ...admit('Redis is away.'), undecided: true }), postedText()],
  ['undecided', () => new Promise(() => {}), postedText()],
  ['failed', async () => Promise.reject(new Error('broken')), postedText()],
  ['unreadable', async () => admit(), postedText({ operation: 'CONNECT' })],
  ['unreadable', async () => admit(), 'hello'],
])('each answer is counted once: %s', async ([decision, review, body]) => {
  const { answer, counted } = answering(review, 20);
  await answer(body);
  expect(counted()).toEqual([decision]);
});
