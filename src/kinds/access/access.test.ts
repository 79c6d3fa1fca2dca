import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '#domain/plan.ts';
import { id } from '#test/build/people.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';

const kind = accessOver();
const context = {
  request: id(),
  namespace: 'shop',
  identity: { user: 'alice@example.com', groups: ['dev'] },
  seen: [],
};
const plan = (profile: string, objects: readonly string[] = [], namespace = 'shop'): Plan => {
  const planned = kind.plan({ profile, objects }, { ...context, namespace });
  if (planned.ok) return planned.value;
  throw new Error(planned.error);
};
const why = (ask: { profile?: string; objects?: readonly string[]; more?: string }): string => {
  const planned = kind.plan(ask, context);
  const described = kind.describe(ask);
  if (planned.ok || described.ok) throw new Error('It was not refused');
  expect(described.error).toBe(planned.error);
  return planned.error;
};
const rulesOf = ({ create }: Plan) =>
  create.filter(({ kind: sort }) => sort.endsWith('Role')).map(({ rules }) => rules);

describe('a plan', () => {
  test('is a role and a binding for this person in this namespace, the role first', () => {
    expect(plan('ingress-view').create).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'hallpass-k7m2-qx-0', namespace: 'shop' },
        rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'hallpass-k7m2-qx-0', namespace: 'shop' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'hallpass-k7m2-qx-0' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice@example.com' }],
      },
    ]);
  });

  test('binds the person alone, never one of their groups', () => {
    for (const { name } of profiles) {
      const subjects = plan(name).create.flatMap((object) => (object.subjects as unknown[] | undefined) ?? []);
      for (const subject of subjects) expect(subject).toMatchObject({ kind: 'User', name: 'alice@example.com' });
    }
  });

  test('of several bindings has a pair for each, where it belongs, under names of their own', () => {
    const placed = plan('ingress-debug').create.map(({ metadata }) => [metadata.namespace, metadata.name]);
    expect(placed).toEqual([
      ['shop', 'hallpass-k7m2-qx-0'],
      ['shop', 'hallpass-k7m2-qx-0'],
      ['ingress-nginx', 'hallpass-k7m2-qx-1'],
      ['ingress-nginx', 'hallpass-k7m2-qx-1'],
    ]);
  });

  test('in the very namespace of the controller still has two pairs that do not collide', () => {
    const names = plan('ingress-debug', [], 'ingress-nginx').create.map(
      ({ kind: sort, metadata }) => `${sort} ${metadata.name}`,
    );
    expect(new Set(names).size).toBe(4);
  });

  test('for the whole cluster is cluster-wide and names no namespace', () => {
    const { create, probes } = plan('classes');
    expect(create.map(({ kind: sort }) => sort)).toEqual(['ClusterRole', 'ClusterRoleBinding']);
    for (const { metadata } of create) expect(metadata).not.toHaveProperty('namespace');
    for (const probe of probes) expect(probe).not.toHaveProperty('namespace');
  });

  test('asks about every verb, and proves each binding by its strongest', () => {
    const { probes, proofs } = plan('ingress-edit');
    const where = { group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' };
    expect(probes).toHaveLength(9);
    expect(proofs).toEqual([{ verb: 'delete', ...where }]);
    expect(plan('ingress-debug').proofs).toHaveLength(2);
  });

  test('asks about a subresource as such', () => {
    expect(plan('ingress-debug').probes).toContainEqual({
      verb: 'get',
      group: '',
      resource: 'pods',
      subresource: 'log',
      namespace: 'ingress-nginx',
    });
  });
});

