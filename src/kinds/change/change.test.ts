import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Description } from '#kinds/kind.ts';
import { changeable, changeOver, liveIngress } from '#test/build/changes.ts';
import { id } from '#test/build/people.ts';

const kind = changeOver();
const ingressEdit = (edit: Json, name = 'shop') => ({ do: 'ingress', name, edit });
const manifestOf = (apiVersion: string, sort: string, name: string) => ({
  do: 'manifest',
  manifest: { apiVersion, kind: sort, metadata: { name } },
});
const configMap = manifestOf('v1', 'ConfigMap', 'flags');

const typed = (words: string, objects: readonly string[] = ['shop']) =>
  kind.fromWords(
    words.split(' ').filter((word) => word !== ''),
    objects,
  );
const why = (result: { readonly ok: true } | { readonly ok: false; readonly error: string }): string => {
  if (result.ok) throw new Error('It was not refused');
  return result.error;
};

describe('typed words', () => {
  const web = { host: 'shop.acme.test', path: '/beta', service: 'web', port: 80 };

  test.each<[string, Json]>([
    ['add shop.acme.test/beta=web:80', { type: 'add-path', ...web, pathType: 'Prefix' }],
    ['add https://Shop.acme.test/beta=web:http', { type: 'add-path', ...web, pathType: 'Prefix', port: 'http' }],
    ['add shop.acme.test=web:80', { type: 'add-path', ...web, pathType: 'Prefix', path: '/' }],
    ['add shop.acme.test/a=b:c=web:80', { type: 'add-path', ...web, pathType: 'Prefix', path: '/a=b:c' }],
    ['remove shop.acme.test/beta', { type: 'remove-path', host: 'shop.acme.test', path: '/beta' }],
    ['remove shop.acme.test', { type: 'remove-host', host: 'shop.acme.test' }],
    ['backend shop.acme.test/beta=web:80', { type: 'switch-backend', ...web }],
    ['annotate a.test/b=c=d', { type: 'annotate', key: 'a.test/b', value: 'c=d' }],
    ['annotate a.test/b=', { type: 'annotate', key: 'a.test/b', value: '' }],
    ['annotate a.test/b-', { type: 'annotate', key: 'a.test/b', value: null }],
    ['tls shop.acme.test=shop-tls', { type: 'tls', hosts: ['shop.acme.test'], secretName: 'shop-tls' }],
    ['tls a.test,b.test=shop-tls', { type: 'tls', hosts: ['a.test', 'b.test'], secretName: 'shop-tls' }],
    ['tls shop.acme.test-', { type: 'no-tls', host: 'shop.acme.test' }],
  ])('%s', (words, edit) => {
    expect(typed(words)).toEqual({ ok: true, value: { edits: [ingressEdit(edit)] } });
  });

  test('delete objects of a resource, of Ingresses where none is named, each once', () => {
    expect(typed('delete deployments', ['web', 'api', 'web'])).toEqual({
      ok: true,
      value: { edits: ['api', 'web'].map((name) => ({ do: 'delete', resource: 'deployments', name })) },
    });
    expect(typed('delete')).toMatchObject({ value: { edits: [{ resource: 'ingresses', name: 'shop' }] } });
  });

  test.each([
    ['', 'Say what to change: add <host>/<path>=<service>:<port>; remove '],
    ['frobnicate it', 'Say what to change'],
    ['constructor it', 'Say what to change'],
    ['patch {"spec":{}}', 'use the form behind /jit'],
    ['manifest x', 'use the form behind /jit'],
    ['add', 'Something is missing behind "add". Write it like: add <host>/<path>=<service>:<port> <namespace>/<name>.'],
    ['add shop.acme.test/beta', '"shop.acme.test/beta" is not understood. Write it like: add'],
    ['add shop.acme.test/beta=web', 'Write it like: add'],
    ['add shop.acme.test/beta=web:80 please', '"please" is too much'],
    ['add shop.acme.test/beta=web:0', 'that is not a port'],
    ['add shop.acme.test/beta=web:99999', 'that is not a port'],
    ['add shop.acme.test/beta=We_b:80', 'not the name of a Service'],
    ['add shop_acme.test/beta=web:80', 'that is not a host'],
    ['add shop.acme.test:443/beta=web:80', 'that is not a host'],
    ['annotate example.com/size', 'Write it like: annotate'],
    ['annotate =x', 'Write it like: annotate'],
    ['annotate a b', 'is too much'],
    ['annotate a/b/c=d', 'not the key of an annotation'],
    ['tls shop.acme.test', 'Write it like: tls'],
    ['delete secrets', '"secrets" cannot be changed through Hallpass. These can: ingresses ('],
  ])('%j are answered with what to type', (words, answer) => {
    expect(why(typed(words))).toContain(answer);
  });

  test('without an object ask for one', () => {
    expect(why(typed('remove shop.acme.test', []))).toBe(
      'Say which object behind the namespace. Write it like: remove <host>[/<path>] <namespace>/<name>.',
    );
  });

  test('for more objects than anybody would read are refused', () => {
    const many = Array.from({ length: 21 }, (_, at) => `web-${at}`);
    expect(why(typed('delete deployments', many))).toContain('at most 20 objects');
  });
});

