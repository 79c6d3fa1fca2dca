import { createKeys } from '#adapters/keys/keys.ts';
import { buttonValue, drawnValue, parseButtonValue } from '#adapters/slack/action-ids.ts';
import { actionRow, button } from '#adapters/slack/blocks.ts';
import { hallmarked } from '#adapters/slack/hallmark.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import type { Workspace } from '#local/slack/workspace.ts';

/** A press on a button as Slack sends it; without a message, on something that Hallpass did not draw. */
export const clickOf = (
  person: string,
  action: string,
  value: string,
  message?: Readonly<Record<string, unknown>>,
): Record<string, unknown> => ({
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
  ...(message === undefined ? {} : { message }),
  actions: [{ type: 'button', action_id: action, block_id: 'buttons', value, action_ts: '1.000000' }],
});

/** Which button is pressed, and where. */
type Press = { readonly action: string; readonly id: string; readonly revision: number };

/** The message on which such a button stands in the workspace, as Slack tells of it, with the button's value. */
const standingIn = (slack: Workspace, { action, id, revision }: Press) => {
  for (const message of [...slack.state.messages.values()].flat())
    for (const element of message.onlyFor === undefined ? message.blocks.flatMap(elementsOf) : []) {
      if (element.type !== 'button' || element.action_id !== action) continue;
      const of = parseButtonValue(element.value);
      if (of?.id === id && of.revision === revision)
        return { value: element.value ?? '', message: slack.asGiven(message) };
    }
  return undefined;
};

/** What a bot with the keys of this folder draws where nothing stands yet: the button alone. `version` is that of the log. */
export const drawnWith = (keys: string, { action, id, revision }: Press & { readonly id: RequestId }, version = 1) => {
  const found = createKeys(keys, ['bot']);
  if (!found.ok) throw new Error(found.error.join('\n'));
  const value = drawnValue({ id, revision }, version);
  const blocks = [actionRow([button({ text: 'Press', action, value })])];
  return hallmarked({ text: '', blocks }, found.value.signer('bot'), found.value.trust);
};

/**
 * A press on a button of a message as it stands there now; where it does not stand, of one that the bot has drawn all the same: a
 * client that is behind, or a card that Slack has not taken yet.
 */
export const pressOn = async (
  slack: Workspace,
  keys: string,
  person: string,
  press: Press,
  version: () => Promise<number>,
): Promise<Record<string, unknown>> => {
  const { action, revision } = press;
  const standing = standingIn(slack, press);
  if (standing !== undefined) return clickOf(person, action, standing.value, standing.message);
  const id = requestId.safeParse(press.id);
  if (!id.success) return clickOf(person, action, `${press.id}.${revision}`);
  const value = buttonValue({ id: id.data, revision });
  return clickOf(
    person,
    action,
    value,
    drawnWith(keys, { action, id: id.data, revision }, Math.max(1, await version())),
  );
};
