import { describe, expect, test } from 'vitest';
import type { RequestEvent, Use } from '#domain/request/events.ts';
import { err, ok } from '#domain/result.ts';
import { chainOf } from '#test/build/chains.ts';
import { bob } from '#test/build/people.ts';
import { deletePodOver } from '#test/build/pods.ts';
import { groups } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import type { Shown } from '#use-cases/contents.ts';
import { renderCard } from './card.ts';
import { describedBy } from './described.ts';
import { helpFor } from './help.ts';
import { mentionsOf } from './mentions.ts';
import { sayNotDone, sayPodsAsked } from './replies.ts';
import { renderEvent } from './thread.ts';

const exec: Use = {
  verb: 'create',
  group: '',
  resource: 'pods',
  subresource: 'exec',
  namespace: 'shop',
  name: 'web-0',
  stream: true,
};
const watch: Use = { verb: 'watch', group: '', resource: 'pods', namespace: 'shop', stream: true };
const observed = (...uses: readonly Use[]): RequestEvent => ({ type: 'observed', uses: [...uses] });
const agreed = [{ type: 'voted', by: bob, revision: 1 }, approved, activated] as const;

const chainWith = (...events: readonly RequestEvent[]) => chainOf(submitted(), ...agreed, ...events);
const cardOf = (...events: readonly RequestEvent[]): string => {
  const chain = chainWith(...events);
  const description = describedBy([accessOver()], chain.request.asked);
  return readBlocks(renderCard({ chain, ...(description && { description }) }).blocks).shown;
};

describe('the card of a grant', () => {
  test('that has ended offers to ask for the end of the pods in which something may be open', () => {
    const shown = cardOf(observed(exec, watch), ended);
    expect(shown).toContain(
      '⚠️ May be open still: Kubernetes cuts none of this at the end. It goes on until it is closed, or its pod is gone: End pods on the card asks for that.',
    );
    expect(shown).toContain('create pods/exec web-0 in shop');
    expect(shown).toContain('[End pods]');
  });

  test('offers nothing where no pod is known by its name, while it is in force, and where it goes on', () => {
    const onlyWatch = cardOf(observed(watch), ended);
    expect(onlyWatch).toContain('or its pod is gone.');
    const elsewhere = [
      onlyWatch,
      cardOf(observed(exec)),
      cardOf(observed({ ...exec, stream: undefined }), ended),
      cardOf(observed({ ...exec, resource: 'services', subresource: 'proxy' }), ended),
      cardOf(observed(exec), { ...ended, cause: 'extended' }),
    ];
    for (const shown of elsewhere) expect(shown).not.toContain('[End pods]');
  });

  test('that was extended before it ended offers it for what was opened before, and names that', () => {
    const chain = chainWith(ended);
    const card = readBlocks(renderCard({ chain, before: [exec] }).blocks).shown;
    const entry = chain.entries.at(-1) ?? expect.fail('no entry');
    const thread = readBlocks(renderEvent(entry, chain, { before: [exec] }).blocks).shown;
    for (const shown of [card, thread]) {
      expect(shown).toContain('May be open still');
      expect(shown).toContain('create pods/exec web-0 in shop');
    }
    expect(card).toContain('[End pods]');
    // What was opened under both is named once.
    const both = readBlocks(renderCard({ chain: chainWith(observed(exec), ended), before: [exec] }).blocks).shown;
    expect(both.split('pods/exec web-0')).toHaveLength(2);
  });

  test('does not pass over that its log had no room for all that was opened', () => {
    const words = 'More may be open: the log had no room for all of it.';
    const many = Array.from({ length: 70 }, (_, nth) => ({ ...exec, name: `web-${nth}` }));
    expect(cardOf(observed(...many), ended)).toContain(words);
    expect(cardOf(observed(...many.slice(1)), ended)).not.toContain(words);
  });

  test('its thread points to the card', () => {
    const chain = chainWith(observed(exec), ended);
    const entry = chain.entries.at(-1) ?? expect.fail('no entry');
    const { shown } = readBlocks(
      renderEvent(entry, chain, { description: undefined, mention: mentionsOf(groups) }).blocks,
    );
    expect(shown).toContain('End pods on the card asks for that.');
  });
});

