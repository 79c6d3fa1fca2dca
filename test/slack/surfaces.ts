import type { KnownBlock, View } from '@slack/types';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { renderCard } from '#adapters/slack/card.ts';
import { renderCheckpoint } from '#adapters/slack/checkpoint-message.ts';
import { describedBy } from '#adapters/slack/described.ts';
import { directMessages, stuckMessage } from '#adapters/slack/direct-messages.ts';
import { askExtension } from '#adapters/slack/extend-form.ts';
import { notice, renderForm } from '#adapters/slack/form.ts';
import { hallmarked } from '#adapters/slack/hallmark.ts';
import { renderHome, renderList } from '#adapters/slack/home.ts';
import { askLess } from '#adapters/slack/less-form.ts';
import { logWindow } from '#adapters/slack/log-window.ts';
import { mentionsOf } from '#adapters/slack/mentions.ts';
import { renderEvent } from '#adapters/slack/thread.ts';
import { renderWhole } from '#adapters/slack/whole-view.ts';
import { askWhy, whyActs } from '#adapters/slack/why-form.ts';
import { headOf, mostHeads, writeCheckpoint } from '#domain/audit/checkpoint.ts';
import { noReason } from '#domain/guard/entry.ts';
import { itself, type PersonId, personId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Drift, RequestEvent } from '#domain/request/events.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { chainOf as chainOfShort } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, kept, shownOf, target } from '#test/build/contents.ts';
import { heldWrite } from '#test/build/held.ts';
import {
  id,
  alice as shortAlice,
  bob as shortBob,
  carol as shortCarol,
  dave as shortDave,
} from '#test/build/people.ts';
import { policy, rule, groups as shortGroups } from '#test/build/policy.ts';
import {
  activated,
  activatedToSum,
  approved,
  ended,
  later,
  noon,
  quorum,
  rolledOut,
  submitted,
  summedUp,
  written,
} from '#test/build/requests.ts';
import { root } from '#test/build/shipped-policy.ts';
import { createWorld } from '#test/build/world.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import type { Shown } from '#use-cases/contents.ts';
import { whatMayBeAsked } from '#use-cases/what-may-be-asked.ts';

/** Something that Hallpass shows in Slack, as it sends it. */
export type Surface = { readonly name: string } & (
  | { readonly message: { readonly blocks: readonly KnownBlock[] } }
  | { readonly view: View }
);

/** People with ids as long as Slack's own, in the place of those of the builders: what has to fit, has to fit with these. */
const [alice, bob, carol, dave] = ['U0123ALICE1', 'U0123BOB002', 'U0123CAROL3', 'U0123DAVE04'].map((one) =>
  personId.parse(one),
) as [PersonId, PersonId, PersonId, PersonId];
const longIds: ReadonlyMap<unknown, PersonId> = new Map([
  [shortAlice, alice],
  [shortBob, bob],
  [shortCarol, carol],
  [shortDave, dave],
]);
const withLongIds = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(withLongIds) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return (longIds.get(value) ?? value) as T;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withLongIds(one)])) as T;
};
const chainOf = (...events: Parameters<typeof chainOfShort>): Chain => chainOfShort(...withLongIds(events));
const groups = new Map([...shortGroups].map(([name, source]) => [name, withLongIds(source)]));

/** Every kind that there is, as the policy to start from configures it. */
const shippedKinds = async () => {
  const folder = await readPolicyFolder(`${root}/manifests/policy`);
  if (folder.ok) return folder.value.settings.kinds;
  throw new Error(folder.error.join('\n'));
};
type Kinds = Awaited<ReturnType<typeof shippedKinds>>;

