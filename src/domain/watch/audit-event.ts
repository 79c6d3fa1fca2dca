import { z } from 'zod';
import { cut } from '#domain/text.ts';

/**
 * What a client chooses itself (its audit id, addresses in headers, whom it impersonates, parts of the path) is of any length: it is cut,
 * and no event is left out for it.
 */
const short = (most: number) => z.string().transform((text) => text.slice(0, most).toWellFormed());
const instant = z
  .string()
  .max(40)
  .transform((text, context) => {
    try {
      return Temporal.Instant.from(text);
    } catch {
      context.issues.push({ code: 'custom', input: text, message: 'not an instant in ISO 8601' });
      return z.NEVER;
    }
  });

/** `Event` of audit.k8s.io/v1, as far as it is looked at (Kubernetes API reference, kube-apiserver Audit Configuration v1). */
const auditEvent = z.object({
  auditID: z.string().min(1).pipe(short(100)),
  stage: z.enum(['ResponseStarted', 'ResponseComplete', 'Panic']),
  verb: short(40),
  requestURI: z.string().optional(),
  user: z.object({ username: z.string() }),
  impersonatedUser: z.object({ username: z.string() }).optional(),
  sourceIPs: z.array(z.string()).optional(),
  userAgent: z.string().optional(),
  objectRef: z
    .object({
      resource: short(100),
      namespace: short(63).optional(),
      name: short(253).optional(),
      apiGroup: short(100).optional(),
      subresource: short(100).optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.int().optional() }).nullish(),
  requestReceivedTimestamp: instant,
  annotations: z.record(z.string(), z.string()).nullish(),
});

/** Something that was done, or tried, through the API server. */
export type Attempt = {
  /** The same for all reports of one request. */
  readonly id: string;
  readonly at: Temporal.Instant;
  /** With whose rights; `by` is who took them on, where it was somebody else. */
  readonly user: string;
  readonly by?: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** The authorizer let it pass; what comes behind it may have refused it all the same. */
  readonly allowed: boolean;
  /** It came to something: it was not refused, and did not fail. */
  readonly done: boolean;
  /** By what it was allowed, in the authorizer's words. It names the first binding only. */
  readonly reason: string;
  /** It goes on beyond its answer, for as long as both sides keep it. */
  readonly stream: boolean;
  /** Only to see what would come of it. */
  readonly dryRun: boolean;
  /** The network that the connection came from, without the part that names a machine. */
  readonly network?: string;
  readonly agent: string;
};

/** Who an event names, without reading all of it: most are of the cluster's own components. Undefined where it is no event. */
export const usersOf = (event: unknown): readonly string[] | undefined => {
  if (typeof event !== 'object' || event === null || !('user' in event)) return undefined;
  const named = [event.user, 'impersonatedUser' in event ? event.impersonatedUser : undefined];
  const users = named.flatMap((one) =>
    typeof one === 'object' && one !== null && 'username' in one && typeof one.username === 'string'
      ? [one.username]
      : [],
  );
  return users.length === 0 ? undefined : users;
};

const reasonKey = 'authorization.k8s.io/reason';
const ofReason = z.object({ annotations: z.object({ [reasonKey]: z.string() }) });

/** By what the authorizer allowed it, in its own words; empty where it does not say. */
export const reasonIn = (event: unknown): string => ofReason.safeParse(event).data?.annotations[reasonKey] ?? '';

/** Whether an event only says that a request came; what became of it is told by another one. */
export const isOnlyReceived = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'stage' in event && event.stage === 'RequestReceived';

/** Reads an event; undefined for what is none, and `none` for one that is about no object. */
export const readAttempt = (event: unknown): Attempt | 'none' | undefined => {
  const read = auditEvent.safeParse(event).data;
  if (read === undefined) return undefined;
  const { auditID, verb, user, impersonatedUser, objectRef, requestReceivedTimestamp, requestURI = '' } = read;
  if (objectRef === undefined) return 'none';
  const { resource, namespace, name, apiGroup, subresource } = objectRef;
  const code = read.responseStatus?.code ?? 200;
  const decision = read.annotations?.['authorization.k8s.io/decision'];
  const network = networkOf(read.sourceIPs?.at(-1));
  return {
    id: auditID,
    at: requestReceivedTimestamp,
    user: impersonatedUser?.username ?? user.username,
    ...(impersonatedUser === undefined ? {} : { by: user.username }),
    verb,
    group: apiGroup ?? '',
    resource,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    // A webhook, or the check against escalation, answers 403 as well, behind an authorizer that has said yes.
    allowed: decision === undefined ? code !== 403 && code !== 401 : decision === 'allow',
    done: code < 400,
    reason: cut(read.annotations?.[reasonKey] ?? '', 400),
    stream: isStream(verb, subresource ?? '', requestURI),
    dryRun: isDryRun(verb, subresource ?? '', requestURI),
    ...(network === undefined ? {} : { network }),
    agent: cut((read.userAgent ?? '').split(' ')[0] ?? '', 60),
  };
};

/** Of a deletion the body says so and not the address, and a token that is made in a dry run works. */
const isDryRun = (verb: string, subresource: string, uri: string): boolean =>
  /[?&]dryRun=/.test(uri) && !verb.startsWith('delete') && subresource !== 'token';

/** Of what the API server calls long-running (`--min-request-timeout`), logs that are only read once end by themselves. */
const isStream = (verb: string, subresource: string, uri: string): boolean =>
  verb === 'watch' ||
  ['exec', 'attach', 'portforward', 'proxy'].includes(subresource) ||
  (subresource === 'log' && doesFollow(uri));

/** As the API server reads it (`Convert_Slice_string_To_bool`): whatever is there says yes, but for these two. */
const doesFollow = (uri: string): boolean => {
  const at = uri.indexOf('?');
  const follow = at === -1 ? null : new URLSearchParams(uri.slice(at)).get('follow');
  return follow !== null && !['false', '0'].includes(follow.toLowerCase());
};

/**
 * `10.0.3.0/24`, `2001:db8:1::/48`. The last address is that of the connection itself; those before it are what the client has written
 * into headers.
 */
const networkOf = (address: string | undefined): string | undefined => {
  const v4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address ?? '')?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  if (address === undefined || !/^[0-9a-f:]{2,39}$/i.test(address) || !address.includes(':')) return undefined;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const filled = tail === undefined ? groups : [...groups, '0', '0', '0'];
  return `${filled
    .slice(0, 3)
    .map((one) => one.replace(/^0+(?=.)/, ''))
    .join(':')}::/48`;
};