describe('a form', () => {
  const all = changeable.map(({ name }) => name);
  const names = (chosen: Record<string, string>, offered = all) => kind.fields(chosen, offered).map(({ name }) => name);
  const optionsOf = (chosen: Record<string, string>, field: string, offered = all) => {
    const found = kind.fields(chosen, offered).find(({ name }) => name === field)?.input;
    return found?.type === 'choice' ? found.options.map(({ label }) => label) : [];
  };

  test('asks what first, then how, then the rest', () => {
    expect(names({})).toEqual(['profile']);
    expect(names({ profile: 'ingresses' })).toEqual(['profile', 'edit']);
    expect(names({ profile: 'ingresses', edit: 'add-path' })).toEqual([
      'profile',
      'edit',
      'object',
      'host',
      'path',
      'pathType',
      'service',
      'port',
    ]);
    expect(names({ profile: 'deployments', edit: 'patch' })).toEqual(['profile', 'edit', 'object', 'patch']);
    expect(names({ profile: 'deployments', edit: 'manifest' })).toEqual(['profile', 'edit', 'manifest']);
    expect(names({ profile: '+' })).toEqual(['profile', 'manifest']);
  });

  test('forgets an edit that the resource chosen anew does not have', () => {
    expect(names({ profile: 'deployments', edit: 'add-path' })).toEqual(['profile', 'edit']);
  });

  test('offers only the resources handed in, and several only where there are several', () => {
    const several = 'Several objects, or another sort: manifest';
    expect(optionsOf({}, 'profile', ['ingresses', 'unheard-of'])).toEqual(['Ingresses']);
    expect(optionsOf({}, 'profile', ['ingresses', 'configmaps'])).toEqual(['Ingresses', 'ConfigMaps', several]);
    expect(names({ profile: '+' }, ['ingresses'])).toEqual(['profile']);
    expect(names({ profile: 'configmaps', edit: 'patch' }, ['ingresses'])).toEqual(['profile']);
  });

  test('offers what the operations of the resource allow', () => {
    expect(optionsOf({ profile: 'deployments' }, 'edit')).toEqual(['Patch', 'Manifest', 'Delete']);
    expect(optionsOf({ profile: 'ingresses' }, 'edit')).toEqual([
      'Add a path',
      'Remove a path',
      'Switch a backend',
      'Remove a host',
      'Set an annotation',
      'Remove an annotation',
      'TLS for a host',
      'No TLS for a host',
      'Patch',
      'Manifest',
      'Delete',
    ]);
    const over = changeOver([{ ...changeable[0], operations: ['create'] }]);
    expect(over.fields({ profile: 'ingresses' }, all).map(({ name }) => name)).toEqual(['profile', 'manifest']);
  });

  test('lets objects be picked, but the names of ConfigMaps be typed: who lists them reads them', () => {
    const object = (profile: string) => kind.fields({ profile, edit: 'delete' }, all)[2]?.input;
    expect(object('deployments')).toEqual({
      type: 'object',
      resources: [{ group: 'apps', version: 'v1', resource: 'deployments' }],
    });
    expect(object('configmaps')).toMatchObject({ type: 'text' });
  });

  test('shows with a patch one that fits the sort, and says how long a text may be', () => {
    const patch = (profile: string) =>
      kind.fields({ profile, edit: 'patch' }, all).find(({ name }) => name === 'patch');
    const example = (profile: string) => {
      const input = patch(profile)?.input;
      return input?.type === 'text' ? input.placeholder : undefined;
    };
    expect(example('ingresses')).toBe('{"spec": {"ingressClassName": "nginx"}}');
    expect(example('configmaps')).toContain('"data"');
    expect(example('deployments')).toBe('{"spec": {"replicas": 3}}');
    const over = changeOver([{ ...changeable[3], name: 'batch', kind: 'Batch' }]);
    const [, , , other] = over.fields({ profile: 'batch', edit: 'patch' }, ['batch']);
    expect(other?.input).toMatchObject({ placeholder: '{"metadata": {"labels": {"team": "shop"}}}' });
    const manifest = kind.fields({ profile: '+', edit: 'manifest' }, all).find(({ name }) => name === 'manifest');
    for (const field of [patch('ingresses'), manifest]) expect(field?.hint).toContain('at most 3,000 characters');
  });

  const every = [...changeable.map(({ name }) => name), '+'].flatMap((profile) =>
    [
      '',
      'add-path',
      'remove-path',
      'switch-backend',
      'remove-host',
      'annotate',
      'remove-annotation',
      'tls',
      'no-tls',
      'patch',
      'manifest',
      'delete',
    ].map((edit) => ({ profile, edit })),
  );
  test.each(every)('keeps within what Slack draws, and its field names are its own: $profile $edit', (chosen) => {
    for (const { name, label, hint = '', input } of kind.fields(chosen, all)) {
      expect(['kind', 'cluster', 'namespace', 'subject', 'duration', 'reason']).not.toContain(name);
      expect(label.length).toBeLessThanOrEqual(48);
      expect(hint.length).toBeLessThanOrEqual(150);
      if (input.type === 'text') expect(input.longest).toBeLessThanOrEqual(3000);
      if (input.type === 'choice')
        for (const option of input.options) expect(option.label.length).toBeLessThanOrEqual(75);
    }
  });

  const filled = {
    object: ['shop'],
    host: ['Shop.acme.test '],
    path: ['/beta'],
    service: ['web'],
    port: ['80'],
    key: ['a.test/b'],
    value: [' kept as it is\n'],
    secret: ['shop-tls'],
  };
  test.each<[string, Json]>([
    ['add-path', { host: 'shop.acme.test', path: '/beta', pathType: 'Prefix', service: 'web', port: 80 }],
    ['remove-path', { host: 'shop.acme.test', path: '/beta' }],
    ['switch-backend', { host: 'shop.acme.test', path: '/beta', service: 'web', port: 80 }],
    ['remove-host', { host: 'shop.acme.test' }],
    ['annotate', { key: 'a.test/b', value: ' kept as it is\n' }],
    ['tls', { hosts: ['shop.acme.test'], secretName: 'shop-tls' }],
    ['no-tls', { host: 'shop.acme.test' }],
  ])('with %s is read', (edit, more) => {
    expect(kind.fromForm({ profile: ['ingresses'], edit: [edit], ...filled })).toEqual({
      ok: true,
      value: { edits: [ingressEdit({ type: edit, ...(more as object) })] },
    });
  });

  test('reads the type of a path, a removed annotation, and a rule without a host', () => {
    const read = (values: Record<string, string[]>) => kind.fromForm({ profile: ['ingresses'], ...filled, ...values });
    expect(read({ edit: ['add-path'], pathType: ['Exact'], host: [] })).toMatchObject({
      value: { edits: [{ edit: { pathType: 'Exact', host: '' } }] },
    });
    expect(read({ edit: ['remove-annotation'] })).toMatchObject({ value: { edits: [{ edit: { value: null } }] } });
  });

  test('reads a patch, a delete, and manifests of several sorts', () => {
    const object = ['web'];
    expect(
      kind.fromForm({ profile: ['deployments'], edit: ['patch'], object, patch: ['spec: {replicas: 3}'] }),
    ).toEqual({
      ok: true,
      value: { edits: [{ do: 'patch', resource: 'deployments', name: 'web', patch: { spec: { replicas: 3 } } }] },
    });
    expect(kind.fromForm({ profile: ['deployments'], edit: ['delete'], object })).toEqual({
      ok: true,
      value: { edits: [{ do: 'delete', resource: 'deployments', name: 'web' }] },
    });
    const pasted = [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags, uid: x}\ndata: {a: "1"}\nstatus: {}',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n',
    ];
    expect(kind.fromForm({ profile: ['+'], manifest: [pasted.join('\n---\n')] })).toEqual({
      ok: true,
      value: {
        edits: [
          { do: 'manifest', manifest: { ...configMap.manifest, data: { a: '1' } } },
          manifestOf('apps/v1', 'Deployment', 'web'),
        ],
      },
    });
  });

  test('reads manifests without being told what they are of', () => {
    const manifest = ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: "1"}'];
    expect(kind.fromForm({ edit: ['manifest'], manifest })).toMatchObject({
      value: { edits: [{ do: 'manifest', manifest: { kind: 'ConfigMap', metadata: { name: 'flags' } } }] },
    });
  });

  test.each<[string, Record<string, string[]>, string]>([
    ['nothing', {}, 'Choose what to change'],
    ['a manifest of something that nobody may change', { profile: ['x'], edit: ['manifest'] }, 'Choose what to change'],
    ['no edit', { profile: ['ingresses'] }, 'Choose how'],
    ['an edit of another sort', { profile: ['ingresses'], edit: ['frobnicate'], object: ['shop'] }, 'Choose how'],
    ['no object', { profile: ['ingresses'], edit: ['delete'] }, 'Choose which object'],
    ['an empty manifest', { profile: ['+'] }, 'The manifest is empty'],
    [
      'a patch that is none',
      { profile: ['deployments'], edit: ['patch'], object: ['web'], patch: ['x'] },
      'A patch is',
    ],
    ['a broken manifest', { profile: ['+'], manifest: ['a: 1\nb: [1'] }, 'Line 2: '],
    ['a Secret', { profile: ['+'], manifest: ['{apiVersion: v1, kind: Secret, metadata: {name: it}}'] }, 'These can: '],
    ['no service', { profile: ['ingresses'], edit: ['add-path'], object: ['shop'], path: ['/'] }, 'name of a Service'],
  ])('with %s is refused', (_, values, reason) => {
    expect(why(kind.fromForm(values))).toContain(reason);
  });
});

