import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { budgetOf, kindOver, planIn, takenFrom, workloadOf, workSecret } from '#test/build/workloads.ts';
import { restart } from './restart.ts';

const profiles = [
  { name: 'deployments', title: 'Restart Deployments', kind: 'Deployment' },
  { name: 'sets', title: 'Restart StatefulSets', kind: 'StatefulSet' },
  { name: 'daemonsets', title: 'Restart DaemonSets', kind: 'DaemonSet' },
];
const kind = kindOver(restart, profiles);
const at = '2026-11-20T12:00:00Z';
const one = { profile: 'deployments', names: ['web'], at };
const plan = (ask: Parameters<typeof planIn>[1], cluster: readonly Manifest[]) => planIn(kind, ask, cluster);
const planned = (ask: Parameters<typeof planIn>[1], cluster: readonly Manifest[]) => takenFrom(plan(ask, cluster));

describe('asked for', () => {
  test('names workloads behind the namespace, Deployments unless a word says otherwise', () => {
    expect(takenFrom(kind.fromWords([], ['web', 'api', 'web']))).toEqual({
      profile: 'deployments',
      names: ['api', 'web'],
    });
    for (const word of ['statefulset', 'sts', 'sets', 'StatefulSets'])
      expect(takenFrom(kind.fromWords([word], ['db']))).toEqual({ profile: 'sets', names: ['db'] });
  });

  test.each([
    [[], [], 'Say which, behind their namespace'],
    [['pods'], ['web'], '"pods" cannot be restarted. Write it like: restart [deployment|statefulset|daemonset]'],
    [['deployment', 'now'], ['web'], '"now" is too much'],
    [[], ['Web_1'], '"Web_1" is not the name of a workload'],
    [[], Array.from({ length: 21 }, (_, index) => `web-${index}`), 'at most 20 workloads; split it'],
  ])('refuses the words %j with the objects %j', (words, objects, says) => {
    expect(kind.fromWords(words, objects)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('by its form, which offers the workloads of the sort that was chosen', () => {
    expect(kind.fields({}, ['sets']).map(({ name }) => name)).toEqual(['profile']);
    const [, objects] = kind.fields({ profile: 'sets' }, ['sets', 'deployments']);
    expect(objects?.input).toEqual({
      type: 'objects',
      resources: [{ group: 'apps', version: 'v1', resource: 'statefulsets' }],
    });
    expect(kind.fields({ profile: 'sets' }, ['deployments'])).toHaveLength(1);
    expect(takenFrom(kind.fromForm({ profile: ['sets'], objects: ['db', 'queue'] }))).toEqual({
      profile: 'sets',
      names: ['db', 'queue'],
    });
    expect(kind.fromForm({ profile: ['sets'] })).toMatchObject({ error: expect.stringContaining('at least one') });
  });

  test('has the moment at which it is asked, whatever moment it came with', () => {
    const moment = Temporal.Instant.from('2026-11-20T12:00:00.75Z');
    expect(kind.asOf?.({ ...one, at: '2020-01-01T00:00:00Z' }, moment)).toEqual(one);
    expect(kind.describe({ ...one, at: 'noon' })).toMatchObject({ error: expect.stringContaining('not a moment') });
    const { at: _, ...never } = one;
    expect(plan(never, [workloadOf('web')])).toMatchObject({ error: expect.stringContaining('Ask again') });
  });
});

test('is described without a caution: a rolling update is nothing to be afraid of', () => {
  expect(kind.describe(one)).toMatchObject({
    value: { profiles: ['deployments'], title: 'Restart Deployment web', objects: ['web'], cautions: [] },
  });
  expect(kind.describe({ ...one, names: ['a', 'b'] })).toMatchObject({ value: { title: 'Restart 2 Deployments' } });
});

describe('planned', () => {
  test('changes one annotation of the template, and nothing else', () => {
    const live = workloadOf('web', { metadata: { annotations: { note: 'kept' } } });
    const { edits, create, cautions } = planned(one, [live]);
    expect(create).toEqual([]);
    expect(cautions).toEqual([]);
    const template = { ...(live.spec as { template: { metadata: object } }).template };
    expect(edits).toEqual([
      {
        op: 'write',
        content: {
          ...live,
          spec: {
            ...(live.spec as object),
            template: {
              ...template,
              metadata: { ...template.metadata, annotations: { 'kubectl.kubernetes.io/restartedAt': at } },
            },
          },
        },
      },
    ]);
  });

  test('says how it is now, how it rolls, and what the budgets over its pods allow', () => {
    const { notes, cautions } = planned(one, [
      workloadOf('web', { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } } } }),
      budgetOf('web', 'web', 1),
      budgetOf('web', 'web', 1, 'policy/v1beta1'),
      budgetOf('other', 'api', 0),
    ]);
    expect(notes).toEqual([
      'Deployment web: 2 of 2 pods ready now; at most 25% missing at a time.',
      'PodDisruptionBudget web allows 1 disruption of pods of Deployment web now: 2 healthy, 2 have to be.',
    ]);
    expect(cautions).toEqual([]);
  });

  test.each<[string, Parameters<typeof workloadOf>[1], string]>([
    ['all its pods go at once', { spec: { strategy: { type: 'Recreate' } } }, 'All pods of Deployment web may be gone'],
    [
      'as many may be missing as there are',
      { spec: { strategy: { rollingUpdate: { maxUnavailable: 2 } } } },
      'All pods of Deployment web may be gone',
    ],
    ['not all are ready', { ready: 1 }, 'Deployment web is not whole now'],
    [
      'something else makes it',
      { metadata: { ownerReferences: [{ kind: 'Rollout', name: 'web', controller: true }] } },
      'Deployment web is made by Rollout web',
    ],
  ])('warns where %s', (_, parts, says) => {
    expect(planned(one, [workloadOf('web', parts)]).cautions).toContainEqual(expect.stringContaining(says));
  });

  test.each<[string, string, Parameters<typeof workloadOf>[1]]>([
    [
      'a Deployment that may have none beside them, so that a share of less than one is one',
      'deployments',
      { spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '25%' } } } },
    ],
    [
      'a Deployment whose share of more is none too',
      'deployments',
      { spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: 0 } } } },
    ],
    [
      'a StatefulSet, of which at least one is missing',
      'sets',
      { kind: 'StatefulSet', spec: { replicas: 1, updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } } },
    ],
    [
      'a DaemonSet on as many nodes as may be without it',
      'daemonsets',
      { kind: 'DaemonSet', spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '51%' } } } },
    ],
  ])('warns that all pods may be gone of %s', (_, profile, parts) => {
    expect(planned({ ...one, profile }, [workloadOf('web', parts)]).cautions).toEqual([
      expect.stringContaining('web may be gone at once'),
    ]);
  });

  test.each<[string, Parameters<typeof workloadOf>[1]]>([
    ['deployments', { spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } } }],
    ['deployments', { spec: { replicas: 1 } }],
    ['deployments', { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '25%' } } } }],
    ['sets', { kind: 'StatefulSet' }],
    ['daemonsets', { kind: 'DaemonSet', spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '50%' } } } }],
    [
      'daemonsets',
      { kind: 'DaemonSet', spec: { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } },
    ],
  ])('warns of nothing where some are left: %s %j', (profile, parts) => {
    expect(planned({ ...one, profile }, [workloadOf('web', parts)]).cautions).toEqual([]);
  });

  test('warns where a budget allows nothing, for nothing holds this back', () => {
    expect(planned(one, [workloadOf('web'), budgetOf('web', 'web', 0)]).cautions).toEqual([
      expect.stringContaining('PodDisruptionBudget web allows no disruption of Deployment web now'),
    ]);
  });

  test('does not say that of a StatefulSet whose pods are held back, which is done with the others', () => {
    const held = (updatedReplicas: number) =>
      workloadOf('web', {
        kind: 'StatefulSet',
        spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { updatedReplicas },
      });
    const isRolling = (updated: number): boolean =>
      planned({ ...one, profile: 'sets' }, [held(updated)]).notes.some((note) => note.includes('rolling out just now'));
    expect([0, 1, 2].map(isRolling)).toEqual([true, false, false]);
  });

  test('counts budgets, of which anybody may make thousands, and does not list them all', () => {
    const many = Array.from({ length: 2_000 }, (_, nth) => budgetOf(`keeps-${nth}`, 'web', 0));
    const { notes, cautions } = planned(one, [workloadOf('web'), ...many]);
    expect(notes).toHaveLength(7);
    expect(notes.at(-1)).toBe('1995 more PodDisruptionBudgets are over pods of Deployment web.');
    expect(cautions).toHaveLength(6);
    expect(cautions.at(-1)).toBe('1995 more PodDisruptionBudgets allow no disruption of Deployment web now.');
  });

  test('says of one that is rolling out just now that it is', () => {
    expect(planned(one, [workloadOf('web', { status: { updatedReplicas: 1 } })]).notes).toContainEqual(
      expect.stringContaining('is rolling out just now: 1 of 2 pods'),
    );
  });

  test.each<[string, string, readonly Manifest[], string]>([
    ['is not there', 'deployments', [], 'There is no Deployment web in shop'],
    ['is paused', 'deployments', [workloadOf('web', { spec: { paused: true } })], 'is paused'],
    ['has no pods', 'deployments', [workloadOf('web', { spec: { replicas: 0 } })], 'it is scaled to 0'],
    [
      'is going',
      'deployments',
      [workloadOf('web', { metadata: { deletionTimestamp: at } })],
      'is being deleted. Leave it out.',
    ],
    [
      'rolls only when its pods are deleted',
      'sets',
      [workloadOf('web', { kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } })],
      'does not roll by itself',
    ],
    [
      'is a DaemonSet that rolls only when its pods are deleted',
      'daemonsets',
      [workloadOf('web', { kind: 'DaemonSet', spec: { updateStrategy: { type: 'OnDelete' } } })],
      'does not roll by itself',
    ],
    [
      'holds all its pods back',
      'sets',
      [workloadOf('web', { kind: 'StatefulSet', spec: { updateStrategy: { rollingUpdate: { partition: 2 } } } })],
      'holds all its pods back',
    ],
    ['cannot be read', 'deployments', [{ ...workloadOf('web'), spec: 'odd' }], 'Deployment web cannot be read'],
  ])('refuses one that %s', (_, profile, cluster, says) => {
    expect(plan({ ...one, profile }, cluster)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('refuses all of them where one cannot be restarted', () => {
    expect(plan({ ...one, names: ['api', 'web'] }, [workloadOf('web')])).toMatchObject({
      error: expect.stringContaining('There is no Deployment api'),
    });
  });

  test('tells nothing in its words of what the pods run', () => {
    const { notes, cautions } = planned(one, [workloadOf('web', { ready: 0 })]);
    expect(JSON.stringify([notes, cautions])).not.toContain(workSecret);
  });
});

describe('configured', () => {
  test('with each sort once, under a name of its own', () => {
    expect(restart.configure({ profiles: [] }).ok).toBe(false);
    expect(restart.configure({ profiles: [{ name: 'jobs', title: 'Jobs', kind: 'Job' }] }).ok).toBe(false);
    expect(restart.configure({ profiles: [profiles[0], { ...profiles[0], kind: 'DaemonSet' }] })).toMatchObject({
      error: [{ path: ['profiles', 1, 'name'], message: expect.stringContaining('there twice') }],
    });
    expect(restart.configure({ profiles: [profiles[0], { ...profiles[0], name: 'more' }] })).toMatchObject({
      error: [{ path: ['profiles', 1, 'kind'], message: expect.stringContaining('is there already') }],
    });
  });

  test('lets the worker change the sorts of its settings alone, and make and delete none', () => {
    expect(kindOver(restart, profiles.slice(0, 1)).permissions.namespaced).toEqual([
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['update', 'patch', 'get'] },
      { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
    ]);
  });
});
