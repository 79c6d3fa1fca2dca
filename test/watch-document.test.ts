import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemsOfWatch, watchIn, watchMap } from '#domain/policy/watch-file.ts';
import { watchRules } from '#domain/watch/suspicion.ts';
import { usualWatch } from '#domain/watch/watch.ts';

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const chapter = text('docs/policy.md').split('## Watching the use of grants')[1]?.split('\n## ')[0] ?? '';

test('docs/policy.md lists everything that is watched, in its order, with what usually comes of it', () => {
  const rows = [...chapter.matchAll(/^\| `([a-z-]+)` \| (revoke|warn|off) \|/gm)].map(([, rule, does]) => [rule, does]);
  expect(rows).toEqual(watchRules.map((rule) => [rule, usualWatch.does[rule]]));
  const { deniedBurst, deleteBurst } = usualWatch;
  expect(chapter).toContain(
    `${deniedBurst.count} refusals within a minute, on ${deniedBurst.resources} sorts of objects or more`,
  );
  expect(chapter).toContain(`${deleteBurst.count} deletions within a minute`);
  for (const { within } of [deniedBurst, deleteBurst]) expect(within.total('minutes')).toBe(1);
});

/** The lines of an example from its key on, without what makes them comments. */
const exampleIn = (path: string): string =>
  text(path)
    .split('\n')
    .slice(text(path).split('\n').indexOf('# watch:'))
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n');

test.each([
  ['docs/policy.md', /```yaml\n(watch:\n[\s\S]*?)```/.exec(chapter)?.[1] ?? ''],
  ['manifests/policy/rules.yaml', exampleIn('manifests/policy/rules.yaml')],
])('the example in %s is one that the bot takes, and says something else than is usual', (_, example) => {
  const { watch } = parse(example);
  const read = watchMap.parse(watch);
  expect(problemsOfWatch(read)).toEqual([]);
  expect(Object.keys(watch).length).toBeGreaterThan(3);
  expect(watchIn(read)).not.toEqual(usualWatch);
});
