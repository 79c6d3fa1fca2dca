import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noReason } from '#domain/guard/entry.ts';
import { heldWrite } from '#test/build/held.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { activated, approved, grown, later, noon, pending, quorum, standing, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { extend, readChain } from './chain.ts';
import { type Command, decide } from './decide.ts';
import { authorOf, type HeldWrite, type RequestEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { nextAct, nextStep } from './next-step.ts';
import type { Request } from './request.ts';
import { applyByOf, applyWithin, isConfirmed, mayBeApplied, needsConfirmation, needsReview } from './terms.ts';

/** Alice wrote it, for good; bob agrees a minute after noon, so that it may be used until an hour later. */
const holding = (changed: Partial<HeldWrite> = {}): Request => {
  const { seconds: _, ...asked } = submitted();
  return pending({ ...asked, seconds: undefined, kind: 'change', held: heldWrite(changed) });
};
const applyBy = later(61);
const agreed: RequestEvent = { ...approved, applyBy };
const waiting = (changed: Partial<HeldWrite> = {}): Request => grown(holding(changed), agreed);
const confirmed: RequestEvent = { type: 'confirmed', by: alice };
const withheld: RequestEvent = { type: 'withheld', why: 'they did not write it' };
const taken: RequestEvent = { type: 'end-requested', by: alice, cause: 'done', reason: '' };
const changedRef = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  namespace: 'shop',
  name: 'shop',
  uid: 'u',
  op: 'update',
} as const;
const completed: RequestEvent = { type: 'completed', changed: [changedRef] };
const used: RequestEvent = {
  type: 'used',
  operation: 'update',
  target: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
  risk: 'medium',
};
const own = (by = alice, isTheirs = true): Command => ({ type: 'own', by, isTheirs });
const impossible = (request: Request, event: RequestEvent, at = later(5)) =>
  expect(evolve(request, event, at)).toMatchObject({ type: 'impossible', event: event.type });

describe('an approved write that was held', () => {
  test('waits for its author, and is owed nothing but to lapse once it may not be used any more', () => {
    expect(nextStep(waiting())).toEqual({ do: 'apply', at: applyBy.add({ seconds: 2 }) });
    expect(nextStep(waiting({ complete: ['retry'] }))).toEqual({ do: 'apply', at: applyBy.add({ seconds: 2 }) });
    expect(nextStep(waiting({ writer: 'Flux' }))).toEqual({ do: 'apply', at: applyBy.add({ seconds: 2 }) });
  });

  test('waits as long as its protection says, from the click on', () => {
    const vote: Command = { type: 'approve', by: bob, revision: 1, standing: standing([bob, 0]) };
    const decided = decide(holding({ retryWithin: 7_200 }), vote, later(10));
    expect(decided.ok && decided.value.at(-1)).toMatchObject({ type: 'approved', applyBy: later(130) });
    const usual = decide(pending(), vote, later(10));
    expect(usual.ok && usual.value.at(-1)).toMatchObject({ type: 'approved', applyBy: later(25) });
    expect(applyByOf(holding().asked, noon)).toEqual(later(60));
    expect(applyWithin(holding({ retryWithin: 60 }).asked).total('seconds')).toBe(60);
    expect(applyWithin(pending().asked).total('minutes')).toBe(15);
  });

  test('is not confirmed by its approval alone, whoever may complete it', () => {
    for (const one of [waiting(), waiting({ complete: ['retry'] }), waiting({ writer: 'Flux' })]) {
      expect(needsConfirmation(one.asked, noon)).toBe(true);
      expect(one.state.status === 'approved' && isConfirmed(one.asked, one.state)).toBe(false);
    }
  });

  test('is done with once its object is seen as it was to be', () => {
    const end = grown(waiting(), completed);
    expect(end.state).toMatchObject({ status: 'completed', by: [bob], changed: [changedRef] });
    expect(nextStep(end)).toBeUndefined();
    impossible(end, completed);
    impossible(end, confirmed);
  });

  test('may have been done just before it was taken back, which nothing else that was approved is', () => {
    expect(grown(waiting(), taken, completed).state.status).toBe('completed');
    expect(grown(waiting(), confirmed, taken, completed).state.status).toBe('completed');
    impossible(grown(pending({ seconds: undefined }), approved, taken), completed);
    impossible(grown(waiting(), taken), activated);
  });

  test('lapses when nobody uses it in time', () => {
    const end = grown(waiting(), { type: 'lapsed', why: 'nobody did it again' });
    expect(end.state).toMatchObject({ status: 'lapsed', moved: false });
    impossible(end, completed);
    impossible(end, confirmed);
  });

  test('can be withdrawn by its author, and is then done with at once', () => {
    const decided = decide(waiting(), { type: 'withdraw', by: alice }, later(5));
    expect(decided).toEqual({ ok: true, value: [taken] });
    expect(nextAct(grown(waiting(), taken))?.at).toEqual(later(1));
  });
});

