import type { RichTextBlockElement } from '@slack/types';
import type { Use } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import { sayUse } from '#domain/watch/say-use.ts';
import { bullets } from './blocks.ts';
import { fitting, more } from './excerpt.ts';

/** What was done with a grant, each on a line of its own. */
export const useList = (uses: readonly Use[], characters: number): RichTextBlockElement => {
  const { kept, left } = fitting(
    uses.map((one) => cut(oneLine(sayUse(one)), 300)),
    characters,
  );
  return bullets([...kept.map((one) => [one]), ...(left === 0 ? [] : [[`and ${more(left, 'use')}, in the log`]])]);
};
