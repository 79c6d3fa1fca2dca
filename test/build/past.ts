import type { RequestId } from '#domain/ids.ts';
import { requestIdFrom } from '#domain/ids.ts';
import { type Chain, extend } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent, type Submitted } from '#domain/request/events.ts';
import { exportEndLine, exportedLine } from '#domain/request/exported.ts';
import type { MemoryKeys } from '#test/memory/keys.ts';
import { person } from './people.ts';
import { submitted } from './requests.ts';

/** An event, and so many seconds after the request was filed it happened. */
export type Timed = readonly [seconds: number, event: RequestEvent];
export type PastRequest = { readonly id: RequestId; readonly at: Temporal.Instant; readonly events: readonly Timed[] };

/** The signed lines of a request's log. */
export const linesOf = (keys: MemoryKeys, { id: request, at, events }: PastRequest): readonly string[] => {
  let chain: Chain | undefined;
  return events.flatMap(([seconds, event]) => {
    const signer = keys.signer(authorOf(event.type));
    const added = extend(request, chain, [event], at.add({ seconds }), signer, keys.trust);
    chain = added.chain;
    return added.lines;
  });
};

/** An export of these requests, as `log export` writes it. */
export const exportText = (keys: MemoryKeys, requests: readonly PastRequest[]): string => {
  const logs = requests.map((one) => linesOf(keys, one).map((line, index) => exportedLine(one.id, index + 1, line)));
  const entries = logs.reduce((sum, lines) => sum + lines.length, 0);
  const end = exportEndLine({ at: '2026-12-31T00:00:00Z', requests: logs.length, entries });
  return `${[...logs.flat(), end].join('\n')}\n`;
};

const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'].map(person);
const [alice = person('alice')] = people;
const namespaces = ['shop-front', 'shop-payments', 'search', 'ledger', 'mail'];
const reasons = [
  'checkout answers 502 since the deploy at noon',
  'certificate of pay.acme.test expires tonight',
  'INC-4411: refunds fail',
  'look at the logs of the controller with the vendor',
  'roll out v2 of the search',
];

/** The same numbers each time, from 0 up to 1. */
const numbers = (): (() => number) => {
  let state = 7;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
};

