import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest, Plan } from '#domain/plan.ts';
import type { Seen } from '#kinds/kind.ts';
import { changeable, changeOver, liveIngress } from '#test/build/changes.ts';
import { id } from '#test/build/people.ts';
import { at } from './raw.ts';

const kind = changeOver();
const namespace = 'shop-front';
const context = { request: id(), namespace, identity: { user: '', groups: [] } };
const planned = (edits: readonly Json[], seen: Seen, over = kind) => over.plan({ edits }, { ...context, seen });
const plan = (edits: readonly Json[], seen: Seen): Plan => {
  const result = planned(edits, seen);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const why = (edits: readonly Json[], seen: Seen = [[liveIngress]], over = kind): string => {
  const result = planned(edits, seen, over);
  if (result.ok) throw new Error('It was not refused');
  return result.error;
};
const content = (edit: Json, live: Manifest = liveIngress): Manifest => {
  const [first] = plan([edit], [[live]]).edits;
  if (first?.op !== 'write') throw new Error('Nothing is written');
  return first.content;
};

const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
const manifest = (spec: Json, more: object = {}): Json => ({
  do: 'manifest',
  manifest: { ...ingress, metadata: { name: 'shop', ...more }, spec },
});
const patch = (what: Json): Json => ({ do: 'patch', resource: 'ingresses', name: 'shop', patch: what });
const remove: Json = { do: 'delete', resource: 'ingresses', name: 'shop' };
const add: Json = {
  do: 'ingress',
  name: 'shop',
  edit: { type: 'add-path', host: 'shop.acme.test', path: '/beta', service: 'web', port: 80 },
};
const configMap = (data: Json): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'flags', namespace },
  data,
});
const configMapManifest = (data: Json): Json => ({
  do: 'manifest',
  manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data },
});

describe('a plan', () => {
  test('looks at each object once, in the order of the edits', () => {
    expect(kind.look({ edits: [configMapManifest({}), remove] }, namespace)).toEqual({
      ok: true,
      value: [
        { type: 'object', target: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'flags' } },
        { type: 'object', target: { ...ingress, namespace, name: 'shop' } },
      ],
    });
  });

  test('writes the whole live object with the edit in it, so that it can be put back with its version', () => {
    const wanted = content(add);
    expect(wanted.metadata).toEqual(liveIngress.metadata);
    expect(wanted.status).toEqual(liveIngress.status);
    expect(JSON.stringify(wanted.spec)).toContain('/beta');
    expect(JSON.stringify(liveIngress.spec)).not.toContain('/beta');
  });

  test('makes nothing of Hallpass’s own and asks the authorizer nothing', () => {
    expect(plan([add], [[liveIngress]])).toMatchObject({ create: [], probes: [], proofs: [], notes: [], cautions: [] });
  });

  test('deletes by name', () => {
    expect(plan([remove], [[liveIngress]]).edits).toEqual([
      { op: 'delete', target: { ...ingress, namespace, name: 'shop' } },
    ]);
  });

  test('leaves out, with a note, what is already as asked', () => {
    const { edits, notes } = plan([configMapManifest({ a: '1' }), add], [[configMap({ a: '1' })], [liveIngress]]);
    expect(edits).toHaveLength(1);
    expect(notes).toEqual(['ConfigMap flags is already as asked.']);
  });
});

