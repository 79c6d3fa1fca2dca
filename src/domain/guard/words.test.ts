import { describe, expect, test } from 'vitest';
import { noted, writing, written } from '#test/build/held.ts';
import { bob, id } from '#test/build/people.ts';
import { grown, pending, quorum } from '#test/build/requests.ts';
import {
  sayApplying,
  sayAway,
  sayDenied,
  sayDryRun,
  sayFiled,
  sayFlood,
  sayLetThrough,
  sayNamespace,
  sayOfOther,
  sayPart,
  sayPending,
  sayRefused,
  sayTooLarge,
  sayUnderGrant,
  sayUnjudged,
  sayUnnamed,
  sayWho,
  sayWorse,
  sayWritten,
} from './words.ts';

const what = 'Ingress shop-front/shop';
const where = 'https://acme.slack.test/archives/C02APPROVE/p1';
const request = pending();
const denied = (reason: string) => grown(request, { type: 'denied', by: bob, revision: 1, reason });

/** All that is said to whoever writes, of what people have called these. */
const all = (name: string): Readonly<Record<string, string>> => {
  const write = writing({ name, namespace: name, resource: name, subresource: name });
  const said = sayWritten(write);
  return {
    filed: sayFiled(said, id(), where),
    pending: sayPending(said, request, where),
    denied: sayDenied(said, denied(name), where),
    other: sayOfOther(said, request),
    applying: sayApplying(said, request),
    refused: sayRefused(said, 'no rule fits'),
    tooLarge: sayTooLarge(said, 100_001),
    flood: sayFlood(said, 'author'),
    floodOfAll: sayFlood(said, 'all'),
    namespace: sayNamespace(name),
    unnamed: sayUnnamed(said),
    scale: sayPart(said, 'scale'),
    part: sayPart(said, name),
    away: sayAway(said),
    worse: sayWorse(id(), 'critical', false),
    ending: sayWorse(id(), 'critical', true),
    unjudged: sayUnjudged(id()),
    dryRun: sayDryRun(said, 'held until somebody agrees'),
    through: sayLetThrough(id()),
    underGrant: sayUnderGrant(id()),
  };
};
const plain = all('shop');
const kinds = Object.keys(plain);
/** Those that say what happened, where to look and what to do, on a line each. */
const lines: Readonly<Record<string, number>> = { filed: 3, pending: 3, denied: 3 };

describe('what is written to is called', () => {
  test('by its kind, namespace and name', () => {
    expect(sayWritten(writing())).toBe(what);
    expect(sayWritten(writing({ after: undefined }))).toBe(what);
    expect(sayWritten(writing({ namespace: undefined }))).toBe('Ingress shop');
    const namespace = { group: '', resource: 'namespaces', before: undefined, after: undefined } as const;
    expect(sayWritten(writing({ ...namespace, namespace: 'shop' }))).toBe('namespaces shop');
  });

  test('by its resource where there is no object or only a part of one', () => {
    expect(sayWritten(writing({ before: undefined, after: undefined }))).toBe('ingresses shop-front/shop');
    expect(sayWritten(writing({ subresource: 'status' }))).toBe('ingresses/status shop-front/shop');
  });

  test('on one line without what reorders or hides, and cut where it is long', () => {
    const odd = 'a\nb\r\n\u2028\u202ec\u200b';
    const said = sayWritten(writing({ name: odd, namespace: odd, after: { ...written, kind: odd } }));
    expect(said).toBe('a b [U+2028][U+202E]c[U+200B] a b [U+2028][U+202E]c[U+200B]/a b [U+2028][U+202E]c[U+200B]');
    const long = '🙈'.repeat(5_000);
    const cut = sayWritten(writing({ name: long, namespace: long, resource: long, subresource: long }));
    expect(cut.length).toBeLessThan(270);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.match(/…/g)).toHaveLength(3);
  });
});

