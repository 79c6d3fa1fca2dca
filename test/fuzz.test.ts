import { expect, test } from 'vitest';
import { fuzzAdmission } from '#test/fuzz/admission.ts';

test.each([1, 2, 3])(
  'hostile reviews are refused, unless they change nothing that is protected: seed %i',
  async (seed) => {
    const { failure, ...counts } = await fuzzAdmission(700, seed);
    expect(failure).toBeUndefined();
    // They are not all garbage: the guard was asked, and knows what it may let in.
    expect(counts.refused).toBeGreaterThan(100);
    expect(counts.admitted).toBeGreaterThan(5);
  },
);
