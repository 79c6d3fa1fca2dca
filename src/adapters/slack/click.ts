import { z } from 'zod';
import { personId } from '#domain/ids.ts';

/** What Slack sends of a pressed button, as far as it is used (`block_actions`). */
export const click = z.object({
  user: z.object({ id: personId }),
  trigger_id: z.string(),
  /** Absent in the App Home. */
  channel: z.object({ id: z.string() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
export type Click = z.infer<typeof click>;
