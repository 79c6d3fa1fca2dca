import fc from 'fast-check';
import type { Write } from '#domain/guard/write.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { HeldWrite } from '#domain/request/events.ts';

/** An Ingress as people write it. */
export const written: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'shop',
    namespace: 'shop-front',
    labels: { team: 'shop' },
    annotations: { 'example.com/owner': 'shop', 'acme.test/commit': 'c0ffee' },
  },
  spec: { ingressClassName: 'nginx', rules: [{ host: 'shop.acme.test' }] },
};

/** The same with other annotations, and with other members of its metadata beside them. */
export const noted = (annotations: object, metadata: object = {}, object: Manifest = written): Manifest => ({
  ...object,
  metadata: { ...object.metadata, ...metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});

/** What the API server asks about when alice makes another host of the only one; `changed` for another write. */
export const writing = (changed: Partial<Write> = {}): Write => ({
  uid: '705ab4f5',
  operation: 'update',
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  namespace: 'shop-front',
  name: 'shop',
  user: 'alice@example.com',
  groups: ['dev'],
  before: written,
  after: { ...written, spec: { ingressClassName: 'nginx', rules: [{ host: 'new.acme.test' }] } },
  dryRun: false,
  ...changed,
});

/** Of a person, who may do it again or have it done, for an hour. */
export const heldWrite = (changed: Partial<HeldWrite> = {}): HeldWrite => ({
  fingerprint: 'f00d',
  by: 'mark of alice',
  complete: ['retry', 'confirm'],
  retryWithin: 3_600,
  ignore: [],
  after: 'mark of what it shall be',
  ...changed,
});

/** JSON parsed from text, so that each key is one, whatever it is called. */
export const parsed = (text: string): Manifest => JSON.parse(text);

type Members = { readonly [key: string]: Json | undefined };
const isList = (json: Json): json is readonly Json[] => Array.isArray(json);
const isMembers = (json: Json | undefined): json is Members =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const entries = (members: Members) => Object.entries(members) as [string, Json][];

/** The same JSON with the keys of all its objects in the opposite order. */
export const reordered = <T extends Json>(json: T): T => turned(json) as T;
const turned = (json: Json): Json => {
  if (isList(json)) return json.map(turned);
  if (!isMembers(json)) return json;
  return Object.fromEntries(
    entries(json)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
};

/** All that differs from a value in one place: a member more or less, another value, another order. */
const othersOf = (json: Json): readonly Json[] => {
  const here: Json[] = [[json]];
  if (typeof json === 'string') here.push(`${json} `, `${json}\u200b`);
  if (isList(json)) {
    here.push([...json, {}]);
    for (const [index, item] of json.entries()) {
      here.push(json.toSpliced(index, 1), ...othersOf(item).map((other) => json.with(index, other)));
    }
  }
  if (isMembers(json)) {
    const members = entries(json);
    here.push(Object.fromEntries([...members, ['a new key', null]]));
    for (const [index, [key, member]] of members.entries()) {
      here.push(Object.fromEntries(members.toSpliced(index, 1)));
      for (const other of othersOf(member)) here.push(Object.fromEntries(members.with(index, [key, other])));
    }
  }
  return here;
};

/** Each place of its content changed, one at a time: in its labels, its annotations and all that is not its metadata. */
export const contentEdits = (object: Manifest): readonly Manifest[] => {
  const { apiVersion, kind, metadata, ...rest } = object;
  const inside = (member: 'labels' | 'annotations'): readonly Json[] => {
    const map = metadata[member];
    return isMembers(map) ? othersOf(map).slice(1) : [{ 'a new key': '' }];
  };
  return [
    { ...object, kind: `${kind}x` },
    ...othersOf(rest)
      .slice(1)
      .map((other) => ({ ...(other as object), apiVersion, kind, metadata })),
    ...(['labels', 'annotations'] as const).flatMap((member) =>
      inside(member).map((other) => ({
        ...object,
        metadata: { ...metadata, [member]: other } as Manifest['metadata'],
      })),
    ),
  ];
};

/** What makes no difference: who wrote it and when, what became of it, and what it says of why it is written. */
export const anyNoise: fc.Arbitrary<(object: Manifest) => Manifest> = fc
  .record(
    {
      managedFields: fc.constantFrom([], [{ manager: 'kubectl', operation: 'Apply' }], [{ manager: 'argocd' }]),
      resourceVersion: fc.string(),
      generation: fc.nat(),
      creationTimestamp: fc.constantFrom(null, '2026-11-20T12:00:00Z'),
      uid: fc.string(),
      selfLink: fc.string(),
      generateName: fc.string(),
      deletionTimestamp: fc.string(),
      deletionGracePeriodSeconds: fc.nat(),
      status: fc.constantFrom<Json>({}, null, { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } }),
      lastApplied: fc.string(),
      reason: fc.string(),
      commit: fc.string(),
      revision: fc.string(),
      isReordered: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(({ status, lastApplied, reason, commit, revision, isReordered, ...metadata }) => (object) => {
    const notes = Object.entries({
      'kubectl.kubernetes.io/last-applied-configuration': lastApplied,
      'intent.hallpass.dev/reason': reason,
      'acme.test/commit': commit,
      'deployment.kubernetes.io/revision': revision,
    }).filter(([, text]) => text !== undefined);
    const noisy: Manifest = {
      ...(notes.length === 0
        ? { ...object, metadata: { ...object.metadata, ...metadata } }
        : noted(Object.fromEntries(notes), metadata, object)),
      ...(status === undefined ? {} : { status }),
    };
    return isReordered === true ? reordered(noisy) : noisy;
  });
