import { expect, test } from 'vitest';
import { sayClocks } from './check-clusters.ts';

test.each<[number, number | undefined, string, string]>([
  [200, 10, 'fine', 'agrees'],
  [-1_200, undefined, 'fine', 'agrees'],
  [5_000, 5_000, 'caution', '5.0 s away'],
  [0, -5_000, 'caution', '5.0 s away'],
  [5_000, undefined, 'caution', '5.0 s away'],
  // Both clocks are wrong by the same: the worker still applies.
  [-40_000, -40_000, 'caution', '40.0 s away'],
  [31_000, 0, 'wrong', "31.0 s ahead of Redis'"],
  [0, 45_500, 'wrong', "45.5 s behind Redis'"],
])('a server %s ms ahead, Redis %s', (ahead, redisAhead, type, words) => {
  const finding = sayClocks(ahead, redisAhead);
  expect(finding.type).toBe(type);
  expect(finding.text).toContain(words);
});
