import { answerReview } from '#adapters/http/answer-review.ts';
import { canonical, type Json } from '#domain/json.ts';
import { createGuardWorld, gateTarget, heldInShop, userOf } from '#test/build/guard-world.ts';
import { spoil, spoiltText } from '#test/fuzz/hostile-json.ts';
import type { Seeded } from '#test/fuzz/seeded.ts';
import { type Input, inputOf, jsonIn, type Target } from '#test/fuzz/target.ts';
import { reviewWrite } from '#use-cases/review-write.ts';
import { faultIn, renewed } from './parts.ts';

const gate = (data: Readonly<Record<string, string>>): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: gateTarget.name, namespace: 'shop', uid: 'u', resourceVersion: '7' },
  data,
});

/** A review as the API server sends it, mostly of what must not be let in. */
const requestOf = (random: Seeded): Json => {
  const before = gate({ auth: 'on' });
  // What changes nothing is close to what may be let in.
  const after = random.onceIn(6) ? before : gate({ auth: 'off', limit: String(random.below(40)) });
  const operation = random.pick(['CREATE', 'UPDATE', 'DELETE'] as const);
  return {
    uid: `review-${random.below(1_000_000)}`,
    operation,
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    ...(random.onceIn(20) ? { subResource: 'scale' } : {}),
    namespace: 'shop',
    name: operation === 'CREATE' ? gateTarget.name : random.pick([gateTarget.name, '']),
    userInfo: { username: random.pick([userOf('alice'), userOf('mallory'), 'system:admin']), groups: ['dev'] },
    object: operation === 'DELETE' ? null : after,
    oldObject: operation === 'CREATE' ? null : before,
    dryRun: random.onceIn(12),
    options: { propagationPolicy: 'Background' },
  };
};
const reviewOf = (request: Json): Json => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });

const draw = (random: Seeded): Input => {
  let request = requestOf(random);
  for (let times = random.below(5); times > 0; times -= 1) request = spoil(request, random);
  const review = reviewOf(request);
  // Most of it is in the request.
  return { sort: 'review', bytes: spoiltText(random.onceIn(10) ? spoil(review, random) : review, random) };
};

/** A guard that has nothing approved. */
const open = () => {
  const world = createGuardWorld({ protect: [heldInShop()] });
  const faults: string[] = [];
  const deciding: Parameters<typeof answerReview>[1] = {
    review: (write) => reviewWrite(world.guard, write),
    patience: 900,
    onFault: (message, fields) => void faults.push(`${message} ${JSON.stringify(fields)}`),
  };
  return { world, faults, deciding };
};

/**
 * Reviews for the guard. None may be let in that is read as a write that changes what is protected; each is answered in a second, and
 * none may end the process.
 */
export const admission: Target = {
  name: 'admission',
  open: async () => {
    const now = renewed(5_000, open);
    let nth = 0;
    return {
      samples: [
        ...(['CREATE', 'UPDATE', 'DELETE'] as const).map((operation) =>
          inputOf('review', reviewOf({ ...(requestOf(fixed) as object), operation, uid: 'one' })),
        ),
        inputOf('review', reviewOf({ ...(requestOf(fixed) as object), operation: 'UPDATE', dryRun: true })),
      ],
      words: [
        'shop',
        'gate',
        'configmaps',
        'ingresses',
        'CREATE',
        'UPDATE',
        'DELETE',
        'scale',
        'hallpass.dev/grant',
        userOf('alice'),
        'system:masters',
      ],
      draw,
      largest: 1_048_576,
      judge: async ({ bytes }) => {
        const { world, faults, deciding } = now();
        faults.length = 0;
        const { status, body } = await answerReview(bytes, deciding, () => {});
        const isAdmitted = status === 200 && JSON.parse(body).response.allowed === true;
        // The clock of that world stands still: what one person may leave in a minute is soon left.
        if (nth % 50 === 0) world.advance({ minutes: 1 });
        if (nth % 200 === 0) world.held.empty();
        nth += 1;
        const why = isAdmitted && !mayBeAdmitted(bytes) ? `it was let in: ${body.slice(0, 300)}` : faultIn(faults);
        return { outcome: isAdmitted ? 'admitted' : status === 200 ? 'refused' : 'unreadable', why };
      },
    };
  },
};

/** What a sample is made with, which is always the same. */
const fixed: Seeded = { below: () => 1, pick: ([first]) => first, onceIn: () => false };

type Read = {
  readonly request?: {
    readonly resource?: { readonly group?: unknown; readonly resource?: unknown };
    readonly namespace?: unknown;
    readonly dryRun?: unknown;
    readonly subResource?: unknown;
    readonly operation?: unknown;
    readonly object?: Json;
    readonly oldObject?: Json;
  };
};

/** By nothing of ours: whether a review is of what nobody protects, changes nothing, is a dry run, or only lets go what goes. */
const mayBeAdmitted = (input: Uint8Array): boolean => {
  const { request } = (jsonIn(input) ?? {}) as Read;
  if (request === undefined) return false;
  const { resource, namespace, dryRun, operation, object = null, oldObject = null } = request;
  const sort = `${textOf(resource?.group)}/${textOf(resource?.resource)}`;
  if (!['/configmaps', 'networking.k8s.io/ingresses', 'apps/deployments'].includes(sort)) return true;
  if (namespace !== 'shop' || dryRun === true) return true;
  if (operation !== 'UPDATE') return false;
  return (
    contentOf(object) === contentOf(oldObject) ||
    memberOf(memberOf(oldObject, 'metadata'), 'deletionTimestamp') !== undefined
  );
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'none');

const memberOf = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (Reflect.get(value, key) as Json)
    : undefined;

/** What of an object is not the API server's own to keep. */
const contentOf = (object: Json): string => {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return canonical(object);
  const { status: _, metadata, ...rest } = object as { readonly [key: string]: Json };
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return canonical({ ...rest });
  const kept = Object.entries(metadata).filter(
    ([key]) =>
      ![
        'managedFields',
        'resourceVersion',
        'generation',
        'creationTimestamp',
        'uid',
        'selfLink',
        'generateName',
      ].includes(key) && !key.startsWith('deletion'),
  );
  const named = kept.flatMap(([key, value]) => {
    if (key !== 'annotations' && key !== 'labels') return [[key, value] as const];
    const notes = Object.entries(value ?? {}).filter(([name]) => !name.startsWith('intent.hallpass.dev/'));
    return value === null || (typeof value === 'object' && notes.length === 0) ? [] : [[key, value] as const];
  });
  return canonical({ ...rest, metadata: Object.fromEntries(named) } as Json);
};
