import fc from 'fast-check';
import { Pool } from 'undici';
import { startAuditServer } from '#adapters/http/audit-server.ts';
import { mostWritten, readEntry } from '#domain/guard/entry.ts';
import { userOf } from '#test/build/guard-world.ts';
import { auditEvent, createWatchWorld, refusedEvent } from '#test/build/watch-world.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target } from '#test/fuzz/target.ts';
import { drawnBy } from './drawn.ts';
import { faultIn } from './parts.ts';

const token = 'token-of-the-api-server';
const listOf = (...items: readonly unknown[]) => ({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items });

/** Alice has one grant; the API server of the cluster is believed by its token. */
const open = async () => {
  const world = await createWatchWorld();
  const faults: string[] = [];
  const left: string[] = [];
  const onFault = (message: string, fields: object): void => void faults.push(`${message} ${JSON.stringify(fields)}`);
  Object.assign(world.ports.reports, { leave: async (entry: string) => left.push(entry) > 0 });
  const server = await startAuditServer({
    host: '127.0.0.1',
    port: 0,
    certificates: undefined,
    token: () => token,
    take: world.take,
    onFault,
  });
  if (!server.ok) throw new Error(server.error);
  const pool = new Pool(`http://127.0.0.1:${server.value.port}`, { connections: 1 });
  const close = async (): Promise<void> => {
    await pool.destroy();
    await server.value.stop();
  };
  return { ...world, faults, left, pool, close };
};
type World = Awaited<ReturnType<typeof open>>;

const post = async ({ pool }: World, body: Uint8Array, sent: string) => {
  const answer = await pool.request({
    method: 'POST',
    path: '/audit',
    body,
    headers: { authorization: `Bearer ${sent}`, 'content-type': 'application/json' },
  });
  return { status: answer.statusCode, said: await answer.body.text() };
};

/**
 * What the API server reports. Nothing may be left for the bot but what it can read, of the one grant that there is, and only where an
 * event names its holder or its binding; nothing at all from who does not know the token.
 */
const judge = async (world: World, { sort, bytes }: Input): Promise<Judged> => {
  world.faults.length = 0;
  world.left.length = 0;
  // What was told a moment ago is not told again.
  world.world.advance({ minutes: 11 });
  const { status, said } = await post(world, bytes, sort === 'stranger' ? said401(bytes) : token);
  const entries = world.left.map((text) => ({ text, entry: readEntry(text, world.ports.trust)?.said }));
  const outcome = `${status} ${[...new Set(entries.map(({ entry }) => (entry?.type === 'tripped' ? entry.rule : (entry?.type ?? 'unreadable'))))].sort().join(' ')}`;
  const why = (): string | undefined => {
    if (sort === 'stranger' && (status !== 401 || entries.length > 0))
      return `a stranger was answered ${status}: ${said}`;
    if (![200, 400, 401, 413].includes(status))
      return `it was answered ${status}: ${said} ${world.faults.join('; ').slice(0, 500)}`;
    const unread = entries.find(({ entry }) => entry === undefined);
    if (unread !== undefined) return `the bot cannot read what it left: ${unread.text.slice(0, 500)}`;
    const long = entries.find(({ text }) => text.length > mostWritten.note);
    if (long !== undefined) return `what it left is too long: ${long.text.length} characters`;
    const other = entries.find(({ entry }) => entry?.id !== world.id);
    if (other !== undefined) return `it told of another grant: ${other.text.slice(0, 300)}`;
    if (entries.length > 0 && !namesAlice(bytes))
      return `it told of a grant that nothing names: ${entries[0]?.text.slice(0, 300)}`;
    return faultIn(world.faults);
  };
  return { outcome, why: why() };
};

/** What is no header comes as another wrong one. */
const said401 = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 40)).toString('hex') || 'x';

const namesAlice = (bytes: Uint8Array): boolean => {
  const text = JSON.stringify(jsonIn(bytes) ?? '');
  return text.includes(userOf('alice')) || text.includes('hallpass-');
};

