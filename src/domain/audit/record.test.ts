import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, target } from '#test/build/contents.ts';
import { alice, bob, carol, id } from '#test/build/people.ts';
import { activated, approved, ended, later, noon, submitted } from '#test/build/requests.ts';
import { csvHeader, csvOf } from './csv-columns.ts';
import { type AuditRecord, recordOf } from './record.ts';

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const told = (...events: readonly [RequestEvent, ...RequestEvent[]]): AuditRecord =>
  recordOf(id(), chainOf(...events), { shown: { state: 'none' }, signatures: true, broken: undefined });

describe('a record', () => {
  test('tells of a grant from asking to its end', () => {
    const record = told(submitted(), voted, approved, activated, ended);
    expect(record).toMatchObject({
      schema: 1,
      id: 'k7m2-qx',
      status: 'revoked',
      log: { believed: true, signatures: true, entries: 5, broken: null },
      asked: {
        at: noon.toString(),
        kind: 'access',
        profile: 'ingress-edit',
        objects: [],
        by: alice,
        for: alice,
        source: 'slack',
        rule: 'shop',
        policyHash: 'p',
        quorum: [{ from: 'platform', count: 1 }],
        seconds: 1_800,
        auto: false,
        breakGlass: false,
        risk: null,
      },
      votes: [{ at: later(1).toString(), by: bob, vote: 'yes', revision: 1, seconds: null, reason: null }],
      decision: { at: later(2).toString(), outcome: 'approved', by: [bob] },
      applied: { at: later(2).toString(), expiresAt: later(32).toString() },
      end: { at: later(4).toString(), cause: 'expired', by: [], why: null, lagMilliseconds: 12 },
    });
    expect(record.events.map(({ event }) => event)).toEqual(['submitted', 'voted', 'approved', 'activated', 'ended']);
    expect(record.log.head).toBe(record.events.at(-1)?.hash);
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  test('says who ended a grant, and why', () => {
    const revoke = { type: 'end-requested', by: carol, cause: 'revoked', reason: 'the incident is over' } as const;
    const record = told(submitted(), voted, approved, activated, revoke, { ...ended, cause: 'revoked' });
    expect(record.end).toMatchObject({ cause: 'revoked', by: [carol], why: 'the incident is over' });
  });

  test.each([
    [
      { type: 'denied', by: bob, revision: 1, reason: 'not today' },
      { outcome: 'denied', by: [bob], reason: 'not today' },
      { cause: 'denied', by: [bob], why: 'not today' },
    ],
    [{ type: 'withdrawn', by: alice }, undefined, { cause: 'withdrawn', by: [alice], why: null }],
    [{ type: 'timed-out' }, undefined, { cause: 'timed-out', by: [], why: null }],
  ] as const)('says how a request ended that was never in force: %j', (event, decision, end) => {
    const record = told(submitted(), event);
    expect(record.end).toMatchObject(end);
    if (decision === undefined) expect(record.decision).toBeNull();
    else expect(record.decision).toMatchObject(decision);
    expect(record.applied).toBeNull();
  });

  test('says what was used and what was tried', () => {
    const record = told(
      submitted(),
      voted,
      approved,
      activated,
      { type: 'used', operation: 'update', target: target(), risk: 'medium' },
      { type: 'misused', operation: 'create', target: target(), risk: 'critical', findings: ['a snippet', 'a host'] },
      { ...ended, cause: 'misused' },
    );
    expect(record.used).toEqual([
      expect.objectContaining({ event: 'used', says: 'let through: update Ingress shop-front/shop (risk medium)' }),
      expect.objectContaining({
        event: 'misused',
        says: 'refused: create Ingress shop-front/shop (risk critical): a snippet; a host',
        details: expect.objectContaining({ findings: ['a snippet', 'a host'] }),
      }),
    ]);
    expect(record.end?.cause).toBe('misused');
  });

  test('says what was reverted, what was in conflict and how that was settled', () => {
    const conflict = { target: target(), path: 'spec.x', before: '1', applied: '2', now: '3', by: ['helm'] };
    const record = told(
      changing(contentOf([changeOf(diffOf(6))])),
      voted,
      approved,
      { ...activated, changed: [{ ...target(), uid: 'u', op: 'update' }] },
      { type: 'conflicted', conflicts: [conflict], reverted: [{ target: target('other'), how: 'restored' }] },
      { type: 'settled', by: carol, choice: 'keep', reason: 'theirs is newer' },
      { ...ended, reverted: [{ target: target(), how: 'kept' }] },
    );
    expect(record.asked).toMatchObject({ kind: 'change', profile: null, objects: ['Ingress shop-front/shop'] });
    expect(record.applied?.changed).toEqual(['update Ingress shop-front/shop']);
    expect(record.reverted.map(({ object, how }) => `${object} ${how}`)).toEqual([
      'Ingress shop-front/other restored',
      'Ingress shop-front/shop kept',
    ]);
    expect(record.conflicts).toEqual([
      {
        at: later(4).toString(),
        object: 'Ingress shop-front/shop',
        path: 'spec.x',
        before: '1',
        applied: '2',
        now: '3',
        by: ['helm'],
      },
    ]);
    expect(record.settled).toMatchObject([{ by: carol, choice: 'keep', reason: 'theirs is newer' }]);
  });

  test('of break-glass has nobody who decided, and its review', () => {
    const { approval } = submitted();
    const record = told(
      submitted({ approval: { ...approval, breakGlass: { remindEvery: 3_600 } } }),
      { ...approved, by: [], auto: true },
      activated,
      ended,
      { type: 'reviewed', by: bob, finding: 'justified', note: 'all was down' },
    );
    expect(record.asked?.breakGlass).toBe(true);
    expect(record.decision?.by).toEqual([]);
    expect(record.review).toEqual({ at: later(4).toString(), by: bob, finding: 'justified', note: 'all was down' });
  });

  test('of a log that cannot be read at all says so, in both formats', () => {
    const broken = { version: 1, why: 'its signature is not valid' };
    const record = recordOf(
      id(),
      { request: undefined, entries: [] },
      { shown: { state: 'none' }, signatures: true, broken },
    );
    expect(record).toMatchObject({
      status: 'unreadable',
      asked: null,
      end: null,
      log: { believed: false, head: null },
    });
    expect(csvOf(record)).toContain('entry 1: its signature is not valid');
  });
});

describe('a row', () => {
  test('has a cell for each column, also with commas, quotes and lines in what people wrote', () => {
    const record = told(submitted({ reason: '=cmd("x"),\n"y"' }), {
      type: 'denied',
      by: bob,
      revision: 1,
      reason: '+no',
    });
    const count = (line: string): number => [...line.replace(/"(?:[^"]|"")*"/g, '').matchAll(/,/g)].length;
    expect(count(csvOf(record))).toBe(count(csvHeader()));
    expect(csvOf(record)).toContain(`"'=cmd(""x""),\n""y"""`);
    expect(csvOf(record)).toContain(`,'+no,`);
  });

  test('has the diff behind its object, or says that it is missing or altered', () => {
    const content = contentOf([changeOf('--- before\n+++ after\n-a\n+b')]);
    const chain = chainOf(changing(content));
    const row = (shown: Parameters<typeof recordOf>[2]['shown']): string =>
      csvOf(recordOf(id(), chain, { shown, signatures: true, broken: undefined }));
    expect(row({ state: 'whole', digest: 'd', content })).toContain(
      'whole,d,"update Ingress shop-front/shop\n--- before\n+++ after\n-a\n+b"',
    );
    expect(row({ state: 'missing', digest: 'd' })).toContain(',MISSING,d,');
    expect(row({ state: 'altered', digest: 'd' })).toContain(',ALTERED,d,');
  });

  test('keeps its columns where they are', () => {
    expect(csvHeader().trimEnd().split(',').slice(0, 12)).toEqual([
      'id',
      'status',
      'kind',
      'cluster',
      'namespace',
      'profile',
      'objects',
      'requester',
      'subject',
      'source',
      'submitted_at',
      'reason',
    ]);
    expect(csvHeader().trimEnd().split(',')).toHaveLength(51);
  });
});
