import { z } from '@hono/zod-openapi';
import { requestId } from '#domain/ids.ts';
import { isInstant } from '#domain/instant.ts';
import { statuses } from '#domain/request/request.ts';

/** What goes over the API, from which its OpenAPI document is made. */

const name = (longest: number) => z.string().min(1).max(longest);

export const askBody = z
  .strictObject({
    kind: name(60).openapi({ description: 'Which kind of request, as `access` or `change`.', example: 'access' }),
    cluster: name(100)
      .optional()
      .openapi({ description: 'In which cluster; may be left out where there is one only.', example: 'shop' }),
    namespace: name(253).openapi({ example: 'shop-front' }),
    words: z
      .array(name(500))
      .max(50)
      .optional()
      .openapi({
        description: 'What is typed in Slack between the kind and the namespace.',
        example: ['ingress-edit'],
      }),
    objects: z
      .array(name(253))
      .max(100)
      .optional()
      .openapi({
        description: 'What is typed behind the namespace and its slash.',
        example: ['web'],
      }),
    form: z
      .record(name(60), z.union([z.string(), z.array(z.string()).max(100)]))
      .optional()
      .openapi({
        description:
          'In the place of `words` and `objects`: the fields of the form in Slack. `{"edit": "manifest", "manifest": "<YAML>"}` is a change by manifests.',
      }),
    reason: name(1_000).openapi({ example: 'release 4.2 needs the new route' }),
    for: name(20)
      .optional()
      .openapi({ description: 'How long, as `30m`, or `good`; the rule’s default when left out.', example: '30m' }),
    from: name(40).optional().openapi({ description: 'When it shall begin; at once when left out.', example: '22:00' }),
    as: z.enum(['self', 'responsible']).optional().openapi({
      description:
        'For whom access is: for the pipeline or agent itself, or for the person who answers for it. For itself, where it is somebody in the cluster.',
    }),
  })
  .openapi('Ask');
export type AskBody = z.infer<typeof askBody>;

/** Clients read it as one. */
const instant = z.string().refine(isInstant).openapi({ format: 'date-time', example: '2026-11-20T12:00:00Z' });

const pods = z.int().min(0).optional();
const rollout = z
  .object({
    status: z.enum(['under-way', 'complete', 'not-complete']),
    seconds: z.int().min(0).optional().openapi({ description: 'From the moment it was written until that was known.' }),
    workloads: z.array(
      z.object({
        object: z.string(),
        how: z.enum(['complete', 'stalled', 'unfinished', 'held-back', 'gone', 'unread']),
        wanted: pods,
        ready: pods,
        updated: pods,
        why: z.string().optional(),
      }),
    ),
  })
  .openapi('Rollout', {
    description: 'What became of the pods of the workloads that were written; absent where none were.',
  });

export const requestView = z
  .object({
    id: z
      .string()
      .refine((text) => requestId.safeParse(text).success)
      .openapi({ example: 'k7m2-qx' }),
    status: z.enum(statuses),
    isOver: z.boolean().openapi({ description: 'Nothing is owed or in force any more.' }),
    version: z
      .int()
      .min(1)
      .openapi({ description: 'How many entries its log has; it grows with everything that happens.' }),
    revision: z.int().min(1),
    kind: z.string(),
    title: z.string().openapi({ description: 'What is asked, in words.' }),
    cluster: z.string(),
    namespace: z.string(),
    objects: z.array(z.string()),
    reason: z.string(),
    requester: z.string().openapi({ description: 'The id of a Slack user: who asks, or answers for what asks.' }),
    subject: z.string(),
    caller: z
      .object({ name: z.string(), agent: z.boolean(), own: z.boolean() })
      .optional()
      .openapi({ description: 'The pipeline or agent that asks.' }),
    source: z.string(),
    seconds: z.int().positive().nullable().openapi({ description: '`null` for what is not taken back.' }),
    risk: z.string().optional(),
    submittedAt: instant,
    startsAt: instant.optional(),
    respondBy: instant.openapi({ description: 'It times out when nobody has decided until then.' }),
    approval: z.object({
      rule: z.string(),
      channel: z.string(),
      auto: z.boolean(),
      quorum: z.array(z.object({ from: z.string(), count: z.int().min(1) })),
    }),
    votes: z.array(z.string()).openapi({ description: 'Who has approved so far; ids of Slack users.' }),
    startedAt: instant.optional(),
    expiresAt: instant.optional(),
    endedAt: instant.optional(),
    decidedBy: z.array(z.string()),
    why: z.string().optional().openapi({ description: 'Why it was denied, failed, lapsed, or ended before its time.' }),
    followedBy: z.string().optional(),
    rollout: rollout.optional(),
    conflict: z.boolean().openapi({ description: 'A person has to settle what somebody else changed meanwhile.' }),
  })
  .openapi('Request');