describe('a request narrowed to names', () => {
  test('names them in the role and asks about each', () => {
    const { probes, ...rest } = plan('ingress-view', ['web', 'api']);
    expect(rulesOf({ probes, ...rest })[0]).toMatchObject([{ resourceNames: ['web', 'api'] }]);
    expect(probes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['get web', 'get api', 'list web', 'list api']);
  });

  test('cannot create or delete collections: those have no name to be narrowed to', () => {
    const [rules] = rulesOf(plan('ingress-edit', ['web']));
    expect(rules).toMatchObject([
      { verbs: ['get', 'list', 'update', 'patch', 'delete'], resourceNames: ['web'] },
      { resources: ['services'], verbs: ['get', 'list'] },
    ]);
    expect((rules as unknown[])[1]).not.toHaveProperty('resourceNames');
  });

  test('leaves what is granted elsewhere as it is', () => {
    expect(rulesOf(plan('ingress-debug', ['web']))[1]).toEqual([
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    ]);
  });

  test('of a profile that knows no names is refused', () => {
    expect(why({ profile: 'classes', objects: ['nginx'] })).toContain('cannot be narrowed to named objects');
  });

  test('reads the same whatever the order of the names, each once', () => {
    const read = kind.fromWords(['ingress-edit'], ['web', 'api', 'web']);
    expect(read).toEqual({ ok: true, value: { profile: 'ingress-edit', objects: ['api', 'web'] } });
    expect(kind.fromForm({ profile: ['ingress-edit'], objects: ['web', 'api'] })).toEqual(read);
  });
});

describe('an ask that is not one', () => {
  test.each([
    '*',
    'web*',
    '',
    ' ',
    'Web',
    'web\n',
    'web\nresourceNames: []',
    'web\u2028hostNetwork: true',
    '../secrets',
    'a/b',
    '-web',
    'web-',
    'we"b',
    'we\u202eb',
    'wеb',
    'w'.repeat(254),
  ])('is refused for the name %j of an object', (name) => {
    expect(why({ profile: 'ingress-edit', objects: [name] })).toContain('not the name of an object');
  });

  test('names more objects than anybody would read', () => {
    const objects = Array.from({ length: 21 }, (_, index) => `web-${index}`);
    expect(why({ profile: 'ingress-edit', objects })).toContain('at most 20 objects');
  });

  test('is of no profile that there is, without saying which there are', () => {
    expect(why({ profile: 'admin', objects: [] })).toBe(
      'There is no profile "admin". The form behind /jit shows what you may ask for.',
    );
    expect(why({ profile: 'constructor', objects: [] })).toContain('There is no profile');
  });

  test('has parts that nobody knows, or lacks some', () => {
    why({ profile: 'ingress-edit', objects: [], more: 'x' });
    why({ profile: 'ingress-edit' });
    why({ objects: [] });
  });

  test.each([[[]], [['ingress-edit', 'please']]])('is typed as %j', (words) => {
    const read = kind.fromWords(words, []);
    expect(read.ok ? '' : read.error).toContain('Say which profile and where: <profile> <namespace>');
  });

  test('is a form that is empty', () => {
    expect(kind.fromForm({}).ok).toBe(false);
  });
});

describe('a description', () => {
  const described = (profile: string, objects: readonly string[] = [], over = kind) => {
    const result = over.describe({ profile, objects });
    if (result.ok) return result.value;
    throw new Error(result.error);
  };

  test('says each power, the strongest verb first, and where it reaches further than asked', () => {
    expect(described('ingress-edit', ['web']).powers).toEqual([
      'delete, update, patch, get, list ingresses named web',
      'get, list all services',
    ]);
    expect(described('ingress-debug').powers[1]).toBe('get pods/log, in namespace ingress-nginx');
    expect(described('classes').powers).toEqual(['get, watch ingressclasses, in the whole cluster']);
  });

  test('carries the caution of the profile', () => {
    expect(described('ingress-edit').cautions).toEqual(['Can send traffic elsewhere.']);
  });

  const cautionsOf = (resources: string[], verbs: string[], where = 'requested') => {
    const rules = [{ apiGroups: [''], resources, verbs }];
    return described(
      'it',
      [],
      accessOver([{ name: 'it', title: 'It', bindings: [{ in: where, rules }] }]),
    ).cautions.join(' ');
  };

  test.each([
    [['secrets'], ['get'], 'Can read secret values'],
    [['secrets'], ['list'], 'Can read secret values'],
    [['deployments'], ['patch'], 'goes on after the end'],
    [['pods'], ['create'], 'goes on after the end'],
    [['cronjobs'], ['update'], 'goes on after the end'],
    [['pods/exec'], ['create'], 'streams go on after the end'],
    [['pods/portforward'], ['get'], 'streams go on after the end'],
    [['configmaps'], ['watch'], 'An open watch goes on'],
  ])('of %j with %j says what outlives it', (resources, verbs, caution) => {
    expect(cautionsOf(resources, verbs)).toContain(caution);
  });

  test('of anything cluster-wide says so', () => {
    expect(cautionsOf(['nodes'], ['get'], 'cluster')).toContain('Reaches the whole cluster: nodes.');
  });

  test('of reading alone says nothing', () => {
    expect(cautionsOf(['pods', 'services'], ['get', 'list'])).toBe('');
  });
});

