import { describe, expect, test } from 'vitest';
import type { Standing } from '#domain/quorum.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Description } from '#kinds/kind.ts';
import { chainOf } from '#test/build/chains.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { activated, approved, ended, later, quorum, standing, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { directMessages, stuckMessage } from './direct-messages.ts';
import { renderEvent } from './thread.ts';

const description: Description = {
  profiles: ['ingress-edit'],
  noun: 'access',
  reachesFurther: false,
  title: 'Edit Ingresses',
  objects: ['web'],
  powers: ['update, get ingresses named web'],
  cautions: [],
};
const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const probe = { verb: 'update', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop', name: 'web' };
const active: Extract<RequestEvent, { type: 'activated' }> = {
  ...activated,
  objects: [{ apiVersion: 'v1', kind: 'Role', namespace: 'shop', name: 'hallpass-k7m2-qx-0', uid: 'u' }],
  proofs: [probe],
};
const revoke: RequestEvent = { type: 'end-requested', by: carol, cause: 'revoked', reason: 'wrong cluster' };
const gone: RequestEvent = {
  type: 'ended',
  cause: 'revoked',
  proofs: [{ probe: 'get pods in shop' }],
  lagMilliseconds: 8,
};

const said = (...events: readonly RequestEvent[]): readonly string[] => {
  const chain = chainOf(submitted(), ...events);
  return chain.entries.map((entry) => readBlocks(renderEvent(entry, chain).blocks).shown);
};

describe('a thread', () => {
  test('says who had just proven who they are when they approved', () => {
    expect(said({ ...vote, confirmed: true })[1]).toContain(
      `<@${bob}> approved, just signed in outside of Slack, which counts for platform`,
    );
  });

  test('says each event once, by whom and when, and proves which it is', () => {
    const chain = chainOf(submitted(), vote, approved, active, revoke, gone);
    const messages = chain.entries.map((entry) => renderEvent(entry, chain));
    expect(messages.map(({ blocks }) => readBlocks(blocks).shown.split('\n')[0])).toEqual([
      `<@${alice}> asked · 2026-11-20 12:00:00 UTC`,
      `👍 <@${bob}> approved, which counts for platform · 2026-11-20 12:01:00 UTC`,
      `☑️ Approved by <@${bob}>: enough have agreed; it is applied now · 2026-11-20 12:02:00 UTC`,
      '✅ Active until 2026-11-20 12:32:00 UTC: the API server confirms it · 2026-11-20 12:03:00 UTC',
      `🔒 <@${carol}> revoked it · 2026-11-20 12:04:00 UTC`,
      '🔒 Ended: it was revoked, and it was removed 8 ms after that · 2026-11-20 12:05:00 UTC',
    ]);
    expect(messages.map(({ metadata }) => metadata)).toEqual(
      chain.entries.map(({ version, hash }) => ({
        event_type: 'hallpass_event',
        event_payload: { request: 'k7m2-qx', version, hash },
      })),
    );
  });

  test('says first all that was asked, so that nothing else has to be read beside it', () => {
    const first = (described?: Description) => {
      const chain = chainOf(submitted({ subject: dave }));
      return readBlocks(
        renderEvent(chain.entries[0] ?? expect.fail(), chain, { description: described }).blocks,
      ).shown.split('\n');
    };
    expect(first(description)).toEqual([
      `<@${alice}> asked for <@${dave}> · 2026-11-20 12:00:00 UTC`,
      'Profile  ingress-edit · Edit Ingresses',
      'Objects  web',
      'Where  cluster prod · namespace shop',
      `For  <@${dave}> · 30m`,
      'Can',
      '• update, get ingresses named web',
      'checkout answers 502',
      expect.stringMatching(/^seal /),
      expect.stringMatching(/^entry 1 · /),
    ]);
    expect(first({ ...description, objects: [] })).toContain('Objects  all in the namespace');
    expect(first()).toContain('Asked (access)  {"objects":[],"profile":"ingress-edit"}');
  });

  test('says the time of each event once, the same for all readers', () => {
    const chain = chainOf(submitted(), vote, approved, active, revoke, gone);
    for (const entry of chain.entries) {
      const { blocks } = renderEvent(entry, chain);
      const at = `${entry.at.toString().slice(0, 19).replace('T', ' ')} UTC`;
      expect(readBlocks(blocks).shown.split(at)).toHaveLength(2);
      expect(JSON.stringify(blocks)).not.toContain('"type":"date"');
    }
  });

  test('says for which groups a vote counts, when that is known', () => {
    const chain = chainOf(submitted(quorum(['platform', 1], ['security', 1])), vote);
    const voted = (known?: Standing) =>
      readBlocks(renderEvent(chain.entries[1] ?? expect.fail(), chain, { standing: known }).blocks).shown.split(
        ' · ',
      )[0];
    expect(voted()).toBe(`👍 <@${bob}> approved`);
    expect(voted(standing([bob, 1]))).toBe(`👍 <@${bob}> approved, which counts for security`);
    expect(voted(standing([bob, 0, 1]))).toBe(`👍 <@${bob}> approved, which counts for platform or security`);
  });

  test('repeats what people wrote and names what was made', () => {
    const [asked, , , works, revoked] = said(vote, approved, active, revoke);
    expect(asked).toContain('checkout answers 502');
    expect(works).toContain('• Role hallpass-k7m2-qx-0 in shop');
    expect(revoked).toContain('wrong cluster');
  });

  test('says loudly what is still allowed, and what is late', () => {
    const still = {
      ...ended,
      proofs: [{ probe: 'get pods in shop', stillAllowedBy: 'RBAC: allowed by "ops"' }],
    } as RequestEvent;
    const [, , , , late, end] = said(
      vote,
      approved,
      active,
      { type: 'end-delayed', why: 'The cluster does not answer.' },
      still,
    );
    expect(late).toContain('⚠️ The end is late; the access may still work. The cluster does not answer.');
    expect(end).toContain('⚠️ Ended, BUT STILL ALLOWED by something else');
    expect(end).toContain('⚠️ STILL ALLOWED: get pods in shop. The API server says: RBAC: allowed by "ops"');
  });

  test('holds twenty objects of the longest names whole, and a hostile reason within Slack’s limits', () => {
    const objects = Array.from({ length: 20 }, (_, index) => `${'n'.repeat(250)}${100 + index}`);
    const description: Description = {
      profiles: ['p'],
      noun: 'access',
      reachesFurther: false,
      title: 't',
      objects,
      powers: [`update ingresses named ${objects.join(', ')}`, 'get pods'],
      cautions: ['<!here>'.repeat(200), 'b'],
    };
    const chain = chainOf(submitted({ reason: '\u202e<!here>'.repeat(100) }));
    const { text, blocks } = renderEvent(chain.entries[0] ?? expect.fail(), chain, { description });
    const { shown, mentions } = readBlocks(blocks);
    expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
    expect(text.length).toBeLessThanOrEqual(2_000);
    for (const name of objects) expect(shown).toContain(name);
    expect(shown).toContain('To beware of\n• <!here>');
    expect(mentions).toEqual([
      { type: 'user', id: alice },
      { type: 'user', id: alice },
    ]);
  });
});

/** Who is told what, first lines only. */
const told = (asked: Parameters<typeof submitted>[0], ...events: readonly RequestEvent[]) =>
  directMessages(chainOf(submitted(asked), ...events), undefined, 'https://a.slack.com/p1').map(({ to, blocks }) => [
    to,
    readBlocks(blocks).shown.split('\n')[0],
  ]);

describe('direct messages', () => {
  test('tell a subject that somebody asks for them, and an asker nothing of their own asking', () => {
    expect(told({})).toEqual([]);
    expect(told({ subject: dave })).toEqual([
      [dave, `<@${alice}> asks for access for you. You will be told when it is decided.`],
    ]);
  });

  test('come when access works, with a command to try, and not when it is merely approved', () => {
    expect(told({}, vote, approved)).toEqual([]);
    expect(told({}, vote, approved, active)).toEqual([
      [
        alice,
        `✅ Your access works now, until ${later(32).toString().slice(0, 19).replace('T', ' ')} UTC. Try: kubectl auth can-i update ingresses.networking.k8s.io/web -n shop`,
      ],
    ]);
  });

  test('try a read where the grant has one, and else ask only', () => {
    const tryOf = (proof: Partial<(typeof active)['proofs'][number]>, powers: readonly string[]) => {
      const chain = chainOf(submitted(), vote, approved, { ...active, proofs: [{ ...probe, ...proof }] });
      const [message] = directMessages(chain, { ...description, powers });
      return readBlocks(message?.blocks).shown.split('\n')[0]?.split(' Try: ')[1];
    };
    const named = ['delete, update, get ingresses named web'];
    expect(tryOf({}, named)).toBe('kubectl -n shop get ingresses.networking.k8s.io web');
    expect(tryOf({ verb: 'get', group: '', resource: 'pods', name: 'a' }, [])).toBe('kubectl -n shop get pods a');
    expect(tryOf({}, ['update ingresses named web', 'get pods'])).toMatch(/^kubectl auth can-i update/);
    expect(tryOf({ subresource: 'status' }, named)).toMatch(/^kubectl auth can-i/);
    const { name: _, ...unnamed } = probe;
    const all = (powers: readonly string[]) => {
      const chain = chainOf(submitted(), vote, approved, { ...active, proofs: [unnamed] });
      return readBlocks(directMessages(chain, { ...description, powers })[0]?.blocks).shown.split('\n')[0];
    };
    expect(all(['update, get, list ingresses'])).toContain('Try: kubectl -n shop get ingresses.networking.k8s.io');
    // Without a name kubectl lists, and that is not granted here.
    expect(all(['update, get ingresses'])).toContain('Try: kubectl auth can-i');
  });

  test('name what still allows it in the words of the API server', () => {
    const proofs = [
      { probe: 'get pods in shop', stillAllowedBy: 'RBAC: allowed by RoleBinding "ops/shop"' },
      { probe: 'get secrets in shop', stillAllowedBy: 'RBAC: allowed by RoleBinding "ops/shop"' },
    ];
    const [message] = directMessages(chainOf(submitted(), vote, approved, active, { ...ended, proofs }));
    expect(readBlocks(message?.blocks).shown.split('\n')[0]).toBe(
      '🔒 Your access has ended: its time is over. ⚠️ Something else still allows it: get pods in shop. The API server says: RBAC: allowed by RoleBinding "ops/shop". The thread has 1 more answer of this sort.',
    );
  });

  test('tell both people of an end that somebody else made, and never who made it', () => {
    const done: RequestEvent = { type: 'end-requested', by: dave, cause: 'done', reason: '' };
    expect(told({ subject: dave }, vote, approved, active, done, { ...gone, cause: 'done' } as RequestEvent)).toEqual([
      [alice, `🔒 The access you asked for, for <@${dave}>, has ended: <@${dave}> gave it back.`],
    ]);
    expect(told({ subject: dave }, vote, approved, active, revoke, gone).map(([to]) => to)).toEqual([alice, dave]);
    expect(told({}, { type: 'withdrawn', by: alice })).toEqual([]);
  });

  test('tell only the newest turn: news that came late is not told as news', () => {
    expect(told({}, vote, approved, active, ended)).toEqual([[alice, '🔒 Your access has ended: its time is over.']]);
  });

  test('repeat the reason of a denial and say where to read on', () => {
    const [message] = directMessages(
      chainOf(submitted(), { type: 'denied', by: bob, revision: 1, reason: '<!here> no' }),
    );
    const { shown, mentions } = readBlocks(message?.blocks);
    expect(shown).toContain('<!here> no');
    expect(shown).toContain('/jit show k7m2-qx');
    expect(mentions).toEqual([{ type: 'user', id: bob }]);
  });

  test('tell an asker how approvers find a request whose card cannot be posted', () => {
    expect(readBlocks(stuckMessage(chainOf(submitted())).blocks).shown).toContain('/jit show k7m2-qx');
  });
});
