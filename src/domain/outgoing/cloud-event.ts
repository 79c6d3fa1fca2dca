import { z } from 'zod';
import type { Json } from '#domain/json.ts';

/** What is read of an audit line (docs/audit-export.md, "A line, schema 1"); the rest of it goes along as it is. */
const auditLine = z.looseObject({
  type: z.literal('hallpass.audit'),
  schema: z.literal(1),
  id: z.string().min(1),
  time: z.string(),
  request: z.string(),
  event: z.string(),
  kind: z.string().nullable(),
  cluster: z.string().nullable(),
  namespace: z.string().nullable(),
  rule: z.string().nullable(),
});
export type AuditLine = z.infer<typeof auditLine>;

/** Reads a line as the audit writes it. Throws for another: that would be a mistake of this version. */
export const readAuditLine = (text: string): AuditLine => auditLine.parse(JSON.parse(text));

type Members = { readonly [key: string]: Json | undefined };

/** An event in the structured mode of CloudEvents 1.0, as JSON. */
export type CloudEvent = { readonly id: string; readonly type: string; readonly body: string };

const written = (attributes: { readonly id: string; readonly type: string } & Members, data: Json): CloudEvent => ({
  id: attributes.id,
  type: attributes.type,
  body: JSON.stringify({ specversion: '1.0', ...attributes, datacontenttype: 'application/json', data }),
});

/**
 * An audit line as it goes out. Its data is the line, so that nothing leaves here that the audit does not tell. `id` is the hash of the
 * entry, and the body is the same each time. No `dataschema`: the line says its `type` and `schema` itself.
 */
export const cloudEventOf = (text: string, source: string): CloudEvent => {
  const data: Json = JSON.parse(text);
  const { id, event, request, time } = auditLine.parse(data);
  // A subject is not empty; what stands in the stream and is of no request has none.
  const subject = request === '' ? {} : { subject: request };
  return written({ id, source, type: `dev.hallpass.request.${event}.v1`, ...subject, time }, data);
};

/** What `hallpass webhooks test` sends: it is of no request, and says so. */
export const testEventOf = (id: string, source: string, now: Temporal.Instant): CloudEvent =>
  written(
    { id, source, type: 'dev.hallpass.test.v1', time: now.toString() },
    { message: 'A test of this webhook by "hallpass webhooks test". Nothing has happened.' },
  );
