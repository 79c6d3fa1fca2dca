import { expect, test } from 'vitest';
import { isIntoPod } from '#domain/watch/open-pods.ts';
import { activated, approved, ended, grown, later, pending } from '#test/build/requests.ts';
import { mostObserved, type RequestEvent, type Use } from './events.ts';
import { evolve } from './evolve.ts';
import { nextAct } from './next-step.ts';
import type { Request } from './request.ts';
import { isFull, mayMissStreams, newUses } from './watched.ts';

const active = grown(pending(), approved, activated);
const revoked = grown(active, ended);

const tripped = (does: 'revoke' | 'warn', rule: 'exec' | 'new-address' = 'exec'): RequestEvent => ({
  type: 'tripped',
  rule,
  does,
  evidence: ['12:00:03 create pods/exec web-1 in shop'],
});
const observed = (...uses: readonly Use[]): RequestEvent => ({ type: 'observed', uses: [...uses] });
const use = (name: string, more: Partial<Use> = {}): Use => ({
  verb: 'get',
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  name,
  ...more,
});
const granted = ({ state }: Request) => {
  if (state.status !== 'active' && state.status !== 'revoked') throw new Error(`It is ${state.status}`);
  return state;
};

test('what looks wrong makes a grant end at once, and says why for ever', () => {
  const ending = grown(active, tripped('revoke'));
  expect(nextAct(ending)).toEqual({ do: 'end', at: later(1) });
  const over = grown(ending, { ...ended, cause: 'tripped' });
  expect(over.state).toMatchObject({
    status: 'revoked',
    cause: 'tripped',
    tripped: [{ rule: 'exec', does: 'revoke' }],
  });
  expect(over.state).not.toHaveProperty('endedBy');
});

test('a warning leaves the grant in force, and is given once for each rule', () => {
  const warned = grown(active, tripped('warn', 'new-address'));
  expect(warned.state).toMatchObject({ status: 'active', tripped: [{ rule: 'new-address' }] });
  expect(warned.state).not.toHaveProperty('ending');
  expect(evolve(warned, tripped('warn', 'new-address'), later(2))).toMatchObject({ type: 'impossible' });
  expect(grown(warned, tripped('warn')).state).toHaveProperty('tripped.length', 2);
});

test('what was warned of may end it after all; what ends it does so once', () => {
  const ending = grown(active, tripped('warn'), tripped('revoke'));
  expect(ending.state).toHaveProperty('ending.cause', 'tripped');
  for (const again of [tripped('revoke'), tripped('revoke', 'new-address'), tripped('warn', 'new-address')])
    expect(evolve(ending, again, later(2))).toMatchObject({ type: 'impossible' });
});

test('uses are told once each, also those that are reported when the grant has ended', () => {
  const used = grown(active, observed(use('web'), use('api')));
  expect(granted(used).observed).toHaveLength(2);
  expect(evolve(used, observed(use('web')), later(2))).toMatchObject({ type: 'impossible' });
  const late = grown(used, ended, observed(use('late')));
  expect(granted(late).observed?.map(({ name }) => name)).toEqual(['web', 'api', 'late']);
  // The same thing, allowed by something else: it was not the grant that let it happen.
  expect(newUses(granted(late), [use('web', { allowedBy: 'RoleBinding "ops"' })])).toHaveLength(1);
  expect(evolve(revoked, tripped('revoke'), later(2))).toMatchObject({ type: 'impossible' });
});

test('a log does not grow with what is done under a grant', () => {
  const many = Array.from({ length: mostObserved + 50 }, (_, index) => use(`web-${index}`, { verb: 'update' }));
  const state = granted(active);
  const first = newUses(state, many);
  expect(first).toHaveLength(70);
  const full = grown(active, observed(...first));
  expect(isFull(granted(full).observed ?? [])).toBe(true);
  expect(newUses(granted(full), many)).toEqual([]);
  // The same use twice in one report is one.
  expect(newUses(state, [use('web'), use('web')])).toHaveLength(1);
});

const inPod = (name: string, more: Partial<Use> = {}): Use =>
  use(name, { group: '', resource: 'pods', subresource: 'exec', stream: true, ...more });
const hundred = (of: (name: string) => Use): readonly Use[] =>
  Array.from({ length: 100 }, (_, index) => of(`x-${index}`));

test.each([
  ['looks', hundred((name) => use(name))],
  ['logs that are followed', hundred((name) => inPod(name, { subresource: 'log' }))],
  ['shells', hundred((name) => inPod(name))],
  ['writes', hundred((name) => use(name, { verb: 'update' }))],
])('a hundred %s hide nothing of another sort, whichever verb a client opens it with', (_, flood) => {
  const flooded = grown(active, observed(...newUses(granted(active), flood)));
  const state = granted(flooded);
  expect(newUses(state, flood)).toEqual([]);
  const [first] = flood;
  const others = [inPod('web', { subresource: 'log' }), inPod('web'), use('web', { verb: 'update' })].filter(
    (one) => one.verb !== first?.verb || one.subresource !== first.subresource,
  );
  expect(newUses(state, others)).toEqual(others);
  grown(flooded, observed(...others));
  expect(mayMissStreams(state.observed ?? [])).toBe(isIntoPod(first ?? use('none')));
});

test('a log is read in which more looks were written down than are now', () => {
  const looks = hundred((name) => use(name)).slice(0, 80);
  const before = grown(active, observed(...looks));
  expect(granted(before).observed).toHaveLength(80);
  expect(newUses(granted(before), [use('more'), inPod('web')])).toEqual([inPod('web')]);
});
