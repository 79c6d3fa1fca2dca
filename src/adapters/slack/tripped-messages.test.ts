import { describe, expect, test } from 'vitest';
import { mostObserved, type RequestEvent, type Submitted, type Use } from '#domain/request/events.ts';
import { mostEvidence, type WatchRule } from '#domain/watch/suspicion.ts';
import { chainOf } from '#test/build/chains.ts';
import { agreed, auto, cardOf, type Events, taken, threadOf, told, unasked, vote } from '#test/build/grant-messages.ts';
import { alice, bob, carol, dave, id } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { charactersOf, limits } from './blocks.ts';
import { renderCard } from './card.ts';
import { directMessages } from './direct-messages.ts';
import { sayNotDone } from './replies.ts';
import { renderEvent } from './thread.ts';

type Trip = Extract<RequestEvent, { type: 'tripped' }>;
const listed = '12:04:07 list secrets in shop: allowed by ClusterRoleBinding "ops"; kubectl/v1.30.2, from 10.0.3.0/24';
const tripped = (does: Trip['does'] = 'revoke', rule: WatchRule = 'secrets-listing', ...evidence: string[]): Trip => ({
  type: 'tripped',
  rule,
  does,
  evidence: evidence.length === 0 ? [listed] : evidence,
});
const over: RequestEvent = { ...ended, cause: 'tripped', lagMilliseconds: 340 };
const moved = tripped(
  'warn',
  'new-address',
  '12:04:07 get ingresses web in shop: allowed; kubectl/v1.30.2, from 192.0.2.0/24',
);

describe('a grant that is ended for how it was used', () => {
  test('says on its card that it is, and what was seen, while it is being ended and afterwards', () => {
    const ending = cardOf(submitted(), ...agreed, tripped());
    expect(ending).toContain('Being ended early · Secrets were listed');
    expect(ending).toContain('🚨 Secrets were listed.');
    expect(ending).toContain(listed);
    expect(ending).not.toContain('[Revoke]');
    const gone = cardOf(submitted(), ...agreed, tripped(), over);
    expect(gone).toContain('ended early: Secrets were listed; ended 340 ms after that');
    expect(gone).toContain(listed);
  });

  test('says in its thread what was seen, by which rule, and what comes of it', () => {
    const { shown, mentions } = threadOf(submitted(), ...agreed, tripped());
    expect(shown).toContain(
      '🚨 Ended early: Secrets were listed (secrets-listing). The grant of <@UALICE> is ended for it · ',
    );
    expect(shown).toContain(listed);
    expect(mentions).toHaveLength(1);
    expect(threadOf(submitted(), ...agreed, tripped(), over).shown).toContain(
      'Ended: Secrets were listed, and it was removed 340 ms after that',
    );
  });

  test('tells whoever lost it how to ask anew, and those who had agreed; while it is being ended nobody yet', () => {
    expect(told(submitted(), ...agreed, tripped())).toEqual([]);
    const { approval } = submitted();
    const two = { ...approval, quorum: [{ from: 'platform', count: 2 }] };
    const both: RequestEvent = { ...approved, by: [bob, carol] };
    const all = told(submitted({ approval: two }), vote(), vote(carol), both, activated, tripped(), over);
    expect(all.map(({ to }) => to)).toEqual([alice, bob, carol]);
    const [hers, his] = all;
    expect(hers?.text).toContain(
      `🚨 Your access was ended early, because Secrets were listed. Was it not you? Tell whoever keeps the cluster. To ask for the same anew: /jit again ${id()} because …. It has to be approved again.`,
    );
    expect(hers?.text).toContain(listed);
    expect(his?.text).toContain('🚨 What you approved, for <@UALICE>, was ended early, because Secrets were listed.');
    expect(his?.text).toContain(listed);
    expect(his?.text).not.toContain('/jit again');
    expect(his?.text).not.toContain('Was it not you');
  });

  test('that somebody asked for others tells both, and only whoever asked how to ask anew', () => {
    const [asker, subject] = told(submitted({ requester: dave }), ...agreed, tripped(), over);
    expect([asker?.to, subject?.to]).toEqual([dave, alice]);
    expect(asker?.text).toContain('The access you asked for, for <@UALICE>, was ended early');
    expect(asker?.text).toContain('/jit again');
    expect(asker?.text).not.toContain('Was it not you');
    expect(subject?.text).toContain('Was it not you? Tell whoever keeps the cluster.');
    expect(subject?.text).not.toContain('/jit again');
  });

  test('mentions in its thread those who may end it where nobody had to agree', () => {
    const { shown, mentions } = threadOf(auto, unasked, activated, tripped());
    expect(shown).toMatch(/is ended for it\. .+: look at it · /);
    expect(mentions.length).toBeGreaterThan(1);
  });

  test('answers who ends it too, without a name and with the right reason', () => {
    expect(sayNotDone({ type: 'already-ending', cause: 'tripped' })).toBe(
      'It is being ended already, because something looked wrong. Its card and its thread say what.',
    );
  });

  test('was warned of before: what ended it is what is said', () => {
    const gone = [submitted(), ...agreed, moved, tripped(), over] as const;
    expect(cardOf(...gone)).toContain('ended early: Secrets were listed');
    expect(told(...gone)[0]?.text).toContain('because Secrets were listed');
  });
});

