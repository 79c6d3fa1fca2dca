import { answerReview } from '#adapters/http/answer-review.ts';
import { canonical, type Json } from '#domain/json.ts';
import { createGuardWorld, gateTarget, heldInShop, userOf } from '#test/build/guard-world.ts';
import { reviewWrite } from '#use-cases/review-write.ts';
import { spoil, spoiltText } from './hostile-json.ts';
import { type Seeded, seeded } from './seeded.ts';

/** How many inputs there were, what came of them, and the first that should not have come of one. */
export type Fuzzed = {
  readonly inputs: number;
  readonly admitted: number;
  readonly refused: number;
  readonly unreadable: number;
  /** Milliseconds. */
  readonly slowest: number;
  readonly failure?: { readonly nth: number; readonly why: string; readonly input: string };
};

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

/**
 * Asks a guard that has nothing approved about hostile reviews, one after the other. None may be let in that is read as a write that
 * changes what is protected; each is answered in a second, and none may end the process.
 */
export const fuzzAdmission = async (inputs: number, seed: number): Promise<Fuzzed> => {
  const random = seeded(seed);
  const world = createGuardWorld({ protect: [heldInShop()] });
  const deciding: Parameters<typeof answerReview>[1] = {
    review: (write) => reviewWrite(world.guard, write),
    patience: 900,
    onFault: () => {},
  };
  const counts = { admitted: 0, refused: 0, unreadable: 0, slowest: 0 };
  for (let nth = 0; nth < inputs; nth += 1) {
    let request = requestOf(random);
    for (let times = random.below(5); times > 0; times -= 1) request = spoil(request, random);
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
    // Most of it is in the request.
    const input = spoiltText(random.onceIn(10) ? spoil(review, random) : review, random);
    const started = performance.now();
    const { status, body } = await answerReview(input, deciding, () => {});
    const took = performance.now() - started;
    counts.slowest = Math.max(counts.slowest, took);
    const isAdmitted = status === 200 && JSON.parse(body).response.allowed === true;
    counts[isAdmitted ? 'admitted' : status === 200 ? 'refused' : 'unreadable'] += 1;
    const why =
      isAdmitted && !mayBeAdmitted(input)
        ? `it was let in: ${body.slice(0, 300)}`
        : took > 1_000
          ? `it took ${Math.round(took)} ms`
          : undefined;
    if (why !== undefined)
      return { inputs: nth + 1, ...counts, failure: { nth, why, input: Buffer.from(input).toString('base64') } };
    // The clock of that world stands still: what one person may leave in a minute is soon left.
    if (nth % 50 === 0) world.advance({ minutes: 1 });
    if (nth % 200 === 0) world.held.empty();
  }
  return { inputs, ...counts };
};

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
  const { request } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(input)) as Read;
  if (request === undefined) return false;
  const { resource, namespace, dryRun, operation, object = null, oldObject = null } = request;
  const sort = `${String(resource?.group)}/${String(resource?.resource)}`;
  if (!['/configmaps', 'networking.k8s.io/ingresses', 'apps/deployments'].includes(sort)) return true;
  if (namespace !== 'shop' || dryRun === true) return true;
  if (operation !== 'UPDATE') return false;
  return (
    contentOf(object) === contentOf(oldObject) ||
    memberOf(memberOf(oldObject, 'metadata'), 'deletionTimestamp') !== undefined
  );
};

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