describe.each(kinds)('of what is %s', (kind) => {
  const said = (name: string): string => all(name)[kind] ?? '';

  test('a name that breaks lines makes no line more', () => {
    const count = lines[kind] ?? 1;
    for (const name of ['shop', 'a\nb', 'a\r\nb', 'a\n\nSee https://evil.test', 'a\u2028b', 'a\u0085b', 'a\u000bb'])
      expect(said(name).split(/[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(count);
  });

  test('a name that reorders, hides or ends text is shown as such', () => {
    for (const name of ['\u202egnp.exe', 'a\u2066b', 'a\u200bb', 'a\u0000b', 'a\u001b[31mb', '\ud800'])
      expect(said(name)).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Cs}|\p{Default_Ignorable_Code_Point}/u);
  });

  test('a long name leaves room for all else', () => {
    const long = said('x'.repeat(100_000));
    expect(long.length).toBeLessThan(1_000);
    if (kind in lines) expect(long.split('\n').at(-1)).toBe(`See ${where}`);
  });

  test('nothing is said that makes Flux delete it and create it anew', () => {
    expect(said('shop')).not.toMatch(/immutable/i);
  });

  test('the words are sentences, with nothing left open', () => {
    expect(said('shop')).toMatch(/^(Hallpass|This write|Namespace|Your access)/);
    expect(said('shop')).not.toMatch(/undefined|null|NaN|\[object|\$\{/);
  });
});

describe('who waits is told', () => {
  test.each(['filed', 'pending', 'denied', 'other', 'applying', 'through', 'underGrant', 'worse'])(
    'the request, when it is %s',
    (kind) => {
      expect(plain[kind]).toContain('k7m2-qx');
    },
  );

  test.each([
    'filed',
    'pending',
    'denied',
    'other',
    'applying',
    'refused',
    'tooLarge',
    'flood',
    'unnamed',
    'part',
    'away',
    'dryRun',
  ])('what it is about, when it is %s', (kind) => {
    expect(all('shop')[kind]).toContain('shop/shop');
  });

  test.each<[string, RegExp]>([
    ['filed', /Do the same again once it is approved; until then nothing is changed\./],
    ['pending', /Do the same again once it is approved; until then nothing is changed\./],
    ['denied', /"\/jit again k7m2-qx" asks anew; other content is held as a request of its own\./],
    ['other', /Only they can do it\./],
    ['applying', /Look in a moment whether it is done\./],
    ['tooLarge', /101 KB, of 100 at most\. Write it in parts, or make the object smaller\./],
    ['flood', /Wait a minute, and write less at once\./],
    ['floodOfAll', /Wait a minute, and write less at once\./],
    ['namespace', /Ask for their deletion one by one, or have whoever keeps the policy/],
    ['unnamed', /Give the object a name\./],
    ['scale', /Set spec\.replicas of the object itself instead/],
    ['away', /Nothing is changed; try again in a moment\./],
  ])('what to do next, when it is %s', (kind, words) => {
    expect(plain[kind]).toMatch(words);
  });

  test('who has to agree, and how many of them', () => {
    const two = pending(quorum(['platform', 1], ['security', 2]));
    expect(sayPending(what, two)).toContain('waits for platform (1) and security (2).');
    expect(sayWho(two)).toBe('platform (1) and security (2)');
    expect(sayWho(pending(quorum()))).toBe('nobody');
  });

  test('of many groups the first ten, each cut', () => {
    const many = Array.from({ length: 40 }, (_, index) => [`${index}-${'g'.repeat(500)}`, 1] as const);
    const said = sayWho(pending(quorum(...many)));
    expect(said.split(' and ')).toHaveLength(10);
    expect(said.length).toBeLessThan(700);
  });

  test('where to look, if that is known, on the last line', () => {
    for (const said of [
      sayFiled(what, id(), where),
      sayPending(what, request, where),
      sayDenied(what, denied('no'), where),
    ])
      expect(said.split('\n').at(-1)).toBe(`See ${where}`);
    for (const said of [sayFiled(what, id()), sayPending(what, request), sayDenied(what, denied('no'))])
      expect(said).not.toContain('See ');
  });

  test('why it was denied, cut where that is long, and nothing where nobody said why', () => {
    expect(sayDenied(what, denied('not\non a Friday'))).toContain('as request k7m2-qx: not on a Friday.\n');
    expect(sayDenied(what, denied(''))).toContain('as request k7m2-qx.\n');
    const long = sayDenied(what, denied('no '.repeat(2_000)));
    expect(long.length).toBeLessThan(800);
    expect(long).toContain('/jit again k7m2-qx');
  });

  test('why it cannot be asked for, cut where that is long', () => {
    expect(sayRefused(what, 'no rule fits.')).toContain('cannot be asked for: no rule fits.');
    const long = sayRefused(what, '🙈'.repeat(5_000));
    expect(long.length).toBeLessThan(1_700);
    expect(long.isWellFormed()).toBe(true);
  });

  test('who is too much, and how risky a write is', () => {
    expect(plain.flood).toContain('this user has filed too many');
    expect(plain.floodOfAll).toContain('there are too many');
    expect(plain.worse).toContain('this is CRITICAL');
  });
});

test('what an object says of itself is not repeated', () => {
  const said = sayWritten(writing({ after: noted({ 'intent.hallpass.dev/reason': 'See https://evil.test' }) }));
  expect(said).toBe(what);
});
