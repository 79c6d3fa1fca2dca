import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import {
  budgetOf,
  kindOver,
  planIn,
  replicaSetOf,
  takenFrom,
  templateOf,
  workloadOf,
  workSecret,
} from '#test/build/workloads.ts';
import { rollback } from './rollback.ts';

const profiles = [
  { name: 'deployments', title: 'Roll Deployments back', kind: 'Deployment' },
  { name: 'sets', title: 'Roll StatefulSets back', kind: 'StatefulSet' },
];
const kind = kindOver(rollback, profiles);
const to = (revision: number) => ({ profile: 'deployments', name: 'web', revision });
const plan = (ask: Json, cluster: readonly Manifest[]) => planIn(kind, ask, cluster);
const planned = (ask: Json, cluster: readonly Manifest[]) => takenFrom(plan(ask, cluster));

const live = workloadOf('web', {
  metadata: { annotations: { 'deployment.kubernetes.io/revision': '3', note: 'of now', 'acme.test/new': 'yes' } },
});
const history = [
  replicaSetOf('web', 3, 'web:2'),
  replicaSetOf('web', 1, 'web:1', { note: 'of then', 'kubernetes.io/change-cause': 'the first' }),
  replicaSetOf('web', 2, 'web:1.5'),
  replicaSetOf('other', 7, 'other:1'),
];