describe('whoever wrote it', () => {
  test('says that it is theirs, and Hallpass is to do it at once', () => {
    expect(decide(waiting(), own(), later(5))).toEqual({ ok: true, value: [confirmed] });
    const theirs = evolve(waiting(), confirmed, later(5));
    expect(theirs).toHaveProperty('state.confirmed', later(5));
    if ('type' in theirs) return;
    expect(nextStep(theirs)).toEqual({ do: 'apply', at: later(1) });
    expect(theirs.state.status === 'approved' && isConfirmed(theirs.asked, theirs.state)).toBe(true);
    expect(grown(theirs, completed).state.status).toBe('completed');
  });

  test('says that it is not, and it comes to nothing', () => {
    const decided = decide(waiting(), own(alice, false), later(5));
    expect(decided).toMatchObject({ ok: true, value: [{ type: 'withheld', why: expect.stringContaining('did not') }] });
    const end = grown(waiting(), ...(decided.ok ? decided.value : []));
    expect(end.state).toMatchObject({ status: 'lapsed', moved: false });
    expect(nextStep(end)).toBeUndefined();
    impossible(end, confirmed);
  });

  test.each([bob, carol])('is nobody else, whatever they say: %s is refused before they learn how far it is', (by) => {
    for (const request of [waiting(), holding(), waiting({ complete: ['retry'] }), waiting({ writer: 'Flux' })])
      for (const isTheirs of [true, false])
        expect(decide(request, own(by, isTheirs), later(5))).toEqual({
          ok: false,
          error: { type: 'not-yours', may: 'requester' },
        });
  });

  test('is not the one who answers for a pipeline, nor may have done what they are to do again', () => {
    const refused = { ok: false, error: { type: 'not-to-be-applied' } };
    for (const isTheirs of [true, false]) {
      expect(decide(waiting({ writer: 'Flux' }), own(alice, isTheirs), later(5))).toEqual(refused);
      expect(decide(waiting({ complete: ['retry'] }), own(alice, isTheirs), later(5))).toEqual(refused);
      expect(decide(grown(pending(), approved), own(alice, isTheirs), later(5))).toEqual(refused);
    }
    expect(mayBeApplied(waiting({ complete: ['confirm'] }).asked)).toBe(true);
    expect(mayBeApplied(waiting({ complete: ['confirm'], writer: 'Flux' }).asked)).toBe(false);
    expect(mayBeApplied(pending().asked)).toBe(false);
  });

  test('says so while it waits: not before it is approved, nor from the end of its time on', () => {
    expect(decide(holding(), own(), later(5))).toEqual({ ok: false, error: { type: 'not-active', status: 'pending' } });
    expect(decide(waiting(), own(), applyBy.subtract({ nanoseconds: 1 })).ok).toBe(true);
    const late = { ok: false, error: { type: 'too-late', respondBy: applyBy } };
    for (const isTheirs of [true, false]) expect(decide(waiting(), own(alice, isTheirs), applyBy)).toEqual(late);
  });

  test('says so once, and not of what was taken back', () => {
    const over = { ok: false, error: { type: 'already-over', status: 'approved', by: [bob], at: later(1) } };
    for (const isTheirs of [true, false])
      expect(decide(grown(waiting(), confirmed), own(alice, isTheirs), later(6))).toEqual(over);
    expect(decide(grown(waiting(), taken), own(), later(6))).toEqual({
      ok: false,
      error: { type: 'already-ending', by: alice },
    });
  });

  test.each<[string, readonly RequestEvent[]]>([
    ['completed', [agreed, completed]],
    ['lapsed', [agreed, withheld]],
    ['denied', [{ type: 'denied', by: bob, revision: 1, reason: 'no' }]],
    ['withdrawn', [{ type: 'withdrawn', by: alice }]],
    ['timed-out', [{ type: 'timed-out' }]],
    ['failed', [agreed, { type: 'failed', why: 'no' }]],
  ])('learns that it is %s', (status, events) => {
    expect(decide(grown(holding(), ...events), own(), later(6))).toMatchObject({
      ok: false,
      error: { type: 'already-over', status },
    });
  });
});

