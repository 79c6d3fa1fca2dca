import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { essence } from '#domain/guard/fingerprint.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest, Plan } from '#domain/plan.ts';
import type { Kind, Seen } from '#kinds/kind.ts';
import { changeable, changeOver, liveIngress } from '#test/build/changes.ts';
import { contentEdits, parsed } from '#test/build/held.ts';
import { twoStates } from '#test/build/objects.ts';
import { id } from '#test/build/people.ts';
import { change } from './change.ts';

const kind = changeOver();
const namespace = 'shop-front';
type Operation = 'create' | 'update' | 'delete';
type Written = {
  readonly operation: Operation;
  readonly replicas?: number;
  readonly after?: unknown;
  readonly name?: string;
  readonly profile?: string;
};

/** As the guard hands it on: content alone. */
const content = essence(liveIngress, []);
const { metadata } = content;
const withMetadata = (changed: object): object => ({ ...content, metadata: { ...metadata, ...changed } });
const narrower = { ...content, spec: { ingressClassName: 'nginx', rules: [{ host: 'shop.acme.test' }] } };

const asked = ({ after, name = 'shop', profile = 'ingresses', ...rest }: Written, over: Kind = kind) => {
  if (over.holds === undefined) throw new Error('Nothing can be held');
  return over.holds.ask({ profile, name, ...rest, ...(after === undefined ? {} : { after: after as Manifest }) });
};
const askOf = (write: Written, over?: Kind): Json => {
  const ask = asked(write, over);
  if (ask.ok) return ask.value;
  throw new Error(ask.error);
};
const context = (seen: Seen) => ({ request: id(), namespace, identity: { user: '', groups: [] }, seen });
const planned = (write: Written, seen: Seen, over: Kind = kind) => over.plan(askOf(write, over), context(seen));
const plan = (write: Written, seen: Seen): Plan => {
  const result = planned(write, seen);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const why = (write: Written, seen: Seen = [[liveIngress]], over: Kind = kind): string => {
  const ask = asked(write, over);
  const result = ask.ok ? over.plan(ask.value, context(seen)) : ask;
  if (result.ok) throw new Error('It was not refused');
  return result.error;
};
const update = (after: object, live: Manifest = liveIngress): Manifest => {
  const [edit] = plan({ operation: 'update', after }, [[live]]).edits;
  if (edit?.op !== 'write') throw new Error('Nothing is written');
  return edit.content;
};
const liveWith = (changed: object): Manifest =>
  ({ ...liveIngress, metadata: { ...liveIngress.metadata, ...changed } }) as Manifest;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

describe('a held update', () => {
  test('looks at its object first, and for one that sends traffic at the Services there', () => {
    const target = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: 'shop' };
    const looks = kind.look(askOf({ operation: 'update', after: narrower }), namespace);
    expect(looks.ok && looks.value).toMatchObject([
      { type: 'object', target },
      { type: 'list', of: { kind: 'Service' }, namespace },
    ]);
    const other = kind.look(askOf({ operation: 'delete', profile: 'configmaps' }), namespace);
    expect(other.ok && other.value).toEqual([
      { type: 'object', target: { ...target, apiVersion: 'v1', kind: 'ConfigMap' } },
    ]);
  });

  test('to a Service that is not there says so', () => {
    const backend = { service: { name: 'beta', port: { number: 80 } } };
    const rules = [{ host: 'shop.acme.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
    const after = { ...content, spec: { rules } };
    expect(plan({ operation: 'update', after }, [[liveIngress], []]).cautions).toContain(
      'There is no Service beta in shop-front now.',
    );
    expect(plan({ operation: 'create', after }, [[], []]).cautions).toEqual([
      'There is no Service beta in shop-front now.',
    ]);
  });

  test('is all that the object shall be: what it leaves out is removed', () => {
    expect(update(narrower).spec).toEqual(narrower.spec);
    const { spec: _, ...bare } = content;
    expect(update(bare)).not.toHaveProperty('spec');
    expect(update({ ...narrower, unheardOf: [{}] })).toHaveProperty('unheardOf', [{}]);
  });

  test('keeps what only the API server says of it, as it says it now', () => {
    const { uid, resourceVersion, generation, creationTimestamp, managedFields } = liveIngress.metadata as never;
    const next = update(narrower);
    expect(next.metadata).toMatchObject({ uid, resourceVersion, generation, creationTimestamp, managedFields });
    expect(next.status).toEqual(liveIngress.status);
    expect(next.metadata.annotations?.[lastApplied]).toBe('{}');
  });

  test('makes up no status and no copy of kubectl’s where there is none', () => {
    const { status: _, ...still } = liveIngress;
    const next = update(narrower, { ...still, metadata: { ...still.metadata, annotations: { a: 'b' } } } as Manifest);
    expect(next).not.toHaveProperty('status');
    expect(next.metadata.annotations).toEqual({ 'example.com/owner': 'shop' });
  });

  test('removes labels and annotations that it leaves out, one by one and all of them', () => {
    const live = liveWith({ labels: { team: 'shop', tier: 'front' } });
    expect(update(withMetadata({ labels: { tier: 'front' } }), live).metadata.labels).toEqual({ tier: 'front' });
    const { labels: _, annotations: __, ...bare } = metadata;
    const next = update({ ...content, metadata: bare }, live);
    expect(next.metadata).not.toHaveProperty('labels');
    expect(next.metadata.annotations).toEqual({ [lastApplied]: '{}' });
    const without = liveWith({ annotations: { 'example.com/owner': 'shop' } });
    expect(update({ ...content, metadata: bare }, without).metadata).not.toHaveProperty('annotations');
  });

  test('leaves what controllers count and what earlier writes said of why, which are no content', () => {
    const counted = { 'deployment.kubernetes.io/revision': '3', 'intent.hallpass.dev/reason': 'OPS-11' };
    const live = liveWith({ annotations: { ...liveIngress.metadata.annotations, ...counted } });
    const after = essence({ ...live, spec: narrower.spec }, []);
    expect(update(after, live).metadata.annotations).toEqual(live.metadata.annotations);
    expect(why({ operation: 'update', after: essence(live, []) }, [[live]])).toContain('Nothing would change');
  });

  test('may say why it is made', () => {
    const said = withMetadata({ annotations: { ...metadata.annotations, 'intent.hallpass.dev/reason': 'OPS-12' } });
    expect(update(said).metadata.annotations).toHaveProperty(['intent.hallpass.dev/reason'], 'OPS-12');
  });

  test('may hold null and keys that objects inherit, which are written as they stand', () => {
    const after = parsed(
      JSON.stringify({ ...content, spec: 'SPEC' }).replace('"SPEC"', '{"constructor":{"a":null},"toString":[]}'),
    );
    expect(JSON.stringify(update(after).spec)).toBe('{"constructor":{"a":null},"toString":[]}');
  });

  test('names the hosts and certificates that it takes away', () => {
    expect(plan({ operation: 'update', after: narrower }, [[liveIngress]]).cautions).toContain(
      'Takes away host old.acme.test with 1 path.',
    );
  });

  test('that is the object as it is changes nothing, and is refused as that', () => {
    const nothing = 'Nothing would change: Ingress shop is already as asked.';
    expect(why({ operation: 'update', after: content })).toBe(nothing);
    expect(why({ operation: 'update', after: liveIngress })).toBe(nothing);
  });

  test('of an object that is gone is refused', () => {
    expect(why({ operation: 'update', after: narrower }, [[]])).toBe(
      'Ingress shop: there is none in shop-front. Check the name and the namespace.',
    );
  });

  test.each<[string, object, string]>([
    ['its name', { name: 'shop2' }, 'metadata.name cannot be changed'],
    ['its namespace', { namespace: 'bank' }, 'metadata.namespace cannot be changed'],
    ['its owners', { ownerReferences: [{ uid: 'x' }] }, 'metadata.ownerReferences cannot be changed'],
    ['its finalizers', { finalizers: ['acme.test/hold'] }, 'metadata.finalizers cannot be changed'],
    ['which object it is', { uid: 'another' }, 'metadata.uid cannot be changed'],
    ['that it goes', { deletionTimestamp: '2026-11-20T12:00:00Z' }, 'metadata.deletionTimestamp cannot be changed'],
    ['labels into what is no text', { labels: { a: 1 } }, 'labels and annotations are texts'],
    ['Hallpass’s notes', { annotations: { 'hallpass.dev/seal': 'x' } }, 'Hallpass’s own'],
    ['labels of Hallpass’s', { labels: { 'hallpass.dev/request': 'x' } }, 'Hallpass’s own'],
    ['its stamp', { labels: { 'app.kubernetes.io/managed-by': 'hallpass' } }, 'Hallpass’s own'],
  ])('does not change %s', (_, changed, reason) => {
    expect(why({ operation: 'update', after: withMetadata(changed) })).toContain(reason);
  });

  test('does not change finalizers and owners that are there into others', () => {
    const live = liveWith({ finalizers: ['a', 'b'], ownerReferences: [{ uid: 'x', name: 'a' }] });
    const kept = { finalizers: ['a', 'b'], ownerReferences: [{ uid: 'x', name: 'a' }] };
    expect(update({ ...narrower, metadata: { ...metadata, ...kept } }, live).metadata).toMatchObject(kept);
    for (const changed of [
      { finalizers: ['b', 'a'] },
      { finalizers: [] },
      { ownerReferences: [] },
      { finalizers: null },
    ])
      expect(why({ operation: 'update', after: withMetadata({ ...kept, ...changed }) }, [[live]])).toMatch(
        /metadata\.(finalizers|ownerReferences) cannot be changed/,
      );
  });

  test('leaves the finalizers of load balancers’ controllers where they are', () => {
    const finalizers = ['ingress.k8s.aws/resources', 'a', 'group.ingress.k8s.aws/shop'];
    const live = liveWith({ finalizers });
    expect(update({ ...narrower, metadata: { ...metadata, finalizers: ['a'] } }, live).metadata).toMatchObject({
      finalizers,
    });
    const alone = liveWith({ finalizers: ['ingress.k8s.aws/resources'] });
    expect(update({ ...narrower, metadata }, alone).metadata).toMatchObject({
      finalizers: ['ingress.k8s.aws/resources'],
    });
    expect(why({ operation: 'update', after: withMetadata({ finalizers: ['b'] }) }, [[live]])).toContain(
      'metadata.finalizers cannot be changed',
    );
  });

  test.each([
    ['its kind', { ...narrower, kind: 'Secret' }, 'kind cannot be changed'],
    ['its version', { ...narrower, apiVersion: 'networking.k8s.io/v2' }, 'apiVersion cannot be changed'],
  ])('does not change %s', (_, after, reason) => {
    expect(why({ operation: 'update', after })).toContain(reason);
  });

  test('is not made of an object of Hallpass’s own, of one that goes, or of another than was looked for', () => {
    const held: Written = { operation: 'update', after: narrower };
    const ours = liveWith({ labels: { 'app.kubernetes.io/managed-by': 'hallpass' } });
    expect(why(held, [[ours]])).toContain('Hallpass made it itself');
    expect(why(held, [[liveWith({ deletionTimestamp: '2026-11-20T12:00:00Z' })]])).toContain('it is being deleted');
    expect(why(held, [[liveWith({ name: 'other' })]])).toContain('another object was found in its place');
  });
});

describe('a held creation', () => {
  const create: Written = { operation: 'create', after: narrower };

  test('makes the object as it was written, where there is none', () => {
    expect(plan(create, [[]]).edits).toEqual([{ op: 'write', content: narrower }]);
  });

  test('without a namespace is made in the one it was written to', () => {
    const { namespace: _, ...rest } = metadata;
    expect(plan({ ...create, after: { ...narrower, metadata: rest } }, [[]]).edits).toMatchObject([
      { content: { metadata: { namespace } } },
    ]);
  });

  test('of what is there by now is refused, also where it is the same', () => {
    const there = 'it is there by now. Whoever wrote it has to look at what is there, and write anew.';
    expect(why(create)).toBe(`Ingress shop: ${there}`);
    expect(why({ ...create, after: content })).toBe(`Ingress shop: ${there}`);
  });

  test.each<[string, object, string]>([
    ['owners', { ownerReferences: [{ uid: 'x' }] }, 'metadata.ownerReferences cannot be set'],
    ['finalizers', { finalizers: ['x'] }, 'metadata.finalizers cannot be set'],
    ['Hallpass’s stamp', { labels: { 'app.kubernetes.io/managed-by': 'hallpass' } }, 'Hallpass’s own'],
    ['Hallpass’s notes', { annotations: { 'hallpass.dev/expires-at': 'x' } }, 'Hallpass’s own'],
    ['labels that are no texts', { labels: { a: {} } }, 'labels and annotations are texts'],
    ['another namespace', { namespace: 'bank' }, 'is for namespace "bank", and the request is for "shop-front"'],
  ])('with %s is refused', (_, changed, reason) => {
    expect(why({ ...create, after: withMetadata(changed) }, [[]])).toContain(reason);
  });

  test('may say why it is made', () => {
    const said = withMetadata({ annotations: { 'intent.hallpass.dev/ticket': 'OPS-12' } });
    expect(plan({ ...create, after: said }, [[]]).edits).toEqual([{ op: 'write', content: said }]);
  });
});

describe('a held deletion', () => {
  const remove: Written = { operation: 'delete' };

  test('deletes by name, and says what goes with it', () => {
    const { edits, cautions } = plan(remove, [[liveIngress]]);
    expect(edits).toEqual([
      { op: 'delete', target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: 'shop' } },
    ]);
    expect(cautions).toContain('Takes away host shop.acme.test with 3 paths.');
  });

  test('of what is gone, of Hallpass’s own or of what goes already is refused', () => {
    expect(why(remove, [[]])).toBe('Ingress shop: there is none in shop-front. Check the name and the namespace.');
    const ours = liveWith({ annotations: { 'hallpass.dev/seal': 'x' } });
    expect(why(remove, [[ours]])).toContain('Hallpass made it itself');
    expect(why(remove, [[liveWith({ deletionTimestamp: 'x' })]])).toContain('it is being deleted');
  });
});

describe('a held scaling', () => {
  const web: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace, annotations: { 'deployment.kubernetes.io/revision': '3' } },
    spec: { replicas: 2, selector: {}, template: {} },
    status: { replicas: 2 },
  };
  const scale = (replicas: number): Written => ({ operation: 'update', replicas, name: 'web', profile: 'deployments' });

  test('makes another number of the object as it is, and nothing else', () => {
    for (const replicas of [0, 3, 1_000_000])
      expect(plan(scale(replicas), [[web]]).edits).toEqual([
        { op: 'write', content: { ...web, spec: { replicas, selector: {}, template: {} } } },
      ]);
    const { spec: _, ...bare } = web;
    expect(plan(scale(3), [[bare as Manifest]]).edits).toMatchObject([{ content: { spec: { replicas: 3 } } }]);
  });

  test('is of a part of its object, and no other held write is', () => {
    expect(kind.holds?.isOfPart(askOf(scale(3)))).toBe(true);
    expect(kind.holds?.isOfPart(askOf({ operation: 'update', after: narrower }))).toBe(false);
    expect(kind.holds?.isOfPart(askOf({ operation: 'delete' }))).toBe(false);
    expect(kind.holds?.isOfPart(null)).toBe(false);
  });

  test('to as many as there are changes nothing, and one of what is gone is refused', () => {
    expect(why(scale(2), [[web]])).toBe('Nothing would change: Deployment web is already as asked.');
    expect(why(scale(3), [[]])).toBe('Deployment web: there is none in shop-front. Check the name and the namespace.');
  });

  test.each([-1, 1.5, 1_000_001, Number.NaN])('to %d is refused', (replicas) => {
    expect(why(scale(replicas), [[web]])).toContain('Not understood: ');
  });
});

