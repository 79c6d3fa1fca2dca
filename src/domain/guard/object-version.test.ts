import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { isEarlier, lowestOf, type ObjectVersion, versionIn } from './object-version.ts';

const at = (version: string, generation?: number): ObjectVersion => ({
  uid: 'u',
  version,
  ...(generation === undefined ? {} : { generation }),
});
const objectWith = (metadata: object): Manifest =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gate', ...metadata } }) as Manifest;

describe('which state of an object it is', () => {
  test('is what the API server says, and nothing that it never would', () => {
    expect(versionIn(objectWith({ uid: 'u', resourceVersion: '7', generation: 3 }))).toEqual(at('7', 3));
    expect(versionIn(objectWith({ uid: 'u', resourceVersion: '7' }))).toEqual(at('7'));
    for (const made of [{ resourceVersion: 7 }, { generation: -1 }, { generation: 1e15 }, { uid: 'u'.repeat(65) }])
      expect(versionIn(objectWith({ uid: 'u', resourceVersion: '7', ...made }))).toBeUndefined();
    expect(versionIn(objectWith({ uid: 'u' }))).toBeUndefined();
  });

  test('is earlier by number, however long, or by generation', () => {
    expect(isEarlier(at('9'), at('10'))).toBe(true);
    expect(isEarlier(at('10'), at('9'))).toBe(false);
    expect(isEarlier(at('9007199254740992'), at('9007199254740993'))).toBe(true);
    expect(isEarlier(at('7'), at('7'))).toBe(false);
    expect(isEarlier(at('7', 1), at('7', 2))).toBe(true);
    expect(isEarlier(at('x'), at('7'))).toBe(false);
  });

  test('is remembered as the lowest of each', () => {
    expect(lowestOf(at('10', 1), at('9', 3))).toEqual(at('9', 1));
    expect(lowestOf(at('9', 3), at('10', 1))).toEqual(at('9', 1));
    expect(lowestOf(at('x'), at('9', 3))).toEqual(at('9', 3));
    expect(lowestOf(at('9'), at('x'))).toEqual(at('9'));
    expect(lowestOf(at('x'), at('y'))).toEqual(at('x'));
  });
});
