import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { liveIngress } from '#test/build/changes.ts';
import type { IngressEdit } from './ask.ts';
import { editIngress, hostsIn, pathsIn } from './ingress.ts';
import { tlsIn } from './ingress-parts.ts';
import { at, type Members } from './raw.ts';

const edited = (edit: IngressEdit, live: Members = liveIngress): Members => {
  const result = editIngress(live, edit);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const why = (edit: IngressEdit, live: Members = liveIngress): string => {
  const result = editIngress(live, edit);
  if (result.ok) throw new Error('It was not refused');
  return result.error;
};
const pathsOf = (ingress: Members, index: number) =>
  at((at(ingress, 'spec', 'rules') as Json[])[index], 'http', 'paths');
const shop = 'shop.acme.test';
const web = { service: 'web', port: 80 };
const backendOf = (service: string, port: Json) => ({ service: { name: service, port } });

describe('adding a path', () => {
  const add = {
    type: 'add-path',
    host: shop,
    path: '/beta',
    pathType: 'Prefix',
    service: 'beta',
    port: 'http',
  } as const;

  test('puts it behind the others of its host', () => {
    expect(pathsOf(edited(add), 0)).toEqual([
      ...(pathsOf(liveIngress, 0) as Json[]),
      { path: '/beta', pathType: 'Prefix', backend: backendOf('beta', { name: 'http' }) },
    ]);
  });

  test('adds a rule for a host that has none', () => {
    const wanted = edited({ ...add, host: 'new.acme.test', port: 8080 });
    expect(hostsIn(wanted)).toEqual([shop, 'old.acme.test', 'new.acme.test']);
    expect(pathsOf(wanted, 2)).toEqual([
      { path: '/beta', pathType: 'Prefix', backend: backendOf('beta', { number: 8080 }) },
    ]);
  });

  test('without a host adds a rule that has none', () => {
    const rules = at(edited({ ...add, host: '' }), 'spec', 'rules') as Json[];
    expect(rules[2]).not.toHaveProperty('host');
  });

  test('that is there with another backend is refused in favour of switching', () => {
    expect(why({ ...add, path: '/' })).toContain('Switch the backend instead');
  });

  test('that is there just so changes nothing', () => {
    expect(edited({ ...add, path: '/', ...web })).toBe(liveIngress);
  });

  test('of another type than the one that is there is another path', () => {
    expect(pathsIn(edited({ ...add, path: '/', pathType: 'Exact' }))).toHaveLength(5);
  });

  test('that is written nowhere counts as "/"', () => {
    const bare = {
      spec: { rules: [{ host: shop, http: { paths: [{ backend: backendOf('web', { number: 80 }) }] } }] },
    };
    expect(why({ ...add, path: '/', pathType: 'ImplementationSpecific' }, bare)).toContain('already');
  });

  test('to an Ingress that has only a default backend gives it rules', () => {
    const bare = { spec: { defaultBackend: backendOf('web', { number: 80 }) } };
    expect(edited(add, bare)).toMatchObject({ spec: { ...bare.spec, rules: [{ host: shop }] } });
  });
});

describe('adding a host', () => {
  const add = { type: 'add-host', host: 'new.acme.test', path: '/', pathType: 'Prefix', ...web } as const;

  test('adds its rule', () => {
    expect(hostsIn(edited(add))).toContain('new.acme.test');
  });

  test('that is there is refused', () => {
    expect(why({ ...add, host: shop })).toContain('Add a path instead');
  });
});

describe('removing a path', () => {
  test('leaves the others of its host', () => {
    expect(pathsOf(edited({ type: 'remove-path', host: shop, path: '/' }), 0)).toEqual(
      (pathsOf(liveIngress, 0) as Json[]).slice(1),
    );
  });

  test('takes the rule of the host with the last one', () => {
    expect(hostsIn(edited({ type: 'remove-path', host: 'old.acme.test', path: '/' }))).toEqual([shop]);
  });

  test('that is there with two types is refused with both, until one is named', () => {
    const remove = { type: 'remove-path', host: shop, path: '/api' } as const;
    expect(why(remove)).toContain('as Prefix and as Exact');
    expect(pathsIn(edited({ ...remove, pathType: 'Exact' }))).toContainEqual({
      host: shop,
      path: '/api',
      pathType: 'Prefix',
    });
  });

  test('that is not there is refused with those that are', () => {
    expect(why({ type: 'remove-path', host: shop, path: '/gone' })).toBe(
      'it has no path shop.acme.test/gone. It has there: / (Prefix), /api (Prefix), /api (Exact).',
    );
    expect(why({ type: 'remove-path', host: shop, path: '/', pathType: 'Exact' })).toContain('/ (Exact). It has');
    expect(why({ type: 'remove-path', host: 'gone.test', path: '/' })).toContain(
      'It has: shop.acme.test, old.acme.test',
    );
  });

  test('that is the last of all is refused: Kubernetes keeps no such Ingress', () => {
    const { host, path } = { host: 'old.acme.test', path: '/' };
    const one = edited({ type: 'remove-host', host: shop });
    expect(why({ type: 'remove-path', host, path }, one)).toContain('deleting it instead');
    expect(why({ type: 'remove-host', host }, one)).toContain('deleting it instead');
  });

  test('that is the last one is fine where there is a default backend', () => {
    const live = {
      spec: {
        defaultBackend: backendOf('web', { number: 80 }),
        rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }],
      },
    };
    expect(edited({ type: 'remove-path', host: '', path: '/' }, live)).toEqual({
      spec: { defaultBackend: backendOf('web', { number: 80 }) },
    });
  });
});