describe('the card of a deletion', () => {
  const ask = { profile: 'pods', pods: ['web-0', 'web-1'] };
  const target = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name });
  const changes = ask.pods.map((name) => ({
    op: 'delete' as const,
    target: target(name),
    uid: `uid of ${name}`,
    diff: '',
    added: 0,
    removed: 0,
  }));
  const note = (name: string) =>
    `${name}: Running, ready, on node-1, since 2026-11-20 10:00:05 UTC. StatefulSet web makes another one of its name.`;
  const lastOne = 'No ready pod of StatefulSet web is left: what it does is down until another one is ready.';
  const shown: Shown = {
    type: 'shown',
    content: {
      schema: 1,
      changes,
      notes: ask.pods.map(note),
      findings: [],
      moreFindings: { critical: 0, high: 0, medium: 0 },
      reach: [],
      openings: [],
      cautions: [lastOne],
    },
  };
  const { seconds: _, ...forGood } = submitted({ kind: 'delete-pod', ask });
  const content = {
    digest: 'd'.repeat(64),
    targets: changes.map(({ op, target: of }) => ({ op, ...of })),
    lines: 2,
    added: 0,
    removed: 0,
    fits: true,
    risk: 'none' as const,
  };

  test('says of each pod what becomes of it, and nothing of what it runs', () => {
    const chain = chainOf({ ...forGood, content });
    const description = describedBy([deletePodOver()], chain.request.asked);
    const text = readBlocks(renderCard({ chain, shown, ...(description && { description }) }).blocks).shown;
    for (const words of [
      'Delete 2 pods · shop',
      'For good: nothing takes it back',
      `⚠️ ${lastOne}`,
      'No PodDisruptionBudget holds it back',
      'End pods web-0, web-1, with whatever is open in them',
      `• ${note('web-0')}`,
      `• ${note('web-1')}`,
      'Delete Pod shop/web-0',
      '[Details]',
    ])
      expect(text).toContain(words);
    for (const words of ['+0', 'lines are hidden', '[Full diff]', '[Approve for less]'])
      expect(text).not.toContain(words);
  });

  test('that failed on the way does not say that nothing is changed', () => {
    const why = 'Gone already: Pod shop/web-0. The API server refused.';
    const chain = chainOf({ ...forGood, content }, ...agreed.slice(0, 2), { type: 'failed', why });
    const description = describedBy([deletePodOver()], chain.request.asked);
    const card = readBlocks(renderCard({ chain, shown, ...(description && { description }) }).blocks).shown;
    const entry = chain.entries.at(-1) ?? expect.fail('no entry');
    const thread = readBlocks(renderEvent(entry, chain, { description }).blocks).shown;
    for (const text of [card, thread]) {
      expect(text).toContain(`not all of it was done. ${why}`);
      expect(text).not.toContain('nothing is');
    }
  });
});

describe('whoever asks for the end of pods', () => {
  const chain = chainOf(submitted({ kind: 'delete-pod' }));
  const asked = { namespace: 'shop', pods: ['web-0'] };

  test('is told which request it is, and that it has to be approved', () => {
    expect(sayPodsAsked([{ ...asked, filed: ok({ chain, isNew: true }) }])).toBe(
      `Asked, as *k7m2-qx*, to delete pod web-0 in shop. It has to be approved first. The card is in <#C02APPROVE>.`,
    );
    expect(sayPodsAsked([{ ...asked, filed: ok({ chain, isNew: false }) }])).toBe(
      `Asked already, to delete pod web-0 in shop: *k7m2-qx* is waiting for a decision. The card is in <#C02APPROVE>.`,
    );
  });

  test('is told why not', () => {
    const gone = {
      type: 'unclear',
      field: 'ask',
      why: 'Nothing is open in these pods any more. Pod web-0 is gone.',
    } as const;
    expect(sayPodsAsked([{ ...asked, filed: err(gone) }])).toBe(
      'Not asked, to delete pod web-0 in shop: Nothing is open in these pods any more. Pod web-0 is gone.',
    );
    expect(sayNotDone({ type: 'no-pods-to-end', why: 'not-configured' })).toContain(
      'the policy has no kind of request by which pods are deleted',
    );
    expect(sayNotDone({ type: 'no-pods-to-end', why: 'not-over' })).toContain('End it first');
    expect(sayNotDone({ type: 'no-pods-to-end', why: 'none' })).toContain('nothing is known to have been opened');
  });

  test('reads in the help how it is typed', () => {
    const help = helpFor([deletePodOver()]);
    expect(help).toContain('/jit end-pods &lt;id&gt;');
    expect(help).toContain(
      '/jit request delete-pod &lt;namespace&gt;/&lt;pod&gt;,… [on &lt;cluster&gt;] [from &lt;22:00&gt;] [for good]',
    );
  });
});
