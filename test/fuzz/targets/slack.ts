import { type App, LogLevel, type Receiver } from '@slack/bolt';
import fc from 'fast-check';
import { createSlackApp } from '#adapters/slack/app.ts';
import { actionRow, button } from '#adapters/slack/blocks.ts';
import { createFaces } from '#adapters/slack/faces.ts';
import { hallmarked } from '#adapters/slack/hallmark.ts';
import { type PersonId, personId } from '#domain/ids.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { changeOver } from '#test/build/changes.ts';
import { policy, rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { slackDirectory } from '#test/build/slack-directory.ts';
import { readBlocks } from '#test/build/strict-blocks.ts';
import { createWorld, file, settle } from '#test/build/world.ts';
import { seeded } from '#test/fuzz/seeded.ts';
import { type Input, inputOf, type Judged, jsonIn, type Target } from '#test/fuzz/target.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';
import { drawnBy } from './drawn.ts';
import { type Appended, faultIn, leakIn, telling } from './parts.ts';

const people = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAN'].map((one) => personId.parse(one));
const [alice, bob, carol, dan] = people as [PersonId, PersonId, PersonId, PersonId];
const group = (...all: readonly PersonId[]) => ({ type: 'people' as const, people: all });

/** What stands in an input where a fresh one of Slack's belongs: each opens one window only, and for three seconds. */
const placeholder = { trigger: 'TRIGGER', response: 'http://slack.test/RESPONSE' } as const;

/** The whole bot in a strict workspace: Alice asks, Bob and Carol decide, Dan is nobody here. One request waits, one is in force. */
const open = async () => {
  const world = createWorld();
  for (const one of people) world.directory.memberships.set(one, 'member');
  world.settings.kinds = [accessOver(), changeOver()];
  world.settings.identities = [{ person: alice, kubernetes: { user: 'alice@example.com', groups: [] } }];
  world.settings.policy = policy({
    groups: new Map([
      ['developers', group(alice)],
      ['platform', group(bob, carol)],
    ]),
    rules: [rule({ permanent: true, channel: 'C0APPROVALS', breakGlass: undefined })],
  });
  world.cluster.put(shopIngress());
  const asked = { by: alice, subject: alice };
  const waiting = (await file(world, asked)).request.asked.id;
  const active = (await file(world, { ...asked, origin: 'form 2', namespace: 'bank' })).request.asked.id;
  await approveRequest(world.bot, { by: bob, id: active, revision: 1 });
  await settle(world);

  const { store, take } = telling(world.store);
  const faults: string[] = [];
  const ports = {
    ...world.bot,
    store,
    alarm: (message: string, fields: object) => void faults.push(`${message} ${JSON.stringify(fields)}`),
  };
  const random = seeded(1);
  const at = Temporal.Instant.from('2026-11-20T12:00:00Z');
  // Time stands still, so that nothing of Slack's grows old.
  const slack = createWorkspace({ rates: 'off', now: () => at, random: () => random.below(1_000_000) / 1_000_000 });
  const { fetch } = createInMemoryLink(slack);
  const directory = slackDirectory(world.directory);
  const given: App[] = [];
  const receiver: Receiver = { init: (app) => void given.push(app), start: async () => {}, stop: async () => {} };
  createSlackApp({
    ports,
    directory,
    people: createPeopleWatch({ ...ports, directory }),
    faces: createFaces(ports, createMemoryProjectionStore()),
    receiver,
    token: slack.state.app.token,
    clientOptions: { fetch, retryConfig: { retries: 0 }, timeout: 2_000, logger: quiet },
  });
  const [app] = given;
  if (app === undefined) throw new Error('Bolt gave the receiver no app');
  const answer = async (payload: Record<string, unknown>) => {
    const acks: unknown[] = [];
    const failed = await app.processEvent({ body: payload, ack: async (body) => void acks.push(body) }).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    return { acks, failed };
  };
  return { world, slack, answer, take, faults, ids: { waiting, active } };
};
/** What Slack's client says of each call that Slack refuses. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

type World = Awaited<ReturnType<typeof open>>;
type Payload = Readonly<Record<string, unknown>>;

/** Everything that people do in the client, as Slack sent it; the workspace is as it was after it. */
const samplesIn = async ({ world, slack, answer, ids }: World): Promise<readonly Input[]> => {
  const sent: [string, Payload][] = [];
  const disconnect = slack.connect({
    deliver: async ({ type, payload }) => {
      sent.push([type, payload]);
      const { acks } = await answer(payload);
      return {
        type: 'answered',
        status: 200,
        body: acks[0] === undefined ? '' : (JSON.parse(JSON.stringify(acks[0])) as unknown),
      };
    },
  });
  const as = (who: string) => slack.as(who);
  const type = (who: string, line: string) => as(who).command(line, { channel: 'approvals' });
  const lines = [
    '/jit request access ingress-edit shop/web for 30m because checkout answers 502',
    '/jit request change annotate acme.test/notes=yes shop/web for good because "release 4.2"',
    '/jit request change host web shop.acme.test shop from 22:00 because later',
    '/jit help',
    '/jit list',
    '/jit nonsense words',
    `/jit withdraw ${ids.waiting}`,
    `/jit done ${ids.active}`,
    `/jit extend ${ids.active} 30m because more`,
    `/jit again ${ids.active}`,
  ];
  for (const line of lines) await type('U0ALICE', line);
  for (const line of [
    `/jit show ${ids.waiting}`,
    `/jit diff ${ids.waiting}`,
    `/jit revoke ${ids.active} because enough`,
    `/jit keep ${ids.active} because ours`,
    `/jit review ${ids.active} justified because fine`,
  ])
    await type('U0BOB', line);
  const press = async (who: string, action: string, id: string): Promise<void> => {
    const blocks = [actionRow([button({ text: 'Press', action, value: `${id}.1.1` })])];
    const message = hallmarked({ text: '', blocks }, world.bot.signer, world.bot.trust);
    await slack.sendRaw({ ...clickOf(who, action, `${id}.1`), message });
    const { privateMetadata: _ } = as(who).view() ?? { privateMetadata: '' };
  };
  const second =
    slack
      .as('U0ALICE')
      .ephemerals()
      .map(({ shown }) => /\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(shown)?.[0])
      .find((id) => id !== undefined && id !== ids.waiting && id !== ids.active) ?? ids.waiting;
  for (const action of [
    'approve',
    'approve_less',
    'deny',
    'accept',
    'withdraw',
    'own',
    'disown',
    'explain',
    'done',
    'revoke',
    'extend',
    'whole',
    'previous_page',
    'next_page',
    'review',
    'keep',
    'restore',
    'end_pods',
    'ask',
    'open',
  ])
    await press(
      action === 'withdraw' || action === 'done' || action === 'extend' ? 'U0ALICE' : 'U0BOB',
      `hallpass_${action}`,
      second,
    );
  await type('U0ALICE', '/jit');
  for (const id of [...slack.state.views.keys()]) await submitAll(slack, id, sent);
  await as('U0ALICE').openHome();
  await slack.sendEvent({ type: 'user_change', user: { id: 'U0ALICE', deleted: true } });
  await slack.sendEvent({ type: 'subteam_members_changed', subteam_id: 'S0PLATFORM', removed_users: ['U0BOB'] });
  await slack.sendEvent({ type: 'subteam_updated', subteam: { id: 'S0PLATFORM' } });
  disconnect();
  slack.stop();
  return sent.map(([sort, payload]) => inputOf(sort, withPlaceholders(payload)));
};

/** A view submitted as it stands, as Slack sends it, whatever is in its fields. */
const submitAll = async (slack: World['slack'], id: string, sent: [string, Payload][]): Promise<void> => {
  const view = slack.state.views.get(id);
  if (view === undefined) return;
  const before = sent.length;
  await slack.acts.submit(view.userId, { viewId: id, values: {} }).catch(() => undefined);
  if (sent.length > before) return;
  const user = { id: view.userId, username: 'x', name: 'x', team_id: 'T0HALLPASS' };
  const values = Object.fromEntries(
    view.blocks.flatMap((block) =>
      block.type === 'input'
        ? [[block.block_id, { [block.element.action_id ?? '']: { type: 'plain_text_input', value: '30m' } }]]
        : [],
    ),
  );
  sent.push([
    'interactive',
    {
      type: 'view_submission',
      user,
      team: { id: 'T0HALLPASS' },
      api_app_id: 'A0HALLPASS',
      token: 'x',
      trigger_id: 'TRIGGER',
      view: {
        id,
        hash: view.hash,
        callback_id: view.callbackId,
        private_metadata: view.privateMetadata,
        type: 'modal',
        state: { values },
      },
    },
  ]);
};

const clickOf = (who: string, action: string, value: string) => ({
  type: 'block_actions',
  user: { id: who, username: 'x', name: 'x', team_id: 'T0HALLPASS' },
  team: { id: 'T0HALLPASS', domain: 'acme' },
  enterprise: null,
  is_enterprise_install: false,
  api_app_id: 'A0HALLPASS',
  token: 'local-verification-token',
  trigger_id: placeholder.trigger,
  container: { type: 'message', message_ts: '1.000000', channel_id: 'C0APPROVALS', is_ephemeral: false },
  channel: { id: 'C0APPROVALS', name: 'approvals' },
  response_url: placeholder.response,
  actions: [{ type: 'button', action_id: action, block_id: 'buttons', value, action_ts: '1.000000' }],
});

const withPlaceholders = (payload: Payload): Payload => ({
  ...payload,
  ...('trigger_id' in payload ? { trigger_id: placeholder.trigger } : {}),
  ...('response_url' in payload ? { response_url: placeholder.response } : {}),
});

/** A trigger and an answer's address for whoever acts, from the workspace itself. */
const fresh = async (
  slack: World['slack'],
  who: string,
): Promise<{ readonly trigger: string; readonly response: string }> => {
  let found: Payload = {};
  const disconnect = slack.connect({
    deliver: async ({ payload }) => {
      found = payload;
      return { type: 'answered', status: 200, body: '' };
    },
  });
  await slack.as(people.includes(who as PersonId) ? who : 'U0ALICE').command('/jit x', { channel: 'approvals' });
  disconnect();
  return { trigger: String(found.trigger_id), response: String(found.response_url) };
};

const whoIn = (payload: Payload): string => {
  const { user_id, user } = payload;
  if (typeof user_id === 'string') return user_id;
  return typeof user === 'object' && user !== null && 'id' in user && typeof user.id === 'string' ? user.id : '';
};

const mayCause = (who: string, { type, by, requester }: Appended): boolean => {
  const decides = who === bob || who === carol;
  switch (type) {
    case 'submitted':
      return requester === who && who === alice;
    case 'withdrawn':
    case 'extension-asked':
    case 'explained':
      return who === alice && (by === undefined || by === who);
    case 'end-requested':
      return who === alice || decides;
    case 'approved':
      return decides;
    case 'revised':
      return true;
    case 'voted':
    case 'seen':
    case 'denied':
    case 'conceded':
    case 'settled':
    case 'reviewed':
      return decides && by === who;
    default:
      return false;
  }
};

/** Errors by which Slack says that what it was given is not right, whoever's fault the rest is. */
const notRight =
  /invalid_blocks|invalid_arguments|msg_too_long|no_text|view_too_large|invalid_view|missing_argument|invalid_attachments/;

/**
 * The trigger, the person and the value of a button are what it was given: what Slack says of these is of no matter. (Slack itself takes
 * no button with a value of more than 2,000 characters.)
 */
const isNotRight = (said: string): boolean =>
  notRight.test(said) && !/pointer:\/(trigger_id|user_id|view\/private_metadata)\]|invalid `user_id`/.test(said);

