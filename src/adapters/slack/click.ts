import { z } from 'zod';
import { personId } from '#domain/ids.ts';

/** What Slack sends of a pressed button, as far as it is used (`block_actions`). */
export const click = z.object({
  user: z.object({ id: personId }),
  trigger_id: z.string(),
  /** Absent in the App Home. */
  channel: z.object({ id: z.string() }).optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional().catch(undefined),
  /** The message that the button stands on, as Slack has it; absent where only one person sees it. */
  message: z
    .object({
      ts: z.string().optional(),
      text: z.string().optional(),
      blocks: z.unknown(),
      attachments: z.unknown().optional(),
      files: z.unknown().optional(),
    })
    .optional()
    .catch(undefined),
  /** The home or the modal that it stands on. */
  view: z.object({ type: z.string(), blocks: z.unknown() }).optional().catch(undefined),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
export type Click = z.infer<typeof click>;
