import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { isKubernetesFault, type KubernetesFault } from './fault.ts';
import { listAll } from './list.ts';
import type { RawClient } from './raw-client.ts';
import { readJson, statusFault } from './reply.ts';

const reply = (text: string, status = 200) => ({ status, text, date: undefined, retryAfter: 1 });
const saying = (text: string): RawClient => ({
  cluster: 'prod',
  call: async <T>({ saying: call }: { readonly saying: string }, schema: z.ZodType<T>) =>
    readJson('prod', call, reply(text), schema),
  lastDate: () => undefined,
  close: async () => {},
});
const pods = { path: '/api/v1/pods', apiVersion: 'v1', kind: 'Pod', saying: 'list pods' };

describe('what is no answer of Kubernetes', () => {
  test.each([
    '{',
    '{"items":[]}',
    '{"metadata":{},"items":[{}]}',
    '{"metadata":{},"items":[{"metadata":{"name":""}}]}',
  ])('is a fault that says what was asked: %s', async (text) => {
    const cause = await listAll(saying(text), pods).catch((one: unknown) => one);
    expect(isKubernetesFault(cause)).toBe(true);
    expect((cause as KubernetesFault).kubernetes).toMatchObject({ call: 'list pods', failure: 'garbage' });
    expect((cause as KubernetesFault).message).toContain('Cluster "prod" did not give what was asked for (list pods)');
  });

  test('is also an object that nests so deep that reading it would end in the midst', async () => {
    const deep = (levels: number): string =>
      `{"metadata":{},"items":[{"metadata":{"name":"a","uid":"u"},"spec":${'['.repeat(levels)}${']'.repeat(levels)}}]}`;
    expect(await listAll(saying(deep(400)), pods)).toHaveLength(1);
    const cause = await listAll(saying(deep(5_000)), pods).catch((one: unknown) => one);
    expect(isKubernetesFault(cause)).toBe(true);
  });

  test('is not repeated at length, neither in its message nor in its reason', () => {
    const said = { kind: 'Status', message: 'm'.repeat(100_000), reason: 'r'.repeat(100_000) };
    const fault = statusFault('prod', 'list pods', reply(JSON.stringify(said), 500));
    expect(fault.message.length).toBeLessThan(2_000);
    expect(fault.kubernetes.reason?.length).toBe(100);
  });
});