const vote = (by = bob): RequestEvent => ({ type: 'voted', by, revision: 1 });
const active = [vote(), approved, activated] as const;
const two = quorum(['platform', 1], ['security', 1]);
const brokenGlass = submitted({ approval: { ...two.approval, breakGlass: { remindEvery: 3_600 } } });
const unasked: RequestEvent = { ...approved, by: [], auto: true };
const revoke: RequestEvent = { type: 'end-requested', by: carol, cause: 'revoked', reason: 'wrong cluster' };
const tripped: RequestEvent = {
  type: 'tripped',
  rule: 'secrets-listing',
  does: 'revoke',
  evidence: ['12:04:07 list secrets in shop: allowed by ClusterRoleBinding "ops"; kubectl/v1.30.2, from 10.0.3.0/24'],
};
const misused: RequestEvent = {
  type: 'misused',
  operation: 'update',
  target: target(),
  risk: 'critical',
  findings: ['Introduces a snippet (CVE-2021-25742).'],
};
const conflict = {
  target: target(),
  path: 'spec.rules[host=shop.acme.test].http.paths',
  before: '/old',
  applied: '/new',
  now: '/other',
  by: ['kubectl-edit'],
};
const conflicted: RequestEvent = { type: 'conflicted', conflicts: [conflict], reverted: [] };
const finding = (index: number): Finding => ({
  rule: `ingress-snippet-${index}`,
  severity: 'critical',
  change: 'introduces',
  says: `a snippet that runs inside the ingress controller, number ${index} & <more>`,
  object: 'Ingress shop-front/shop',
  path: ['metadata', 'annotations', 'server-snippet'],
  sources: ['CVE-2021-25742'],
});
const drift: Drift = {
  what: 'changed',
  fingerprint: 'f'.repeat(64),
  ignore: [],
  by: ['kubectl-edit (Update, 2026-11-26 03:12)'],
  dangers: ['Introduces a snippet that runs in the controller (CVE-2021-25742).'],
  risk: 'critical',
};

const short = contentOf([changeOf(diffOf(10))], {
  notes: ['Ingress shop has one host.'],
  cautions: ['Takes traffic.'],
});
/** As much of everything as a request may have. */
const most = contentOf(
  Array.from({ length: 40 }, (_, index) => changeOf(diffOf(200, 90), { target: target(`shop-${index}`) })),
  {
    findings: Array.from({ length: 30 }, (_, index) => finding(index)),
    reach: Array.from({ length: 30 }, (_, index) => ({
      change: 'opens' as const,
      text: `port ${index} of everything`,
    })),
    cautions: Array.from({ length: 20 }, (_, index) => `${index} `.padEnd(300, 'c')),
  },
);
const longWords = '<!channel> *all* `of` it & more, said at length. '.repeat(60);
const found = {
  ...changing(short),
  seconds: undefined,
  requester: itself,
  subject: itself,
  source: 'drift' as const,
  reason: 'Nobody asked for this change. It was found.',
  drift,
};
const held = { ...changing(short), seconds: undefined, held: heldWrite() };
const unsaid = { ...held, reason: noReason };
const other = id('abcd-ef');
const extension = submitted({ extends: { request: other, startedAt: noon, expiresAt: later(30) } });
const forGood = changing(short, { seconds: undefined });
const lapsed: RequestEvent = { type: 'lapsed', why: 'Ingress shop was changed meanwhile.', moved: true };
const revised: RequestEvent = {
  type: 'revised',
  revision: 2,
  seal: 'another',
  content: kept(short).ref,
  why: 'Ingress shop was changed meanwhile.',
};
const settled: RequestEvent = { type: 'settled', by: carol, choice: 'keep', reason: 'theirs is right' };
const urged = submitted({
  approval: { ...two.approval, remindEvery: 600, escalate: { after: 60, to: ['security'] } },
});
const reviewed: RequestEvent = { type: 'reviewed', by: bob, finding: 'not-justified', note: longWords };
const tonight = submitted({ startsAt: later(120) });
const used: RequestEvent = { type: 'used', operation: 'update', target: target(), risk: 'high' };
const prolonged = { type: 'prolonged', request: other, expiresAt: later(62) } as const;
const observed: RequestEvent = {
  type: 'observed',
  uses: [{ verb: 'get', group: '', resource: 'services', namespace: 'shop', name: 'web' }],
};