describe('a form', () => {
  test('offers only the profiles handed in', () => {
    const [profile] = kind.fields({}, ['ingress-view', 'unheard-of']);
    expect(profile?.input).toEqual({ type: 'choice', options: [{ value: 'ingress-view', label: 'View Ingresses' }] });
  });

  test('asks for objects only where a profile can be narrowed', () => {
    expect(kind.fields({}, ['ingress-view']).map(({ name }) => name)).toEqual(['profile']);
    expect(kind.fields({ profile: 'classes' }, ['classes']).map(({ name }) => name)).toEqual(['profile']);
    expect(kind.fields({ profile: 'ingress-edit' }, ['ingress-edit'])[1]).toMatchObject({
      name: 'objects',
      optional: true,
      input: { resources: [{ group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' }] },
    });
  });
});

const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const anyRule = fc.record({
  apiGroups: fc.uniqueArray(fc.constantFrom('', 'apps', 'networking.k8s.io'), { minLength: 1 }),
  resources: fc.uniqueArray(fc.constantFrom('ingressclasses', 'pods/log', 'ingresses', 'services'), { minLength: 1 }),
  verbs: fc.tuple(fc.constant('get'), fc.subarray(verbs.slice(1))).map(([one, more]) => [one, ...more]),
  narrowable: fc.boolean(),
});
const anyBinding = fc.record({
  in: fc.constantFrom('requested', 'cluster', 'ingress-nginx'),
  rules: fc.array(anyRule, { minLength: 1, maxLength: 3 }),
});
const anyProfiles = fc
  .array(fc.array(anyBinding, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .map((all) => all.map((bindings, index) => ({ name: `p${index}`, title: 'P', bindings })));

type Granted = { apiGroups: readonly string[]; resources: readonly string[]; verbs: readonly string[] };
const single = (rules: readonly Granted[]): ReadonlySet<string> =>
  new Set(
    rules.flatMap((rule) =>
      rule.apiGroups.flatMap((group) =>
        rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );

test('whatever is planned, the worker holds it itself: it needs neither escalate nor bind', () => {
  fc.assert(
    fc.property(anyProfiles, fc.constantFrom([], ['web']), (list, objects) => {
      const over = accessOver(list);
      const { namespaced, inNamespaces, clusterWide } = over.permissions;
      const heldIn = (namespace: string | undefined) => {
        if (namespace === undefined) return single(clusterWide);
        // A namespace that a profile names may be asked for as well.
        return single([...(inNamespaces[namespace] ?? []), ...(namespace === context.namespace ? namespaced : [])]);
      };
      for (const { name } of list) {
        const planned = over.plan({ profile: name, objects }, context);
        for (const object of planned.ok ? planned.value.create : []) {
          const needed = single((object.rules as Granted[] | undefined) ?? []);
          const holds = heldIn(object.metadata.namespace);
          expect([...needed].filter((one) => !holds.has(one))).toEqual([]);
          const sort = `${object.kind.toLowerCase()}s`;
          for (const verb of ['get', 'create', 'delete'])
            expect(holds).toContain(`${verb} rbac.authorization.k8s.io/${sort}`);
        }
      }
    }),
  );
});

test('whatever the profiles, the worker holds no wildcard and no verb that raises rights', () => {
  fc.assert(
    fc.property(anyProfiles, (list) => {
      const { namespaced, inNamespaces, clusterWide } = accessOver(list).permissions;
      for (const rule of [...namespaced, ...Object.values(inNamespaces).flat(), ...clusterWide]) {
        const words = [...rule.apiGroups, ...rule.resources, ...rule.verbs].join(' ');
        expect(words).not.toMatch(/\*|escalate|bind(?!ing)|impersonate/);
        if (rule.apiGroups.includes('rbac.authorization.k8s.io')) expect(rule.verbs).not.toContain('update');
      }
    }),
  );
});

test('without a cluster-wide profile the worker holds nothing cluster-wide', () => {
  expect(accessOver(profiles.slice(0, 3)).permissions.clusterWide).toEqual([]);
});
