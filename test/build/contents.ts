import type { Content, ContentRef } from '#domain/content/content.ts';
import type { Submitted } from '#domain/request/events.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { packContent, type Shown } from '#use-cases/contents.ts';
import { submitted } from './requests.ts';

const { digest } = createMemoryKeys().trust;

export const target = (name = 'shop', kind = 'Ingress') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind,
  namespace: 'shop-front',
  name,
});

/** A unified diff of so many lines, its header of two among them, that replaces line by line. */
export const diffOf = (lines: number, width = 30): string =>
  [
    '--- before',
    '+++ after',
    ...Array.from({ length: Math.max(0, lines - 2) }, (_, index) =>
      `${index % 2 === 0 ? '-' : '+'}  path: /line-${index + 3}-`.padEnd(width, 'x'),
    ),
  ].join('\n');

type Change = Content['changes'][number];

export const changeOf = (diff: string, changed: Partial<Change> = {}): Change => ({
  op: 'update',
  target: target(),
  uid: 'uid',
  diff,
  added: diff.split('\n').filter((line) => /^\+(?!\+\+)/.test(line)).length,
  removed: diff.split('\n').filter((line) => /^-(?!--)/.test(line)).length,
  ...changed,
});

export const contentOf = (changes: readonly Change[], beside: Partial<Content> = {}): Content => ({
  schema: 1,
  changes: [...changes],
  notes: [],
  findings: [],
  moreFindings: { critical: 0, high: 0, medium: 0 },
  reach: [],
  openings: [],
  cautions: [],
  ...beside,
});

export const shownOf = (content: Content): Shown => ({ type: 'shown', content });

/** As it is kept, and as the log names it. */
export const kept = (content: Content): { readonly text: string; readonly ref: ContentRef } =>
  packContent(content, digest);

/** Alice asks for a change of this content, for ten minutes. */
export const changing = (content: Content, changed: Partial<Submitted> = {}): Submitted =>
  submitted({
    kind: 'change',
    ask: { object: 'shop' },
    namespace: 'shop-front',
    seconds: 600,
    content: kept(content).ref,
    ...changed,
  });
