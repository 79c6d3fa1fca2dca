import { describe, expect, test } from 'vitest';
import { personId, requestId } from '#domain/ids.ts';
import { canonical } from '#domain/json.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { type Chain, extend, readChain, type Signer } from './chain.ts';
import type { RequestEvent } from './events.ts';

const { signer, trust } = createMemoryKeys();
const [bot, worker] = [signer('bot'), signer('worker')];
const id = requestId.parse('k7m2-qx');
const other = requestId.parse('zzzz-99');
const [ada, ben] = [personId.parse('U0ADA'), personId.parse('U0BEN')];
const at = Temporal.Instant.from('2026-03-02T09:00:00Z');

const submitted: RequestEvent = {
  type: 'submitted',
  kind: 'access',
  cluster: 'local',
  namespace: 'shop',
  requester: ada,
  subject: ada,
  ask: { profile: 'ingress-edit', objects: ['web'] },
  reason: 'checkout 502s',
  seconds: 1_800,
  approval: { rule: 'shop', policyHash: 'hash', quorum: [{ from: 'leads', count: 1 }], channel: 'C0SHOP' },
  seal: 'seal',
  revision: 1,
  respondBy: at.add({ hours: 1 }),
};
const voted: RequestEvent = { type: 'voted', by: ben, revision: 1 };
const approved: RequestEvent = { type: 'approved', by: [ben], revision: 1, applyBy: at.add({ minutes: 15 }) };
const activated: RequestEvent = {
  type: 'activated',
  identity: 'mark',
  startedAt: at,
  expiresAt: at.add({ minutes: 30 }),
  objects: [],
  proofs: [],
};
const endRequested: RequestEvent = { type: 'end-requested', by: ada, cause: 'done', reason: '' };
const ended: RequestEvent = { type: 'ended', cause: 'done', proofs: [], lagMilliseconds: 4 };

type Written = { readonly lines: readonly string[]; readonly chain: Chain };

const written = (request: typeof id, turns: readonly (readonly [Signer, readonly RequestEvent[]])[]): Written => {
  let lines: readonly string[] = [];
  let chain: Chain | undefined;
  for (const [author, events] of turns) {
    const more = extend(request, chain, events, at, author, trust);
    lines = [...lines, ...more.lines];
    chain = more.chain;
  }
  if (chain === undefined) throw new Error('nothing was written');
  return { lines, chain };
};

const whole = written(id, [
  [bot, [submitted, voted, approved]],
  [worker, [activated]],
  [bot, [endRequested]],
  [worker, [ended]],
]);

/** What is said against a log: the number of the entry and why. */
const against = (lines: readonly string[], request = id): string => {
  const read = readChain(request, lines, trust);
  return read.ok ? 'nothing' : `${read.error.version}: ${read.error.why}`;
};

type Entry = Record<string, unknown>;
const edited = (line: string | undefined, edit: (entry: Entry) => Entry): string => {
  const entry: Entry = JSON.parse(line ?? '{}');
  return JSON.stringify(edit(entry));
};
const withLine = (index: number, line: string): readonly string[] => whole.lines.with(index, line);

/** An entry in every point like a genuine one, signed by this author. */
const forged = (author: Signer, line: string | undefined, changes: Entry): string => {
  const { signature: _, ...entry }: Entry = {
    ...JSON.parse(line ?? '{}'),
    author: author.author,
    key: author.key,
    ...changes,
  };
  const text = canonical(JSON.parse(JSON.stringify(entry)));
  return JSON.stringify({ ...entry, signature: author.sign(text) });
};

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('a log', () => {
  test('is read back as it was written', () => {
    const read = readChain(id, whole.lines, trust);
    expect(read).toEqual({ ok: true, value: whole.chain });
    expect(whole.chain.request.state.status).toBe('revoked');
    expect(whole.chain.entries.map(({ author }) => author)).toEqual(['bot', 'bot', 'bot', 'worker', 'bot', 'worker']);
  });

  test('that is empty is no request', () => {
    expect(readChain(id, [], trust)).toEqual({ ok: true, value: undefined });
  });

  test('may be spelled differently as JSON, for signatures are over its meaning', () => {
    const respelled = withLine(1, JSON.stringify(JSON.parse(whole.lines[1] ?? ''), null, 2));
    expect(against(respelled)).toBe('nothing');
  });

  test('that was cut at its end is a shorter one that still holds, which is why markers guard against replay', () => {
    const read = readChain(id, whole.lines.slice(0, 3), trust);
    expect(read.ok && read.value?.request.state.status).toBe('approved');
    expect(read.ok && read.value?.head).not.toBe(whole.chain.head);
  });
});