describe('switching a backend', () => {
  test('keeps what else the path has', () => {
    const wanted = edited({ type: 'switch-backend', host: shop, path: '/', service: 'blue', port: 'http' });
    expect((pathsOf(wanted, 0) as Json[])[0]).toEqual({
      path: '/',
      pathType: 'Prefix',
      backend: backendOf('blue', { name: 'http' }),
      more: 1,
    });
    expect((pathsOf(wanted, 0) as Json[]).slice(1)).toEqual((pathsOf(liveIngress, 0) as Json[]).slice(1));
  });

  test('from a resource to a Service leaves no resource behind', () => {
    const backend = { resource: { kind: 'Bucket', name: 'it' } };
    const live = { spec: { rules: [{ host: shop, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] } };
    expect(pathsOf(edited({ type: 'switch-backend', host: shop, path: '/', ...web }, live), 0)).toMatchObject([
      { backend: backendOf('web', { number: 80 }) },
    ]);
    expect(JSON.stringify(edited({ type: 'switch-backend', host: shop, path: '/', ...web }, live))).not.toContain(
      'Bucket',
    );
  });

  test('of two types needs one', () => {
    expect(why({ type: 'switch-backend', host: shop, path: '/api', ...web })).toContain('Say which type of path');
  });
});

describe('annotations', () => {
  test('are set and removed beside the others', () => {
    const set = edited({ type: 'annotate', key: 'example.com/size', value: '16m' });
    expect(at(set, 'metadata', 'annotations', 'example.com/size')).toBe('16m');
    expect(edited({ type: 'annotate', key: 'example.com/size', value: null }, set)).toEqual(liveIngress);
  });

  test('that are not there cannot be removed', () => {
    expect(why({ type: 'annotate', key: 'example.com/size', value: null })).toContain('no annotation example.com/size');
    expect(why({ type: 'annotate', key: 'constructor', value: null })).toContain('no annotation constructor');
  });
});

describe('TLS', () => {
  test('of a new host goes to the entry of its Secret', () => {
    const wanted = edited({ type: 'tls', hosts: ['new.acme.test'], secretName: 'shop-tls' });
    expect(at(wanted, 'spec', 'tls')).toEqual([
      { hosts: [shop, 'old.acme.test', 'new.acme.test'], secretName: 'shop-tls' },
    ]);
  });

  test('with another Secret takes the host from the first', () => {
    const wanted = edited({ type: 'tls', hosts: ['old.acme.test'], secretName: 'old-tls' });
    expect(tlsIn(wanted)).toEqual([
      { host: shop, secret: 'shop-tls' },
      { host: 'old.acme.test', secret: 'old-tls' },
    ]);
  });

  test('of nobody’s host is refused, and taken from a host that has it', () => {
    expect(why({ type: 'no-tls', host: 'new.acme.test' })).toContain('It has: shop.acme.test, old.acme.test');
    const once = edited({ type: 'no-tls', host: shop });
    expect(tlsIn(once)).toEqual([{ host: 'old.acme.test', secret: 'shop-tls' }]);
    // An entry without hosts would stand for all of them.
    expect(at(edited({ type: 'no-tls', host: 'old.acme.test' }, once), 'spec')).not.toHaveProperty('tls');
  });

  test('as it is changes nothing', () => {
    expect(edited({ type: 'tls', hosts: [shop], secretName: 'shop-tls' })).toBe(liveIngress);
  });

  test('of an entry for all hosts is not narrowed', () => {
    const live = { spec: { tls: [{ secretName: 'all-tls' }] } };
    expect(at(edited({ type: 'tls', hosts: [shop], secretName: 'all-tls' }, live), 'spec', 'tls')).toEqual([
      { secretName: 'all-tls' },
      { hosts: [shop], secretName: 'all-tls' },
    ]);
  });
});

const anyHost = fc.constantFrom('a.test', 'b.test', 'c.test', '');
const anyPath = fc.record(
  {
    path: fc.constantFrom('/', '/a', '/b'),
    pathType: fc.constantFrom('Prefix' as const, 'Exact' as const),
    backend: fc.constantFrom<Json>(backendOf('web', { number: 80 }), backendOf('api', { name: 'http' })),
    unheardOf: fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
  },
  { requiredKeys: ['path', 'pathType', 'backend'] },
);
const anyRule = fc.record(
  {
    host: anyHost,
    http: fc.record({ paths: fc.array(anyPath, { minLength: 1, maxLength: 4 }), other: fc.constant(1) }),
    unheardOf: fc.string(),
  },
  { requiredKeys: ['host', 'http'] },
);
const anyIngress = fc.record({
  metadata: fc.record({ annotations: fc.dictionary(fc.constantFrom('one', 'two'), fc.string()) }),
  spec: fc.record({ rules: fc.array(anyRule, { maxLength: 4 }), unheardOf: fc.constant(true) }),
});
const at80 = { service: fc.constantFrom('web', 'new'), port: fc.constantFrom(80, 'http') };
const pathType = fc.constantFrom('Prefix' as const, 'Exact' as const);
const anyEdit: fc.Arbitrary<Exclude<Extract<IngressEdit, { host: string }>, { type: 'no-tls' }>> = fc.oneof(
  fc.record({
    type: fc.constant('add-path' as const),
    host: anyHost,
    path: fc.constantFrom('/', '/a', '/new'),
    pathType,
    ...at80,
  }),
  fc.record({ type: fc.constant('remove-path' as const), host: anyHost, path: fc.constantFrom('/', '/a'), pathType }),
  fc.record({
    type: fc.constant('switch-backend' as const),
    host: anyHost,
    path: fc.constantFrom('/', '/a'),
    pathType,
    ...at80,
  }),
  fc.record({ type: fc.constant('remove-host' as const), host: anyHost }),
);

const rulesBut = (ingress: Members, host: string): readonly Json[] =>
  ((at(ingress, 'spec', 'rules') ?? []) as Json[]).filter((rule) => at(rule, 'host') !== host);

test('whatever is edited, other hosts’ rules, other paths and unknown fields survive, and the live one is untouched', () => {
  fc.assert(
    fc.property(anyIngress, anyEdit, (live, edit) => {
      const before = JSON.stringify(live);
      const result = editIngress(live, edit);
      expect(JSON.stringify(live)).toBe(before);
      if (!result.ok) return;
      const { host } = edit;
      const named = host === '' ? undefined : host;
      const without = (ingress: Members) =>
        rulesBut(ingress, host).filter((rule) => named !== undefined || at(rule, 'host') !== undefined);
      expect(without(result.value)).toEqual(without(live));
      expect(at(result.value, 'spec', 'unheardOf')).toBe(true);
      expect(result.value.metadata).toEqual(live.metadata);
      if (edit.type === 'remove-host') return;
      const meant = ({ path, pathType: type }: { path: string; pathType: string }) =>
        path === edit.path && type === edit.pathType;
      const others = (ingress: Members) =>
        ((at(ingress, 'spec', 'rules') ?? []) as Json[])
          .filter((rule) => (at(rule, 'host') ?? '') === host)
          .flatMap((rule) => at(rule, 'http', 'paths') as { path: string; pathType: string }[])
          .filter((item) => !meant(item));
      expect(others(result.value)).toEqual(others(live));
    }),
    { numRuns: 500 },
  );
});
