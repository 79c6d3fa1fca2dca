import { describe, expect, test } from 'vitest';
import { chainOf } from '#test/build/chains.ts';
import { debugOver } from '#test/build/debug.ts';
import { submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import type { Shown } from '#use-cases/contents.ts';
import { renderCard } from './card.ts';
import { describedBy } from './described.ts';
import { renderEvent } from './thread.ts';

const digest = 'd'.repeat(64);
const ref = { digest, targets: [], lines: 0, added: 0, removed: 0, fits: true, risk: 'critical' as const };
const privileged = 'a shell in pod web-0: a privileged container, which is root on its node: "web"';
const note = 'web-0: Running, ready, on node-1, since 2026-11-20 10:00:05 UTC.';
const shown: Shown = {
  type: 'shown',
  content: {
    schema: 1,
    changes: [],
    notes: [note],
    findings: [
      {
        rule: 'workload-privileged',
        severity: 'critical',
        change: 'introduces',
        says: privileged,
        object: 'Pod shop/web-0',
        path: [],
        sources: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/'],
      },
    ],
    moreFindings: { critical: 0, high: 0, medium: 0 },
    reach: [],
    openings: [],
    cautions: ['Can be read inside pod web-0: Secret db.'],
  },
};
const asked = submitted({ kind: 'debug', ask: { profile: 'exec', pods: ['web-0'] }, content: ref });
const revised = { type: 'revised', revision: 2, seal: 'e'.repeat(64), content: ref, why: 'Another pod.' } as const;

describe('rights for which something was looked at, and that change no object', () => {
  test('are shown with how that stands now, and with what is dangerous in it', () => {
    const chain = chainOf(asked);
    const description = describedBy([debugOver()], chain.request.asked);
    const card = readBlocks(renderCard({ chain, shown, ...(description && { description }) }).blocks).shown;
    for (const words of [
      'CRITICAL · Run commands in pods · shop',
      `Introduces ${privileged}.`,
      '⚠️ Can be read inside pod web-0: Secret db.',
      'create, get pods/exec named web-0',
      `• ${note}`,
      '[Details]',
    ])
      expect(card).toContain(words);
    expect(card).not.toContain('[Full diff]');
  });

  test('are told in the thread by the objects that they are about, and by what proves what was shown', () => {
    const chain = chainOf(asked, revised);
    const description = describedBy([debugOver()], chain.request.asked);
    const [filed, again] = chain.entries.map(
      (entry) => readBlocks(renderEvent(entry, chain, { ...(description && { description }) }).blocks).shown,
    );
    expect(filed).toContain('Objects  web-0');
    expect(again).toContain('Revision 2: Another pod; earlier approvals do not count');
    for (const text of [filed, again]) {
      expect(text).toContain(`shown ${digest.slice(0, 12)}`);
      expect(text).not.toMatch(/\d objects?|diff/);
    }
  });
});
