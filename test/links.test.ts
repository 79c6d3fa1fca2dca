import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });

/** Without what stands in fences, where `](…)` is no link and `#` no heading. */
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '');

/** As GitHub makes an anchor of a heading: letters of any language, digits, `-` and `_` stay. */
const slug = (heading: string): string =>
  heading
    .replace(/`|\*\*/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');

const anchors = new Map<string, ReadonlySet<string>>();
const anchorsOf = (page: string): ReadonlySet<string> => {
  const known = anchors.get(page);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  const all = [...textOf(page).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => {
    const name = slug(heading);
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
  anchors.set(page, new Set(all));
  return new Set(all);
};

/** Links of a page that lead nowhere in this repository. */
const broken = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, target))) return [`${link}: there is no ${target}`];
    return anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor)
      ? []
      : [`${link}: ${target} has no heading that makes #${anchor}`];
  });

test('there are pages to look at', () => {
  expect(pages.length).toBeGreaterThan(60);
});

test.each(pages)('each link of %s leads somewhere', (page) => {
  expect(broken(page)).toEqual([]);
});

test('a link that leads nowhere is seen', () => {
  expect(slug('What’s left: `a` and **b** (2)')).toBe('whats-left-a-and-b-2');
  expect(anchorsOf('README.md').has('license')).toBe(true);
  expect(anchorsOf('README.md').has('nowhere')).toBe(false);
});
