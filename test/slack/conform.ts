import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { faultOf } from '#adapters/slack/slack-faults.ts';
import type { Surface } from './surfaces.ts';

/** What Slack finds wrong, as docs.slack.dev/reference/methods/blocks.validate says it. */
const refusal = z.object({
  code: z.literal('slack_webapi_platform_error'),
  data: z.object({
    error: z.enum(['invalid_blocks', 'invalid_message', 'invalid_view']),
    errors: z
      .array(
        z.object({ pointer: z.string().default(''), code: z.string().default(''), message: z.string().default('') }),
      )
      .default([]),
  }),
});

/** `0`: all are taken; `1`: one is refused; `2`: Slack does not judge, so nothing is known. */
export type Status = 0 | 1 | 2;

/** What is wrong with one of them, a line each; empty when Slack takes it. What is no verdict is thrown. */
const judge = async (client: WebClient, surface: Surface): Promise<readonly string[]> => {
  try {
    const payload = 'view' in surface ? { view: surface.view } : { message: { blocks: [...surface.message.blocks] } };
    await client.blocks.validate(payload);
    return [];
  } catch (cause) {
    const said = refusal.safeParse(cause).data?.data;
    if (said === undefined) throw cause;
    return said.errors.length === 0
      ? [said.error]
      : said.errors.map(({ pointer, code, message }) => `${pointer || 'all of it'}: ${message} (${code})`);
  }
};

/** Has Slack judge each, one after the other, and says what it says: a line each, and one of all. Nothing is posted. */
export const conform = async (
  client: WebClient,
  surfaces: readonly Surface[],
  say: (line: string) => void,
): Promise<Status> => {
  let refused = 0;
  for (const [index, surface] of surfaces.entries()) {
    try {
      const wrong = await judge(client, surface);
      if (wrong.length > 0) refused += 1;
      say(wrong.length === 0 ? `✔ ${surface.name}` : `✘ ${surface.name}`);
      for (const line of wrong) say(`    ${line}`);
    } catch (cause) {
      const fault = faultOf(cause);
      say(`Slack does not judge (${'error' in fault ? fault.error : 'it wants a pause'}): ${remedy(fault)}`);
      say(`${surfaces.length} surfaces: ${index} judged, ${refused} refused. The others are not known.`);
      return 2;
    }
  }
  say(`${surfaces.length} surfaces: ${surfaces.length - refused} taken, ${refused} refused.`);
  return refused === 0 ? 0 : 1;
};

const remedy = (fault: ReturnType<typeof faultOf>): string => {
  switch (fault.type) {
    case 'limited':
      return 'try again later.';
    case 'refused':
      return 'take the Bot User OAuth Token of an installed app (OAuth & Permissions); any app of any workspace will do.';
    case 'uncertain':
      return 'let this machine reach slack.com:443, or the address in SLACK_API_URL.';
  }
};
