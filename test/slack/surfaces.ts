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
import { itself } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Drift, RequestEvent } from '#domain/request/events.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, diffOf, shownOf, target } from '#test/build/contents.ts';
import { heldWrite } from '#test/build/held.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { activated, activatedToSum, approved, ended, quorum, submitted, summedUp } from '#test/build/requests.ts';
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
    const offer = await whatMayBeAsked(world.bot, alice, { byBreakGlass });
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