describe('whoever signs it, there is no following', () => {
  test.each([undefined, bob, carol])('of a word by %s that it is theirs', (by) => {
    impossible(waiting(), by === undefined ? { type: 'confirmed' } : { type: 'confirmed', by });
  });

  test('of one before it is approved, of a second one, or of the opposite after it', () => {
    impossible(holding(), confirmed);
    impossible(holding(), withheld);
    const theirs = grown(waiting(), confirmed);
    impossible(theirs, confirmed);
    impossible(theirs, withheld);
  });

  test('of one where nobody is to have it done, or it was taken back', () => {
    for (const event of [confirmed, withheld]) {
      impossible(waiting({ writer: 'Flux' }), event);
      impossible(waiting({ complete: ['retry'] }), event);
      impossible(grown(waiting(), taken), event);
    }
  });

  test('of one on a request that was not held', () => {
    impossible(grown(pending(), approved), confirmed);
    impossible(grown(pending(), approved), { type: 'confirmed' });
    impossible(grown(pending(), approved, activated), confirmed);
  });

  test('of a person of whom it is said twice who they are: the requester alone counts', () => {
    const forBob = grown(pending({ subject: bob, seconds: undefined, held: heldWrite() }), {
      ...agreed,
      by: [carol],
    });
    impossible(forBob, { type: 'confirmed', by: bob });
    expect(evolve(forBob, confirmed, later(5))).toHaveProperty('state.confirmed', later(5));
  });
});

const anyEvent = fc.constantFrom<RequestEvent>(
  { type: 'confirmed' },
  confirmed,
  { type: 'confirmed', by: bob },
  withheld,
  taken,
  used,
  completed,
  { type: 'lapsed', why: 'late' },
);
const anyHeld = fc.record({
  complete: fc.constantFrom<HeldWrite['complete']>(['retry'], ['confirm'], ['retry', 'confirm']),
  writer: fc.constantFrom(undefined, 'Flux'),
});

test('whatever is signed, it is due only by one word of its author, where they may have it done', () => {
  fc.assert(
    fc.property(anyHeld, fc.array(anyEvent, { maxLength: 8 }), ({ complete, writer }, events) => {
      let request = waiting({ complete, ...(writer === undefined ? {} : { writer }) });
      const followed: RequestEvent[] = [];
      for (const event of events) {
        const next = evolve(request, event, later(5));
        if ('type' in next) continue;
        request = next;
        followed.push(event);
      }
      const words = followed.filter(({ type }) => type === 'confirmed');
      expect(words).toEqual(words.length === 0 ? [] : [confirmed]);
      if (words.length > 0) expect(mayBeApplied(request.asked)).toBe(true);
      const act = nextAct(request);
      const isTakenBack = followed.some(({ type }) => type === 'end-requested');
      if (act !== undefined && words.length === 0 && !isTakenBack) expect(act.at).toEqual(applyBy.add({ seconds: 2 }));
    }),
  );
});

describe('the use of a grant', () => {
  test('is noted while it is active, as often as it is made, and changes nothing of it', () => {
    const active = grown(pending(), approved, activated);
    expect(grown(active, used, used, used)).toEqual(active);
    expect(nextStep(grown(active, used))).toEqual(nextStep(active));
    expect(grown(active, taken, used)).toEqual(grown(active, taken));
    expect(authorOf('used')).toBe('bot');
  });

  test.each<[string, Request]>([
    ['pending', pending()],
    ['approved', grown(pending(), approved)],
    ['a held write that waits', waiting()],
    ['completed', grown(waiting(), completed)],
    ['lapsed', grown(waiting(), withheld)],
    ['denied', grown(pending(), { type: 'denied', by: bob, revision: 1, reason: 'no' })],
    [
      'revoked',
      grown(pending(), approved, activated, { type: 'ended', cause: 'done', proofs: [], lagMilliseconds: 1 }),
    ],
  ])('is not noted of what is %s', (_, request) => {
    impossible(request, used);
  });
});

