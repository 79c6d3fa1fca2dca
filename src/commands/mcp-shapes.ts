import { z } from 'zod';
import { askBody, preview, requestView, whoBody } from '#adapters/http/api-schemas.ts';

/** What the tools take and give. Whatever else is sent is refused. */

const { kind, cluster, namespace, words, objects, form, reason, for: length, from, as } = askBody.shape;

const asked = {
  kind: kind.describe('Which kind of request; who_am_i lists them, with what to write in "words".'),
  cluster: cluster.describe('In which cluster; may be left out where there is one only.'),
  namespace,
  words: words.describe('What the usage of the kind has between its name and the namespace, as ["ingress-edit"].'),
  objects: objects.describe('The names of the objects that it is for, as ["web"]; all of the sort when left out.'),
  form: form.describe('In the place of "words" and "objects": the fields of the form in Slack.'),
  manifest: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .describe('In the place of "words", "objects" and "form": YAML of the objects as they are to be.'),
  reason: reason.describe('Why. The people who decide read it: say what for, and what happens otherwise.'),
  for: length.describe('How long, as "30m", or "good" for what is not taken back. Ask for no longer than it takes.'),
  from: from.describe('When it shall begin, as "22:00"; at once when left out.'),
  as: as.describe('For whom access is: for the agent itself, or for the person who answers for it.'),
};
export type AskedByTool = z.infer<z.ZodObject<typeof asked>>;

const id = z
  .string()
  .regex(/^[\w-]{1,20}$/, 'not the id of a request; ids look like "k7m2-qx"')
  .describe('The id of a request, as "k7m2-qx".');

/** Seconds; clients of MCP give up on a call after a minute unless told otherwise. */
export const waits = { most: 300, usual: 45 } as const;

export const inputs = {
  nothing: z.strictObject({}),
  preview: z.strictObject(asked),
  ask: z.strictObject({
    ...asked,
    key: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'has to be of at most 200 letters, digits and signs, without spaces')
      .optional()
      .describe('The same when the same is asked again, for then nothing is filed twice; another for something else.'),
  }),
  one: z.strictObject({ id }),
  wait: z.strictObject({
    id,
    seconds: z.int().min(1).max(waits.most).optional().describe(`How long to wait; ${waits.usual} when left out.`),
  }),
  list: z.strictObject({ open: z.boolean().optional().describe('Only what waits or is in force.') }),
};

export const outputs = {
  who: whoBody,
  preview,
  request: z.object({
    request: requestView,
    settled: z.boolean().describe('Whether it is known what has become of it.'),
    next: z.string().describe('What to do now.'),
  }),
  list: z.object({ requests: z.array(requestView) }),
};