describe('a grant that is ended for what its holder is no longer', () => {
  const left = tripped('revoke', 'left-groups', 'They are in none of: engineers.');

  test('tells the holder so, as that, and does not ask whether it was somebody else', () => {
    const [hers, his] = told(submitted(), ...agreed, left, over);
    expect(hers?.text).toContain(
      'because you have left the groups that may ask for it. Once you are in one of them again',
    );
    expect(hers?.text).not.toContain('Was it not you');
    expect(his?.text).toContain('because whoever asked for it has left the groups that may ask for it.');
  });

  test('says so in its thread and on its card', () => {
    expect(threadOf(submitted(), ...agreed, left).shown).toContain(
      'Ended early: whoever asked for it has left the groups that may ask for it (left-groups).',
    );
    expect(cardOf(submitted(), ...agreed, left)).toContain(
      '🚨 Whoever asked for it has left the groups that may ask for it.',
    );
  });
});

describe('a grant that is only worth a look', () => {
  test('stays: its thread says so, and its card, which can still end it', () => {
    const { shown } = threadOf(submitted(), ...agreed, moved);
    expect(shown).toContain(
      '👀 Worth a look: it was used from another network than before (new-address). It stays in force; revoke it if this is wrong · ',
    );
    expect(shown).toContain('from 192.0.2.0/24');
    const card = cardOf(submitted(), ...agreed, moved);
    expect(card).toContain('Active until');
    expect(card).toContain('👀 It was used from another network than before.');
    expect(card).toContain('[Revoke]');
  });

  test('tells whose it is, for it may have been somebody else in their name; nobody is told to ask again', () => {
    const [hers, ...others] = told(submitted(), ...agreed, moved);
    expect(others).toEqual([]);
    expect(hers?.text).toContain(
      '👀 Your access stays in force, but it was used from another network than before. Was it not you? Tell whoever keeps the cluster.',
    );
    expect(hers?.text).not.toContain('/jit again');
    const [asker] = told(submitted({ requester: dave }), ...agreed, moved);
    expect(asker?.text).toContain('The access you asked for, for <@UALICE>, stays in force, but it was used');
    expect(asker?.text).not.toContain('Was it not you');
  });

  test('by break-glass shouts to those who review it, and says why it stays', () => {
    const events: Events = [taken, unasked, activated, tripped('warn')];
    const { shown, mentions } = threadOf(...events);
    expect(shown).toContain('It stays in force, because it was taken by break-glass; revoke it if this is wrong. ');
    expect(shown).toContain(': look at it');
    expect(mentions.length).toBeGreaterThan(0);
    expect(told(...events)[0]?.text).toContain(
      'Your access stays in force, because it was taken by break-glass, but Secrets were listed.',
    );
    expect(cardOf(...events)).toContain('👀 Secrets were listed.');
  });
});

describe('what follows it', () => {
  const again = (): Submitted =>
    submitted({ follows: { request: id('abcd-ef'), why: 'Secrets were listed', ended: true } });

  test('says so on its card and in its thread', () => {
    expect(cardOf(again())).toContain('Follows  abcd-ef, which was ended early: Secrets were listed');
    expect(threadOf(again()).shown).toContain('Follows abcd-ef, which was ended early: Secrets were listed');
  });
});

