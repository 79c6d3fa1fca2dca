import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { anyNoise, contentEdits, noted, parsed, reordered, writing, written } from '#test/build/held.ts';
import { twoStates } from '#test/build/objects.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { breaksGlass, changesNothing, contentMark, essence, fingerprintOf, writerMark } from './fingerprint.ts';
import type { Write } from './write.ts';

const { digest } = createMemoryKeys().trust;
const ignore = ['acme.test/commit'];
const print = (changed: Partial<Write> = {}, cluster = 'prod', ignored = ignore): string =>
  fingerprintOf(cluster, writing(changed), ignored, digest);
const { after = written } = writing();
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const managed = (manager: string, operation: string) => ({ managedFields: [{ manager, operation, fieldsV1: {} }] });

/** A NetworkPolicy whose spec is of this text. */
const policy = (spec: string, metadata = ''): Manifest =>
  parsed(
    `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"web"${metadata}},"spec":${spec}}`,
  );

describe('the fingerprint is the same for', () => {
  test.each<[string, Manifest]>([
    ['client-side apply', noted({ [lastApplied]: '{}\n' }, managed('kubectl-client-side-apply', 'Update'), after)],
    ['server-side apply', noted({}, managed('argocd', 'Apply'), after)],
    ['replace', noted({}, { ...managed('kubectl-replace', 'Update'), resourceVersion: '42', generation: 4 }, after)],
    ['annotate', noted({ 'acme.test/commit': 'bada55' }, managed('kubectl-annotate', 'Update'), after)],
    ['a write that says why', noted({ 'intent.hallpass.dev/reason': 'checkout answers 502' }, {}, after)],
    ['one that breaks glass', noted({ 'intent.hallpass.dev/break-glass': 'all is down' }, {}, after)],
    ['one with a status', { ...after, status: { loadBalancer: {} } }],
    ['keys in another order', reordered(after)],
  ])('%s', (_, other) => {
    expect(print({ after: other })).toBe(print());
  });

  test('a state before of which only bookkeeping moved meanwhile', () => {
    const before = noted({ [lastApplied]: '{}' }, { resourceVersion: '43', generation: 7 }, written);
    expect(print({ before: { ...before, status: { ready: true } } })).toBe(print());
  });

  test('each attempt, whoever makes it, in a dry run or not, by any version of the API', () => {
    const other = { uid: 'another', user: 'mallory', groups: [], dryRun: true, version: 'v1beta1' };
    expect(print(other)).toBe(print());
  });

  test('a creation with a name that was generated and one of the same name', () => {
    const create = { operation: 'create', before: undefined } as const;
    expect(print({ ...create, after: noted({}, { generateName: 'shop-' }, after) })).toBe(print({ ...create, after }));
  });

  test('empty, absent and null annotations and labels', () => {
    const { annotations: _, labels: __, ...metadata } = written.metadata;
    const bare = { ...written, metadata };
    const forms = [{}, { annotations: {}, labels: {} }, { annotations: null, labels: null }, { annotations: {} }];
    const prints = forms.map((form) => print({ after: { ...bare, metadata: { ...metadata, ...form } } as Manifest }));
    const onlyIgnored = { ...metadata, annotations: { 'acme.test/commit': 'x', [lastApplied]: 'y' } };
    expect(new Set([...prints, print({ after: { ...bare, metadata: onlyIgnored } })]).size).toBe(1);
  });
});

describe('finalizers of load balancers’ controllers', () => {
  const theirs = [
    'ingress.k8s.aws/resources',
    'group.ingress.k8s.aws/shop.public',
    'networking.gke.io/ingress-finalizer-V2',
  ];

  test.each(theirs)('make no difference: %s', (finalizer) => {
    const with_ = noted({}, { finalizers: [finalizer] });
    expect(changesNothing(writing({ before: written, after: with_ }), [])).toBe(true);
    expect(changesNothing(writing({ before: with_, after: written }), [])).toBe(true);
    expect(essence(with_, [])).toEqual(essence(written, []));
    expect(print({ after: noted({}, { finalizers: [finalizer] }, after) })).toBe(print());
  });

  test.each([
    ['another beside', [...theirs, 'acme.test/hold']],
    ['one that only looks like theirs', ['ingress.k8s.aws/resources2']],
    ['a group of no name', ['group.ingress.k8s.aws/']],
    ['what is no text', [1]],
    ['Kubernetes’ own', ['foregroundDeletion']],
  ])('hide no other: %s', (_, finalizers) => {
    expect(changesNothing(writing({ before: written, after: noted({}, { finalizers }) }), [])).toBe(false);
  });
});

