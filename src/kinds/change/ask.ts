import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { oneLine } from '#domain/text.ts';
import type { Members } from './raw.ts';

export const mostEdits = 20;
/** Of its canonical text: it is kept with the request, in each of its events that carry it. */
export const mostBytes = 100_000;

export const objectName = z
  .string({ error: 'an object has a name' })
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'that is not the name of an object; names are in lower case, with digits, - and . between',
  );
/** Of any sort: those of RBAC may have colons and capitals (`IsValidPathSegmentName`). */
const heldName = z
  .string({ error: 'an object has a name' })
  .regex(/^(?!\.\.?$)[^/%]{1,253}$/, 'that is not the name of an object');
const resourceName = z.string({ error: 'say which resource' }).max(60, 'that is not the name of a resource');

/** The empty one is the rule without a host, which takes what no other host's rule does. */
const host = z
  .string({ error: 'say which host' })
  .max(253, 'a host has at most 253 characters')
  .regex(
    /^(|(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)$/,
    'that is not a host; write it in lower case and without a port, like "shop.acme.test"',
  );
const namedHost = host.min(1, 'say which host');
const path = z
  .string({ error: 'say which path' })
  .max(1024, 'a path has at most 1,024 characters')
  .regex(/^\//, 'a path begins with "/"')
  .refine((text) => oneLine(text) === text, 'a path is of visible characters on one line; for another use a patch');
const pathType = z.enum(['Prefix', 'Exact', 'ImplementationSpecific'], {
  error: 'the type of a path is "Prefix", "Exact" or "ImplementationSpecific"',
});
const service = z
  .string({ error: 'say which Service' })
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'that is not the name of a Service, as in "web"');
const notAPort = 'that is not a port; write its number, like 80, or its name in the Service, like "http"';
const port = z.union(
  [
    z.int(notAPort).min(1, notAPort).max(65_535, notAPort),
    z.string().regex(/^(?=.{1,15}$)(?=[a-z0-9-]*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/, notAPort),
  ],
  { error: notAPort },
);
const backend = { service, port };

const annotationKey = z
  .string({ error: 'say which annotation' })
  .max(317, 'that is not the key of an annotation')
  .regex(
    /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
    'that is not the key of an annotation, as in "nginx.ingress.kubernetes.io/proxy-body-size"',
  );

const ingressEdit = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('add-path'), host, path, pathType: pathType.default('Prefix'), ...backend }),
    z.strictObject({ type: z.literal('remove-path'), host, path, pathType: pathType.optional() }),
    z.strictObject({ type: z.literal('switch-backend'), host, path, pathType: pathType.optional(), ...backend }),
    z.strictObject({
      type: z.literal('add-host'),
      host: namedHost,
      path: path.default('/'),
      pathType: pathType.default('Prefix'),
      ...backend,
    }),
    z.strictObject({ type: z.literal('remove-host'), host }),
    z.strictObject({
      type: z.literal('annotate'),
      key: annotationKey,
      value: z.union([z.string().max(mostBytes), z.null()], {
        error: 'the value of an annotation is a text, or null to remove it',
      }),
    }),
    z.strictObject({
      type: z.literal('tls'),
      hosts: z.array(namedHost).min(1, 'say for which hosts').max(mostEdits, `at most ${mostEdits} hosts at a time`),
      secretName: objectName,
    }),
    z.strictObject({ type: z.literal('no-tls'), host: namedHost }),
  ],
  { error: 'there is no such edit of an Ingress' },
);
export type IngressEdit = z.infer<typeof ingressEdit>;

/** Deliberately not copied: what zod copies loses keys. It was walked before. */
const members = z.custom<Members>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'that is not an object',
);
const list = z.custom<readonly Json[]>((value) => Array.isArray(value), 'that is not a list');

const edit = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('manifest'), manifest: members }),
    z.strictObject({
      do: z.literal('patch'),
      resource: resourceName,
      name: objectName,
      patch: z.union([members, list], { error: 'a patch is an object (merge patch) or a list (JSON patch)' }),
    }),
    z.strictObject({ do: z.literal('delete'), resource: resourceName, name: objectName }),
    z.strictObject({ do: z.literal('ingress'), name: objectName, edit: ingressEdit }),
    /** A direct write that was held: all that the object shall be, or that it shall be gone. */
    z.strictObject({
      do: z.literal('held'),
      resource: resourceName,
      name: heldName,
      operation: z.enum(['create', 'update', 'delete']),
      content: members.optional(),
      /** Instead of a content: only how many there are. */
      replicas: z.int().min(0).max(1_000_000).optional(),
      /** Whatever the content says of that. */
      keepsReplicas: z.literal(true).optional(),
    }),
  ],
  { error: 'an edit is a "manifest", a "patch", a "delete" or an "ingress"' },
);
export type AskedEdit = z.infer<typeof edit>;

export const ask = z.strictObject({
  edits: z
    .array(edit, { error: 'there are no edits' })
    .min(1, 'there are no edits')
    .max(mostEdits, `a request changes at most ${mostEdits} objects; split it`),
});
export type Ask = z.infer<typeof ask>;