describe('what was done with a grant', () => {
  const use = (changed: Partial<Use> = {}): Use => ({
    verb: 'get',
    group: 'networking.k8s.io',
    resource: 'ingresses',
    namespace: 'shop',
    name: 'web',
    ...changed,
  });
  const observed = (...uses: readonly Use[]): RequestEvent => ({ type: 'observed', uses: [...uses] });

  test('is in its thread, each on a line, with what else allows it; nobody is mentioned or written to', () => {
    const two = observed(use(), use({ verb: 'patch', subresource: 'status', allowedBy: 'ClusterRoleBinding "ops"' }));
    const { shown, mentions } = threadOf(submitted(), ...agreed, two);
    expect(shown).toContain('🔎 Used for the first time in these ways · ');
    expect(shown).toContain('get ingresses.networking.k8s.io web in shop');
    expect(shown).toContain(
      'patch ingresses/status.networking.k8s.io web in shop (ClusterRoleBinding "ops" allows it too)',
    );
    expect(mentions).toEqual([]);
    // The newest turn is still that it is active.
    expect(told(submitted(), ...agreed, two)).toEqual(told(submitted(), ...agreed));
    expect(cardOf(submitted(), ...agreed, two)).toContain('Active until');
  });

  test('may be as much as a log takes, of names as long as Kubernetes has them', () => {
    const many = Array.from({ length: mostObserved }, (_, nth) =>
      use({ verb: 'update', name: `${nth}-`.padEnd(253, 'x') }),
    );
    const chain = chainOf(submitted(), ...agreed, observed(...many));
    const { blocks } = renderEvent(chain.entries.at(-1) ?? expect.fail('no entry'), chain);
    expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
    expect(readBlocks(blocks).shown).toMatch(/and \d+ more uses, in the log/);
  });

  test('that has hostile names stays on its line, and mentions nobody', () => {
    const name = '<!channel> <@UMALLORY>\n:tada: \u202egnp';
    const { shown, mentions } = threadOf(submitted(), ...agreed, observed(use({ name, allowedBy: name })));
    expect(mentions).toEqual([]);
    expect(shown).not.toContain('\u202e');
    expect(shown.split('\n').filter((line) => line.includes('UMALLORY'))).toHaveLength(1);
  });
});

describe('whatever stands in the evidence', () => {
  const hostile =
    '<!channel> <@UMALLORY> <!subteam^S0PLATFORM> :rotating_light: *bold* `code`\n> quote\r\u202egnp\u200b<https://x|y>';
  const full = Array.from({ length: mostEvidence.lines }, () => hostile.repeat(9).slice(0, mostEvidence.characters));
  const all: readonly [string, Events][] = [
    ['ended', [submitted(), ...agreed, tripped('revoke', 'denied-burst', ...full)]],
    ['over', [submitted(), ...agreed, tripped('revoke', 'denied-burst', ...full), over]],
    ['warned', [submitted(), ...agreed, tripped('warn', 'out-of-scope', ...full)]],
    ['taken', [taken, unasked, activated, tripped('warn', 'exec', ...full)]],
    ['without a vote', [auto, unasked, activated, tripped('revoke', 'exec', ...full)]],
  ];

  test.each(all)('messages of what is %s stay within Slack’s limits and mention nobody else', (_, events) => {
    const chain = chainOf(...events);
    const entry = chain.entries.find(({ event }) => event.type === 'tripped') ?? expect.fail('no entry');
    for (const { text, blocks } of [renderCard({ chain }), renderEvent(entry, chain), ...directMessages(chain)]) {
      expect(charactersOf(blocks)).toBeLessThanOrEqual(limits.messageCharacters);
      expect(text).not.toMatch(/<!channel>|<@UMALLORY>|<!subteam/);
      const { shown, mentions } = readBlocks(blocks);
      expect(mentions.flatMap((one) => ('id' in one ? [one.id] : []))).not.toContain('UMALLORY');
      expect(mentions.map(({ type }) => type)).not.toContain('broadcast');
      expect(shown).not.toMatch(/[\u202e\u200b\r]/);
    }
  });

  test('the thread has all of it, whatever the card leaves to it', () => {
    const lines = Array.from({ length: mostEvidence.lines }, (_, nth) =>
      `${nth} `.padEnd(mostEvidence.characters, 'x'),
    );
    const events: Events = [submitted(), ...agreed, tripped('revoke', 'denied-burst', ...lines)];
    const { shown } = threadOf(...events);
    for (const line of lines) expect(shown).toContain(line);
    expect(shown).not.toContain('in the thread');
    expect(cardOf(...events)).toMatch(/and \d+ more lines, in the thread/);
  });

  test('or none at all: it is said without it', () => {
    const bare: Trip = { ...tripped(), evidence: [] };
    expect(threadOf(submitted(), ...agreed, bare).shown).toContain('Ended early: Secrets were listed');
    expect(cardOf(submitted(), ...agreed, bare)).toContain('🚨 Secrets were listed.');
    expect(told(submitted(), ...agreed, bare, over)[0]?.text).toContain('because Secrets were listed.');
  });
});
