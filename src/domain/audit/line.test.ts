import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept } from '#test/build/contents.ts';
import { alice, bob, id } from '#test/build/people.ts';
import { approved, later, submitted } from '#test/build/requests.ts';
import { lineOf, type Setting, scrubbed, settingAfter, unreadableLine } from './line.ts';

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const linesOf = ({ entries }: ReturnType<typeof chainOf>): readonly Json[] => {
  let setting: Setting | undefined;
  return entries.map((entry) => {
    setting = settingAfter(setting, entry.event);
    return lineOf(id(), entry, setting);
  });
};

describe('a line', () => {
  test('says what happened, to what and by whom, without a look at any other', () => {
    const chain = chainOf(submitted(), voted, approved);
    const [first, second, third] = linesOf(chain);
    expect(second).toEqual({
      type: 'hallpass.audit',
      schema: 1,
      id: chain.entries[1]?.hash,
      time: later(1).toString(),
      request: 'k7m2-qx',
      version: 2,
      hash: chain.entries[1]?.hash,
      event: 'voted',
      author: 'bot',
      actors: [bob],
      kind: 'access',
      cluster: 'prod',
      namespace: 'shop',
      requester: alice,
      subject: alice,
      source: 'slack',
      risk: null,
      rule: 'shop',
      policyHash: 'p',
      verified: true,
      details: { type: 'voted', by: bob, revision: 1 },
    });
    expect(first).toMatchObject({ actors: [alice], event: 'submitted' });
    expect(third).toMatchObject({ actors: [bob], details: { applyBy: approved.applyBy.toString() } });
  });

  test('has the risk of the revision that it is about', () => {
    const risky = { ...kept(contentOf([changeOf(diffOf(4))])).ref, risk: 'high' as const };
    const revised = { type: 'revised', revision: 2, seal: 's', content: risky, why: 'it moved' } as const;
    const lines = linesOf(chainOf(changing(contentOf([changeOf(diffOf(4))])), revised));
    expect(lines).toMatchObject([{ risk: 'none' }, { risk: 'high' }]);
  });

  test('of what cannot be believed says so, and is not longer than anybody reads', () => {
    const found = { request: 'x', version: 3, text: 'y'.repeat(100_000), at: later(0) };
    const line = unreadableLine(found, 'digest', 'it is not an entry of schema 1');
    expect(line).toMatchObject({ event: 'unreadable', verified: false, id: 'digest', kind: null });
    expect(JSON.stringify(line).length).toBeLessThan(10_000);
  });
});

test('what looks like a secret is taken out of every text, and it stays JSON', () => {
  const scrub = (text: string): string => text.replace(/Bearer\s+\S+/g, '[secret]');
  const value = { reason: 'Bearer abc"def', list: ['x', { 'Bearer key': 1 }], none: null, so: true };
  expect(scrubbed(value, scrub)).toEqual({ reason: '[secret]', list: ['x', { '[secret]': 1 }], none: null, so: true });
});