describe('a description', () => {
  const described = (...edits: Json[]): Description => {
    const result = kind.describe({ edits });
    if (result.ok) return result.value;
    throw new Error(result.error);
  };
  const patch = (what: Json): Json => ({ do: 'patch', resource: 'deployments', name: 'web', patch: what });

  test('of a path says where its traffic goes', () => {
    const edit = { type: 'add-path', host: 'shop.acme.test', path: '/beta', service: 'web', port: 80 };
    expect(described(ingressEdit(edit))).toEqual({
      profiles: ['ingresses'],
      noun: 'change',
      reachesFurther: false,
      title: 'Add a path to Ingress shop',
      objects: ['ingresses/shop'],
      powers: ['Send shop.acme.test/beta (Prefix) to web:80'],
      cautions: [],
    });
  });

  test('of several objects names each resource once', () => {
    const both = described(configMap, patch({ spec: { replicas: 3 } }), { ...(patch([]) as object), name: 'api' });
    expect(both).toMatchObject({
      profiles: ['configmaps', 'deployments'],
      title: 'Change 3 objects',
      objects: ['configmaps/flags', 'deployments/web', 'deployments/api'],
    });
  });

  test('of a patch names each place, and says when there are more', () => {
    expect(described(patch({ spec: { replicas: 3, paused: null } })).powers).toEqual([
      'Set spec.replicas of Deployment web',
      'Remove spec.paused of Deployment web',
    ]);
    expect(described(patch([{ op: 'move', from: '/a', path: '/b' }])).powers).toEqual([
      'Patch Deployment web: move /b from /a',
    ]);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`a${at}`, 1]));
    expect(described(patch(many)).powers.at(-1)).toBe('… and 22 more, which the diff shows');
  });

  test.each([
    ['ingresses', 'Deletes Ingress it: none of its hosts and paths is served by it any more.'],
    ['networkpolicies', 'Deletes NetworkPolicy it.'],
    ['deployments', 'Deletes Deployment it: its pods are ended.'],
  ])('of a deletion of %s warns of what follows', (resource, caution) => {
    expect(described({ do: 'delete', resource, name: 'it' }).cautions).toEqual([caution]);
  });

  test('shows what somebody typed without what could hide or fake a line', () => {
    const annotation = { type: 'annotate', key: 'a.test/b', value: 'x\u202e\n\nApproved' };
    expect(described(ingressEdit(annotation)).powers).toEqual([
      'Set annotation a.test/b of Ingress shop to "x[U+202E] Approved"',
    ]);
    expect(described(patch({ 'spec\u2028fake': 1 })).powers).toEqual(['Set spec[U+2028]fake of Deployment web']);
    const long = described(ingressEdit({ ...annotation, value: 'x'.repeat(5000) }));
    expect(long.powers[0]?.length).toBeLessThanOrEqual(300);
  });
});

