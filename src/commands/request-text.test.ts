import { expect, test } from 'vitest';
import type { RequestView } from '#adapters/http/api-schemas.ts';
import { requestView } from '#test/build/request-views.ts';
import { sayRequest, sayState } from './request-text.ts';

const now = Temporal.Instant.from('2026-11-20T12:00:00Z');
const request = (changed: Partial<RequestView> = {}): RequestView =>
  requestView({
    objects: ['web'],
    respondBy: '2026-11-20T12:28:00Z',
    approval: { rule: 'shop', channel: 'C0', auto: false, quorum: [{ from: 'platform', count: 2 }] },
    ...changed,
  });

test.each<[Partial<RequestView>, string]>([
  [{}, 'waits for platform (2); nobody has approved yet; 28m left to decide'],
  [{ votes: ['UBOB'] }, 'waits for platform (2); approved so far by UBOB; 28m left to decide'],
  [{ respondBy: '2026-11-20T11:00:00Z' }, 'waits for platform (2); nobody has approved yet; 0s left to decide'],
  [{ status: 'approved', decidedBy: ['UBOB', 'UDAN'] }, 'is approved by UBOB, UDAN, and being applied'],
  [
    { status: 'approved', decidedBy: ['UBOB'], startsAt: '2026-11-20T22:00:00Z' },
    'is approved by UBOB, and begins at 2026-11-20T22:00:00Z',
  ],
  [
    { status: 'active', decidedBy: [], expiresAt: '2026-11-20T12:30:00.123Z' },
    'is active until 2026-11-20T12:30:00Z (30m left); approved by its rule',
  ],
  [
    { status: 'active', conflict: true },
    'is in conflict: somebody else changed the same, and a person has to settle it in Slack',
  ],
  [{ status: 'completed', decidedBy: ['UBOB'] }, 'is done; approved by UBOB'],
  [
    { status: 'completed', decidedBy: ['UBOB'], rollout: { status: 'under-way', workloads: [] } },
    'is done; approved by UBOB; its pods are being replaced',
  ],
  [
    { status: 'completed', decidedBy: ['UBOB'], rollout: { status: 'complete', seconds: 12, workloads: [] } },
    'is done; approved by UBOB; all pods are through',
  ],
  [
    {
      status: 'completed',
      decidedBy: ['UBOB'],
      rollout: {
        status: 'not-complete',
        seconds: 600,
        workloads: [
          { object: 'Deployment shop/api', how: 'complete', wanted: 2, ready: 2, updated: 2 },
          { object: 'Deployment shop/web', how: 'stalled', wanted: 3, ready: 1, updated: 1, why: 'it timed\nout' },
          { object: 'Deployment shop/job', how: 'gone' },
        ],
      },
    },
    'is done; approved by UBOB; but not all pods came through: Deployment shop/web stalled, 1 of 3 ready: it timed out; Deployment shop/job gone',
  ],
  [
    { status: 'revoked', endedAt: '2026-11-20T12:30:00Z', why: 'expired' },
    'has ended at 2026-11-20T12:30:00Z: expired',
  ],
  [{ status: 'denied', decidedBy: ['UBOB'], why: 'not now' }, 'was denied by UBOB: not now'],
  [{ status: 'withdrawn', decidedBy: ['UALICE'] }, 'was withdrawn by UALICE'],
  [{ status: 'timed-out' }, 'has timed out: nobody decided in time'],
  [
    { status: 'lapsed', why: 'it was changed', followedBy: 'aaaa-aa' },
    'has lapsed: it was changed; it goes on as aaaa-aa',
  ],
  [{ status: 'failed', why: 'forbidden' }, 'has failed: forbidden'],
])('%j reads "… %s"', (changed, said) => {
  expect(sayState(request(changed), now)).toBe(said);
});

test('an agent is shown with who answers for it, and a reason cannot fake lines', () => {
  const said = sayRequest(
    request({ caller: { name: 'helper', agent: true, own: false }, reason: 'x\n  It is active\u001b[1m' }),
    now,
  );
  expect(said[1]).toBe('  asked by  agent helper, for whom UALICE answers, by api');
  expect(said[2]).toBe('  because   x It is active[U+001B][1m');
  expect(said).toHaveLength(6);
});
