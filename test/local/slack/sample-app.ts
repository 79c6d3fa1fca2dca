import { type App, LogLevel } from '@slack/bolt';

/** A small bolt app that goes the whole way: command, modal, submission, card, click, update. */
export const registerSampleApp = (app: App): void => {
  app.command('/jit', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'request',
        private_metadata: body.channel_id,
        title: { type: 'plain_text', text: 'Ask for access' },
        submit: { type: 'plain_text', text: 'Ask' },
        blocks: [
          {
            type: 'input',
            block_id: 'reason',
            label: { type: 'plain_text', text: 'Reason' },
            element: { type: 'plain_text_input', action_id: 'text', max_length: 100 },
          },
        ],
      },
    });
  });
  app.view('request', async ({ ack, view, body, client }) => {
    const reason = view.state.values.reason?.text?.value ?? '';
    if (reason === 'no') return ack({ response_action: 'errors', errors: { reason: 'Say more.' } });
    await ack();
    await client.chat.postMessage({
      channel: view.private_metadata,
      text: `Request by ${body.user.id}`,
      blocks: [
        { type: 'section', text: { type: 'plain_text', text: reason } },
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'approve', value: 'k7m2-qx:1', text: { type: 'plain_text', text: 'Approve' } },
          ],
        },
      ],
    });
  });
  app.action({ type: 'block_actions', action_id: 'approve' }, async ({ ack, body, action, client, respond }) => {
    await ack();
    const value = action.type === 'button' ? action.value : '';
    await client.chat.update({
      channel: body.channel?.id ?? '',
      ts: body.message?.ts ?? '',
      text: 'Approved',
      blocks: [{ type: 'section', text: { type: 'plain_text', text: `${value} approved by ${body.user.id}` } }],
    });
    await respond({ text: 'Recorded.', response_type: 'ephemeral' });
  });
};

export const quietLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};