describe('an ask that is not one', () => {
  test.each<[string, Json, string]>([
    ['without edits', { edits: [] }, 'there are no edits'],
    ['with parts that nobody knows', { edits: [configMap], more: 1 }, 'more'],
    ['of an edit that is none', { edits: [{ do: 'frobnicate' }] }, 'an edit is a "manifest"'],
    ['of an Ingress edit that is none', { edits: [ingressEdit({ type: 'x' })] }, 'no such edit of an Ingress'],
    [
      'with a path of two lines',
      { edits: [ingressEdit({ type: 'remove-path', host: '', path: '/a\nb' })] },
      'visible characters',
    ],
    [
      'with a path that bidi reorders',
      { edits: [ingressEdit({ type: 'remove-path', host: '', path: '/\u202ea' })] },
      'visible characters',
    ],
    [
      'with a prototype',
      { edits: [{ do: 'manifest', manifest: JSON.parse('{"a": {"__proto__": {"b": 1}}}') }] },
      '__proto__',
    ],
    [
      'that is too long',
      { edits: [{ do: 'manifest', manifest: { ...configMap.manifest, data: { a: 'ä'.repeat(50_000) } } }] },
      'It is 101 KB; a request holds at most 100 KB',
    ],
  ])('is one %s', (_, ask, reason) => {
    expect(why(kind.describe(ask))).toContain(reason);
  });

  test('is nested deeper than anything of Kubernetes', () => {
    let deep: Json = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(why(kind.describe({ edits: [{ do: 'manifest', manifest: { a: deep } }] }))).toContain('nested more than 60');
  });
});

