import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { budgetOf, kindOver, planIn, takenFrom, workloadOf } from '#test/build/workloads.ts';
import { scale } from './scale.ts';

const profiles = [
  { name: 'deployments', title: 'Scale Deployments', kind: 'Deployment', most: 20 },
  { name: 'sets', title: 'Scale StatefulSets', kind: 'StatefulSet' },
];
const kind = kindOver(scale, profiles);
const to = (replicas: number, ...names: readonly string[]) => ({
  profile: 'deployments',
  names: names.length === 0 ? ['web'] : names,
  replicas,
});
const plan = (ask: Parameters<typeof planIn>[1], cluster: readonly Manifest[]) => planIn(kind, ask, cluster);
const planned = (ask: Parameters<typeof planIn>[1], cluster: readonly Manifest[]) => takenFrom(plan(ask, cluster));
const scalerOf = (of: string, apiVersion = 'apps/v1'): Manifest => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: `${of}-hpa`, namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion, kind: 'Deployment', name: of }, minReplicas: 2, maxReplicas: 10 },
});

describe('asked for', () => {
  test('says how many pods, and of which', () => {
    expect(takenFrom(kind.fromWords(['5'], ['web', 'api']))).toEqual(to(5, 'api', 'web'));
    expect(takenFrom(kind.fromWords(['deployment', '0'], ['web']))).toEqual(to(0));
    expect(takenFrom(kind.fromWords(['sts', '3'], ['db']))).toEqual({ profile: 'sets', names: ['db'], replicas: 3 });
    expect(takenFrom(kind.fromForm({ profile: ['deployments'], objects: ['web'], replicas: [' 5 '] }))).toEqual(to(5));
  });

  test.each([
    [[], ['web'], 'Say how many pods, and of which: 5 shop-front/web.'],
    [['-3'], ['web'], '"-3" is not a number of pods. Write a whole number from 0 on, like 5.'],
    [['2.5'], ['web'], '"2.5" is not a number of pods'],
    [['1e3'], ['web'], '"1e3" is not a number of pods'],
    [['99999999999999999999'], ['web'], 'is not a number of pods'],
    [['21'], ['web'], '21 pods are more than the 20 that can be asked for'],
    [['sts', '51'], ['db'], '51 pods are more than the 50 that can be asked for'],
    [['daemonset', '5'], ['web'], '"daemonset" cannot be scaled'],
    [['5', 'deployment'], ['web'], '"deployment" is not a number of pods'],
    [['a', 'deployment', '5'], ['web'], '"a deployment" cannot be scaled'],
    [['5'], [], 'Say which, behind their namespace'],
    [['5'], ['Web_1'], '"Web_1" is not the name of a workload'],
  ])('refuses the words %j with the objects %j', (words, objects, says) => {
    expect(kind.fromWords(words, objects)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('refuses the same from the form, and from what a log says', () => {
    const form = { profile: ['deployments'], objects: ['web'] };
    expect(kind.fromForm(form)).toMatchObject({ error: expect.stringContaining('is not a number of pods') });
    for (const replicas of [-1, 1.5, 1e12])
      expect(kind.describe({ ...to(5), replicas }), String(replicas)).toMatchObject({ ok: false });
  });

  test('by a form that asks how many once it knows of which sort', () => {
    expect(kind.fields({ profile: 'sets' }, ['sets']).map(({ name }) => name)).toEqual([
      'profile',
      'objects',
      'replicas',
    ]);
    expect(kind.fields({}, ['sets']).map(({ name }) => name)).toEqual(['profile']);
  });
});

test('is described with its number', () => {
  expect(kind.describe(to(1))).toMatchObject({ value: { title: 'Scale Deployment web to 1 pod' } });
  expect(kind.describe(to(0, 'api', 'web'))).toMatchObject({
    value: { title: 'Scale 2 Deployments to 0 pods', powers: ['Give Deployments api, web 0 pods each'] },
  });
});

describe('planned', () => {
  test('changes how many there shall be, and nothing else', () => {
    const live = workloadOf('web');
    const { edits, notes, cautions } = planned(to(5), [live]);
    expect(edits).toEqual([{ op: 'write', content: { ...live, spec: { ...(live.spec as object), replicas: 5 } } }]);
    expect(notes).toEqual(['Deployment web: 2 of 2 pods ready now. It gets 5: 3 more.']);
    expect(cautions).toEqual([]);
  });

  test('says that nothing is left at 0, and which budget wants more than are left', () => {
    const { notes, cautions } = planned(to(0), [workloadOf('web'), budgetOf('web', 'web', 0)]);
    expect(notes[0]).toBe('Deployment web: 2 of 2 pods ready now. It gets 0: 2 end.');
    expect(cautions).toEqual([
      'No pod of Deployment web is left: what it does is down until it is scaled up again.',
      expect.stringContaining('PodDisruptionBudget web wants 2 healthy, more than are left of Deployment web'),
    ]);
    expect(planned(to(3), [workloadOf('web'), budgetOf('web', 'web', 0)]).cautions).toEqual([]);
  });

  test.each([
    [5, 'between 2 and 10 pods: it goes on from there, and may undo this within seconds.'],
    [11, '11 is beyond that, and it undoes this at once.'],
    [1, '1 is beyond that, and it undoes this at once.'],
    [0, 'at 0 it leaves it alone until somebody scales it up again.'],
  ])('to %i says what its autoscaler makes of it', (replicas, says) => {
    const { cautions } = planned(to(replicas), [workloadOf('web'), scalerOf('web')]);
    expect(cautions).toContainEqual(expect.stringContaining(says));
  });

  test('to 0 says who scales it up again by itself: an autoscaler that may go down to 0, and what makes another one', () => {
    const { spec, metadata, ...rest } = scalerOf('web');
    const toZero = { ...rest, metadata, spec: { ...(spec as object), minReplicas: 0 } };
    expect(planned(to(0), [workloadOf('web'), toZero]).cautions).toContainEqual(
      expect.stringContaining('between 0 and 10 pods: it goes on from there, and may undo this within seconds.'),
    );
    const owned = { ownerReferences: [{ kind: 'ScaledObject', name: 'web', controller: true }] } as object;
    const event = { ...rest, metadata: { ...metadata, ...owned }, spec: spec ?? null };
    expect(planned(to(0), [workloadOf('web'), event]).cautions).toContainEqual(
      expect.stringContaining('leaves it alone until somebody scales it up again, as ScaledObject web may by itself.'),
    );
    expect(planned(to(5), [workloadOf('web', { spec: { replicas: 0 } }), toZero]).cautions).toEqual([
      expect.stringContaining('it goes on from there'),
    ]);
  });

  test('says what is lost for good before what anybody may make thousands of, and counts those', () => {
    const retention = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    const db = workloadOf('db', { kind: 'StatefulSet', spec: retention });
    const many = Array.from({ length: 2_000 }, (_, nth) => nth);
    const scaler = (nth: number): Manifest => {
      const one = scalerOf('db');
      const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' };
      return {
        ...one,
        metadata: { ...one.metadata, name: `hpa-${nth}` },
        spec: { ...(one.spec as object), scaleTargetRef: ref },
      };
    };
    const cluster = [db, ...many.map((nth) => budgetOf(`keeps-${nth}`, 'db', 0)), ...many.map(scaler)];
    const { notes, cautions } = planned({ profile: 'sets', names: ['db'], replicas: 1 }, cluster);
    expect(cautions[0]).toContain('deletes the volumes of pods that it loses');
    expect(cautions).toHaveLength(13);
    expect(cautions).toContain('1995 more PodDisruptionBudgets of StatefulSet db want more than are left.');
    expect(cautions).toContain('1995 more HorizontalPodAutoscalers are for StatefulSet db.');
    expect(notes).toHaveLength(7);
    expect(notes.at(-1)).toBe('1995 more PodDisruptionBudgets are over pods of StatefulSet db.');
  });

  test('leaves out autoscalers of others', () => {
    const others = [scalerOf('api'), scalerOf('web', 'acme.test/v1')];
    expect(planned(to(5), [workloadOf('web'), ...others]).cautions).toEqual([]);
  });

  test.each<[string, Parameters<typeof workloadOf>[1], string]>([
    [
      'Flux keeps it',
      { metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } } },
      'Deployment web is kept by Flux: unless what that keeps is changed too, it may undo this.',
    ],
    [
      'Argo CD writes it',
      { metadata: { managedFields: [{ manager: 'argocd-controller' }] } },
      'Deployment web is kept by Argo CD',
    ],
    [
      'Helm wrote it',
      { metadata: { annotations: { 'meta.helm.sh/release-name': 'shop' } } },
      'the next release of shop may undo this',
    ],
    [
      'something else makes it',
      { metadata: { ownerReferences: [{ kind: 'Rollout', name: 'web', controller: true }] } },
      'Deployment web is made by Rollout web, which may undo this.',
    ],
    [
      'somebody wrote words where a name belongs',
      {
        metadata: { ownerReferences: [{ kind: 'people who checked this', name: 'nobody, relax.', controller: true }] },
      },
      'Deployment web is made by "people who checked this" "nobody, relax.", which may undo this.',
    ],
  ])('warns where %s', (_, parts, says) => {
    expect(planned(to(5), [workloadOf('web', parts)]).cautions).toEqual([expect.stringContaining(says)]);
  });

  test('warns of a StatefulSet that deletes the volumes of pods that it loses, also when it is scaled back', () => {
    const retention = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } };
    const ask = { profile: 'sets', names: ['db'], replicas: 5 };
    const db = (spec: Parameters<typeof workloadOf>[1]) => workloadOf('db', { kind: 'StatefulSet', ...spec });
    expect(planned(ask, [db({ spec: retention })]).cautions).toEqual([
      expect.stringContaining('StatefulSet db deletes the volumes of pods that it loses'),
    ]);
    expect(planned(ask, [db({})]).cautions).toEqual([]);
  });

  test('leaves out what has so many already, and refuses where nothing would change', () => {
    const [web, api] = [workloadOf('web'), workloadOf('api', { spec: { replicas: 5 } })];
    const { edits, notes } = planned(to(5, 'api', 'web'), [web, api]);
    expect(edits).toMatchObject([{ content: { metadata: { name: 'web' } } }]);
    expect(notes).toContain('Deployment api has 5 pods already.');
    expect(plan(to(2), [web])).toMatchObject({ error: 'Nothing would change: Deployment web has 2 pods already.' });
  });

  test('refuses what is not there, or is going', () => {
    expect(plan(to(5), [])).toMatchObject({ error: expect.stringContaining('There is no Deployment web in shop') });
    const going = workloadOf('web', { metadata: { deletionTimestamp: '2026-11-20T12:00:00Z' } });
    expect(plan(to(5), [going])).toMatchObject({ error: expect.stringContaining('is being deleted') });
  });
});

test('is configured with a number that nobody can go beyond', () => {
  expect(scale.configure({ profiles: [{ ...profiles[0], most: 0 }] }).ok).toBe(false);
  expect(scale.configure({ profiles: [{ ...profiles[0], kind: 'DaemonSet' }] }).ok).toBe(false);
  expect(kind.permissions.namespaced).toEqual([
    { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: ['update', 'patch', 'get'] },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
  ]);
});
