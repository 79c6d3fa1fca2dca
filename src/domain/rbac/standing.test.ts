import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesIdentity, Manifest } from '#domain/plan.ts';
import { evaluate } from '#test/memory/rbac.ts';
import { boundIn, type Subject } from './bindings.ts';
import { rightsIn, sayRight } from './rules.ts';
import { type HeldRight, type Holding, isOfTheSystem, isWhole, type ProfileRights, standingIn } from './standing.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const object = (kind: string, name: string, namespace: string | undefined, rest: object): Manifest => ({
  apiVersion: rbac,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...rest,
});
const bindingOf = (role: Manifest, name: string, namespace: string | undefined, subjects: object[]): Manifest =>
  object(namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', name, namespace, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.metadata.name },
    subjects,
  });

const isRole = ({ kind }: Manifest): boolean => kind.endsWith('Role');
const standing = (objects: readonly Manifest[], profiles: readonly ProfileRights[], only?: string) =>
  standingIn(
    boundIn(
      objects.filter((one) => !isRole(one)),
      objects.filter(isRole),
    ),
    profiles,
    only,
  );

const ann = { kind: 'User', name: 'ann' };
const edit: ProfileRights = {
  profile: 'edit',
  places: [{ in: 'requested', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] }] }],
};
const rules = (...verbs: string[]) => ({ rules: [{ apiGroups: [''], resources: ['pods'], verbs }] });

