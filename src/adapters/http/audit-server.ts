import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Result } from '#domain/result.ts';
import { type Answer, sayPlainly } from './answer-review.ts';
import { type HttpsServer, type HttpsServerSettings, startHttpsServer } from './https-server.ts';
import { answerProbe } from './probes.ts';
import { type BodyLimits, createBodyReader } from './read-body.ts';
import { askedFor, isJson, isKnown, whoAreYou } from './requests.ts';

/** Bytes and milliseconds, but `connections`, which are counted. */
const usual = {
  /** A batch has 400 events unless it is told, and of metadata alone an event has 2 KB; whole objects are cut by the API server at 10 MB. */
  body: 32 * 1024 * 1024,
  held: 64 * 1024 * 1024,
  connections: 128,
  /** The API server itself waits for 30 s (`--audit-webhook` has no setting for it). */
  request: 20_000,
  idle: 95_000,
  drain: 5_000,
};

export type AuditServerSettings = Pick<HttpsServerSettings, 'host' | 'port' | 'certificates' | 'onFault'> & {
  /** PEM. If there is one, only who has a certificate of this authority for TLS clients may send. */
  readonly clientCa?: string | undefined;
  /** If it answers, only who sends this as a bearer token may send. Read each time: it may be another by now. */
  readonly token: () => string | undefined;
  /** Events of one batch. Rejects when they are to be sent again. */
  readonly take: (events: readonly unknown[]) => Promise<void>;
  readonly limits?: Partial<typeof usual>;
};

/** Serves an audit webhook over HTTPS: `POST /audit` takes an `EventList` of audit.k8s.io/v1. `err` says why it cannot. */
export const startAuditServer = (settings: AuditServerSettings): Promise<Result<HttpsServer, string>> => {
  const limits = { ...usual, ...settings.limits };
  return startHttpsServer({ ...settings, name: 'watcher', limits, route: createRoutes(settings, limits) });
};

const createRoutes = (
  settings: AuditServerSettings,
  limits: BodyLimits,
): ((request: IncomingMessage) => Promise<Answer>) => {
  const readBody = createBodyReader(limits);
  const takeBatch = async (request: IncomingMessage): Promise<Answer> => {
    const refusal = whyNot(request, settings);
    if (refusal !== undefined) return sayPlainly(401, refusal);
    if (!isJson(request)) return sayPlainly(415, 'Send an EventList as application/json.');
    const body = await readBody(request);
    switch (body.type) {
      case 'too-large':
        settings.onFault('A batch of audit events was too large and is lost; make batches smaller', {
          remedy: '--audit-webhook-batch-max-size, or level Metadata in the audit policy',
        });
        return sayPlainly(413, `Send at most ${limits.body} bytes.`);
      case 'crowded':
        return sayPlainly(503, 'Too much comes at once. Send it again.');
      case 'whole':
        return takeBody(body.bytes, settings).finally(body.release);
    }
  };
  return async (request) => {
    const asked = askedFor(request);
    if (asked === 'POST /audit') return takeBatch(request);
    // What it cannot look at now the API server sends again; were it not asked at all, events would wait there for nothing.
    return answerProbe(asked, () => undefined) ?? sayPlainly(404, 'Here are POST /audit, GET /livez and GET /readyz.');
  };
};

const takeBody = async (bytes: Uint8Array, { take, onFault }: AuditServerSettings): Promise<Answer> => {
  const events = eventsIn(bytes);
  if (events === undefined) {
    onFault('What was sent as audit events is no list of them, and is lost', {
      remedy: 'apiVersion audit.k8s.io/v1, --audit-webhook-version=audit.k8s.io/v1',
    });
    return sayPlainly(400, 'Send an EventList of audit.k8s.io/v1.');
  }
  try {
    await take(events);
    return sayPlainly(200, 'ok');
  } catch (cause) {
    onFault('Audit events could not be looked at; they shall be sent again', { cause: String(cause) });
    return sayPlainly(503, 'They could not be looked at now. Send them again.');
  }
};

const eventsIn = (bytes: Uint8Array): readonly unknown[] | undefined => {
  try {
    const list: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof list !== 'object' || list === null) return undefined;
    const { kind, apiVersion, items } = list as { kind?: unknown; apiVersion?: unknown; items?: unknown };
    if (kind !== 'EventList' || apiVersion !== 'audit.k8s.io/v1' || !Array.isArray(items)) return undefined;
    return items as readonly unknown[];
  } catch {
    return undefined;
  }
};

const whyNot = (request: IncomingMessage, { clientCa, token }: AuditServerSettings): string | undefined => {
  if (clientCa !== undefined && !isKnown(request)) return whoAreYou;
  const wanted = token();
  if (wanted === undefined) return clientCa === undefined ? 'Nobody may send: Hallpass knows no token.' : undefined;
  const [, sent] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  return sent !== undefined && isSame(sent, wanted) ? undefined : 'Send the bearer token that Hallpass was told of.';
};

/** In the same time whatever they are. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(hash(one), hash(other));
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