test('the worker holds what the operations need, and what taking them back needs', () => {
  const held = (operations: readonly string[]) => {
    const { permissions } = changeOver([{ ...changeable[0], operations }]);
    return permissions.namespaced[0]?.verbs;
  };
  expect(held(['create'])).toEqual(['delete', 'create', 'get', 'list']);
  expect(held(['update'])).toEqual(['update', 'patch', 'get', 'list']);
  expect(held(['delete'])).toEqual(['delete', 'create', 'patch', 'get', 'list']);
  expect(kind.permissions).toMatchObject({ inNamespaces: {}, clusterWide: [] });
  expect(kind.permissions.namespaced.map(({ apiGroups, resources }) => [apiGroups, resources])).toEqual([
    [['apps'], ['deployments']],
    [['networking.k8s.io'], ['ingresses']],
    [['networking.k8s.io'], ['networkpolicies']],
    [[''], ['configmaps']],
    [[''], ['services']],
  ]);
  expect(kind.permissions.namespaced.at(-1)?.verbs).toEqual(['list']);
});

const words = fc.constantFrom<Json>(
  'do',
  'manifest',
  'patch',
  'delete',
  'ingress',
  'ingresses',
  'shop',
  'annotate',
  'remove-path',
  '/',
  'op',
  'remove',
  '/spec',
  '/metadata',
  null,
  1,
  '',
);
const anyJson = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>;
const anyEdit = fc.oneof(
  anyJson,
  fc.record({
    do: fc.constant('patch'),
    resource: fc.constant('ingresses'),
    name: fc.constant('shop'),
    patch: fc.oneof(
      fc.dictionary(fc.constantFrom('metadata', 'spec', 'kind', 'status', 'labels', 'rules'), anyJson),
      fc.array(
        fc.record({
          op: fc.constantFrom('add', 'remove', 'replace', 'move', 'test'),
          path: fc.constantFrom('', '/', '/spec', '/spec/rules', '/spec/rules/0', '/metadata', '/spec/tls/-'),
          from: fc.constantFrom('/spec', '/spec/rules'),
          value: anyJson,
        }),
        { maxLength: 4 },
      ),
    ),
  }) as fc.Arbitrary<Json>,
  fc.record({
    do: fc.constant('manifest'),
    manifest: fc.record({
      apiVersion: fc.constant('networking.k8s.io/v1'),
      kind: fc.constant('Ingress'),
      metadata: fc.oneof(anyJson, fc.constant({ name: 'shop' })),
      spec: anyJson,
      status: anyJson,
    }),
  }) as fc.Arbitrary<Json>,
  fc.record({
    do: fc.constant('ingress'),
    name: fc.constant('shop'),
    edit: fc.constantFrom<Json>(
      { type: 'add-path', host: 'a.test', path: '/', service: 'web', port: 80 },
      { type: 'remove-path', host: '', path: '/' },
      { type: 'switch-backend', host: '', path: '/', service: 'web', port: 80 },
      { type: 'remove-host', host: '' },
      { type: 'annotate', key: 'a', value: null },
      { type: 'tls', hosts: ['a.test'], secretName: 'it' },
      { type: 'no-tls', host: 'a.test' },
    ),
  }) as fc.Arbitrary<Json>,
  fc.dictionary(fc.constantFrom('do', 'name', 'resource', 'edit', 'patch', 'manifest'), words) as fc.Arbitrary<Json>,
);
const anyAsk = fc.oneof(anyJson, fc.record({ edits: anyJson }), {
  arbitrary: fc.record({ edits: fc.array(anyEdit, { minLength: 1, maxLength: 2 }) }),
  weight: 8,
});
const anyLive = fc.oneof(
  fc.constant(liveIngress),
  anyJson.map((spec) => ({ ...liveIngress, spec })),
  fc.record({ rules: anyJson, tls: anyJson }).map((spec) => ({ ...liveIngress, spec })),
  fc
    .array(fc.record({ host: anyJson, http: fc.record({ paths: anyJson }) }))
    .map((rules) => ({ ...liveIngress, spec: { rules } })),
);

