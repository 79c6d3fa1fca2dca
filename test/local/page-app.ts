import type { App } from '@slack/bolt';
import type { HomeView, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { registerChange } from '#test/local/page-change.ts';

const words = (text: string) => ({ type: 'plain_text' as const, text });
const option = (text: string, value = text): PlainTextOption => ({ text: words(text), value });

export const hostileText =
  '<script>document.title="owned"</script><img src=x onerror="document.title=1"> \u202Eesrever\u200B';

const diff = ['--- live', '+++ approved', ' spec:', '-  replicas: 2', '+  replicas: 3'].join('\n');

/** A card like Hallpass's: header, fields, rich text, context, buttons of every look. */
export const card = (state: string): KnownBlock[] => [
  { type: 'header', text: words('Ingress prod/web') },
  {
    type: 'section',
    text: { type: 'mrkdwn', text: `*Alice* asks for \`ingress-edit\` :lock: ${state}` },
    fields: [
      { type: 'mrkdwn', text: '*Cluster*\nprod-eu' },
      { type: 'mrkdwn', text: '*Ends*\n<!date^1893456000^{date_short} {time}|later>' },
      { type: 'mrkdwn', text: '*Quorum*\n<!subteam^S0PLATFORM> ✓, <!subteam^S0SECURITY> …' },
      { type: 'plain_text', text: 'Asked from Slack' },
    ],
  },
  {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Reason: ', style: { bold: true } },
          { type: 'text', text: hostileText },
        ],
      },
      { type: 'rich_text_preformatted', language: 'diff', elements: [{ type: 'text', text: diff }] } as never,
    ],
  },
  { type: 'divider' },
  {
    type: 'actions',
    block_id: 'decide',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        style: 'primary',
        value: 'k7m2-qx:1',
        text: words('Approve'),
        confirm: {
          title: words('Approve?'),
          text: { type: 'mrkdwn', text: 'This applies *3 lines*.' },
          confirm: words('Yes, approve'),
          deny: words('Not yet'),
        },
      },
      { type: 'button', action_id: 'deny', style: 'danger', value: 'k7m2-qx:1', text: words('Deny') },
      { type: 'button', action_id: 'silent', text: words('Never answers') },
      { type: 'button', action_id: 'pipeline', text: words('Pipeline'), url: 'https://ci.example.test/1' },
    ],
  },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'k7m2-qx · revision 1 · from <@U0ALICE>' }] },
];

/** A modal with every kind of input that Hallpass uses. */
const everyInput: ModalView = {
  type: 'modal',
  callback_id: 'every-input',
  title: words('Ask for access'),
  submit: words('Ask'),
  close: words('Cancel'),
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: 'Say what you need and *why*.' } },
    {
      type: 'input',
      block_id: 'reason',
      label: words('Reason'),
      hint: words('Approvers read this.'),
      element: { type: 'plain_text_input', action_id: 'a', max_length: 200 },
    },
    {
      type: 'input',
      block_id: 'patch',
      optional: true,
      label: words('Patch'),
      element: { type: 'plain_text_input', action_id: 'a', multiline: true },
    },
    {
      type: 'input',
      block_id: 'minutes',
      label: words('Minutes'),
      element: {
        type: 'number_input',
        action_id: 'a',
        is_decimal_allowed: false,
        min_value: '5',
        max_value: '240',
        initial_value: '30',
      },
    },
    {
      type: 'input',
      block_id: 'cluster',
      label: words('Cluster'),
      element: {
        type: 'static_select',
        action_id: 'a',
        placeholder: words('Choose a cluster'),
        options: ['prod-eu', 'prod-us', 'staging'].map((one) => option(one)),
      },
    },
    {
      type: 'input',
      block_id: 'ports',
      label: words('Ports'),
      element: {
        type: 'multi_static_select',
        action_id: 'a',
        option_groups: [
          { label: words('Web'), options: [option('80'), option('443')] },
          { label: words('Data'), options: [option('5432')] },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'object',
      label: words('Object'),
      element: { type: 'external_select', action_id: 'objects', min_query_length: 2, placeholder: words('Search') },
    },
    {
      type: 'input',
      block_id: 'subject',
      label: words('For whom'),
      element: { type: 'users_select', action_id: 'a', initial_user: 'U0ALICE' },
    },
    {
      type: 'input',
      block_id: 'mode',
      label: words('Mode'),
      element: { type: 'radio_buttons', action_id: 'a', options: [option('View', 'view'), option('Edit', 'edit')] },
    },
    {
      type: 'input',
      block_id: 'extras',
      optional: true,
      label: words('Extras'),
      element: {
        type: 'checkboxes',
        action_id: 'a',
        options: [option('Tell the channel', 'tell'), option('Urgent', 'urgent')],
      },
    },
  ],
};