export type RequestView = z.infer<typeof requestView>;

export const preview = z
  .object({
    rule: z.string(),
    auto: z.boolean(),
    quorum: z.array(z.object({ from: z.string(), count: z.int().min(1) })),
    channel: z.string(),
    seconds: z.int().positive().nullable(),
    title: z.string(),
    risk: z.string().optional(),
    changes: z.array(z.object({ op: z.string(), object: z.string(), diff: z.string() })),
    findings: z.array(z.object({ severity: z.string(), text: z.string() })),
    notes: z.array(z.string()),
    cautions: z.array(z.string()),
  })
  .openapi('Preview');
export type Preview = z.infer<typeof preview>;

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().openapi({ example: 'urn:hallpass:problem:not-allowed' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What is wrong, and what to do, for a person.' }),
    field: z.string().optional(),
    request: z.string().optional(),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof problem>;

export const whoBody = z
  .object({
    type: z.enum(['caller', 'person']),
    name: z.string(),
    responsible: z.string(),
    mayDecide: z.boolean(),
    agent: z.boolean().openapi({ description: 'Whether what it asks for is marked as asked by an agent.' }),
    kinds: z.array(z.object({ name: z.string(), title: z.string(), usage: z.string() })),
    clusters: z.array(z.string()),
  })
  .openapi('Who');

const revision = z
  .int()
  .min(1)
  .openapi({ description: 'Which revision was looked at; another one is not decided on.' });
const why = name(1_000)
  .refine((reason) => reason.trim() !== '', 'Say why.')
  .openapi({ description: 'Why, in words that others understand.' });

export const approveBody = z
  .strictObject({
    revision,
    for: name(20).optional().openapi({ description: 'Approved for no longer than this.' }),
  })
  .openapi('Approval');
export const denyBody = z.strictObject({ revision, reason: why }).openapi('Denial');
/** What is in force is ended whatever revision somebody has looked at. */
export const revokeBody = z.strictObject({ reason: why }).openapi('Revocation');

/** What approvers are shown in full. */
export const diffView = z
  .object({
    revision: z.int().min(1),
    changes: z.array(z.object({ op: z.string(), object: z.string(), diff: z.string() })),
    findings: z.array(z.object({ severity: z.string(), text: z.string() })),
    reach: z.array(z.string()),
    notes: z.array(z.string()),
    cautions: z.array(z.string()),
  })
  .openapi('Diff');
export type DiffView = z.infer<typeof diffView>;

export const idParameter = z.object({
  id: z
    .string()
    .max(20)
    .openapi({ param: { name: 'id', in: 'path' }, example: 'k7m2-qx' }),
});
export const waitQuery = z.object({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(60)
    .optional()
    .openapi({ description: 'Seconds to wait for something to happen.', example: 30 }),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .openapi({ description: 'Waits until `version` is larger than this; than the version now when left out.' }),
});
export const keyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .openapi({ description: 'The same for each try of the same; kept for a day.', example: 'run-4711' }),
});
