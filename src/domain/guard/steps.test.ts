import { describe, expect, test } from 'vitest';
import { comesOf, type Step } from './steps.ts';

const step = (from: string, to: string): Step => ({ from, to });

describe('a state comes of another', () => {
  test.each<[string, readonly Step[]]>([
    ['by one step', [step('a', 'c')]],
    ['by several, in whichever order they are known', [step('b', 'c'), step('a', 'b')]],
    ['by a step from any', [step('any', 'c')]],
    ['by steps that go round', [step('a', 'b'), step('b', 'a'), step('b', 'c')]],
  ])('%s', (_, steps) => {
    expect(comesOf(steps, { from: 'a', to: 'c' })).toBe(true);
  });

  test.each<[string, readonly Step[]]>([
    ['by none', []],
    ['by a step from elsewhere', [step('x', 'c')]],
    ['by a step back', [step('c', 'a')]],
    ['where one is missing', [step('a', 'b'), step('x', 'c')]],
  ])('not %s', (_, steps) => {
    expect(comesOf(steps, { from: 'a', to: 'c' })).toBe(false);
  });
});
