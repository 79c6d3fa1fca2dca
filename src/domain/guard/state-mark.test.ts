import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { stateMark } from './state-mark.ts';

const digest = (text: string): string => `<${text}>`;
const by = { ignoreAnnotations: ['acme.test/commit'], scalers: ['autoscaler'] };
const workload = (replicas: number, metadata: object = {}, apiVersion = 'apps/v1'): Manifest =>
  ({
    apiVersion,
    kind: 'Deployment',
    metadata: { name: 'web', ...metadata },
    spec: { replicas, paused: false },
  }) as Manifest;
const markOf = (object: Manifest | undefined, scalers = by.scalers): string =>
  stateMark(object, { ...by, scalers }, digest);

describe('a state of an object', () => {
  test('is known again whatever was stamped on it, or keeps its versions', () => {
    const stamped = { annotations: { 'acme.test/commit': 'f00' }, resourceVersion: '7', generation: 3 };
    expect(markOf(workload(1, stamped))).toBe(markOf(workload(1)));
    expect(markOf(workload(1, { annotations: { 'acme.test/other': 'f00' } }))).not.toBe(markOf(workload(1)));
  });

  test('is the same however many there are, of workloads that others may scale', () => {
    expect(markOf(workload(5))).toBe(markOf(workload(1)));
    expect(markOf(workload(5), [])).not.toBe(markOf(workload(1), []));
    expect(markOf(workload(5, {}, 'acme.test/v1'))).not.toBe(markOf(workload(1, {}, 'acme.test/v1')));
  });

  test('says so where there is none', () => {
    expect(markOf(undefined)).toBe('none');
  });
});
