import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Use } from '#domain/request/events.ts';
import { accessOver } from '#test/build/profiles.ts';

const kind = accessOver();
const use = (verb: string, name?: string, more: Partial<Use> = {}): Use => ({
  verb,
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  ...(name === undefined ? {} : { name }),
  ...more,
});
const ask = (profile: string, ...objects: readonly string[]): Json => ({ profile, objects: [...objects] });
const less = (asked: Json, uses: readonly Use[], may: (profile: string) => boolean = () => true) =>
  kind.narrower?.(asked, 'shop', uses, may);

describe('the least that would have been enough', () => {
  test('is the objects that were used, by name', () => {
    expect(less(ask('ingress-edit'), [use('patch', 'web'), use('get', 'api')])).toEqual(
      ask('ingress-edit', 'api', 'web'),
    );
    expect(less(ask('ingress-edit', 'api', 'web'), [use('patch', 'web')])).toEqual(ask('ingress-edit', 'web'));
  });

  test('is another profile that gives nothing beyond what was asked for', () => {
    expect(less(ask('ingress-edit'), [use('get', 'web')])).toEqual(ask('ingress-view', 'web'));
    expect(less(ask('ingress-edit', 'web'), [use('get', 'web')])).toEqual(ask('ingress-view', 'web'));
    // The other one reads the controller's logs, which nobody asked for.
    expect(less(ask('ingress-view'), [use('get', 'web')])).toEqual(ask('ingress-view', 'web'));
  });

  test('is never a profile that may not be asked for', () => {
    expect(less(ask('ingress-edit'), [use('get', 'web')], () => false)).toEqual(ask('ingress-edit', 'web'));
    expect(less(ask('ingress-edit', 'web'), [use('get', 'web')], () => false)).toBeUndefined();
  });

  test('allows all of what was done: what has no name is not covered by names', () => {
    expect(less(ask('ingress-edit'), [use('list')])).toEqual(ask('ingress-view'));
    expect(less(ask('ingress-edit'), [use('list'), use('patch', 'web')])).toBeUndefined();
    expect(less(ask('ingress-edit'), [use('create', 'new')])).toBeUndefined();
  });

  test('is nothing where just that was asked for, or where more was done than was granted', () => {
    expect(less(ask('ingress-view', 'web'), [use('get', 'web')])).toBeUndefined();
    for (const beyond of [use('get', 'web', { namespace: 'bank' }), use('get', 'web', { subresource: 'status' })])
      expect(less(ask('ingress-edit'), [use('get', 'web'), beyond])).toBeUndefined();
  });

  test('names no more objects than can be asked for', () => {
    const many = Array.from({ length: 21 }, (_, at) => use('patch', `web-${at}`));
    expect(less(ask('ingress-edit'), many)).toBeUndefined();
    expect(less(ask('ingress-edit'), many.slice(1))).toMatchObject({ objects: { length: 20 } });
  });

  test('is nothing of an ask that is none, or of a profile that is gone', () => {
    for (const bad of [null, 'ingress-edit', {}, ask('gone'), { profile: 'ingress-edit', objects: [7] }])
      expect(less(bad, [use('get', 'web')])).toBeUndefined();
  });
});