describe('what is held without asking', () => {
  it('is whole in the namespace of a RoleBinding, by a ClusterRole too', () => {
    const role = object('ClusterRole', 'edit', undefined, rules('*'));
    const [holding, ...others] = standing([role, bindingOf(role, 'team', 'shop', [ann])], [edit]);
    expect(others).toEqual([]);
    expect(holding).toEqual({
      profile: 'edit',
      subject: ann,
      namespaces: ['shop'],
      held: [
        { right: 'get pods', in: 'requested' },
        { right: 'delete pods', in: 'requested' },
      ],
      missing: [],
      by: [{ binding: 'RoleBinding team', role: 'ClusterRole edit' }],
    });
  });

  it('is part where a right is missing, and adds up over bindings', () => {
    const view = object('ClusterRole', 'view', undefined, rules('get'));
    const kill = object('Role', 'kill', 'shop', rules('delete'));
    const objects = [view, kill, bindingOf(view, 'all', undefined, [ann]), bindingOf(kill, 'kill', 'shop', [ann])];
    const holdings = standing(objects, [edit]);
    expect(holdings.map((one) => [isWhole(one), one.namespaces, one.by.map(({ binding }) => binding)])).toEqual([
      [true, ['shop'], ['ClusterRoleBinding all', 'RoleBinding kill']],
      [false, undefined, ['ClusterRoleBinding all']],
    ]);
    expect(standing(objects, [edit], 'elsewhere').map(isWhole)).toEqual([false]);
    expect(standing(objects, [edit], 'shop').map(isWhole)).toEqual([true]);
  });

  it('is one line for namespaces in which it is the same', () => {
    const role = object('ClusterRole', 'edit', undefined, rules('get', 'delete'));
    const objects = [role, ...['b', 'a', 'c'].map((namespace) => bindingOf(role, 'team', namespace, [ann]))];
    expect(standing(objects, [edit]).map(({ namespaces }) => namespaces)).toEqual([['a', 'b', 'c']]);
  });

  it('is nothing by a role that is missing, and by a Role of another namespace', () => {
    const elsewhere = object('Role', 'edit', 'other', rules('get'));
    const gone = object('ClusterRole', 'gone', undefined, {});
    expect(standing([elsewhere, bindingOf(elsewhere, 'x', 'shop', [ann])], [edit])).toEqual([]);
    expect(standing([bindingOf(gone, 'x', 'shop', [ann])], [edit])).toEqual([]);
  });

  it('is a profile’s own namespace, whatever is asked for, and not one called "cluster" for the whole cluster', () => {
    const there: ProfileRights = { profile: 'p', places: [{ in: 'ingress', rules: edit.places[0]?.rules ?? [] }] };
    const wide: ProfileRights = { profile: 'w', places: [{ in: 'cluster', rules: edit.places[0]?.rules ?? [] }] };
    const role = object('ClusterRole', 'edit', undefined, rules('*'));
    const objects = [role, bindingOf(role, 'x', 'ingress', [ann]), bindingOf(role, 'x', 'cluster', [ann])];
    expect(
      standing(objects, [there, wide]).map(({ profile, namespaces, by }) => [profile, namespaces, by[0]?.namespace]),
    ).toEqual([['p', ['ingress'], 'ingress']]);
    expect(standing(objects, [there], 'elsewhere')).toEqual([]);
  });

  it('is a ServiceAccount’s, however the binding names it', () => {
    const role = object('ClusterRole', 'edit', undefined, rules('*'));
    const subjects = [
      { kind: 'ServiceAccount', name: 'ci' },
      { kind: 'User', name: 'system:serviceaccount:shop:ci' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' },
    ];
    const holdings = standing([role, bindingOf(role, 'x', 'shop', subjects)], [edit]);
    expect(holdings.map(({ subject }) => subject)).toEqual([{ kind: 'ServiceAccount', namespace: 'shop', name: 'ci' }]);
    expect(standing([role, bindingOf(role, 'x', undefined, subjects.slice(0, 1))], [edit])).toEqual([]);
  });
});

describe('what is of the system', () => {
  const by = (subject: Subject, binding: string): Holding => ({
    profile: 'p',
    subject,
    held: [],
    missing: [],
    by: [{ binding, role: 'ClusterRole x' }],
  });
  const account = (namespace: string, name: string): Subject => ({ kind: 'ServiceAccount', namespace, name });
  it.each<[string, Holding, boolean]>([
    ['system:masters', by({ kind: 'Group', name: 'system:masters' }, 'ClusterRoleBinding cluster-admin'), true],
    ['everybody', by({ kind: 'Group', name: 'system:authenticated' }, 'ClusterRoleBinding x'), false],
    ['each ServiceAccount', by({ kind: 'Group', name: 'system:serviceaccounts:shop' }, 'RoleBinding x'), false],
    ['a controller', by(account('kube-system', 'gc'), 'ClusterRoleBinding system:controller:gc'), true],
    ['somebody’s in kube-system', by(account('kube-system', 'tiller'), 'ClusterRoleBinding tiller'), false],
    ['the worker', by(account('hallpass', 'hallpass-worker'), 'RoleBinding hallpass-worker'), true],
    ['one that is called like the worker', by(account('shop', 'hallpass-worker'), 'RoleBinding x'), false],
    ['a person', by({ kind: 'User', name: 'ann' }, 'RoleBinding system:x'), false],
  ])('%s', (_, holding, expected) => {
    expect(isOfTheSystem(holding, 'hallpass')).toBe(expected);
  });
});

// Small worlds in which everything meets: each right is asked of an authorizer, call by call.
const groups = ['', 'apps'];
const resources = ['pods', 'pods/log', 'secrets'];
const verbs = ['get', 'list', 'create', 'deletecollection'];
const names = ['a', 'b'];
const namespaces = ['one', 'two', 'cluster'];
const someOf = (words: readonly string[], least = 1) => fc.subarray([...words], { minLength: least, maxLength: 2 });
const plainRule = fc.record({ apiGroups: someOf(groups), resources: someOf(resources), verbs: someOf(verbs) });
const anyRule = fc.record({
  apiGroups: someOf([...groups, '*']),
  resources: someOf([...resources, '*', '*/log']),
  verbs: someOf([...verbs, '*']),
  resourceNames: fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, someOf(names)),
});
const subjects: readonly Subject[] = [
  { kind: 'User', name: 'ann' },
  { kind: 'Group', name: 'team' },
  { kind: 'ServiceAccount', namespace: 'one', name: 'ci' },
];
const anyPlace = fc.constantFrom<string | undefined>(undefined, 'one', 'two');
const anyWorld = fc
  .array(
    fc.record({
      place: anyPlace,
      clusterRole: fc.boolean(),
      missing: fc.boolean(),
      rules: fc.array(anyRule, { minLength: 1, maxLength: 2 }),
      subjects: fc.subarray([...subjects], { minLength: 1 }),
    }),
    { maxLength: 5 },
  )
  .map((made) =>
    made.flatMap(({ place, clusterRole, missing, rules: list, subjects: bound }, index) => {
      const isCluster = clusterRole || place === undefined;
      const role = object(isCluster ? 'ClusterRole' : 'Role', `r${index}`, isCluster ? undefined : place, {
        rules: list,
      });
      return [...(missing && index % 3 === 0 ? [] : [role]), bindingOf(role, `b${index}`, place, [...bound])];
    }),
  );