describe('a held write that broke glass', () => {
  const { approval } = quorum(['platform', 1]);
  const breaking = (changed: Partial<HeldWrite> = {}): Request => {
    const { asked } = holding(changed);
    const { id: _, submittedAt: __, ...rest } = asked;
    return grown(pending({ ...rest, approval: { ...approval, breakGlass: { remindEvery: 600 } } }), {
      type: 'approved',
      by: [],
      auto: true,
      revision: 1,
      applyBy,
    });
  };
  const reviewed: RequestEvent = { type: 'reviewed', by: bob, finding: 'justified', note: 'all was down' };
  const review: Command = {
    type: 'review',
    by: bob,
    finding: 'justified',
    note: 'all was down',
    standing: standing([bob, 0], [alice, 0]),
  };

  test('is approved by nobody and at once, and still waits for its author', () => {
    expect(breaking().state).toMatchObject({ status: 'approved', by: [] });
    expect(nextAct(breaking())).toEqual({ do: 'apply', at: applyBy.add({ seconds: 2 }) });
  });

  test('is to be reviewed once it was done, by another and once', () => {
    const done = grown(breaking(), completed);
    expect(needsReview(done)).toBe(true);
    expect(decide(done, review, later(9))).toEqual({ ok: true, value: [reviewed] });
    expect(decide(done, { ...review, by: alice }, later(9))).toMatchObject({ error: { type: 'own-request' } });
    const over = grown(done, reviewed);
    expect(over).toMatchObject({ state: { status: 'completed' }, review: { by: bob, finding: 'justified' } });
    expect(needsReview(over)).toBe(false);
    expect(decide(over, review, later(10))).toEqual({ ok: false, error: { type: 'nothing-to-review', reviewed: bob } });
    impossible(over, reviewed);
    impossible(done, { ...reviewed, by: alice } as RequestEvent);
  });

  test('is remembered until somebody has reviewed it', () => {
    const done = grown(breaking(), completed);
    expect(nextStep(done)).toEqual({ do: 'remind', at: later(10) });
    expect(nextStep(grown(done, { type: 'reminded' }))?.do).toBe('remind');
    expect(nextStep(grown(done, reviewed))).toBeUndefined();
  });

  test('needs no review where it came to nothing, nor does what was done with the word of others', () => {
    expect(needsReview(grown(breaking(), withheld))).toBe(false);
    expect(needsReview(grown(breaking(), { type: 'lapsed', why: 'nobody did it again' }))).toBe(false);
    expect(needsReview(grown(waiting(), completed))).toBe(false);
    impossible(grown(waiting(), completed), reviewed);
  });
});

describe('a log', () => {
  const { signer, trust } = createMemoryKeys();
  /** Line by line so many minutes apart, signed by whoever may write it. */
  const linesOf = (events: readonly RequestEvent[], apart = 1): readonly string[] => {
    const lines: string[] = [];
    for (const event of events) {
      const before = readChain(id(), lines, trust);
      if (!before.ok) throw new Error(before.error.why);
      const author = signer(authorOf(event.type));
      lines.push(...extend(id(), before.value, [event], later(lines.length * apart), author, trust).lines);
    }
    return lines;
  };
  const voted: RequestEvent = { type: 'voted', by: bob, revision: 1 };
  const asked: RequestEvent = submitted({ seconds: undefined, held: heldWrite() });

  test.each<[string, Partial<HeldWrite>]>([
    ['by a person', {}],
    ['by a pipeline that puts things back', { writer: 'Flux', selfHeals: true, complete: ['retry'] }],
    ['to scale', { replicas: 0 }],
    ['beside annotations that make no difference', { ignore: ['acme.test/commit', '__proto__', ''] }],
  ])('of a write that was held %s is read back as it was written', (_, changed) => {
    const written = heldWrite(changed);
    const lines = linesOf([submitted({ seconds: undefined, held: written }), voted, agreed, completed]);
    const read = readChain(id(), lines, trust);
    expect(read.ok && read.value?.request).toMatchObject({ asked: { held: written }, state: { status: 'completed' } });
  });

  test('of a deletion has no mark of what there shall be', () => {
    const { after: _, ...deletion } = heldWrite();
    const read = readChain(id(), linesOf([submitted({ seconds: undefined, held: deletion }), voted, agreed]), trust);
    expect(read.ok && read.value?.request.asked.held).toEqual(deletion);
  });

  test('has in it who had it done', () => {
    const read = readChain(id(), linesOf([asked, voted, agreed, confirmed]), trust);
    expect(read.ok && read.value?.entries.at(-1)?.event).toEqual(confirmed);
    expect(read.ok && read.value?.request.state).toMatchObject({ confirmed: later(3) });
  });

  test('from before anything was held is read as ever', () => {
    const begins = submitted({ startsAt: later(61), respondBy: later(61) });
    const events: RequestEvent[] = [begins, voted, { ...approved, applyBy: later(76) }, { type: 'confirmed' }];
    const lines = linesOf(events, 20);
    expect(lines.join('\n')).not.toMatch(/held|"type":"confirmed","by"/);
    const read = readChain(id(), lines, trust);
    const request = read.ok ? read.value?.request : undefined;
    expect(request?.state).toMatchObject({ status: 'approved', confirmed: later(60) });
    expect(request?.asked).not.toHaveProperty('held');
    expect(request && nextAct(request)).toEqual({ do: 'apply', at: later(61) });
  });

  test('keeps the use of a grant', () => {
    const lines = linesOf([submitted(), voted, approved, activated, used]);
    const read = readChain(id(), lines, trust);
    expect(read.ok && read.value?.entries.at(-1)).toMatchObject({ author: 'bot', event: used });
  });

  test('is not continued by the word of another, nor by that of the guard or the worker', () => {
    const lines = linesOf([asked, voted, agreed]);
    const read = readChain(id(), lines, trust);
    const chain = read.ok ? read.value : undefined;
    const by = (author: 'bot' | 'worker' | 'guard', event: RequestEvent) => () =>
      extend(id(), chain, [event], later(9), signer(author), trust);
    expect(by('bot', { type: 'confirmed', by: bob })).toThrow('"confirmed" cannot follow "approved"');
    expect(by('bot', { type: 'confirmed' })).toThrow('"confirmed" cannot follow "approved"');
    expect(by('worker', confirmed)).toThrow('the worker may not write "confirmed"');
    expect(by('guard', confirmed)).toThrow('would not believe');
    expect(by('guard', completed)).toThrow('would not believe');
    expect(by('bot', confirmed)).not.toThrow();
  });

  test.each<[string, object]>([
    ['no way to complete it', { complete: [] }],
    ['another way', { complete: ['force'] }],
    ['no time', { retryWithin: 0 }],
    ['the name of its author', { user: 'alice@example.com' }],
    ['a puts-back that is false', { selfHeals: false }],
  ])('with a held write of %s is none', (_, changed) => {
    const odd = submitted({ held: { ...heldWrite(), ...changed } as HeldWrite });
    expect(() => linesOf([odd])).toThrow();
  });
});

