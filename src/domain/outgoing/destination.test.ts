import { describe, expect, test } from 'vitest';
import { destination } from '#test/build/destinations.ts';
import type { AuditLine } from './cloud-event.ts';
import { type Destination, eventNames, wants } from './destination.ts';

const line = (changed: Partial<AuditLine> = {}): AuditLine => ({
  type: 'hallpass.audit',
  schema: 1,
  id: 'a1',
  time: '2026-11-20T12:00:00Z',
  request: 'k7m2-qx',
  event: 'approved',
  kind: 'access',
  cluster: 'prod',
  namespace: 'shop-front',
  rule: 'shop',
  ...changed,
});

describe('a destination', () => {
  test.each<[string, Partial<Destination>, boolean]>([
    ['everything', {}, true],
    ['this event among others', { events: ['submitted', 'approved'] }, true],
    ['other events only', { events: ['submitted'] }, false],
    ['this cluster', { clusters: ['stage', 'prod'] }, true],
    ['another cluster', { clusters: ['prod-eu'] }, false],
    ['namespaces that begin like it', { namespaces: ['shop-*'] }, true],
    ['namespaces that begin otherwise', { namespaces: ['bank-*'] }, false],
    ['this kind', { kinds: ['access'] }, true],
    ['another kind', { kinds: ['open'] }, false],
    ['this rule', { rules: ['sh*p'] }, true],
    ['the event of another id to be left out', { skip: ['a2'] }, true],
    ['this one to be left out', { skip: ['a2', 'a1'] }, false],
    ['one filter that fits and one that does not', { clusters: ['prod'], rules: ['sensitive'] }, false],
  ])('that asks for %s gets it or not', (_, changed, expected) => {
    expect(wants(destination(changed), line())).toBe(expected);
  });

  test('that asks for some cluster gets nothing of which that is not known; one that asks for all does', () => {
    const unknown = line({ event: 'unreadable', cluster: null, namespace: null, kind: null, rule: null });
    expect(wants(destination({ clusters: ['prod'] }), unknown)).toBe(false);
    expect(wants(destination(), unknown)).toBe(true);
  });
});

test('every event of a request has a name to ask for it, each once', () => {
  for (const name of [
    'submitted',
    'approved',
    'denied',
    'activated',
    'ended',
    'failed',
    'tripped',
    'summed-up',
    'unreadable',
  ])
    expect(eventNames).toContain(name);
  expect(new Set(eventNames).size).toBe(eventNames.length);
});