const judge = async (world: World, { bytes }: Input): Promise<Judged> => {
  const payload = jsonIn(bytes);
  // What is no object is no envelope: Bolt's receivers read JSON and forms into objects before anything of ours sees them.
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return { outcome: 'no payload' };
  const { slack, faults } = world;
  faults.length = 0;
  slack.problems.length = 0;
  const who = whoIn(payload as Payload);
  const { trigger, response } = await fresh(slack, who);
  slack.calls.length = 0;
  slack.deliveries.length = 0;
  const views = new Set(slack.state.views.keys());
  // Half a character is none: Slack has another one in its place.
  const text = JSON.stringify(payload)
    .replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/gi, '$1\ufffd')
    .replaceAll('"TRIGGER"', JSON.stringify(trigger))
    .replaceAll('"http://slack.test/RESPONSE"', JSON.stringify(response));
  const { acks, failed } = await world.answer(JSON.parse(text) as Record<string, unknown>);
  for (const id of slack.state.views.keys()) if (!views.has(id)) slack.state.views.delete(id);
  const events = world.take();
  const type = 'type' in payload ? (typeof payload.type === 'string' ? payload.type : 'other') : 'command';
  const outcome = `${['block_actions', 'view_submission', 'event_callback', 'block_suggestion', 'view_closed', 'command'].includes(type) ? type : 'other'} ${failed === undefined ? '' : 'threw '}${acks.length} ${events.map((one) => one.type).join(' ')}`;
  return { outcome, why: whyNot(world, who, events, acks, failed) };
};

