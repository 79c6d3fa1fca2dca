import { expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import {
  activated,
  activatedToSum,
  approved,
  ended,
  grown,
  later,
  pending,
  submitted,
  summedUp,
} from '#test/build/requests.ts';
import { requestEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { lateEvents, nextAct, nextNews, nextStep, stepAt } from './next-step.ts';
import { begin, isOver } from './request.ts';

const revoked = grown(pending(), approved, activatedToSum, ended);
const endedAt = later(3);

test('a grant that has ended is summed up once, a little later, so that late audit events are in', () => {
  expect(nextStep(revoked)).toEqual({ do: 'sum-up', at: endedAt.add(lateEvents) });
  expect(nextStep(grown(revoked, summedUp()))).toBeUndefined();
  expect(evolve(grown(revoked, summedUp()), summedUp(), later(9))).toMatchObject({ type: 'impossible' });
});

test('summing up is news and no act: nothing is in force for it, and what is due comes first', () => {
  expect(nextAct(revoked)).toBeUndefined();
  expect(nextNews(revoked)?.do).toBe('sum-up');
  expect(isOver(revoked.state.status)).toBe(true);
  const active = grown(pending(), approved, activatedToSum);
  expect(stepAt(active, later(60))?.do).toBe('end');
});

test('logs from before there were summaries owe none', () => {
  const old = grown(pending(), approved, activated, ended);
  expect(nextStep(old)).toBeUndefined();
  expect(evolve(old, summedUp(), later(9))).toMatchObject({ type: 'impossible' });
});

test('nothing is summed up before it has ended, or that never began', () => {
  const active = grown(pending(), approved, activatedToSum);
  for (const request of [pending(), grown(pending(), approved), active])
    expect(evolve(request, summedUp(), later(9))).toMatchObject({ type: 'impossible' });
  expect(nextNews(active)?.do).not.toBe('sum-up');
});

test('what is reported after the summary is still written down', () => {
  const uses = [{ verb: 'get', group: '', resource: 'services', namespace: 'shop', name: 'web' }];
  const late = grown(revoked, summedUp(), { type: 'observed', uses });
  expect(late.state).toMatchObject({ status: 'revoked', observed: uses, summary: { rights: { granted: 6 } } });
  expect(nextStep(late)).toBeUndefined();
});

test('what was taken by break-glass is summed up beside its review', () => {
  const asked = submitted({ approval: { ...submitted().approval, breakGlass: { remindEvery: 3_600 } } });
  const auto = { ...approved, by: [], auto: true as const };
  const taken = grown(begin(id(), asked, later(0)), auto, activatedToSum, ended);
  expect(nextNews(taken)?.do).toBe('sum-up');
  expect(nextNews(grown(taken, summedUp()))?.do).toBe('remind');
});

test('a summary is read back as it was written, and one with more than a log has room for is none', () => {
  const said = summedUp({
    seen: { by: 'audit', until: later(2) },
    objects: [
      {
        target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' },
        how: 'changed',
        places: [{ path: 'spec.ingressClassName', before: 'a', now: 'b' }],
      },
    ],
    narrower: { profile: 'ingress-view', objects: ['web'] },
  });
  const written = JSON.parse(JSON.stringify(requestEvent.encode(said)));
  expect(requestEvent.parse(written)).toEqual(said);
  const place = { path: 'spec', before: 'a', now: 'b' };
  const [object] = said.objects;
  const { target } = object ?? expect.fail('no object');
  for (const bad of [
    { ...written, objects: Array.from({ length: 21 }, () => ({ target, how: 'deleted', places: [] })) },
    { ...written, objects: [{ target, how: 'changed', places: Array.from({ length: 6 }, () => place) }] },
    { ...written, objects: [{ target, how: 'changed', places: [{ ...place, now: 'x'.repeat(101) }] }] },
    { ...written, unused: Array.from({ length: 41 }, () => ({ verbs: ['get'], group: '', resource: 'services' })) },
  ])
    expect(requestEvent.safeParse(bad).success).toBe(false);
});
