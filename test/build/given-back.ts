import { checkBlocks, type Surface } from '#local/slack/block-kit/check.ts';
import { givenBack, namedEmoji } from '#local/slack/given-back.ts';

/** What an app is told of what it posted, after Slack took it: never as it was sent. Throws what Slack would refuse. */
export const givenBackBySlack = (
  { text = '', blocks }: { readonly text?: string; readonly blocks: unknown },
  surface: Surface = 'message',
): { readonly text: string; readonly blocks: readonly unknown[] } => {
  let count = 0;
  const checked = checkBlocks(JSON.parse(JSON.stringify(blocks)), surface, () => {
    count += 1;
    return `b${count}x`;
  });
  if (!checked.ok) throw new Error(`${checked.error}: ${checked.messages.join('; ')}`);
  return { text: namedEmoji(text), blocks: givenBack(checked.blocks) };
};
