import { describe, expect, test } from 'vitest';
import { admit, forbid, type Write } from '#domain/guard/write.ts';
import { posted, postedText, shop } from '#test/build/admission-reviews.ts';
import { readReview, renderAnswer } from './admission-review.ts';

const writeOf = (text: string): Write => {
  const read = readReview(text);
  if (!read.ok) throw new Error(read.error.why);
  return read.value.write;
};
const refusalOf = (text: string): unknown => {
  const read = readReview(text);
  return read.ok ? 'none' : read.error;
};
const { uid } = posted().request;

describe('a review is read', () => {
  test('as the write that it asks about', () => {
    expect(writeOf(postedText())).toEqual({
      uid,
      operation: 'update',
      group: 'networking.k8s.io',
      version: 'v1',
      resource: 'ingresses',
      subresource: undefined,
      namespace: 'shop-front',
      name: 'shop',
      user: 'alice',
      groups: ['dev', 'system:authenticated'],
      before: shop,
      after: shop,
      dryRun: false,
    });
  });

  test('with what it leaves out when there is none', () => {
    const { userInfo, ...request } = posted({ operation: 'CREATE', oldObject: null, namespace: '' }).request;
    const { dryRun, ...rest } = request;
    const write = writeOf(JSON.stringify({ ...posted(), request: { ...rest, userInfo: { username: 'alice' } } }));
    expect(write).toMatchObject({ operation: 'create', namespace: undefined, groups: [], dryRun: false });
    expect(write.before).toBeUndefined();
  });

  test('of a deletion of many by the name of each object', () => {
    const write = writeOf(postedText({ operation: 'DELETE', name: '', object: null }));
    expect(write).toMatchObject({ operation: 'delete', name: 'shop', before: shop, after: undefined });
  });

  test('of an object whose name is yet to be made with an empty one', () => {
    const object = { ...shop, metadata: { generateName: 'shop-' } };
    const write = writeOf(postedText({ operation: 'CREATE', name: undefined, object, oldObject: null }));
    expect(write.name).toBe('');
    expect(write.after?.metadata).toEqual({ generateName: 'shop-', name: '' });
  });

  test('of an object whose name was just made with that', () => {
    const object = { ...shop, metadata: { generateName: 'shop-', name: 'shop-x7' } };
    expect(writeOf(postedText({ operation: 'CREATE', name: '', object, oldObject: null })).name).toBe('shop-x7');
  });

  test('of a subresource with that of another kind', () => {
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'shop' }, spec: { replicas: 3 } };
    const write = writeOf(postedText({ subResource: 'scale', object: scale, oldObject: scale }));
    expect(write).toMatchObject({ subresource: 'scale', after: scale });
  });

  test('with every key kept as it came, __proto__ too', () => {
    const text = postedText().replaceAll('"labels":', '"__proto__":{"a":1},"constructor":{"b":2},"labels":');
    const { after } = writeOf(text);
    expect(JSON.stringify(after)).toContain('"__proto__":{"a":1},"constructor":{"b":2}');
    expect(Object.getPrototypeOf(after?.metadata)).toBe(Object.prototype);
    const unnamed = JSON.stringify({ ...shop, metadata: {} }).replace('{}', '{"__proto__":{"name":"x"}}');
    const create = postedText({ operation: 'CREATE', name: '', oldObject: null, object: 'here' });
    expect(JSON.stringify(writeOf(create.replace('"here"', unnamed)).after)).toContain('"__proto__":{"name":"x"}');
    expect(writeOf(create.replace('"here"', unnamed)).name).toBe('');
  });
});

