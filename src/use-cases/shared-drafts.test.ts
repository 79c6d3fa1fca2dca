import { expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { facts } from '#test/build/conditions.ts';
import { alice, id } from '#test/build/people.ts';
import type { Drafter, DraftInput } from './ports.ts';
import { shareDrafts } from './shared-drafts.ts';

const input: DraftInput = {
  request: id(),
  kind: 'change',
  cluster: 'prod',
  namespace: 'shop',
  ask: { edits: [] },
  identity: { user: '', groups: [] },
  temporary: true,
  facts,
};

/** Answers when it is told to, and counts. */
const slow = () => {
  const answers: (() => void)[] = [];
  const draft: Drafter = () =>
    new Promise((resolve) => {
      answers.push(() => resolve(ok({ namespaceUid: 'u', plan: { create: [], probes: [], proofs: [] }, edits: [] })));
    });
  return { draft: shareDrafts(draft), answers };
};

test('those who look while it is being tried share the answer, whenever they came; the next look tries anew', async () => {
  const { draft, answers } = slow();
  const all = Array.from({ length: 50 }, (_, index) =>
    draft({ ...input, facts: { ...facts, now: `2026-11-26T10:00:${10 + (index % 50)}Z` } }),
  );
  expect(answers).toHaveLength(1);
  answers[0]?.();
  expect((await Promise.all(all)).every((one) => one.ok)).toBe(true);
  void draft(input);
  expect(answers).toHaveLength(2);
});

test('another revision, other facts, or somebody who asks for themselves share nothing', () => {
  const { draft, answers } = slow();
  void draft(input);
  void draft({ ...input, ask: { edits: [1] } });
  void draft({ ...input, facts: { ...facts, requester: { id: 'U0ALICE', groups: [] } } });
  void draft(input, alice);
  void draft(input, alice);
  expect(answers).toHaveLength(5);
});

test('one that failed fails those who share it, and is tried anew then', async () => {
  let calls = 0;
  const draft = shareDrafts(async () => {
    calls += 1;
    throw new Error('nobody answers');
  });
  const both = await Promise.allSettled([draft(input), draft(input)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(draft(input)).rejects.toThrow('nobody answers');
  expect(calls).toBe(2);
});