describe('of what only its author writes', () => {
  const roles = { name: 'roles', title: 'Roles', group: 'rbac.authorization.k8s.io', version: 'v1' };
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'shop', namespace } };
  const configured = change.configure({
    resources: changeable,
    held: [{ ...roles, resource: 'roles', kind: 'Role' }],
  });
  if (!configured.ok) throw new Error('The settings are refused');
  const over = configured.value;
  const live = { ...role, rules: [] };

  test.each<[string, Written, Seen, object]>([
    ['creation', { operation: 'create', after: live }, [[]], { op: 'write', content: live }],
    [
      'update',
      { operation: 'update', after: { ...role, rules: [{}] } },
      [[live]],
      { op: 'write', content: { rules: [{}] } },
    ],
    ['deletion', { operation: 'delete' }, [[live]], { op: 'delete', target: { kind: 'Role', name: 'shop' } }],
  ])('a %s can be asked for once it was held, and says that Hallpass does not even try it', (_, write, seen, edit) => {
    const result = planned({ ...write, profile: 'roles' }, seen, over);
    expect(result).toMatchObject({ ok: true, value: { edits: [{ ...edit, byAuthor: true }] } });
    expect(over.holds?.sorts.filter(({ byAuthor }) => byAuthor).map(({ profile }) => profile)).toEqual(['roles']);
  });

  test('nothing can be asked for in another way', () => {
    const edits: readonly Json[] = [
      { do: 'manifest', manifest: live },
      { do: 'patch', resource: 'roles', name: 'shop', patch: { rules: [] } },
      { do: 'delete', resource: 'roles', name: 'shop' },
    ];
    for (const edit of edits)
      expect(over.describe({ edits: [edit] })).toEqual({
        ok: false,
        error:
          'Roles cannot be changed through Hallpass. Write it yourself: it is held then, if the policy protects it.',
      });
  });

  test('the worker may read it, and no more', () => {
    const mine = over.permissions.namespaced.filter(({ apiGroups }) => apiGroups.includes(roles.group));
    expect(mine).toEqual([{ apiGroups: [roles.group], resources: ['roles'], verbs: ['get', 'list'] }]);
  });
});