describe('a held write that did not say why', () => {
  const silent = (changed: Partial<HeldWrite> = {}): Request => {
    const { seconds: _, ...asked } = submitted();
    return pending({ ...asked, seconds: undefined, kind: 'change', reason: noReason, held: heldWrite(changed) });
  };
  const explain = (by = alice): Command => ({ type: 'explain', by, reason: 'the shop is slow' });
  const explained: RequestEvent = { type: 'explained', by: alice, reason: 'the shop is slow' };

  test('is explained by whoever answers for it, once, while it waits; nothing else of it changes', () => {
    for (const one of [silent(), silent({ writer: 'Flux' })]) {
      expect(decide(one, explain(), later(1))).toEqual({ ok: true, value: [explained] });
      const after = grown(one, explained);
      expect(after).toEqual({ ...one, explained: { at: later(1), reason: 'the shop is slow' } });
      expect(decide(after, explain(), later(2))).toMatchObject({ ok: false, error: { type: 'nothing-to-explain' } });
      impossible(after, explained);
    }
  });

  test('keeps the votes that it has', () => {
    const twice = silent();
    const voted = grown(
      { ...twice, asked: { ...twice.asked, ...quorum(['platform', 2]) } },
      { type: 'voted', by: bob, revision: 1 },
    );
    expect(grown(voted, explained).state).toEqual(voted.state);
  });

  test('is explained by nobody else, not too late, and not where it is decided', () => {
    expect(decide(silent(), explain(bob), later(1))).toMatchObject({ ok: false, error: { type: 'not-yours' } });
    expect(decide(silent(), explain(), later(600))).toMatchObject({ ok: false, error: { type: 'too-late' } });
    const denied = grown(silent(), { type: 'denied', by: bob, revision: 1, reason: 'no' });
    expect(decide(denied, explain(), later(2))).toMatchObject({ ok: false, error: { type: 'already-over' } });
    impossible(silent(), { ...explained, by: bob });
    impossible(denied, explained);
  });

  test('is the only thing that can be explained', () => {
    expect(decide(holding(), explain(), later(1))).toMatchObject({ ok: false, error: { type: 'nothing-to-explain' } });
    impossible(holding(), explained);
    // In Slack somebody typed these words themselves.
    const typed = pending({ reason: noReason });
    expect(decide(typed, explain(), later(1))).toMatchObject({ ok: false, error: { type: 'nothing-to-explain' } });
    impossible(typed, explained);
  });

  test('is explained by the bot’s word only', () => {
    expect(authorOf('explained')).toBe('bot');
  });
});