/** Requests in every state that looks different, with what is shown of their content. */
const requests: readonly (readonly [name: string, chain: Chain, shown?: Shown])[] = [
  ['access that waits', chainOf(submitted())],
  ['access that waits for the second of two groups', chainOf(submitted(two), vote())],
  ['access for somebody else, with a long reason', chainOf(submitted({ subject: dave, reason: longWords }))],
  ['access that works', chainOf(submitted(), ...active)],
  ['access that was revoked', chainOf(submitted(), ...active, revoke, { ...ended, cause: 'revoked' })],
  ['access that was denied', chainOf(submitted(), { type: 'denied', by: bob, revision: 1, reason: longWords })],
  ['access that was withdrawn', chainOf(submitted(), { type: 'withdrawn', by: alice })],
  ['access that ended and is summed up', chainOf(submitted(), vote(), approved, activatedToSum, ended, summedUp())],
  ['access by break-glass', chainOf(brokenGlass, unasked, activated)],
  ['access that is ended for how it was used', chainOf(submitted(), ...active, tripped)],
  ['access that was misused', chainOf(submitted(), ...active, misused)],
  ['change that waits', chainOf(changing(short)), shownOf(short)],
  ['change for good', chainOf(changing(short, { seconds: undefined })), shownOf(short)],
  ['change with as much as there may be', chainOf(changing(most, { reason: longWords })), shownOf(most)],
  ['change that cannot be read', chainOf(changing(short)), { type: 'unreadable' }],
  ['change that met somebody else’s', chainOf(changing(short), ...active, conflicted), shownOf(short)],
  ['write that was held', chainOf(held), shownOf(short)],
  ['something that was found changed', chainOf(found), shownOf(short)],
  ['something that was found and accepted', chainOf(found, { type: 'conceded', by: bob, revision: 1, reason: 'ours' })],
  ['access that is waited for too long', chainOf(urged, { type: 'reminded' }, { type: 'escalated' })],
  ['access that nobody decided on', chainOf(submitted(), { type: 'timed-out' })],
  ['access by break-glass that was reviewed', chainOf(brokenGlass, unasked, activated, ended, reviewed)],
  ['access that begins later', chainOf(tonight, vote(), { ...approved, applyBy: later(140) }, { type: 'confirmed' })],
  ['access that began no more', chainOf(tonight, vote(), approved, { type: 'withheld', why: 'Alice left the group.' })],
  ['access that could not be given', chainOf(submitted(), vote(), approved, { type: 'failed', why: 'forbidden' })],
  ['access that ends soon', chainOf(submitted(), ...active, observed, { type: 'warned' })],
  ['access that is to go on', chainOf(submitted(), ...active, { type: 'extension-asked', by: alice, request: other })],
  ['access that goes on', chainOf(submitted(), ...active, { type: 'extended', by: alice, request: other })],
  ['access that went on', chainOf(extension, ...active, { type: 'took-over', request: other })],
  ['access whose end is held up', chainOf(submitted(), ...active, { type: 'end-delayed', why: 'no answer' })],
  ['access under which something protected was changed', chainOf(submitted(), ...active, used)],
  ['change that goes on', chainOf(changing(short), ...active, { ...prolonged, by: alice }), shownOf(short)],
  ['change that moved', chainOf(changing(short), revised, { type: 'seen', by: bob, revision: 2 }), shownOf(short)],
  [
    'change that lapsed',
    chainOf(forGood, vote(), approved, lapsed, { type: 'followed', request: other }),
    shownOf(short),
  ],
  ['change that was settled', chainOf(changing(short), ...active, conflicted, settled), shownOf(short)],
  ['change that is through', chainOf(forGood, vote(), approved, written, rolledOut()), shownOf(short)],
  ['write that did not say why', chainOf(unsaid), shownOf(short)],
  ['write that was explained', chainOf(unsaid, { type: 'explained', by: alice, reason: longWords }), shownOf(short)],
];

const keys = createMemoryKeys();
const mark = <S extends { readonly blocks: readonly KnownBlock[] }>(surface: S): S =>
  hallmarked(surface, keys.signer('bot'), keys.trust);
const message = (name: string, { blocks }: { readonly blocks: readonly KnownBlock[] }): Surface => ({
  name,
  message: { blocks: mark({ blocks }).blocks },
});

const cardOf = (kinds: Kinds, chain: Chain, shown?: Shown) => {
  const description = describedBy(kinds, chain.request.asked);
  return renderCard({ chain, ...(description && { description }), ...(shown && { shown }) });
};
const cards = (kinds: Kinds) =>
  requests.map(([name, chain, shown]) => message(`card: ${name}`, cardOf(kinds, chain, shown)));

/** Each sort of event once, with everybody told who may be. */
const threads = (kinds: Kinds): readonly Surface[] => {
  const all = requests.flatMap(([, chain, shown]) => chain.entries.map((entry) => ({ chain, entry, shown })));
  return [...Map.groupBy(all, ({ chain, entry }) => `${entry.event.type} of ${chain.request.asked.kind}`)].map(
    ([sort, ones]) => {
      const { chain, entry, shown } = ones.at(-1) as (typeof all)[number];
      const description = describedBy(kinds, chain.request.asked);
      return message(`thread: ${sort}`, renderEvent(entry, chain, { description, shown, mention: mentionsOf(groups) }));
    },
  );
};