test('whatever is asked, and whatever is there, is planned or refused, and never thrown', () => {
  let plans = 0;
  fc.assert(
    fc.property(anyAsk, anyLive, (ask, live) => {
      const context = { request: id(), namespace: 'shop-front', identity: { user: '', groups: [] } };
      const described = kind.describe(ask);
      const looked = kind.look(ask, 'shop-front');
      expect(looked.ok).toBe(described.ok);
      for (const seen of [[], [[]], [[live]], [[live], [live], [live]]]) {
        const planned = kind.plan(ask, { ...context, seen });
        if (planned.ok) plans += 1;
        if (!described.ok) expect(planned.ok).toBe(false);
        for (const edit of planned.ok ? planned.value.edits : [])
          if (edit.op === 'write' && seen.length > 0 && seen[0]?.length === 1)
            expect(edit.content.metadata).toMatchObject({
              name: 'shop',
              namespace: 'shop-front',
              uid: 'c0ffee',
              resourceVersion: '41',
            });
      }
    }),
    { numRuns: 1500 },
  );
  expect(plans).toBeGreaterThan(100);
});

test('whatever is typed or filled in is read or refused, and never thrown', () => {
  const text = fc.oneof(
    fc.string(),
    // Any code units, halves of characters among them.
    fc.uint16Array({ maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('add', 'tls', 'annotate', 'delete', 'a=b:c'),
  );
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (some, objects) => {
      kind.fromWords(some, objects);
    }),
  );
  const name = fc.constantFrom('profile', 'edit', 'object', 'manifest', 'patch', 'host', 'path', 'value');
  const filledIn = fc.oneof(text, fc.constantFrom('ingresses', 'patch', 'manifest', '+', 'shop', 'add-path'));
  fc.assert(
    fc.property(fc.dictionary(name, fc.array(filledIn)), (values) => {
      kind.fromForm(values);
    }),
  );
});
