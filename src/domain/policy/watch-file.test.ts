import { expect, test } from 'vitest';
import { problemsOfIssue } from '#domain/problem.ts';
import { watchRules } from '#domain/watch/suspicion.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { problemsOfWatch, watchIn, watchMap } from './watch-file.ts';

const problemsIn = (map: unknown): string => {
  const parsed = watchMap.safeParse(map);
  const problems = parsed.success ? problemsOfWatch(parsed.data) : parsed.error.issues.flatMap(problemsOfIssue);
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
};
const watchOf = (map: unknown) => watchIn(watchMap.parse(map));

test('a policy that says nothing watches as usual', () => {
  expect(watchOf(undefined)).toEqual(usualWatch);
  expect(watchOf({})).toEqual(usualWatch);
  // Nobody forgot to say what is done where something new is looked for.
  expect(Object.keys(usualWatch.does)).toEqual([...watchRules]);
});

test('what a policy says takes the place of what is usual, and of nothing else', () => {
  const said = watchOf({ exec: 'off', 'new-address': 'revoke', 'denied-burst': 'warn' });
  expect(said.does).toEqual({ ...usualWatch.does, exec: 'off', 'new-address': 'revoke', 'denied-burst': 'warn' });
  expect(said.deniedBurst).toEqual(usualWatch.deniedBurst);
});

test('from when on many are a burst may be said too', () => {
  const said = watchOf({ 'denied-burst': { count: 10, within: '5m' }, 'delete-burst': { does: 'warn', count: 3 } });
  expect(said.deniedBurst).toEqual({ count: 10, resources: 3, within: Temporal.Duration.from({ seconds: 300 }) });
  expect(said.deleteBurst).toEqual({ ...usualWatch.deleteBurst, count: 3 });
  expect(said.does['denied-burst']).toBe('revoke');
  expect(said.does['delete-burst']).toBe('warn');
});

test.each([
  [{ exec: 'kill' }, /^exec: is not "revoke", "warn" or "off"/],
  [{ exce: 'off' }, /exce/],
  [{ exec: { does: 'off' } }, /^exec: /],
  [{ 'denied-burst': { count: 1 } }, /one by itself is noise/],
  [{ 'denied-burst': { within: '2h' } }, /^denied-burst.within: is longer than 1h/],
  [{ 'denied-burst': { within: 60 } }, /denied-burst/],
  [{ 'delete-burst': { resources: 3 } }, /delete-burst/],
  ['off', /./],
  [[], /./],
])('%j is refused', (map, said) => {
  expect(problemsIn(map)).toMatch(said);
});