describe('a manifest', () => {
  test('creates the object where there is none, in the namespace asked for and without a version', () => {
    const { edits } = plan([manifest({ rules: [] }, { resourceVersion: '7', uid: 'x', labels: { a: 'b' } })], [[]]);
    expect(edits).toEqual([
      {
        op: 'write',
        content: { ...ingress, metadata: { name: 'shop', namespace, labels: { a: 'b' } }, spec: { rules: [] } },
      },
    ]);
  });

  test('sets what it says, keeps what it does not say, and takes a list as a whole', () => {
    const wanted = content(manifest({ rules: [{ host: 'only.test' }] }, { labels: { tier: 'front' } }));
    expect(wanted.spec).toEqual({ ...(liveIngress.spec as object), rules: [{ host: 'only.test' }] });
    expect(wanted.metadata.labels).toEqual({ team: 'shop', tier: 'front' });
  });

  test('pasted with all that the API server says changes nothing but what was edited', () => {
    const pasted = {
      ...liveIngress,
      metadata: { ...liveIngress.metadata, resourceVersion: '1', generation: 1, uid: 'other', managedFields: [] },
      status: {},
      spec: { ingressClassName: 'public' },
    };
    const wanted = content({ do: 'manifest', manifest: pasted });
    expect(wanted).toEqual({ ...liveIngress, spec: { ...(liveIngress.spec as object), ingressClassName: 'public' } });
  });

  test('may carry the empty times that the API server writes into templates', () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', creationTimestamp: null },
    };
    const template = { metadata: { creationTimestamp: null, labels: { app: 'web' } } };
    const { edits } = plan([{ do: 'manifest', manifest: { ...deployment, spec: { template } } }], [[]]);
    expect(edits).toMatchObject([{ content: { spec: { template: { metadata: { labels: { app: 'web' } } } } } }]);
    expect(JSON.stringify(edits)).not.toContain('creationTimestamp');
  });

  test.each<[string, Json, string]>([
    ['null', manifest({ rules: [{ host: null }] }), 'null at spec.rules[0].host. To remove something write a patch'],
    ['a name to be generated', manifest({}, { generateName: 'shop-' }), 'metadata.generateName'],
    [
      'another namespace',
      manifest({}, { namespace: 'bank' }),
      'is for namespace "bank", and the request is for "shop-front"',
    ],
    ['owners', manifest({}, { ownerReferences: [{ uid: 'x' }] }), 'metadata.ownerReferences cannot be changed'],
    ['finalizers', manifest({}, { finalizers: ['x'] }), 'metadata.finalizers cannot be changed'],
    ['labels that are no texts', manifest({}, { labels: { a: 1 } }), 'labels and annotations are texts'],
    ['Hallpass’s stamp', manifest({}, { labels: { 'app.kubernetes.io/managed-by': 'hallpass' } }), 'Hallpass’s own'],
    ['Hallpass’s notes', manifest({}, { annotations: { 'hallpass.dev/seal': 'x' } }), 'Hallpass’s own'],
    ['no name', { do: 'manifest', manifest: { ...ingress, metadata: {} } }, 'has no metadata.name'],
    ['a name that is none', { do: 'manifest', manifest: { ...ingress, metadata: { name: '../x' } } }, 'not the name'],
    ['no kind', { do: 'manifest', manifest: { metadata: { name: 'shop' } } }, 'has no apiVersion'],
  ])('with %s is refused', (_, edit, reason) => {
    expect(why([edit])).toContain(reason);
  });

  test.each<[string, Json, string]>([
    ['owners', manifest({}, { ownerReferences: [{ uid: 'x' }] }), 'metadata.ownerReferences cannot be set'],
    ['finalizers', manifest({}, { finalizers: ['x'] }), 'metadata.finalizers cannot be set'],
    ['Hallpass’s stamp', manifest({}, { labels: { 'app.kubernetes.io/managed-by': 'hallpass' } }), 'Hallpass’s own'],
    ['annotations that are no texts', manifest({}, { annotations: { a: {} } }), 'labels and annotations are texts'],
  ])('of a new object with %s is refused', (_, edit, reason) => {
    expect(why([edit], [[]])).toContain(reason);
  });

  test('of a sort that is not in the list is refused with those that are', () => {
    const secret = { do: 'manifest', manifest: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'it' } } };
    expect(why([secret])).toContain('"v1 Secret" cannot be changed through Hallpass. These can: ingresses (');
    const old = {
      do: 'manifest',
      manifest: { apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata: { name: 'it' } },
    };
    expect(why([old])).toContain('ingresses (networking.k8s.io/v1 Ingress)');
  });
});

describe('a patch', () => {
  test('that is an object is merged, and null removes', () => {
    const wanted = content(patch({ spec: { ingressClassName: null, unheardOf: { more: 1 } } }));
    const { ingressClassName: _, ...spec } = liveIngress.spec as Record<string, Json>;
    expect(wanted.spec).toEqual({ ...spec, unheardOf: { kept: true, more: 1 } });
  });

  test('that is a list is done operation by operation', () => {
    const wanted = content(
      patch([
        { op: 'test', path: '/spec/ingressClassName', value: 'nginx' },
        { op: 'replace', path: '/spec/rules/1/host', value: 'older.acme.test' },
        { op: 'add', path: '/metadata/annotations/example.com~1size', value: '16m' },
      ]),
    );
    expect(at(wanted, 'metadata', 'annotations', 'example.com/size')).toBe('16m');
    expect(JSON.stringify(wanted.spec)).toContain('older.acme.test');
  });

  test('that fails a test of its own is refused', () => {
    expect(why([patch([{ op: 'test', path: '/spec/ingressClassName', value: 'other' }])])).toMatch(/^Ingress shop: /);
  });

  const untouchable = [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'generateName',
    'creationTimestamp',
    'deletionTimestamp',
    'selfLink',
    'managedFields',
    'ownerReferences',
    'finalizers',
  ];
  test.each(untouchable)('may not touch metadata.%s, by merging or by operations', (key) => {
    expect(why([patch({ metadata: { [key]: 'x' } })])).toContain(`metadata.${key} cannot be changed`);
    expect(why([patch([{ op: 'add', path: `/metadata/${key}`, value: 'x' }])])).toContain(`metadata.${key} cannot be`);
  });

  test.each<[string, Json]>([
    ['apiVersion', { apiVersion: 'v2' }],
    ['kind', { kind: 'Secret' }],
    [
      'kind',
      [
        { op: 'replace', path: '', value: 'gone' },
        { op: 'replace', path: '', value: { apiVersion: ingress.apiVersion } },
      ],
    ],
    ['status', { status: null }],
    ['status', [{ op: 'move', from: '/status', path: '/spec/status' }]],
    ['metadata.annotations.kubectl.kubernetes.io/last-applied-configuration', { metadata: { annotations: null } }],
  ])('may not touch %s', (field, what) => {
    expect(why([patch(what)])).toContain(`${field} cannot be changed through Hallpass`);
  });

  test('may say again what is so', () => {
    expect(content(patch({ metadata: { uid: 'c0ffee' }, spec: { a: 1 } })).spec).toHaveProperty('a', 1);
  });

  test('cannot make Hallpass believe that it made the object', () => {
    expect(why([patch({ metadata: { labels: { 'hallpass.dev/request': 'x' } } })])).toContain('Hallpass’s own');
  });

  test('does not copy: copies of copies double each time', () => {
    const doubling = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/spec', path: '/spec/again' }));
    expect(why([patch(doubling)])).toContain('Write out with "add"');
  });

  test('has at most 200 operations', () => {
    const many = Array.from({ length: 201 }, (_, at) => ({ op: 'add', path: `/spec/a${at}`, value: 1 }));
    expect(why([patch(many)])).toContain('at most 200 operations');
  });
});

