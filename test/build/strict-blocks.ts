import { checkBlocks, type Surface } from '#local/slack/block-kit/check.ts';
import { blocksText, mentionsOf } from '#local/slack/plain-text.ts';

/** Takes blocks as Slack does, and reads them as a person does; throws what Slack would refuse them with. */
export const readBlocks = (blocks: unknown, surface: Surface = 'message') => {
  let count = 0;
  const checked = checkBlocks(blocks, surface, () => {
    count += 1;
    return `id${count}`;
  });
  if (!checked.ok) throw new Error(`${checked.error}: ${checked.messages.join('; ')}`);
  return { shown: blocksText(checked.blocks), mentions: mentionsOf({ text: '', blocks: checked.blocks }) };
};