describe('a log is refused, and the entry named, when', () => {
  const fields: [string, Entry][] = [
    ['event', { event: { type: 'approved', by: [ada], revision: 1, applyBy: '2030-01-01T00:00:00Z' } }],
    ['time', { at: '2026-03-02T10:00:00Z' }],
    ['author', { author: 'worker' }],
    ['key', { key: worker.key }],
    ['signature', { signature: bot.sign('something else') }],
  ];
  test.each(fields)('the %s of an entry was edited', (_, changes) => {
    const lines = withLine(
      2,
      edited(whole.lines[2], (entry) => ({ ...entry, ...changes })),
    );
    expect(against(lines)).toBe('3: its signature is not valid');
  });

  test.each([0, 1, 2, 3, 4])('entry %i was removed from before the last', (index) => {
    expect(against(whole.lines.toSpliced(index, 1))).toBe(`${index + 1}: it says it is entry ${index + 2}`);
  });

  test('an entry was removed and the later ones were renumbered', () => {
    const lines = whole.lines
      .toSpliced(1, 1)
      .map((line, index) => edited(line, (entry) => ({ ...entry, version: index + 1 })));
    expect(against(lines)).toBe('2: it does not follow the entry before it');
  });

  test('two entries changed places', () => {
    const [first = '', second = '', third = ''] = whole.lines;
    expect(against([first, third, second])).toBe('2: it says it is entry 3');
  });

  test('an entry is there twice', () => {
    expect(against(whole.lines.toSpliced(1, 0, whole.lines[1] ?? ''))).toBe('3: it says it is entry 2');
  });

  test('it is that of another request', () => {
    expect(against(whole.lines, other)).toBe(`1: it belongs to request ${id}`);
  });

  test('an entry was taken from another request', () => {
    const foreign = written(other, [[bot, [submitted, voted, approved]]]);
    expect(against([...whole.lines.slice(0, 2), foreign.lines[2] ?? ''])).toBe(`3: it belongs to request ${other}`);
  });

  test('an entry was taken from another course of the same request', () => {
    const elsewhere = written(id, [[bot, [{ ...submitted, reason: 'another' }, voted, approved]]]);
    expect(against([...whole.lines.slice(0, 2), elsewhere.lines[2] ?? ''])).toBe(
      '3: it does not follow the entry before it',
    );
  });

  test('the worker signed what only the bot may write', () => {
    const lines = withLine(2, forged(worker, whole.lines[2], {}));
    expect(against(lines)).toBe('3: the worker may not write "approved"');
  });

  test('the worker signed with its own key in the name of the bot', () => {
    const lines = withLine(2, forged(worker, whole.lines[2], { author: 'bot' }));
    expect(against(lines)).toBe('3: its signature is not valid');
  });

  test('the bot signed what only the worker may write', () => {
    const lines = withLine(3, forged(bot, whole.lines[3], {}));
    expect(against(lines)).toBe('4: the bot may not write "activated"');
  });

  test('a stranger’s key signed it', () => {
    const stranger = createMemoryKeys().signer('bot');
    expect(against(withLine(0, forged(stranger, whole.lines[0], {})))).toBe('1: its signature is not valid');
  });

  test('genuine signatures are on events that cannot follow each other', () => {
    const twice = forged(bot, whole.lines[1], { version: 4, previous: whole.chain.entries[2]?.hash });
    expect(against([...whole.lines.slice(0, 3), twice])).toBe('4: "voted" cannot follow "approved"');
    const begun = forged(bot, whole.lines[1], { version: 1, previous: 'genesis' });
    expect(against([begun])).toBe('1: it starts with "voted"');
  });

  test('a key was added that JavaScript has a meaning for', () => {
    const line = whole.lines[2]?.replace(/"event":{/, '"event":{"__proto__":{"by":[]},') ?? '';
    expect(line).toContain('__proto__');
    expect(against(withLine(2, line))).toBe('3: its signature is not valid');
  });

  test.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['of another schema', edited(whole.lines[2], (entry) => ({ ...entry, schema: 2 }))],
    ['given a field more', edited(whole.lines[2], (entry) => ({ ...entry, more: true }))],
    ['robbed of a field', edited(whole.lines[2], ({ signature: _, ...entry }) => entry)],
    [
      'deeper than recursion can take',
      whole.lines[2]?.replace(/"event":/, `"event":${'['.repeat(50_000)}${']'.repeat(50_000)},"was":`) ?? '',
    ],
    ['deeper than any event', edited(whole.lines[2], (entry) => ({ ...entry, event: nested(1_001) }))],
    ['with a number that JSON has not', whole.lines[2]?.replace(/"revision":1/, '"revision":1e999') ?? ''],
  ])('an entry is %s', (_, line) => {
    expect(against(withLine(2, line))).toBe('3: it is not an entry of schema 1');
  });

  test('a genuine entry holds an event that is not known', () => {
    const unknown = forged(bot, whole.lines[2], { event: { type: 'blessed' } });
    expect(against(withLine(2, unknown))).toMatch(/^3: its event is not one we know/);
  });
});

describe('nothing is written that', () => {
  test('cannot follow', () => {
    expect(() => extend(id, whole.chain, [voted], at, bot, trust)).toThrow('"voted" cannot follow "revoked"');
  });

  test('its author may not say', () => {
    expect(() => extend(id, undefined, [submitted], at, worker, trust)).toThrow('may not write "submitted"');
  });

  test('is nothing at all', () => {
    expect(() => extend(id, undefined, [], at, bot, trust)).toThrow('nothing to append');
  });
});

test('each entry is held to the time that it says: of a key that was replaced what came later is not believed', () => {
  const before = written(id, [[bot, [submitted, voted]]]);
  const { lines } = extend(id, before.chain, [approved], at.add({ seconds: 1 }), bot, trust);
  const untilThen = (moment: Temporal.Instant): typeof trust => ({
    ...trust,
    verify: (author, key, text, signature, when) =>
      when !== undefined &&
      Temporal.Instant.compare(when, moment) <= 0 &&
      trust.verify(author, key, text, signature, when),
  });
  const read = (until: Temporal.Instant) => readChain(id, [...before.lines, ...lines], untilThen(until));
  expect(read(at.add({ seconds: 1 }))).toMatchObject({ ok: true });
  expect(read(at)).toMatchObject({ error: { version: 3, why: 'its signature is not valid' } });
});