/** A moment after the grant began. */
const at = '2026-11-20T12:00:10Z';
const samples = (): readonly Input[] => {
  const dated = (event: object) => ({ ...event, requestReceivedTimestamp: at, stageTimestamp: at });
  const ref = (resource: string, more: object = {}) => ({
    objectRef: { resource, namespace: 'shop', apiVersion: 'v1', ...more },
  });
  const events = [
    auditEvent(),
    refusedEvent('secrets'),
    auditEvent({ verb: 'list', ...ref('secrets') }),
    auditEvent({ verb: 'create', ...ref('pods', { name: 'web', subresource: 'exec' }) }),
    auditEvent({
      verb: 'delete',
      ...ref('configmaps', { name: 'gate' }),
      requestURI: '/api/v1/namespaces/shop/configmaps/gate?dryRun=All',
    }),
    auditEvent({
      verb: 'get',
      ...ref('pods', { name: 'web', subresource: 'log' }),
      requestURI: '/api/v1/namespaces/shop/pods/web/log?follow=true',
    }),
    auditEvent({ impersonatedUser: { username: 'admin', groups: ['system:masters'] } }),
    auditEvent({ user: { username: 'system:admin' }, impersonatedUser: { username: userOf('alice') } }),
    auditEvent({
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason':
          'RBAC: allowed by RoleBinding "hallpass-x/shop" of Role "hallpass-x" to User "alice@example.com"',
      },
    }),
    auditEvent({ stage: 'RequestReceived' }),
    auditEvent({ user: { username: 'system:kube-scheduler' }, sourceIPs: ['2001:db8::1'] }),
  ].map(dated);
  return [
    ...events.map((event) => inputOf('batch', listOf(event))),
    inputOf('batch', listOf(...events)),
    inputOf('batch', listOf()),
    inputOf('stranger', listOf(...events)),
  ];
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    'create',
    'list',
    'shop',
    'secrets',
    userOf('alice'),
    at,
    '::1',
    'ResponseComplete',
    '?follow=%',
    '1.2.3.4',
  ),
);
const arbitrary = fc
  .array(
    fc.record(
      {
        auditID: text,
        stage: fc.oneof(fc.constantFrom('ResponseStarted', 'ResponseComplete', 'Panic', 'RequestReceived'), text),
        verb: text,
        requestURI: text,
        user: fc.record({ username: text }),
        impersonatedUser: fc.record({ username: text }),
        sourceIPs: fc.array(text, { maxLength: 4 }),
        userAgent: text,
        objectRef: fc.record(
          { resource: text, namespace: text, name: text, apiGroup: text, subresource: text },
          { requiredKeys: ['resource'] },
        ),
        responseStatus: fc.record({ code: fc.oneof(fc.constantFrom(200, 403, 0, -1), fc.double()) }),
        requestReceivedTimestamp: fc.oneof(fc.constant(at), text),
        annotations: fc.dictionary(
          fc.oneof(fc.constantFrom('authorization.k8s.io/reason', 'authorization.k8s.io/decision'), text),
          text,
          { maxKeys: 4 },
        ),
      },
      { requiredKeys: ['auditID', 'stage', 'user', 'verb', 'requestReceivedTimestamp'] },
    ),
    { maxLength: 6 },
  )
  .map((items) => inputOf('batch', listOf(...items)));

export const audit: Target = {
  name: 'audit',
  open: async () => {
    let [world, used] = [await open(), 0];
    return {
      samples: samples(),
      words: [
        'alice@example.com',
        'hallpass',
        'hallpass-markers',
        'rbac.authorization.k8s.io',
        'impersonate',
        'deletecollection',
        'proxy',
        'ResponseComplete',
      ],
      draw: drawnBy(arbitrary),
      largest: 4_194_304,
      judge: async (input) => {
        used += 1;
        // What is looked at again a moment later waits in room for a thousand.
        if (used % 100 === 0) await world.wait();
        if (used % 2_000 === 0) {
          await world.close();
          world = await open();
        }
        return judge(world, input);
      },
      close: () => world.close(),
    };
  },
};