describe('what is refused', () => {
  test.each<[string, Json]>([
    ['patched', patch({ spec: {} })],
    ['deleted', remove],
    ['edited', add],
  ])('an object that is not there cannot be %s', (_, edit) => {
    expect(why([edit], [[]])).toBe('Ingress shop: there is none in shop-front. Check the name and the namespace.');
  });

  test('a request after which nothing would be different', () => {
    const as = { type: 'add-path', host: 'old.acme.test', path: '/', service: 'web', port: 80 };
    expect(why([{ do: 'ingress', name: 'shop', edit: as }])).toBe(
      'Nothing would change: Ingress shop is already as asked.',
    );
    expect(why([patch({})])).toContain('Nothing would change');
    expect(why([manifest({ ingressClassName: 'nginx' })])).toContain('Nothing would change');
  });

  test('two edits of one object', () => {
    expect(why([add, patch({ spec: { a: 1 } })])).toBe('Ingress shop is changed twice. Put it into one edit.');
    expect(why([manifest({}), remove])).toContain('changed twice');
  });

  test('an object that Hallpass made, and one that is on its way out', () => {
    const { metadata } = liveIngress;
    const ours = { ...liveIngress, metadata: { ...metadata, labels: { 'app.kubernetes.io/managed-by': 'hallpass' } } };
    expect(why([remove], [[ours]])).toContain('Hallpass made it itself');
    const going = { ...liveIngress, metadata: { ...metadata, deletionTimestamp: '2026-11-20T10:00:00Z' } };
    expect(why([add], [[going]])).toContain('it is being deleted');
  });

  test('an operation that the settings do not name', () => {
    const [first] = changeable;
    const only = (...operations: string[]) => changeOver([{ ...first, operations }]);
    expect(why([remove], [[liveIngress]], only('create', 'update'))).toBe(
      'Ingresses cannot be deleted through Hallpass, only created or updated.',
    );
    expect(why([add], [[liveIngress]], only('create'))).toContain('cannot be updated');
    expect(why([manifest({})], [[liveIngress]], only('create'))).toContain('it is there. Ingresses cannot be updated');
    expect(why([manifest({})], [[]], only('update'))).toContain('it is not there. Ingresses cannot be created');
    expect(why([manifest({})], [[]], only('delete'))).toContain('cannot be updated');
  });

  test('a resource that is not in the list', () => {
    expect(why([{ ...(remove as object), resource: 'secrets' }])).toContain('"secrets" cannot be changed');
    expect(why([add], [[liveIngress]], changeOver(changeable.slice(1)))).toContain('Ingresses of networking.k8s.io/v1');
  });

  test('another object in the place of the one that was looked for', () => {
    expect(why([add], [[configMap({})]])).toContain('another object was found');
  });
});

describe('a caution', () => {
  const cautionsOf = (edit: Json) => plan([edit], [[liveIngress]]).cautions;

  test('names the hosts and paths that are taken away', () => {
    expect(cautionsOf(remove)).toEqual([
      'Takes away host shop.acme.test with 3 paths.',
      'Takes away host old.acme.test with 1 path.',
    ]);
    expect(cautionsOf(manifest({ rules: [{ host: 'old.acme.test' }] }))).toEqual([
      'Takes away host shop.acme.test with 3 paths.',
      'Takes away old.acme.test/ (Prefix).',
    ]);
    expect(cautionsOf(patch([{ op: 'remove', path: '/spec/rules/0/http/paths/1' }]))).toEqual([
      'Takes away shop.acme.test/api (Prefix).',
    ]);
  });

  test('names the certificates that are taken away', () => {
    expect(cautionsOf(patch({ spec: { tls: null } }))).toEqual([
      'Host shop.acme.test is no longer served with the certificate of Secret "shop-tls".',
      'Host old.acme.test is no longer served with the certificate of Secret "shop-tls".',
    ]);
  });

  test('is not needed for what only adds', () => {
    expect(cautionsOf(add)).toEqual([]);
  });
});
