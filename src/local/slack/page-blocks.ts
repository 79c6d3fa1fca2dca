import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { OptionGroup, SelectOption } from '#local/slack/block-kit/texts.ts';
import { parseMrkdwn } from './mrkdwn.ts';
import type { PageBlock, PageOption, PageOptionGroup } from './page-api.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A copy in which spans stand beside each mrkdwn text, however deep. */
const withSpans = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withSpans);
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, withSpans(one)]])),
  );
  return copy.type === 'mrkdwn' && typeof copy.text === 'string' ? { ...copy, spans: parseMrkdwn(copy.text) } : copy;
};

// Casts within: the page's types are those of the checked blocks with spans added, which TypeScript cannot follow
// through a walk of the whole tree.
export const pageBlocks = (blocks: StoredBlock[]): PageBlock[] => withSpans(blocks) as PageBlock[];
export const pageOption = (option: SelectOption): PageOption => withSpans(option) as PageOption;
export const pageOptionGroup = (group: OptionGroup): PageOptionGroup => withSpans(group) as PageOptionGroup;