/** A quarter of a busy company: so many requests of all sorts and outcomes, the same each time. */
export const pastRequests = (
  count: number,
  from = Temporal.Instant.from('2026-07-01T06:00:00Z'),
): readonly PastRequest[] => {
  const next = numbers();
  const pick = <T>(all: readonly [T, ...T[]] | readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  return Array.from({ length: count }, (_, index): PastRequest => {
    const request = requestIdFrom(Uint8Array.from({ length: 6 }, (__, place) => Math.floor(index / 31 ** place) % 31));
    const at = from.add({ seconds: Math.floor((index * 90 * 86_400) / count) });
    const requester = pick(people);
    const [first, second] = people.filter((one) => one !== requester).sort(() => next() - 0.5);
    const seconds = pick([900, 1_800, 3_600, 7_200, 28_800]);
    const kind = pick(['access', 'access', 'change', 'open']);
    const risk = pick(['none', 'medium', 'high', 'critical'] as const);
    const name = pick(['shop', 'ledger', 'search', 'mail']);
    const base: Partial<Submitted> = {
      kind,
      cluster: pick(['prod', 'prod', 'stage']),
      namespace: pick(namespaces),
      requester,
      subject: requester,
      reason: pick(reasons),
      seconds,
      ask:
        kind === 'access'
          ? { profile: pick(['ingress-edit', 'ingress-debug', 'secret-read']), objects: [name] }
          : { name },
      source: pick(['slack', 'slack', 'kubectl', 'api'] as const),
      respondBy: at.add({ hours: 24 }),
      approval: {
        rule: pick(['production', 'staging', 'night']),
        policyHash: index < count / 3 ? '3f2a9c41d07b55e8' : 'b81f04e6a92c77d3',
        quorum: [{ from: 'platform', count: 1 }],
        channel: 'C02APPROVE',
      },
    };
    const content = {
      digest: `d${index}`,
      targets: [
        {
          op: 'update' as const,
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          namespace: base.namespace ?? '',
          name,
        },
      ],
      lines: 12,
      added: 3,
      removed: 1,
      fits: true,
      risk,
    };
    const filed = submitted(kind === 'access' ? base : { ...base, content });
    const decided = 30 + Math.floor(next() ** 3 * 14_000);
    return { id: request, at, events: story(filed, at, decided, seconds, first ?? alice, second ?? alice, next) };
  });
};

const story = (
  filed: Submitted,
  at: Temporal.Instant,
  decided: number,
  seconds: number,
  by: Submitted['requester'],
  other: Submitted['requester'],
  next: () => number,
): readonly Timed[] => {
  const dice = next();
  const begin: Timed = [0, filed];
  if (dice < 0.07) return [begin, [decided, { type: 'denied', by, revision: 1, reason: 'not before the release' }]];
  if (dice < 0.1) return [begin, [decided, { type: 'withdrawn', by: filed.requester }]];
  if (dice < 0.12) return [begin, [86_400, { type: 'timed-out' }]];
  const isGlass = dice > 0.97;
  const isAuto = dice > 0.9 && !isGlass;
  const nobody = isGlass || isAuto;
  const { approval, content } = filed;
  const isMisused = dice > 0.78 && dice < 0.8;
  const changed: Submitted = {
    ...filed,
    ...(isMisused && content !== undefined ? { content: { ...content, risk: 'none' as const } } : {}),
    approval: {
      ...approval,
      ...(isGlass ? { breakGlass: { remindEvery: 3_600 }, rule: 'break-glass' } : {}),
      ...(isAuto ? { auto: true as const, rule: 'staging-auto' } : {}),
    },
  };
  const applyAt = nobody ? 1 : decided;
  const approval_: readonly Timed[] = nobody
    ? [[0, { type: 'approved', by: [], auto: true, revision: 1, applyBy: at.add({ minutes: 15 }) }]]
    : [
        [decided, { type: 'voted', by, revision: 1 }],
        [decided, { type: 'approved', by: [by], revision: 1, applyBy: at.add({ seconds: decided + 900 }) }],
      ];
  if (dice < 0.14)
    return [[0, changed], ...approval_, [decided + 900, { type: 'lapsed', why: 'it was not applied in time' }]];
  const startedAt = at.add({ seconds: applyAt + 1 });
  const active: Timed = [
    applyAt + 1,
    {
      type: 'activated',
      startedAt,
      expiresAt: startedAt.add({ seconds }),
      identity: 'mark',
      objects: [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          namespace: filed.namespace,
          name: 'hallpass',
          uid: 'u',
        },
      ],
      proofs: [],
    },
  ];
  const target = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: filed.namespace, name: 'shop' };
  const use: readonly Timed[] =
    dice > 0.6 ? [[applyAt + 60, { type: 'used', operation: 'update', target, risk: 'medium' }]] : [];
  if (dice > 0.955 && !nobody) return [[0, changed], ...approval_, active, ...use];
  const tried: readonly Timed[] = isMisused
    ? [
        [
          applyAt + 90,
          {
            type: 'misused',
            operation: 'update',
            target,
            risk: 'critical',
            findings: ['Introduces a snippet that runs inside the ingress controller'],
          },
        ],
      ]
    : [];
  const lag = dice > 0.5 && dice < 0.506 ? 340_000 : Math.floor(8 + next() ** 6 * 4_000);
  const review: readonly Timed[] =
    isGlass && next() > 0.3
      ? [
          [
            applyAt + seconds + 7_000,
            {
              type: 'reviewed',
              by: other,
              finding: next() > 0.2 ? 'justified' : 'not-justified',
              note: 'the incident was real, and it was given back in time',
            },
          ],
        ]
      : [];
  const endedAt = isMisused ? applyAt + 91 : applyAt + 1 + seconds + Math.ceil(lag / 1_000);
  const ended: Timed = [
    endedAt,
    { type: 'ended', cause: isMisused ? 'misused' : 'expired', proofs: [], lagMilliseconds: lag },
  ];
  const late: readonly Timed[] =
    lag > 60_000 ? [[endedAt - 100, { type: 'end-delayed', why: 'the cluster did not answer' }]] : [];
  return [[0, changed], ...approval_, active, ...use, ...tried, ...late, ended, ...review];
};
