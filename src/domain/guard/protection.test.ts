import { describe, expect, test } from 'vitest';
import { risks } from '#domain/policy/policy.ts';
import { protection } from '#test/build/guarded.ts';
import {
  mayScale,
  type Protection,
  protectionOf,
  protectionOfNamespace,
  protectsIn,
  revokeAts,
  revokesAt,
  type Writer,
  writerOf,
} from './protection.ts';

const place = { cluster: 'prod', namespace: 'shop', profile: 'ingress' };
const nameOf = (protections: readonly Protection[], changed: Partial<typeof place> = {}) =>
  protectionOf(protections, { ...place, ...changed })?.name;
const writer = (user: string, name = user): Writer => ({ user, name, responsible: 'U0FLUX', selfHeals: false });

describe('what speaks of a place', () => {
  test('is the first protection that fits in all three', () => {
    const all = [
      protection({ name: 'elsewhere', clusters: ['dev'] }),
      protection({ name: 'others', namespaces: ['bank'] }),
      protection({ name: 'policies', resources: ['networkpolicy'] }),
      protection({ name: 'first' }),
      protection({ name: 'second', namespaces: ['*'] }),
    ];
    expect(nameOf(all)).toBe('first');
    expect(nameOf(all.toReversed())).toBe('second');
    expect(nameOf(all, { cluster: 'dev' })).toBe('elsewhere');
    expect(nameOf(all, { namespace: 'bank' })).toBe('others');
    expect(nameOf(all, { profile: 'networkpolicy' })).toBe('policies');
  });

  test('is nothing where one of the three does not fit, or nothing is protected', () => {
    const all = [protection({ clusters: ['prod'] })];
    expect(nameOf(all, { cluster: 'prod2' })).toBeUndefined();
    expect(nameOf(all, { namespace: 'shop-front' })).toBeUndefined();
    expect(nameOf(all, { profile: 'ingresses' })).toBeUndefined();
    expect(nameOf(all, { namespace: '' })).toBeUndefined();
    expect(nameOf([])).toBeUndefined();
    expect(nameOf([protection({ namespaces: [] }), protection({ clusters: [] })])).toBeUndefined();
  });

  test('may name clusters and namespaces by patterns, any one of which is enough', () => {
    const all = [protection({ clusters: ['eu-*', 'prod'], namespaces: ['bank', 'shop-*', '*-web'] })];
    for (const namespace of ['bank', 'shop-', 'shop-front', 'a-web'])
      expect(nameOf(all, { namespace, cluster: 'eu-1' })).toBe('shop');
    for (const namespace of ['shop', 'my-shop-front', 'web', 'bank2'])
      expect(nameOf(all, { namespace })).toBeUndefined();
    expect(nameOf(all, { namespace: 'bank', cluster: 'us-1' })).toBeUndefined();
  });

  test('names sorts of objects in full: no pattern is one, and no key that objects inherit', () => {
    const all = [protection({ resources: ['*', 'ingr*'] })];
    expect(nameOf(all)).toBeUndefined();
    expect(nameOf([protection()], { profile: 'constructor' })).toBeUndefined();
  });

  test('takes dots and brackets for themselves', () => {
    expect(nameOf([protection({ namespaces: ['sh.p', '[a-z]*'] })])).toBeUndefined();
  });
});

test('something is protected in a namespace, whatever sort it is, where one protection speaks of it', () => {
  const all = [protection({ clusters: ['prod'], namespaces: ['shop', 'bank-*'] }), protection({ clusters: ['dev'] })];
  expect(protectsIn(all, { cluster: 'prod', namespace: 'bank-a' })).toBe(true);
  expect(protectsIn(all, { cluster: 'dev', namespace: 'shop' })).toBe(true);
  expect(protectsIn(all, { cluster: 'dev', namespace: 'bank-a' })).toBe(false);
  expect(protectsIn(all, { cluster: 'prod', namespace: 'bank' })).toBe(false);
  expect(protectsIn([], { cluster: 'prod', namespace: 'shop' })).toBe(false);
});

describe('who writes', () => {
  const flux = 'system:serviceaccount:flux-system:kustomize-controller';

  test('is the first writer whose pattern fits', () => {
    const writers = [writer('ci-*', 'CI'), writer(flux, 'Flux'), writer('system:serviceaccount:*', 'something')];
    const known = (user: string) => writerOf(protection({ writers }), user)?.name;
    expect(known(flux)).toBe('Flux');
    expect(known('ci-')).toBe('CI');
    expect(known('system:serviceaccount:kube-system:default')).toBe('something');
    expect(known('alice@example.com')).toBeUndefined();
    expect(known('CI-1')).toBeUndefined();
  });

  test('is nobody that is written down where nobody is', () => {
    expect(writerOf(protection(), flux)).toBeUndefined();
    expect(writerOf(protection({ writers: [writer(flux)] }), `${flux}2`)).toBeUndefined();
  });
});

test('only those who are named may scale', () => {
  const autoscaler = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
  const scaled = protection({ scalers: [autoscaler, 'system:serviceaccount:keda:*'] });
  expect(mayScale(scaled, autoscaler)).toBe(true);
  expect(mayScale(scaled, 'system:serviceaccount:keda:keda-operator')).toBe(true);
  expect(mayScale(scaled, 'alice@example.com')).toBe(false);
  expect(mayScale(protection(), autoscaler)).toBe(false);
});

test('a namespace itself is protected by what names namespaces there, or else by the first that protects anything in it', () => {
  const all = [
    protection({ name: 'elsewhere', namespaces: ['bank'], resources: ['namespaces'] }),
    protection({ name: 'dev', clusters: ['dev'] }),
    protection({ name: 'routes' }),
    protection({ name: 'policies', resources: ['networkpolicy'] }),
  ];
  const itself = { ...place, profile: 'namespaces' };
  expect(protectionOfNamespace(all, itself)?.name).toBe('routes');
  const whole = protection({ name: 'whole', resources: ['namespaces'] });
  expect(protectionOfNamespace([...all, whole], itself)?.name).toBe('whole');
  expect(protectionOfNamespace(all, { ...itself, namespace: 'pay' })).toBeUndefined();
  expect(protectionOfNamespace(all, { ...itself, cluster: 'stage' })?.name).toBe('routes');
});

test('a write ends a grant from the risk on that its protection names, and never below high', () => {
  const ending = revokeAts.map((revokeAt) => risks.filter((risk) => revokesAt(protection({ revokeAt }), risk)));
  expect(ending).toEqual([['high', 'critical'], ['critical'], []]);
});