describe('the fingerprint is another one for', () => {
  test.each<[string, Partial<Write>]>([
    ['one character of the spec', { after: { ...after, spec: { rules: [{ host: 'new.acme.tesT' }] } } }],
    ['a label', { after: noted({}, { labels: { team: 'Shop' } }, after) }],
    ['another annotation', { after: noted({ 'example.com/owner': 'shop ' }, {}, after) }],
    ['an annotation more', { after: noted({ 'nginx.ingress.kubernetes.io/rewrite-target': '/' }, {}, after) }],
    ['a prefix that only looks like an intent', { after: noted({ 'intent.hallpass.dev': 'x' }, {}, after) }],
    ['a key that only begins like an ignored one', { after: noted({ 'acme.test/commit-url': 'x' }, {}, after) }],
    ['another prefix like that', { after: noted({ 'intent.hallpass.device/x': 'x' }, {}, after) }],
    ['finalizers', { after: noted({}, { finalizers: ['acme.test/hold'] }, after) }],
    ['owners', { after: noted({}, { ownerReferences: [{ uid: 'u' }] }, after) }],
    ['a field that nobody knows', { after: { ...after, unheardOf: null } }],
    ['another namespace', { namespace: 'bank' }],
    ['no namespace', { namespace: undefined }],
    ['another name', { name: 'shop2' }],
    ['another group', { group: 'extensions' }],
    ['another resource', { resource: 'httproutes' }],
    ['another operation', { operation: 'create' }],
    ['a subresource', { subresource: 'status' }],
    ['another subresource', { subresource: 'scale' }],
    ['another state before', { before: { ...written, spec: { ingressClassName: 'public' } } }],
    ['no state before', { before: undefined }],
    ['no state after', { after: undefined }],
    ['before and after changed round', { before: after, after: written }],
  ])('%s', (_, changed) => {
    expect(print(changed)).not.toBe(print());
  });

  test('another cluster', () => {
    expect(print({}, 'dev')).not.toBe(print());
  });

  test('an annotation that is no longer to be ignored', () => {
    const stamped = { after: noted({ 'acme.test/commit': 'bada55' }, {}, after) };
    expect(print(stamped, 'prod', [])).not.toBe(print({}, 'prod', []));
  });

  test('parts that were moved from one name into its neighbour', () => {
    expect(print({ group: 'a', resource: 'b/c', subresource: 'd' })).not.toBe(
      print({ group: 'a', resource: 'b', subresource: 'c/d' }),
    );
    expect(print({ namespace: 'a', name: 'b/c' })).not.toBe(print({ namespace: 'a/b', name: 'c' }));
  });

  test('each way of saying nothing in a spec, where one allows all and another denies all', () => {
    const specs = ['{}', '{"ingress":null}', '{"ingress":[]}', '{"ingress":[{}]}', '{"ingress":{}}', 'null', '[]'];
    const without = parsed('{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"web"}}');
    const prints = [without, ...specs.map((spec) => policy(spec))].map((object) => print({ after: object }));
    expect(new Set(prints).size).toBe(specs.length + 1);
  });

  test('an item that is empty, null or not there, however deep', () => {
    const specs = ['[[]]', '[[{}]]', '[[null]]', '[[[]]]', '[[""]]', '[[0]]', '[[false]]', '[["0"]]'];
    expect(new Set(specs.map((spec) => print({ after: policy(`{"a":${spec}}`) }))).size).toBe(specs.length);
  });

  test('the same items in another order', () => {
    expect(print({ after: policy('{"a":[1,2]}') })).not.toBe(print({ after: policy('{"a":[2,1]}') }));
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '', 'length'])(
    'a key named "%s", with one value or another, in the spec, a label or an annotation',
    (key) => {
      const at = [
        (member: string) => policy(`{${member}}`),
        (member: string) => policy('{}', `,"labels":{${member}}`),
        (member: string) => policy('{}', `,"annotations":{${member}}`),
      ];
      for (const object of at) {
        const texts = ['', `"${key}":"a"`, `"${key}":"b"`, `"${key}":{}`];
        const prints = texts.map((text) => print({ after: object(text) }));
        expect(new Set(prints).size).toBe(texts.length);
      }
    },
  );
});