describe('a review is refused', () => {
  test.for([
    ['nothing', '', 'it is not JSON'],
    ['half of one', postedText().slice(0, -1), 'it is not JSON'],
    ['one that nests without end', '['.repeat(100_000), 'it nests deeper than 100 levels'],
    [
      'one of which an object nests too deep',
      postedText({ object: 'here' }).replace('"here"', '['.repeat(100) + ']'.repeat(100)),
      'it nests deeper than 100 levels',
    ],
    ['null', 'null', 'it: Invalid input: expected object, received null'],
    ['a list', '[]', 'it: Invalid input: expected object, received array'],
    ['something else', '{"kind":"Status"}', 'apiVersion: Invalid input: expected "admission.k8s.io/v1"'],
    ['an answer', JSON.stringify({ ...posted(), request: undefined }), 'request: Invalid input: expected object'],
    ['one without uid', postedText({ uid: undefined }), 'request.uid: Invalid input: expected string'],
    ['one with an empty uid', postedText({ uid: '' }), 'request.uid: Too small'],
    ['one with an endless uid', postedText({ uid: 'a'.repeat(129) }), 'request.uid: Too big'],
    ['a uid by way of __proto__', '{"request":{"__proto__":{"uid":"a"}}}', 'apiVersion: '],
  ])('without a uid to answer by: %s', ([, text = '', why]) => {
    expect(refusalOf(text)).toEqual({ uid: undefined, why: expect.stringContaining(why ?? '-') });
  });

  test.for<[what: string, changed: Readonly<Record<string, unknown>>, why: string]>([
    ['CONNECT', { operation: 'CONNECT' }, 'CONNECT is no write: take it out of the rules of the webhook'],
    ['an unknown operation', { operation: 'PATCH' }, 'request.operation: Invalid option'],
    ['no operation', { operation: undefined }, 'request.operation: '],
    ['no resource', { resource: undefined }, 'request.resource: '],
    ['a resource in one word', { resource: 'ingresses' }, 'request.resource: '],
    ['no user', { userInfo: {} }, 'request.userInfo.username: '],
    ['an empty user', { userInfo: { username: '' } }, 'request.userInfo.username: '],
    ['groups that are no texts', { userInfo: { username: 'alice', groups: [1] } }, 'request.userInfo.groups.0: '],
    ['a name that is none', { name: 5 }, 'request.name: '],
    ['a namespace that is none', { namespace: ['a'] }, 'request.namespace: '],
    ['a dry run that may be', { dryRun: 'true' }, 'request.dryRun: '],
    ['an object that is a text', { object: 'shop' }, 'request.object: is no object of Kubernetes'],
    ['an object without kind', { object: { ...shop, kind: undefined } }, 'request.object: is no object'],
    ['an object without metadata', { object: { ...shop, metadata: undefined } }, 'request.object: is no object'],
    ['an object whose name is no text', { object: { ...shop, metadata: { name: null } } }, 'request.object: is no'],
    ['an update to nothing', { object: null }, 'UPDATE comes without request.object'],
    ['an update of nothing', { oldObject: null }, 'UPDATE comes without request.oldObject'],
    ['a deletion of nothing', { operation: 'DELETE', oldObject: undefined }, 'DELETE comes without request.oldObject'],
    ['a creation of nothing', { operation: 'CREATE', object: undefined }, 'CREATE comes without request.object'],
  ])('by its uid: %s', ([, changed, why]) => {
    expect(refusalOf(postedText(changed))).toEqual({ uid, why: expect.stringContaining(why) });
  });

  test('by its uid: a number that would be another one once it is read', () => {
    const huge = (number: string) => postedText().replace('"rules":', `"a":${number},"rules":`);
    expect(refusalOf(huge('9007199254740993'))).toEqual({
      uid,
      why: 'the number 9007199254740993 cannot be told from others near it',
    });
    expect(refusalOf(huge(`1${'0'.repeat(400)}`))).toMatchObject({ uid });
    expect(refusalOf(huge('1e999'))).toEqual({ uid, why: 'request.object: is no object of Kubernetes' });
    expect(refusalOf(huge('9007199254740992'))).toBe('none');
  });
});

describe('an answer', () => {
  const answerOf = (...given: Parameters<typeof renderAnswer>) => JSON.parse(renderAnswer(...given));

  test('that allows has its warnings', () => {
    expect(answerOf(uid, admit('Held soon.'))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid, allowed: true, warnings: ['Held soon.'] },
    });
  });

  test('has at most ten warnings, each on one short line of visible characters', () => {
    const { warnings } = answerOf(uid, admit('one\ntwo \u202e', 'a'.repeat(300), ...Array(20).fill('b'))).response;
    expect(warnings).toHaveLength(10);
    expect(warnings[0]).toBe('one two [U+202E]');
    expect(warnings[1]).toBe(`${'a'.repeat(255)}…`);
  });

  test('that refuses is a 403 with its lines', () => {
    expect(answerOf(uid, forbid('Held as k7m2-qx.\nAsk again.')).response).toEqual({
      uid,
      allowed: false,
      status: { status: 'Failure', code: 403, reason: 'Forbidden', message: 'Held as k7m2-qx.\nAsk again.' },
    });
  });

  test('has at most four thousand characters, all of them visible', () => {
    expect(answerOf(uid, forbid(`\u202e${'a'.repeat(9_000)}`)).response.status.message).toMatch(
      /^\[U\+202E\]a{3991}…$/,
    );
  });

  test('never makes Flux delete and create anew', () => {
    const word = ['im', 'mutable'].join('');
    const said = (text: string): string => answerOf(uid, forbid(text)).response.status.message;
    expect(said(`spec.selector is ${word}`)).toBe('spec.selector is unalterable');
    expect(said(`this is\n${word} and an ${word} field`)).toBe('this is\nunalterable and an unalterable field');
    expect(said(`${word}: true`)).toBe(`${word}: true`);
  });
});