const whyNot = (
  { slack, faults }: World,
  who: string,
  events: readonly Appended[],
  acks: readonly unknown[],
  failed: unknown,
): string | undefined => {
  const wrong = events.find((event) => !mayCause(who, event));
  if (wrong !== undefined) return `${who} caused what they must not: ${JSON.stringify(wrong).slice(0, 300)}`;
  if (acks.length > 1) return `it acknowledged ${acks.length} times: ${JSON.stringify(acks).slice(0, 300)}`;
  const refused = slack.calls.find(({ answer }) => isNotRight(JSON.stringify(answer ?? '')));
  if (refused !== undefined)
    return `Slack would refuse what the bot sends: ${refused.method} ${JSON.stringify(refused.answer).slice(0, 600)}`;
  // What a view carries is our own JSON, which Slack keeps; of another one the form says that something went wrong.
  const others = faults.filter((fault) => !fault.includes('"cause":"SyntaxError'));
  return faultIn([...others, ...ownFault(failed)]) ?? ackProblem(acks[0]);
};

/** Bolt fails by itself on envelopes that Slack never sends, and answers 500; that is none of ours. */
const ownFault = (failed: unknown): readonly string[] => {
  const [, first = ''] = failed instanceof Error ? (failed.stack ?? '').split(/\n\s+at /) : [];
  return first.includes('/src/') ? [failed instanceof Error ? `${failed.name}: ${failed.message}` : 'unknown'] : [];
};