describe('whatever the object', () => {
  const noisyStates = fc.record({ states: twoStates, noise: fc.tuple(anyNoise, anyNoise) });

  test('noise on both of its states makes no other fingerprint and no change', () => {
    fc.assert(
      fc.property(noisyStates, ({ states: [before, next], noise: [one, other] }) => {
        const plain = { before, after: next };
        expect(print({ before: one(before), after: other(next) })).toBe(print(plain));
        expect(changesNothing(writing({ before: one(before), after: other(before) }), ignore)).toBe(true);
        expect(contentMark(one(next), 'update', ignore, digest)).toBe(contentMark(next, 'update', ignore, digest));
        expect(essence(essence(one(next), ignore), ignore)).toEqual(essence(next, ignore));
      }),
    );
  });

  test('one place of its content that is otherwise makes another fingerprint, whatever the noise, and is a change', () => {
    fc.assert(
      fc.property(noisyStates, ({ states: [before], noise: [one, other] }) => {
        const all = contentEdits(before);
        const [plain, mark] = [print({ after: before }), contentMark(before, 'update', ignore, digest)];
        for (const edited of all) {
          expect(print({ after: other(edited) })).not.toBe(plain);
          expect(changesNothing(writing({ before: one(before), after: other(edited) }), ignore)).toBe(false);
          expect(contentMark(other(edited), 'update', ignore, digest)).not.toBe(mark);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('two writes have one fingerprint exactly when both of their states are the same', () => {
    fc.assert(
      fc.property(twoStates, twoStates, ([before, next], [otherBefore, otherNext]) => {
        const same =
          changesNothing(writing({ before, after: otherBefore }), ignore) &&
          changesNothing(writing({ before: next, after: otherNext }), ignore);
        expect(print({ before, after: next }) === print({ before: otherBefore, after: otherNext })).toBe(same);
      }),
    );
  });
});

describe('nothing is changed by an update', () => {
  test.each<[string, Manifest]>([
    ['that is none at all', written],
    ['of the status only', { ...written, status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } }],
    ['of managed fields only', noted({}, managed('argocd', 'Apply'))],
    ['of an ignored annotation only', noted({ 'acme.test/commit': 'bada55' })],
    ['of what kubectl applied last only', noted({ [lastApplied]: '{}' })],
    ['of an intent only', noted({ 'intent.hallpass.dev/reason': 'just so' })],
    ['of what a controller counts only', noted({ 'deployment.kubernetes.io/revision': '4' })],
    ['that says the version', noted({}, { resourceVersion: '3', generation: 2, uid: 'u' })],
  ])('%s', (_, next) => {
    expect(changesNothing(writing({ before: written, after: next }), ignore)).toBe(true);
    expect(changesNothing(writing({ before: next, after: written }), ignore)).toBe(true);
    expect(changesNothing(writing({ before: written, after: next, subresource: 'status' }), ignore)).toBe(true);
  });

  test('but something is by a real one, also where it comes with a status or through a subresource', () => {
    const sly = { ...noted({ 'nginx.ingress.kubernetes.io/auth-url': 'https://evil.test' }), status: {} };
    for (const subresource of [undefined, 'status', 'scale'])
      expect(changesNothing(writing({ before: written, after: sly, subresource }), ignore)).toBe(false);
    expect(changesNothing(writing(), ignore)).toBe(false);
  });

  test('and never by a creation or a deletion, nor where a state is missing', () => {
    expect(changesNothing(writing({ operation: 'create', before: written, after: written }), ignore)).toBe(false);
    expect(changesNothing(writing({ operation: 'delete', before: written, after: written }), ignore)).toBe(false);
    expect(changesNothing(writing({ before: undefined, after: undefined }), ignore)).toBe(false);
    expect(changesNothing(writing({ before: undefined, after: written }), ignore)).toBe(false);
  });
});

describe('glass is broken', () => {
  const saying = (why: string) => noted({ 'intent.hallpass.dev/break-glass': why });

  test('by what a write says anew, and by nothing that stays behind from an earlier one', () => {
    expect(breaksGlass({ before: written, after: saying(' all is down ') })).toBe('all is down');
    expect(breaksGlass({ after: saying('all is down') })).toBe('all is down');
    expect(breaksGlass({ before: saying('all was down'), after: saying('all is down') })).toBe('all is down');
    expect(breaksGlass({ before: saying('all is down'), after: saying('  all is down') })).toBeUndefined();
  });

  test('by no blank, by nothing that is only there before, and by no deletion', () => {
    expect(breaksGlass({ before: written, after: saying(' \n') })).toBeUndefined();
    expect(breaksGlass({ before: saying('all is down'), after: saying('') })).toBeUndefined();
    expect(breaksGlass({ before: saying('all is down'), after: written })).toBeUndefined();
    expect(breaksGlass({ before: saying('all is down') })).toBeUndefined();
    expect(breaksGlass({})).toBeUndefined();
  });

  test('by no key that an object only inherits', () => {
    const inherited = Object.create({ 'intent.hallpass.dev/break-glass': 'x' });
    const object = { ...written, metadata: { ...written.metadata, annotations: inherited } };
    expect(breaksGlass({ after: object })).toBeUndefined();
  });
});

describe('a mark', () => {
  test('of a writer is theirs for one write only, and names nobody', () => {
    const mark = writerMark(print(), 'alice@example.com', digest);
    expect(writerMark(print(), 'alice@example.com', digest)).toBe(mark);
    expect(mark).toMatch(/^[0-9a-f]{64}$/);
    const others = [
      writerMark(print(), 'Alice@example.com', digest),
      writerMark(print(), '', digest),
      writerMark(print({}, 'dev'), 'alice@example.com', digest),
      writerMark('', 'alice@example.com', digest),
    ];
    expect(new Set([mark, ...others]).size).toBe(5);
  });

  test('of content is another one than any fingerprint or mark of a writer', () => {
    const mark = contentMark(after, 'update', ignore, digest);
    expect(contentMark(noted({ 'acme.test/commit': 'x' }, { uid: 'u' }, after), 'update', ignore, digest)).toBe(mark);
    expect([print(), writerMark(mark, '', digest), contentMark(written, 'update', ignore, digest)]).not.toContain(mark);
  });
});

describe('the fingerprint of a namespace that goes', () => {
  const going = (metadata: object, changed: Partial<Write> = {}): string => {
    const before = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...metadata } };
    const sort = { group: '', resource: 'namespaces' } as const;
    return print({
      ...sort,
      operation: 'delete',
      name: 'shop',
      namespace: undefined,
      before,
      after: undefined,
      ...changed,
    });
  };
  const one = going({ uid: 'one' });

  test('is the same whatever labels it has by then, and whether or not the server calls it one that is in itself', () => {
    expect(going({ uid: 'one', labels: { team: 'shop' }, annotations: { a: 'b' }, finalizers: [] })).toBe(one);
    expect(going({ uid: 'one' }, { namespace: 'shop' })).toBe(one);
  });

  test('is another one for another uid, name or cluster, and where it leaves something behind', () => {
    const others = [going({ uid: 'two' }), going({}), going({ uid: 'one' }, { name: 'bank' })];
    const more = [going({ uid: 'one' }, { orphans: true }), going({ uid: 'one' }, { group: 'acme.test' })];
    expect(new Set([one, ...others, ...more]).size).toBe(6);
  });
});