const anyProfile = fc
  .array(fc.record({ in: fc.constantFrom('requested', 'cluster', 'two'), rules: fc.tuple(plainRule) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((places): ProfileRights => ({ profile: 'p', places }));

const identityOf = ({ kind, name, namespace }: Subject): KubernetesIdentity => {
  if (kind === 'Group') return { user: 'somebody', groups: [name] };
  return { user: kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`, groups: [] };
};

/** Each call that a right could be used for, and what the authorizer says to it. `c` stands for all other names. */
const askedOneByOne = (objects: readonly Manifest[], who: Subject, profile: ProfileRights, at: string) =>
  profile.places.flatMap((place) =>
    rightsIn(place.rules).map((right): HeldRight & { readonly extent: string } => {
      const [resource = '', subresource] = right.resource.split('/');
      const namespace = place.in === 'requested' ? at : place.in;
      const isNameless =
        right.verb === 'deletecollection' || (right.verb === 'create' && !right.resource.includes('/'));
      const allowed = (isNameless ? [undefined] : [undefined, ...names, 'c']).filter(
        (name) =>
          evaluate(objects, identityOf(who), {
            verb: right.verb,
            group: right.group,
            resource,
            ...(subresource === undefined ? {} : { subresource }),
            ...(place.in === 'cluster' ? {} : { namespace }),
            ...(name === undefined ? {} : { name }),
          }).allowed,
      );
      const extent = allowed.includes(undefined) ? 'whole' : allowed.length === 0 ? 'nothing' : allowed.join(',');
      return { right: sayRight(right), in: place.in, extent };
    }),
  );

/** A profile that gives nothing in the namespace asked for can only be asked for where it does. */
const mayBeAskedIn = ({ places }: ProfileRights, at: string): boolean => {
  const named = places.map((place) => place.in).filter((place) => place !== 'cluster');
  return named.length === 0 || named.includes('requested') || named.includes(at);
};

/** What the holdings say of the same. */
const saidOf = (holdings: readonly Holding[], profile: ProfileRights, who: Subject, at: string) => {
  const own = holdings.filter(({ subject }) => subject === who || JSON.stringify(subject) === JSON.stringify(who));
  const holding =
    own.find(({ namespaces: list }) => list?.includes(at)) ?? own.find(({ namespaces: list }) => list === undefined);
  const wanted = profile.places.flatMap((place) =>
    rightsIn(place.rules).map((right) => ({ right: sayRight(right), in: place.in })),
  );
  return wanted.map((one) => {
    const found = holding?.held.find(({ right, in: place }) => right === one.right && place === one.in);
    return { ...one, extent: found === undefined ? 'nothing' : (found.names?.join(',') ?? 'whole') };
  });
};

describe('every call that the authorizer would answer', () => {
  it('is answered so by the holdings, in each namespace', () => {
    fc.assert(
      fc.property(anyWorld, anyProfile, (objects, profile) => {
        const holdings = standing(objects, [profile]);
        for (const who of subjects)
          for (const at of namespaces.filter((one) => mayBeAskedIn(profile, one))) {
            expect(saidOf(holdings, profile, who, at)).toEqual(askedOneByOne(objects, who, profile, at));
          }
      }),
      { numRuns: 400 },
    );
  });

  it('is answered so when only one namespace is looked at', () => {
    fc.assert(
      fc.property(anyWorld, anyProfile, (objects, { places, ...rest }) => {
        // A profile that does nothing in the namespace asked for is not looked at there.
        const profile = { ...rest, places: [...places, { in: 'requested', rules: places[0]?.rules ?? [] }] };
        for (const who of subjects)
          for (const at of namespaces) {
            const holdings = standing(objects, [profile], at);
            expect(saidOf(holdings, profile, who, at)).toEqual(askedOneByOne(objects, who, profile, at));
          }
      }),
      { numRuns: 200 },
    );
  });

  it('comes from the bindings that are named: without them nothing is left', () => {
    fc.assert(
      fc.property(anyWorld, anyProfile, (objects, profile) => {
        for (const holding of standing(objects, [profile])) {
          const bindings = holding.by.map(({ binding }) => binding.split(' ')[1]);
          const others = objects.filter((one) => isRole(one) || !bindings.includes(one.metadata.name));
          const left = standing(others, [profile]).filter(
            ({ subject }) => JSON.stringify(subject) === JSON.stringify(holding.subject),
          );
          const at = holding.namespaces?.[0] ?? 'elsewhere';
          expect(saidOf(left, profile, holding.subject, at).every(({ extent }) => extent === 'nothing')).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