const ackProblem = (ack: unknown): string | undefined => {
  if (typeof ack !== 'object' || ack === null) return undefined;
  const said = JSON.stringify(ack);
  const leak = leakIn(said);
  if (leak !== undefined) return leak;
  if ('text' in ack && typeof ack.text === 'string' && ack.text.length > 40_000)
    return `Slack would refuse the answer: ${ack.text.length} characters`;
  try {
    if ('blocks' in ack) readBlocks(ack.blocks);
    if ('view' in ack && typeof ack.view === 'object' && ack.view !== null && 'blocks' in ack.view)
      readBlocks(ack.view.blocks, 'modal');
    if ('errors' in ack && (Object.keys(ack.errors ?? {}).length === 0 || Object.values(ack.errors ?? {}).includes('')))
      return 'Slack would refuse the answer: no errors';
  } catch (cause) {
    return `Slack would refuse the answer: ${String(cause).slice(0, 500)}`;
  }
  return undefined;
};

const word = fc.oneof(
  fc.constantFrom(
    'request',
    'access',
    'change',
    'ingress-edit',
    'shop/web',
    'shop',
    'for',
    '30m',
    'good',
    'because',
    'from',
    '22:00',
    'on',
    'prod',
    'as',
    '<@U0ALICE|alice>',
    '<@U0BOB>',
    'annotate',
    'host',
    'route',
    'manifest',
    'withdraw',
    'approve',
    'deny',
    'show',
    'list',
    'extend',
    'revoke',
    'again',
    '"',
    '--',
    '=',
    '&lt;b&gt;',
    '```',
    '<https://a.b|x>',
    'k7m2-qx',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const arbitrary = fc
  .record({
    who: fc.constantFrom('U0ALICE', 'U0BOB', 'U0DAN', 'U0GUS', 'U0ROBO'),
    words: fc.array(word, { maxLength: 14 }),
  })
  .map(({ who, words }) =>
    inputOf('slash_commands', {
      token: 'local-verification-token',
      team_id: 'T0HALLPASS',
      team_domain: 'acme',
      channel_id: 'C0APPROVALS',
      channel_name: 'approvals',
      user_id: who,
      user_name: 'x',
      command: '/jit',
      text: words.join(' '),
      api_app_id: 'A0HALLPASS',
      is_enterprise_install: 'false',
      response_url: placeholder.response,
      trigger_id: placeholder.trigger,
    }),
  );

/**
 * What Slack sends: commands, clicks, forms, options and events. Who an envelope is of is believed, for Slack signs it; everything else in
 * it is anybody's. Nothing comes of it but what that person may do, and nothing is answered that Slack would not take.
 */
export const slack: Target = {
  name: 'slack',
  open: async () => {
    // The samples name views and requests as they are in every such world.
    const begin = async () => {
      const made = await open();
      const samples = await samplesIn(made);
      made.take();
      return { made, samples };
    };
    let [{ made, samples }, used] = [await begin(), 0];
    return {
      samples,
      words: [
        'U0ALICE',
        'U0BOB',
        'U0DAN',
        'hallpass_approve',
        'hallpass_ask_form',
        'hallpass_why_form',
        'hallpass_field_profile',
        `${made.ids.waiting}.1`,
        `${made.ids.active}.1`,
        'private_metadata',
        'selected_option',
        'shop',
        'ingress-edit',
        'good',
        '30m',
        dan,
      ],
      draw: drawnBy(arbitrary),
      largest: 262_144,
      judge: async (input) => {
        used += 1;
        if (used % 1_000 === 0) ({ made, samples } = await begin());
        return judge(made, input);
      },
    };
  },
};
