import { z } from 'zod';
import { isJson, isMap, type JsonMap, memberOf } from '#domain/content/tree.ts';
import type { Admission, Write } from '#domain/guard/write.ts';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { cut, oneLine, visible } from '#domain/text.ts';
import { measureJson } from './measure-json.ts';

const apiVersion = 'admission.k8s.io/v1';
const kind = 'AdmissionReview';

/** An object of which the API server has yet to make the name (`generateName`) gets an empty one. */
const withName = (value: unknown): unknown => {
  const metadata = isRecord(value) && Object.hasOwn(value, 'metadata') ? value.metadata : undefined;
  if (!isRecord(value) || !isRecord(metadata) || Object.hasOwn(metadata, 'name')) return value;
  return { ...value, metadata: { ...metadata, name: '' } };
};
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (map: JsonMap, key: string): boolean => typeof memberOf(map, key) === 'string';

const isObject = (value: unknown): boolean => {
  if (!isJson(value) || !isMap(value) || !isText(value, 'apiVersion') || !isText(value, 'kind')) return false;
  const metadata = memberOf(value, 'metadata');
  return isMap(metadata) && isText(metadata, 'name');
};

/** Raw: what is not told of here is kept as it came, whatever its keys. */
const object = z.preprocess(withName, z.custom<Manifest>(isObject, 'is no object of Kubernetes').nullish());

const uid = z.string().min(1).max(128);

/** What the API server itself takes no longer, and without what moves a cursor: it would not have sent it. */
const short = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has characters that nobody sees');

/** What Hallpass reads of a review; Kubernetes sends more. Texts that it leaves out when empty may be missing. */
const reviewed = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
  request: z.object({
    uid,
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    resource: z.object({ group: short(253), version: short(63).min(1), resource: short(253).min(1) }),
    subResource: short(63).optional(),
    namespace: short(63).optional(),
    name: short(253).default(''),
    userInfo: z.object({ username: short(1_024).min(1), groups: z.array(z.string()).nullish() }),
    object,
    oldObject: object,
    dryRun: z.boolean().nullish(),
    options: z.object({ propagationPolicy: z.string().nullish(), orphanDependents: z.boolean().nullish() }).nullish(),
  }),
});
type Request = z.infer<typeof reviewed>['request'];

/** Enough to answer by. */
const identified = z.object({ request: z.object({ uid }) });

/** Why a review is not one of a write; without `uid` it cannot even be answered. `why` is one line. */
export type Unreadable = { readonly uid?: string | undefined; readonly why: string };

/** Reads an `AdmissionReview` (admission.k8s.io/v1) with a request in it. */
export const readReview = (text: string): Result<{ readonly write: Write }, Unreadable> => {
  const { excess, altered } = measureJson(text);
  if (excess !== undefined) return err({ why: excess });
  const value = parse(text);
  if (value === undefined) return err({ why: 'it is not JSON' });
  const known = identified.safeParse(value).data?.request.uid;
  const read = reviewed.safeParse(value);
  if (!read.success) return err({ uid: known, why: firstProblem(read.error) });
  if (altered !== undefined)
    return err({ uid: known, why: `the number ${cut(altered, 40)} cannot be told from others near it` });
  const { request } = read.data;
  const lacking = lackOf(request);
  if (lacking !== undefined) return err({ uid: known, why: `${request.operation} comes without ${lacking}` });
  const write = writeOf(request);
  if (write === undefined)
    return err({ uid: known, why: 'CONNECT is no write: take it out of the rules of the webhook' });
  return ok({ write });
};

/** Each operation comes with what there is of the object: without it, no change could be told from a change. */
const lackOf = ({ operation, object: after, oldObject: before }: Request): string | undefined => {
  if ((operation === 'CREATE' || operation === 'UPDATE') && !after) return 'request.object';
  if ((operation === 'UPDATE' || operation === 'DELETE') && !before) return 'request.oldObject';
  return undefined;
};

const operations = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete', CONNECT: undefined } as const;

const writeOf = (request: Request): Write | undefined => {
  const operation = operations[request.operation];
  if (operation === undefined) return undefined;
  const [before, after] = [request.oldObject ?? undefined, request.object ?? undefined];
  return {
    uid: request.uid,
    operation,
    ...request.resource,
    subresource: request.subResource || undefined,
    namespace: request.namespace || undefined,
    // A deletion of many names none of them (deletecollection), nor does a creation whose name was just made.
    name: request.name || (before ?? after)?.metadata.name || '',
    user: request.userInfo.username,
    groups: request.userInfo.groups ?? [],
    before,
    after,
    dryRun: request.dryRun ?? false,
    ...(isOrphaning(request) ? { orphans: true as const } : {}),
  };
};

const isOrphaning = ({ operation, options }: Request): boolean =>
  operation === 'DELETE' && (options?.propagationPolicy === 'Orphan' || options?.orphanDependents === true);

const firstProblem = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? 'it is something else' : oneLine(`${issue.path.join('.') || 'it'}: ${issue.message}`);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The API server cuts what is longer itself, or drops it. Characters; warnings of one answer. */
const [longestWarning, mostWarnings] = [256, 10];
/** Characters. */
const longestMessage = 4_000;

/** Flux deletes and creates anew when a refusal says one of these (fluxcd/pkg, ssa/errors), as people's words may. */
const asFluxReads = /(?<=is\s)im{2}utable|im{2}utable(?=\sfield)/gi;

/** Writes the answer to the review with this uid, as JSON. */
export const renderAnswer = (uid: string, admission: Admission): string => {
  const response = admission.allowed
    ? { allowed: true, warnings: admission.warnings.slice(0, mostWarnings).map(warningOf) }
    : { allowed: false, status: statusOf(admission) };
  return JSON.stringify({ apiVersion, kind, response: { uid, ...response } });
};

const reasons = { 403: 'Forbidden', 503: 'ServiceUnavailable' } as const;

const statusOf = (refusal: Extract<Admission, { allowed: false }>) => ({
  status: 'Failure',
  code: refusal.code,
  reason: reasons[refusal.code],
  message: messageOf(refusal),
});

const warningOf = (text: string): string => cut(oneLine(text), longestWarning);

const messageOf = ({ message }: { readonly message: string }): string =>
  cut(visible(message).replace(asFluxReads, 'unalterable'), longestMessage);