const home = (state: string): HomeView => ({
  type: 'home',
  blocks: [
    { type: 'header', text: words('Waiting for you') },
    {
      type: 'section',
      text: { type: 'mrkdwn', text: `1 request: ${state}` },
      accessory: { type: 'button', action_id: 'look', text: words('Look') },
    },
    { type: 'divider' },
    { type: 'context', elements: [{ type: 'mrkdwn', text: '*Active now* `k7m2-qx`' }] },
  ],
});

const second: ModalView = {
  type: 'modal',
  title: words('Full diff'),
  blocks: [{ type: 'section', text: words('Nothing hidden.') }],
};

/** Answers of every kind that the page has to show; `submitted` holds what forms brought. */
export const registerPageApp = (app: App): { submitted: unknown[] } => {
  const submitted: unknown[] = [];
  registerChange(app);
  app.command('/jit', async ({ ack, body, client, command }) => {
    if (command.text === 'silent') return;
    await ack(command.text === 'help' ? { response_type: 'ephemeral', text: 'Try `/jit request`.' } : undefined);
    if (command.text === 'request') await client.views.open({ trigger_id: body.trigger_id, view: everyInput });
    if (command.text !== 'card') return;
    const posted = await client.chat.postMessage({
      channel: body.channel_id,
      text: 'A request',
      blocks: card('pending'),
    });
    await client.chat.postMessage({
      channel: body.channel_id,
      thread_ts: posted.ts ?? '',
      text: `Asked: ${hostileText.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`,
    });
    await client.files.uploadV2({
      channel_id: body.channel_id,
      thread_ts: posted.ts ?? '',
      filename: 'full.diff',
      title: 'Full diff',
      content: diff,
    });
    await client.chat.postMessage({ channel: body.user_id, text: 'Your request waits for 2 approvals.' });
  });
  app.options('objects', async ({ ack, payload }) => {
    await ack({
      options: ['Ingress web', 'Ingress shop', 'NetworkPolicy deny-all']
        .filter((one) => one.toLowerCase().includes(payload.value.toLowerCase()))
        .map((one) => option(one)),
    });
  });
  app.view('every-input', async ({ ack, view }) => {
    const reason = view.state.values.reason?.a?.value ?? '';
    if (reason.length < 10)
      return ack({ response_action: 'errors', errors: { reason: 'Say more: at least 10 characters.' } });
    submitted.push(view.state.values);
    await ack();
  });
  app.action('approve', async ({ ack, body, client, respond }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.message || !body.channel) return;
    await client.chat.update({
      channel: body.channel.id,
      ts: body.message.ts,
      text: 'Approved',
      blocks: card(`approved by <@${body.user.id}>`).filter(({ type }) => type !== 'actions'),
    });
    await respond({ response_type: 'ephemeral', replace_original: false, text: 'Recorded.' });
  });
  app.action('deny', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions')
      await client.views.open({
        trigger_id: body.trigger_id,
        view: {
          ...second,
          title: words('Deny'),
          submit: words('Deny'),
          blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'more', text: words('Full diff') }] }],
        },
      });
  });
  app.action('more', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions') await client.views.push({ trigger_id: body.trigger_id, view: second });
  });
  app.action('silent', async () => {});
  app.action('pipeline', async ({ ack }) => ack());
  app.action('look', async ({ ack, body, client }) => {
    await ack();
    await client.views.publish({ user_id: body.user.id, view: home('seen') });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: home('new') });
  });
  return { submitted };
};
