/** A press on a button as Slack sends it. */
export const clickOf = (person: string, action: string, value: string): Record<string, unknown> => ({
  type: 'block_actions',
  user: { id: person, username: person.toLowerCase(), name: person.toLowerCase(), team_id: 'T0HALLPASS' },
  team: { id: 'T0HALLPASS', domain: 'acme' },
  enterprise: null,
  is_enterprise_install: false,
  api_app_id: 'A0HALLPASS',
  token: 'local-verification-token',
  trigger_id: '1.2.3',
  container: { type: 'message', message_ts: '1.000000', channel_id: 'C0APPROVALS', is_ephemeral: false },
  channel: { id: 'C0APPROVALS', name: 'approvals' },
  response_url: 'http://127.0.0.1:9/response',
  actions: [{ type: 'button', action_id: action, block_id: 'buttons', value, action_ts: '1.000000' }],
});
