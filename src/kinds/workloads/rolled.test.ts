import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { workloadOf, workSecret } from '#test/build/workloads.ts';
import { rolloutOf } from './rolled.ts';

type Parts = Parameters<typeof workloadOf>[1];
const look = (live: Manifest | undefined, kind = 'Deployment') =>
  rolloutOf({ apiVersion: 'apps/v1', kind, namespace: 'shop', name: 'web', uid: 'uid of web' }, live);
const howOf = (parts: Parts) => look(workloadOf('web', parts), parts?.kind).how;

const timedOut = {
  conditions: [
    { type: 'Available', reason: 'MinimumReplicasUnavailable', message: 'not enough' },
    { type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet "web-2"\nhas timed out' },
  ],
};

test('is complete once all pods are of the newest template, and ready, and no other one is left', () => {
  expect(look(workloadOf('web'))).toEqual({
    target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    how: 'complete',
    wanted: 2,
    ready: 2,
    updated: 2,
  });
});

describe.each<[string, Parts, string]>([
  ['its controller has not seen what was written', { status: { observedGeneration: 2 } }, 'unfinished'],
  ['some pods have the old template', { status: { updatedReplicas: 1 } }, 'unfinished'],
  ['an old pod is left', { status: { replicas: 3 } }, 'unfinished'],
  ['a pod is ready, but not for long enough', { status: { availableReplicas: 1 } }, 'unfinished'],
  [
    'it was scaled to none, and none is left',
    { spec: { replicas: 0 }, status: { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 } },
    'complete',
  ],
  ['it was scaled to none, and some are left', { spec: { replicas: 0 } }, 'unfinished'],
  ['its controller gave up', { ready: 1, status: timedOut }, 'stalled'],
  [
    'its controller gave up on what was before',
    { ready: 1, status: { ...timedOut, observedGeneration: 2 } },
    'unfinished',
  ],
  ['it is paused', { spec: { paused: true }, status: { updatedReplicas: 0 } }, 'held-back'],
  ['it is paused, and its pods need not be replaced', { spec: { paused: true } }, 'complete'],
  [
    'nothing is said of it yet',
    { status: { replicas: null, readyReplicas: null, updatedReplicas: null } },
    'unfinished',
  ],
])('a Deployment of which %s', (_, parts, how) => {
  test(`is ${how}`, () => expect(howOf(parts)).toBe(how));
});

describe.each<[string, Parts, string]>([
  ['all pods are of one revision', { status: { currentRevision: 'web-2', updateRevision: 'web-2' } }, 'complete'],
  [
    'its revision is not taken over yet',
    { status: { currentRevision: 'web-1', updateRevision: 'web-2' } },
    'unfinished',
  ],
  [
    'a partition keeps one pod as it is',
    {
      spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
      status: { updatedReplicas: 1, currentRevision: 'web-1', updateRevision: 'web-2' },
    },
    'complete',
  ],
  [
    'a partition keeps one pod as it is, and the other one is not replaced yet',
    { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } }, status: { updatedReplicas: 0 } },
    'unfinished',
  ],
  [
    'pods wait to be deleted by hand',
    {
      spec: { updateStrategy: { type: 'OnDelete' } },
      status: { updatedReplicas: 0, currentRevision: 'web-1', updateRevision: 'web-2' },
    },
    'held-back',
  ],
  ['one is not ready', { ready: 1 }, 'unfinished'],
])('a StatefulSet of which %s', (_, parts, how) => {
  test(`is ${how}`, () => expect(howOf({ kind: 'StatefulSet', ...parts })).toBe(how));
});

describe.each<[string, Parts, string]>([
  ['all nodes have the newest', {}, 'complete'],
  ['one node has an old one', { status: { updatedNumberScheduled: 1 } }, 'unfinished'],
  ['one is not ready', { ready: 1 }, 'unfinished'],
  [
    'pods wait to be deleted by hand',
    { spec: { updateStrategy: { type: 'OnDelete' } }, status: { updatedNumberScheduled: 0 } },
    'held-back',
  ],
])('a DaemonSet of which %s', (_, parts, how) => {
  test(`is ${how}`, () => expect(howOf({ kind: 'DaemonSet', ...parts })).toBe(how));
});

test('says in the words of its controller why it gave up, in one line, and nothing of what its pods run', () => {
  const seen = look(workloadOf('web', { ready: 1, status: timedOut }));
  expect(seen).toMatchObject({ ready: 1, wanted: 2, why: 'ReplicaSet "web-2" has timed out' });
  expect(JSON.stringify(seen)).not.toContain(workSecret);
});

test.each<[string, Manifest | undefined, string]>([
  ['is not there any more', undefined, 'gone'],
  ['is being deleted', workloadOf('web', { metadata: { deletionTimestamp: '2026-11-20T12:00:00Z' } }), 'gone'],
  ['was made anew under its name', workloadOf('web', { metadata: { uid: 'another' } }), 'gone'],
  ['cannot be understood', { ...workloadOf('web'), status: { replicas: 'many' } }, 'unread'],
  ['has less than no pods', workloadOf('web', { status: { readyReplicas: -1 } }), 'unread'],
])('one that %s', (_, live, how) => {
  expect(look(live)).toEqual({ target: expect.anything(), how });
});