describe('asked for', () => {
  test('names one workload and its revision', () => {
    expect(takenFrom(kind.fromWords(['2'], ['web']))).toEqual(to(2));
    expect(takenFrom(kind.fromWords(['sts', '1'], ['db']))).toEqual({ profile: 'sets', name: 'db', revision: 1 });
    expect(takenFrom(kind.fromForm({ profile: ['deployments'], object: ['web'], revision: ['2'] }))).toEqual(to(2));
  });

  test.each([
    [[], ['web'], 'Say to which revision, and which: 3 shop-front/web.'],
    [['last'], ['web'], '"last" is not a revision. Write its number'],
    [['-1'], ['web'], '"-1" is not a revision'],
    [['0'], ['web'], 'a revision is a whole number from 1 on'],
    [['cronjob', '2'], ['web'], '"cronjob" cannot be rolled back'],
    [['2'], [], 'Say which, behind its namespace'],
    [['2'], ['web', 'api'], 'ask for one at a time'],
    [['2'], ['Web_1'], '"Web_1" is not the name of a workload'],
  ])('refuses the words %j with the objects %j', (words, objects, says) => {
    expect(kind.fromWords(words, objects)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('by a form that asks for one workload and the number', () => {
    expect(kind.fields({ profile: 'sets' }, ['sets']).map(({ name, input }) => [name, input.type])).toEqual([
      ['profile', 'choice'],
      ['object', 'object'],
      ['revision', 'text'],
    ]);
    const form = { profile: ['deployments'], revision: ['2'] };
    expect(kind.fromForm(form)).toMatchObject({ error: 'Choose what to roll back.' });
  });
});

/** As a list tells of one with 4611686018427387905 seconds to end. */
const large = ((kept: Manifest): Manifest => {
  const { spec, ...template } = templateOf('web', 'web:4');
  return { ...kept, spec: { template: { ...template, spec: { ...spec, terminationGracePeriodSeconds: 2 ** 62 } } } };
})(replicaSetOf('web', 4, 'web:4'));

describe('a Deployment', () => {
  test('gets template and annotations of then, without the hash, and keeps what is of no revision', () => {
    const { edits } = planned(to(1), [live, ...history]);
    expect(edits).toEqual([
      {
        op: 'write',
        content: {
          ...live,
          metadata: {
            ...live.metadata,
            annotations: {
              'deployment.kubernetes.io/revision': '3',
              note: 'of then',
              'kubernetes.io/change-cause': 'the first',
            },
          },
          spec: { ...(live.spec as object), template: templateOf('web', 'web:1') },
        },
      },
    ]);
  });

  test('says from where to where, which images, and what the budgets allow', () => {
    const { notes, cautions } = planned(to(1), [live, ...history, budgetOf('web', 'web', 1)]);
    expect(notes).toEqual([
      'Deployment web is at revision 3, and goes back to revision 1 of 2026-11-20 10:00:05 UTC (web-1), noted as "the first".',
      'Image of container main: web:2 now, web:1 then.',
      'ConfigMaps and Secrets that its pods use are taken as they are now, not as they were then.',
      'Deployment web: 2 of 2 pods ready now; at most 25% missing at a time.',
      'PodDisruptionBudget web allows 1 disruption of pods of Deployment web now: 2 healthy, 2 have to be.',
    ]);
    expect(cautions).toEqual([]);
    expect(JSON.stringify([notes, cautions])).not.toContain(workSecret);
  });

  test.each<[string, number, readonly Manifest[], string]>([
    ['that is not there', 1, [], 'There is no Deployment web in shop'],
    ['to a revision that there is not', 9, [live, ...history], 'has no revision 9. There are: 1, 2, 3.'],
    ['to another one’s revision', 7, [live, ...history], 'has no revision 7. There are: 1, 2, 3.'],
    ['to the revision that it is at', 3, [live, ...history], 'is at revision 3 now: nothing would change'],
    ['of which no revision is kept', 1, [live], 'none is kept'],
    [
      'to a revision that two say they are',
      1,
      [live, ...history, replicaSetOf('web', 1, 'evil:1', {}, 'web-odd')],
      'has revision 1 twice, in web-1 and web-odd',
    ],
    ['to one with a number that would be another one then', 4, [live, ...history, large], 'a number beyond 2^53'],
    ['that is paused', 1, [workloadOf('web', { spec: { paused: true } }), ...history], 'is paused'],
  ])('is refused %s', (_, revision, cluster, says) => {
    expect(plan(to(revision), cluster)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('warns where somebody else keeps it', () => {
    const kept = workloadOf('web', { metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } } });
    expect(planned(to(1), [kept, ...history]).cautions).toEqual([expect.stringContaining('is kept by Flux')]);
  });

  test('says in quotes what somebody noted on a revision, which anybody may write onto it', () => {
    const cause = 'safe. Hallpass: "approved already"';
    const noted = replicaSetOf('web', 1, 'web:1', { 'kubernetes.io/change-cause': cause });
    expect(planned(to(1), [live, noted]).notes[0]).toContain(
      '(web-1), noted as "safe. Hallpass: ’’approved already’’".',
    );
  });

  test('says where its template is none of those that are kept', () => {
    const rolling = workloadOf('web', { image: 'web:3' });
    expect(planned(to(3), [rolling, ...history]).notes[0]).toContain('is at a template that is no revision yet');
  });
});

describe('a StatefulSet', () => {
  const kept = (revision: number, image: string): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `db-${revision}`,
      namespace: 'shop',
      creationTimestamp: '2026-11-20T10:00:05Z',
      ownerReferences: [{ kind: 'StatefulSet', name: 'db', uid: 'uid of db', controller: true }],
    } as Manifest['metadata'],
    data: { spec: { template: { $patch: 'replace', ...templateOf('db', image) } } },
    revision,
  });
  const ask = { profile: 'sets', name: 'db', revision: 1 };
  const db = (parts: Parameters<typeof workloadOf>[1] = {}) => workloadOf('db', { kind: 'StatefulSet', ...parts });

  test('gets the template of its ControllerRevision, and keeps its annotations', () => {
    const now = db({ metadata: { annotations: { note: 'of now' } } });
    const { edits } = planned(ask, [now, kept(2, 'db:2'), kept(1, 'db:1')]);
    expect(edits).toEqual([
      { op: 'write', content: { ...now, spec: { ...(now.spec as object), template: templateOf('db', 'db:1') } } },
    ]);
  });

  test('that does not roll by itself, or waits for a pod, says so', () => {
    const onDelete = db({ spec: { updateStrategy: { type: 'OnDelete' } } });
    const half = { ...onDelete, status: { observedGeneration: 3, readyReplicas: 2, updatedReplicas: 1 } };
    expect(planned(ask, [half, kept(1, 'db:1')]).notes.join()).not.toContain('rolling out just now');
    expect(planned(ask, [onDelete, kept(1, 'db:1')]).cautions).toEqual([
      expect.stringContaining('its pods stay as they are until somebody deletes them'),
    ]);
    expect(planned(ask, [db({ ready: 1 }), kept(1, 'db:1')]).cautions).toContainEqual(
      expect.stringContaining('has to delete that pod'),
    );
  });
});

test('lets the worker list what is kept of its sorts, and write none of it', () => {
  expect(kindOver(rollback, profiles.slice(0, 1)).permissions.namespaced).toEqual([
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['update', 'patch', 'get'] },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
  ]);
});
