import type { RichTextBlockElement } from '@slack/types';
import type { Use } from '#domain/request/events.ts';
import type { State } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import { openPods } from '#domain/watch/open-pods.ts';
import { sayUse } from '#domain/watch/say-use.ts';
import { bold, bullets, line } from './blocks.ts';
import { fitting, more } from './excerpt.ts';

/** What was done with a grant, each on a line of its own. */
export const useList = (uses: readonly Use[], characters: number): RichTextBlockElement => {
  const { kept, left } = fitting(
    uses.map((one) => cut(oneLine(sayUse(one)), 300)),
    characters,
  );
  return bullets([...kept.map((one) => [one]), ...(left === 0 ? [] : [[`and ${more(left, 'use')}, in the log`]])]);
};

/** What somebody opened under a grant that has ended, and may have open still. */
export const streamLines = (state: State, characters: number): readonly RichTextBlockElement[] => {
  const opened = state.status === 'revoked' ? (state.observed ?? []).filter(({ stream }) => stream === true) : [];
  if (opened.length === 0) return [];
  return [
    line(
      '⚠️ ',
      bold('May be open still'),
      ': Kubernetes cuts none of this at the end. It goes on until it is closed, or its pod is gone',
      ...(openPods(state).length === 0 ? ['.'] : [': ', bold('End pods'), ' on the card asks for that.']),
    ),
    useList(opened, characters),
  ];
};