describe('what is asked by a held write', () => {
  test('is one edit, which is read back as it was settled', () => {
    const ask = askOf({ operation: 'update', after: narrower });
    expect(ask).toEqual({
      edits: [{ do: 'held', resource: 'ingresses', name: 'shop', operation: 'update', content: narrower }],
    });
    expect(kind.describe(JSON.parse(JSON.stringify(ask)))).toMatchObject({ ok: true });
    expect(askOf({ operation: 'delete' })).toEqual({
      edits: [{ do: 'held', resource: 'ingresses', name: 'shop', operation: 'delete' }],
    });
  });

  test('has its object or how many there are, and a deletion has neither', () => {
    const said = 'A held write has the object as it shall be or how many there are, and a held deletion has neither.';
    for (const operation of ['create', 'update'] as const) expect(why({ operation })).toBe(said);
    expect(why({ operation: 'delete', after: narrower })).toBe(said);
    expect(why({ operation: 'update', after: narrower, replicas: 2 })).toBe(said);
    for (const operation of ['create', 'delete'] as const) expect(why({ operation, replicas: 2 })).toBe(said);
  });

  test('may be of each sort that can be held, and of no other', () => {
    expect(kind.holds?.sorts.map(({ profile }) => profile)).toEqual(changeable.map(({ name }) => name));
    expect(kind.holds?.sorts.every(({ namespaced }) => namespaced)).toBe(true);
    expect(why({ operation: 'update', after: narrower, profile: 'secrets' })).toMatch(
      /^"secrets" cannot be changed through Hallpass\. These can: ingresses \(/,
    );
    expect(why({ operation: 'update', after: narrower, profile: '__proto__' })).toContain('cannot be changed');
  });

  test.each<[Operation, Operation]>([
    ['create', 'update'],
    ['update', 'delete'],
    ['delete', 'create'],
  ])('to %s is refused where changes.yaml lets objects only be %sd', (operation, only) => {
    const over = changeOver([{ ...changeable[0], operations: [only] }]);
    const after = operation === 'delete' ? {} : { after: narrower };
    expect(why({ operation, ...after }, [[liveIngress]], over)).toBe(
      `Ingresses cannot be ${operation}d through Hallpass, only ${only}d.`,
    );
  });

  test.each([
    ['more than 100 KB', { ...content, spec: { big: 'x'.repeat(100_000) } }],
    ['more than that in bytes', { ...content, spec: { big: '🙈'.repeat(30_000) } }],
  ])('is refused at %s, and says so', (_, after) => {
    expect(why({ operation: 'update', after })).toMatch(
      /^It is 1\d\d KB; a request holds at most 100 KB\. Split it\.$/,
    );
  });

  test('is taken just below 100 KB', () => {
    expect(asked({ operation: 'update', after: { ...content, spec: { big: 'x'.repeat(99_000) } } }).ok).toBe(true);
  });

  test.each([
    ['a key named __proto__', parsed('{"data":{"__proto__":"x"}}'), '"__proto__" is not a key that any object has'],
    ['depth without end', parsed(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`), 'nested more than 60 deep'],
    ['a number that is none', { a: Number.POSITIVE_INFINITY }, 'a number is not finite'],
  ])('is refused with %s', (_, after, reason) => {
    expect(why({ operation: 'update', after })).toContain(reason);
  });

  test.each(['', '..', '../shop', 'a%2fb', 'x'.repeat(254)])('is refused of a name like "%s"', (name) => {
    expect(why({ operation: 'delete', name })).toContain('that is not the name of an object');
  });
});

describe('on the card', () => {
  const described = (write: Written) => {
    const result = kind.describe(askOf(write));
    if (!result.ok) throw new Error(result.error);
    return result.value;
  };

  test.each<[Operation, string]>([
    ['create', 'Create Ingress shop'],
    ['update', 'Change Ingress shop'],
    ['delete', 'Delete Ingress shop'],
  ])('to %s reads as such, and the diff says the rest', (operation, title) => {
    const after = operation === 'delete' ? {} : { after: narrower };
    expect(described({ operation, ...after })).toMatchObject({
      title,
      powers: [],
      profiles: ['ingresses'],
      objects: ['ingresses/shop'],
      noun: 'change',
      reachesFurther: false,
    });
  });

  test('to scale says to how many', () => {
    const scale: Written = { operation: 'update', replicas: 0, name: 'web', profile: 'deployments' };
    expect(described(scale)).toMatchObject({
      title: 'Change Deployment web',
      powers: ['Scale Deployment web to 0'],
      cautions: [],
    });
  });

  test('only a deletion comes with a caution, which says what it leads to', () => {
    expect(described({ operation: 'delete' }).cautions).toEqual([
      'Deletes Ingress shop: none of its hosts and paths is served by it any more.',
    ]);
    expect(described({ operation: 'delete', profile: 'deployments' }).cautions).toEqual([
      'Deletes Deployment shop: its pods are ended.',
    ]);
    expect(described({ operation: 'delete', profile: 'networkpolicies' }).cautions).toEqual([
      'Deletes NetworkPolicy shop.',
    ]);
    for (const operation of ['create', 'update'] as const)
      expect(described({ operation, after: narrower }).cautions).toEqual([]);
  });
});

test('whatever the object was and shall be, what is planned is what was written, or it is refused', () => {
  let planned = 0;
  fc.assert(
    fc.property(twoStates, ([state]) => {
      const asIngress = (object: Manifest): Manifest => ({
        ...object,
        apiVersion: content.apiVersion,
        kind: content.kind,
      });
      const live = { ...asIngress(state), metadata: { ...liveIngress.metadata, ...state.metadata }, status: { a: [] } };
      for (const edited of contentEdits(state)) {
        const after = asIngress(edited);
        const ask = asked({ operation: 'update', after });
        const result = ask.ok ? kind.plan(ask.value, context([[live]])) : ask;
        const [edit] = result.ok ? result.value.edits : [];
        if (edit?.op !== 'write') continue;
        planned += 1;
        expect(essence(edit.content, [])).toEqual(essence(after, []));
        expect(edit.content).toMatchObject({ status: live.status, metadata: { uid: 'c0ffee', resourceVersion: '41' } });
      }
    }),
    { numRuns: 50 },
  );
  expect(planned).toBeGreaterThan(100);
});

describe('the deletion of a namespace', () => {
  const namespaces = { name: 'namespaces', title: 'Namespaces', group: '', version: 'v1' };
  const configured = change.configure({
    resources: changeable,
    held: [{ ...namespaces, resource: 'namespaces', kind: 'Namespace' }],
  });
  if (!configured.ok) throw new Error('The settings are refused');
  const over = configured.value;
  const target = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const live: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const deletion = { operation: 'delete', profile: 'namespaces', name: namespace } as const;

  test('is of an object that is in no namespace, and reaches further, so that a rule has to name it', () => {
    const ask = askOf(deletion, over);
    expect(over.describe(ask)).toMatchObject({
      value: {
        profiles: ['namespaces'],
        reachesFurther: true,
        title: 'Delete Namespace shop-front',
        cautions: ['Deletes Namespace shop-front: all that is in it goes with it, and nothing brings it back.'],
      },
    });
    expect(over.look(ask, namespace)).toEqual({ ok: true, value: [{ type: 'object', target }] });
    expect(planned(deletion, [[live]], over)).toMatchObject({
      value: { edits: [{ op: 'delete', target, byAuthor: true }] },
    });
    expect(over.holds?.sorts.find(({ profile }) => profile === 'namespaces')).toMatchObject({ namespaced: false });
    const [of, ...others] = over.profiles.filter(({ reachesFurther }) => reachesFurther);
    expect([of?.profile, others]).toEqual(['namespaces', []]);
  });

  test('is refused for any other than the one that the request is for, and so is all else that is done to it', () => {
    expect(why({ ...deletion, name: 'shop-pay' }, [[live]], over)).toBe(
      'Namespace shop-pay is another namespace than shop-front, which the request is for.',
    );
    for (const operation of ['create', 'update'] as const)
      expect(why({ ...deletion, operation, after: live }, [[live]], over)).toContain('only deleted');
    const edit = { do: 'delete', resource: 'namespaces', name: namespace };
    expect(over.describe({ edits: [edit] })).toMatchObject({ ok: false });
  });

  test('lets the worker list what would go with it, without Secrets, and gives it no right to the namespace', () => {
    const listedBy = ({ permissions }: typeof over): readonly string[] =>
      permissions.namespaced
        .filter(({ verbs }) => verbs.includes('list'))
        .flatMap(({ apiGroups, resources }) => resources.map((one) => `${apiGroups.join()}/${one}`));
    for (const one of ['apps/statefulsets', '/persistentvolumeclaims']) {
      expect(listedBy(over)).toContain(one);
      expect(listedBy(kind)).not.toContain(one);
    }
    expect(listedBy(over)).toContain('/configmaps');
    const all = over.permissions.namespaced.flatMap(({ resources }) => resources);
    for (const never of ['namespaces', 'secrets']) expect(all).not.toContain(never);
  });
});
