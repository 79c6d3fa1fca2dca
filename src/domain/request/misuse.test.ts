import { describe, expect, test } from 'vitest';
import type { MisusedEntry } from '#domain/guard/entry.ts';
import type { Risk } from '#domain/policy/policy.ts';
import { alice, bob, id } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, pending, standing, submitted } from '#test/build/requests.ts';
import { conflictAt, contentRefOf } from '#test/build/shop-ingress.ts';
import { type Command, decide } from './decide.ts';
import { authorOf, type RequestEvent, type Submitted } from './events.ts';
import { evolve } from './evolve.ts';
import { endedFor, isWorse, misuseIn } from './misuse.ts';
import { nextAct, nextStep } from './next-step.ts';
import type { Request } from './request.ts';

const tried = {
  operation: 'update',
  target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' },
  risk: 'critical',
  findings: ['Introduces a snippet.'],
} as const;
const misused: RequestEvent = { type: 'misused', ...tried, findings: [...tried.findings] };
const entry: MisusedEntry = { ...tried, type: 'misused', id: id(), cluster: 'prod', findings: [...tried.findings] };

const granted = (changed: Partial<Submitted> = {}): Request => grown(pending(changed), approved, activated);
const showing = (risk: Risk): Partial<Submitted> => ({ around: { ...contentRefOf(), risk } });
const broken: Partial<Submitted> = { approval: { ...submitted().approval, breakGlass: { remindEvery: 3_600 } } };
const taken = (): Request =>
  grown(pending(broken), { ...approved, by: [], auto: true }, { ...activated, expiresAt: later(90) });
const cannot = (request: Request, event: RequestEvent = misused) =>
  expect(evolve(request, event, later(5))).toMatchObject({ type: 'impossible' });

describe('a grant under which something worse than its card was tried', () => {
  test('is to be ended at once, by nobody, and knows for what', () => {
    const request = grown(granted(), misused);
    expect(request.state).toMatchObject({ status: 'active', tried, ending: { cause: 'misused', at: later(1) } });
    expect(nextAct(request)).toEqual({ do: 'end', at: later(1) });
    expect(nextStep(request)).toEqual({ do: 'end', at: later(1) });
    const over = grown(request, { ...ended, cause: 'misused' });
    expect(over.state).toMatchObject({ status: 'revoked', cause: 'misused', tried });
    expect(over.state).not.toHaveProperty('endedBy');
  });

  test('is so by the bot’s word alone', () => {
    expect(authorOf('misused')).toBe('bot');
  });

  test('is ended for it once, and not when it is being ended already, waits to be settled, or is not in force', () => {
    cannot(grown(granted(), misused));
    cannot(grown(granted(), { type: 'end-requested', by: alice, cause: 'done', reason: '' }));
    cannot(grown(granted(), { type: 'conflicted', conflicts: [conflictAt('spec.rules')], reverted: [] }));
    cannot(grown(granted(), { type: 'extended', by: alice, request: id('abcd-ef') }));
    cannot(pending());
    cannot(grown(pending(), approved));
    cannot(grown(granted(), ended));
    cannot(grown(granted(), misused, { ...ended, cause: 'misused' }));
  });

  test('is not ended for what its card showed', () => {
    cannot(granted(showing('critical')));
    cannot(granted(showing('high')), { ...misused, risk: 'high' });
    expect(evolve(granted(showing('high')), misused, later(5))).toMatchObject({
      state: { ending: { cause: 'misused' } },
    });
    expect(isWorse(granted().asked, 'none')).toBe(false);
    expect(isWorse(granted().asked, 'medium')).toBe(true);
  });

  test('is ended by nobody else meanwhile, nor extended, and says no name', () => {
    const request = grown(granted(), misused);
    const commands: readonly Command[] = [
      { type: 'done', by: alice },
      { type: 'revoke', by: bob, reason: 'enough', standing: standing([bob, 0]) },
      { type: 'extend', by: alice, kindAllows: true },
    ];
    for (const command of commands)
      expect(decide(request, command, later(6))).toEqual({ ok: false, error: { type: 'already-ending' } });
    expect(
      evolve(request, { type: 'prolonged', by: alice, request: id('abcd-ef'), expiresAt: later(60) }, later(6)),
    ).toMatchObject({ type: 'impossible' });
  });

  test('stays where it was taken by break-glass, remembers it once, and ends as ever', () => {
    const request = grown(taken(), misused);
    expect(request.state).toMatchObject({ status: 'active', tried });
    expect(request.state).not.toHaveProperty('ending');
    expect(nextAct(request)).toEqual({ do: 'end', at: later(90) });
    cannot(request);
    const over = grown(
      request,
      { type: 'end-requested', by: bob, cause: 'revoked', reason: '' },
      { ...ended, cause: 'revoked' },
    );
    expect(over.state).toMatchObject({ status: 'revoked', endedBy: bob, tried });
  });
});

test('what ended a grant is known for ten seconds, of the same write to the same object', () => {
  const ending = grown(granted(), misused);
  const over = grown(ending, { ...ended, cause: 'misused' });
  for (const { state } of [ending, over]) {
    expect(endedFor(state, tried, later(1.1))).toEqual(tried);
    expect(endedFor(state, { ...tried, operation: 'delete' }, later(1.1))).toBeUndefined();
    expect(endedFor(state, { ...tried, target: { ...tried.target, name: 'b' } }, later(1.1))).toBeUndefined();
    expect(endedFor(state, { ...tried, fingerprint: 'of another write' }, later(1.1))).toBeUndefined();
    expect(endedFor(state, tried, later(1.17))).toBeUndefined();
  }
  for (const { state } of [granted(), grown(taken(), misused), grown(granted(), ended), pending()])
    expect(endedFor(state, tried, later(1))).toBeUndefined();
});

describe('what a guard says of it', () => {
  test('comes into the log of the grant in force that it names', () => {
    expect(misuseIn(granted(), entry)).toEqual(misused);
    expect(misuseIn(taken(), entry)).toEqual(misused);
  });

  test('comes to nothing for another request or cluster, when it is late, or comes again', () => {
    for (const request of [
      pending(),
      grown(pending(), approved),
      grown(granted(), ended),
      grown(granted(), misused),
      grown(taken(), misused),
    ])
      expect(misuseIn(request, entry)).toBeUndefined();
    expect(misuseIn(granted({ cluster: 'eu' }), entry)).toBeUndefined();
    expect(misuseIn(granted(), { ...entry, id: id('abcd-ef') })).toBeUndefined();
    expect(misuseIn(granted(showing('critical')), entry)).toBeUndefined();
  });
});
