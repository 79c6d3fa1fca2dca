import { z } from 'zod';
import { botMessage } from '#local/slack/web-api/chat.ts';
import { isMismatch, replaceContent } from '#local/slack/web-api/chat-update.ts';
import { addMessage, type Core, messagesIn, removeMessage } from './core.ts';
import { checkContent, maxPostText } from './message-content.ts';
import type { Message } from './state.ts';

/** docs.slack.dev/interactivity/handling-user-interaction: five uses within thirty minutes. */
export const maxUses = 5;
export const responseUrlLife = Temporal.Duration.from({ minutes: 30 });

type ResponseUrl = {
  id: string;
  channelId: string;
  userId: string;
  messageTs?: string;
  threadTs?: string;
  issuedAt: Temporal.Instant;
  uses: number;
};

export type ResponseUrls = {
  issue: (at: { channelId: string; userId: string; messageTs?: string; threadTs?: string }) => string;
  /** What Slack's hook answers to a POST. */
  use: (id: string, body: unknown) => { status: number; body: string };
};

/** What may be said to a response url, or in the acknowledgement of a slash command. */
export const ResponseBody = z.strictObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  metadata: z.unknown().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  mrkdwn: z.boolean().optional(),
});
export type ResponseBody = z.infer<typeof ResponseBody>;

export type Said = { ok: true; ts?: string } | { ok: false; error: string };

/** Says something in answer to a person, in the channel they acted in, whether or not the bot is a member there. */
export const sayInAnswer = (
  core: Core,
  at: { channelId: string; userId: string; threadTs?: string },
  body: ResponseBody,
): Said => {
  const checked = checkContent(core, body, maxPostText);
  if (!checked.ok) return { ok: false, error: checked.error };
  const threadTs = body.thread_ts ?? (body.response_type === 'in_channel' ? undefined : at.threadTs);
  const message: Message = {
    ...botMessage(core, at.channelId, checked.content),
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(checked.content.metadata === undefined ? {} : { metadata: checked.content.metadata }),
    ...(body.response_type === 'in_channel' ? {} : { onlyFor: at.userId }),
  };
  addMessage(core, message);
  return { ok: true, ts: message.ts };
};

const answer = (core: Core, url: ResponseUrl, body: ResponseBody): Said => {
  const original = messagesIn(core.state, url.channelId).find((one) => one.ts === url.messageTs);
  if (body.delete_original === true && original) {
    removeMessage(core, original);
    return { ok: true };
  }
  if (body.replace_original !== true || original === undefined) return sayInAnswer(core, url, body);
  const checked = checkContent(core, body, maxPostText);
  if (!checked.ok) return { ok: false, error: checked.error };
  if (isMismatch(original.blocks, checked.content.blocks)) return { ok: false, error: 'block_mismatch' };
  replaceContent(core, original, checked.content, { keepBlocks: false });
  return { ok: true, ts: original.ts };
};

export const createResponseUrls = (core: Core): ResponseUrls => {
  const urls = new Map<string, ResponseUrl>();
  return {
    issue: (at) => {
      const id = core.newId('');
      urls.set(id, { id, ...at, issuedAt: core.now(), uses: 0 });
      return `${core.baseUrl.value}/hooks/${core.state.team.id}/${id}`;
    },
    use: (id, body) => {
      const url = urls.get(id);
      if (url === undefined) return { status: 404, body: 'no_active_hooks' };
      if (Temporal.Instant.compare(core.now(), url.issuedAt.add(responseUrlLife)) > 0)
        return { status: 404, body: 'expired_url' };
      if (url.uses >= maxUses) return { status: 404, body: 'used_url' };
      const parsed = ResponseBody.safeParse(body);
      if (!parsed.success) return { status: 400, body: 'invalid_payload' };
      const said = answer(core, url, parsed.data);
      if (!said.ok) return { status: 400, body: said.error };
      url.uses += 1;
      return { status: 200, body: 'ok' };
    },
  };
};