const directs = (kinds: Kinds): readonly Surface[] => [
  ...requests.flatMap(([name, chain]) =>
    directMessages(chain, describedBy(kinds, chain.request.asked), 'https://acme.slack.com/archives/C1/p1').map((one) =>
      message(`direct message to ${one.to}: ${name}`, one),
    ),
  ),
  message('direct message: a card that cannot be posted', stuckMessage(chainOf(submitted()))),
];

const homes = (kinds: Kinds): readonly Surface[] => {
  const chains = requests.map(([, chain]) => chain);
  const many = Array.from({ length: 100 }, (_, index) => chains[index % chains.length] as Chain);
  const nothing = { waitingForMe: [], active: [], mine: [], later: [] };
  const everything = { waitingForMe: many, active: many, mine: many, later: many };
  const reader = { person: carol, kinds, permalinks: new Map(), mayGoOn: () => true };
  const home = (inbox: typeof everything): View => mark(renderHome(inbox, reader));
  return [
    { name: 'home: nothing there', view: home(nothing) },
    { name: 'home: more than it holds', view: home(everything) },
    message('list: nothing there', renderList(nothing, reader)),
    message('list: more than it holds', renderList(everything, reader)),
  ];
};

/** The form of each kind before and after a namespace is chosen, to ask and to take by break-glass. */
const forms = async (kinds: Kinds): Promise<readonly Surface[]> => {
  const world = createWorld();
  world.settings.kinds = kinds;
  const breakGlass = {
    who: ['developers'],
    longest: Temporal.Duration.from({ minutes: 30 }),
    remindEvery: Temporal.Duration.from({ hours: 1 }),
  };
  world.settings.policy = policy({ rules: [rule({ permanent: true, breakGlass })] });
  const drawn: Surface[] = [];
  for (const byBreakGlass of [false, true]) {
    const offer = await whatMayBeAsked(world.bot, shortAlice, { byBreakGlass });
    if (offer === undefined) throw new Error('Alice may ask for nothing');
    for (const { name } of offer.kinds) {
      for (const chosen of [{}, { namespace: 'shop' }]) {
        const how = `${byBreakGlass ? 'break-glass' : 'request'} ${name}${'namespace' in chosen ? ' in a namespace' : ''}`;
        drawn.push({ name: `form: ${how}`, view: await renderForm(offer, alice, { kind: name, ...chosen }) });
      }
    }
  }
  return drawn;
};

const windows = (kinds: Kinds): readonly Surface[] => {
  const chain = chainOf(changing(most, { reason: longWords }));
  const { id } = chain.request.asked;
  const value = `${id}.1`;
  const whole = (page: number): View =>
    renderWhole(
      { chain, shown: shownOf(most) },
      bob,
      { id, revision: 1, page },
      describedBy(kinds, chain.request.asked),
    );
  return [
    ...whyActs.map((act) => ({ name: `window: ${act}`, view: askWhy(act, value, [conflict]) })),
    { name: 'window: extend', view: askExtension(value) },
    { name: 'window: approve for less', view: askLess(value, 1_800) },
    ...[0, 1, 999].map((page) => ({ name: `window: full diff, page ${page}`, view: whole(page) })),
    ...(['approve', 'approveLess'] as const).map((act) => ({
      name: `window: from the log, ${act}`,
      view: logWindow(act, 'altered', { chain, card: cardOf(kinds, chain, shownOf(most)) }),
    })),
    { name: 'window: only words', view: notice('n'.repeat(4_000)) },
  ];
};

const checkpoint = (): Surface => {
  const { id } = chainOf(submitted()).request.asked;
  const heads = Array.from({ length: mostHeads }, (_, index) => headOf(id, index + 1, 'a'.repeat(64)));
  const at = Temporal.Instant.from('2026-11-20T12:00:00Z');
  const full = writeCheckpoint(undefined, heads, at, keys.signer('bot'), keys.trust);
  return { name: 'checkpoint: as long as it gets', message: { blocks: renderCheckpoint(full).blocks } };
};

/**
 * A fixed set of what Hallpass shows in Slack: cards in every state, what stands in their threads, direct messages, homes, lists, forms
 * and windows, small and as large as they get. All are drawn by the product's own builders.
 */
export const surfaces = async (): Promise<readonly Surface[]> => {
  const kinds = await shippedKinds();
  return [
    ...cards(kinds),
    ...threads(kinds),
    ...directs(kinds),
    ...homes(kinds),
    ...(await forms(kinds)),
    ...windows(kinds),
    checkpoint(),
  ];
};
