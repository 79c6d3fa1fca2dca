import type { RichTextBlockElement } from '@slack/types';
import type { Use } from '#domain/request/events.ts';
import type { State } from '#domain/request/request.ts';
import { mayMissStreams } from '#domain/request/watched.ts';
import { cut, oneLine } from '#domain/text.ts';
import { openedUnder, openPods } from '#domain/watch/open-pods.ts';
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

/** What somebody opened under a grant that has ended, or `before` it under those that it went on from, and may have open still. */
export const streamLines = (
  state: State,
  before: readonly Use[],
  characters: number,
): readonly RichTextBlockElement[] => {
  if (state.status !== 'revoked') return [];
  const opened = new Map([...openedUnder(state), ...before].map((one) => [sayUse(one), one]));
  if (opened.size === 0) return [];
  return [
    line(
      '⚠️ ',
      bold('May be open still'),
      ': Kubernetes cuts none of this at the end. It goes on until it is closed, or its pod is gone',
      ...(openPods(state, before).length === 0 ? ['.'] : [': ', bold('End pods'), ' on the card asks for that.']),
    ),
    useList([...opened.values()], characters),
    ...(mayMissStreams(state.observed ?? []) ? [line('More may be open: the log had no room for all of it.')] : []),
  ];
};
