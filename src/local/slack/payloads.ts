import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import type { Core } from './core.ts';
import { slackValue, stateValues } from './field-values.ts';
import { givenBack, namedEmoji } from './given-back.ts';
import { escapeText } from './mrkdwn.ts';
import type { FieldValue } from './page-api.ts';
import type { CommandSeed } from './seed.ts';
import { messageShape, viewShape } from './shapes.ts';
import type { Standing } from './standing.ts';
import type { Channel, Message, Person, State, View } from './state.ts';

/** The bodies Slack sends (docs.slack.dev/reference/interaction-payloads). */
export const verificationToken = 'local-verification-token';

const basics = (core: Core, person: Person) => ({
  user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
  team: { id: core.state.team.id, domain: core.state.team.domain },
  enterprise: core.state.team.enterpriseId === undefined ? null : { id: core.state.team.enterpriseId, name: '' },
  is_enterprise_install: false,
  api_app_id: core.state.app.id,
  token: verificationToken,
});

/** Private and direct channels do not give their name to a command. */
const channelName = (channel: Channel) =>
  channel.kind === 'public' ? channel.name : channel.kind === 'im' ? 'directmessage' : 'privategroup';

/**
 * A command's text as Slack sends it: `& < >` as entities and, where the app asked for it, people, groups, channels and
 * links resolved to ids.
 */
export const commandText = (state: State, typed: string, command: CommandSeed): string => {
  const escaped = escapeText(typed);
  if (!command.shouldEscape) return escaped;
  return escaped.replaceAll(
    /(?<![\w@#])(?:@([\w.-]+)|#([\w-]+)|(https?:\/\/\S+))/gu,
    (whole, at: string | undefined, hash: string | undefined, url: string | undefined) => {
      if (url !== undefined) return `<${url}>`;
      if (hash !== undefined) {
        const channel = [...state.channels.values()].find((one) => one.kind !== 'im' && one.name === hash);
        return channel === undefined ? whole : `<#${channel.id}|${channel.kind === 'public' ? channel.name : ''}>`;
      }
      if (at === 'here' || at === 'channel' || at === 'everyone') return `<!${at}>`;
      const person = [...state.people.values()].find((one) => one.name === at && one.kind !== 'deleted');
      if (person) return `<@${person.id}|${person.name}>`;
      const group = [...state.groups.values()].find((one) => one.handle === at && !one.isDisabled);
      return group === undefined ? whole : `<!subteam^${group.id}|@${group.handle}>`;
    },
  );
};

export const commandPayload = (
  core: Core,
  person: Person,
  channel: Channel,
  command: CommandSeed,
  typed: string,
  responseUrl: string,
): Record<string, string> => ({
  token: verificationToken,
  team_id: core.state.team.id,
  team_domain: core.state.team.domain,
  ...(core.state.team.enterpriseId === undefined
    ? {}
    : { enterprise_id: core.state.team.enterpriseId, enterprise_name: '' }),
  channel_id: channel.id,
  channel_name: channelName(channel),
  user_id: person.id,
  user_name: person.name,
  command: command.command,
  text: commandText(core.state, typed, command),
  api_app_id: core.state.app.id,
  is_enterprise_install: 'false',
  response_url: responseUrl,
  trigger_id: core.triggers.issue(person.id),
});

/** One entry of `actions`: the element's own stored fields, and what was chosen. */
export const actionOf = (
  core: Core,
  block: StoredBlock,
  element: Element,
  value: FieldValue | undefined,
): Record<string, unknown> => {
  const own = {
    type: element.type,
    action_id: element.action_id ?? '',
    block_id: block.block_id,
    action_ts: core.newTs(),
    ...('confirm' in element && element.confirm !== undefined ? { confirm: element.confirm } : {}),
  };
  if (element.type === 'button') {
    const { text, value: stored, url, style } = element;
    return {
      ...own,
      text,
      ...(stored === undefined ? {} : { value: stored }),
      ...(url === undefined ? {} : { url }),
      ...(style === undefined ? {} : { style }),
    };
  }
  return { ...own, ...(value === undefined ? {} : slackValue(element, value)) };
};

/** A message as it stands beside what somebody did to it. */
export const messageGiven = (core: Core, message: Message): Record<string, unknown> => ({
  ...messageShape(core, message, false),
  text: namedEmoji(message.text),
  ...(message.blocks.length > 0 ? { blocks: givenBack(message.blocks) } : {}),
});
const viewGiven = (core: Core, view: View): Record<string, unknown> => ({
  ...viewShape(core, view),
  blocks: givenBack(view.blocks),
});

const placeOf = (core: Core, person: Person, standing: Standing): Record<string, unknown> => {
  if (standing.type === 'view') {
    return { container: { type: 'view', view_id: standing.view.id }, view: viewGiven(core, standing.view) };
  }
  const { message, channel } = standing;
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  const isEphemeral = message.onlyFor !== undefined;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...thread,
    },
    channel: { id: channel.id, name: channelName(channel) },
    // Slack does not send an ephemeral message back.
    ...(isEphemeral ? {} : { message: messageGiven(core, message) }),
    state: { values: stateValues(message.blocks, message.values.get(person.id) ?? {}) },
  };
};

export const actionPayload = (
  core: Core,
  person: Person,
  standing: Standing,
  action: Record<string, unknown>,
  responseUrl: string | undefined,
): Record<string, unknown> => ({
  type: 'block_actions',
  ...basics(core, person),
  ...placeOf(core, person, standing),
  trigger_id: core.triggers.issue(person.id, standing.type === 'view' ? standing.view.id : undefined),
  ...(responseUrl === undefined ? {} : { response_url: responseUrl }),
  actions: [action],
});

export const suggestionPayload = (
  core: Core,
  person: Person,
  standing: Standing,
  ids: { blockId: string; actionId: string; query: string },
): Record<string, unknown> => ({
  type: 'block_suggestion',
  ...basics(core, person),
  ...placeOf(core, person, standing),
  block_id: ids.blockId,
  action_id: ids.actionId,
  value: ids.query,
});

export const submissionPayload = (core: Core, person: Person, view: View): Record<string, unknown> => ({
  type: 'view_submission',
  ...basics(core, person),
  trigger_id: core.triggers.issue(person.id, view.id),
  view: viewGiven(core, view),
  response_urls: [],
});

export const closedPayload = (core: Core, person: Person, view: View, isCleared: boolean): Record<string, unknown> => ({
  type: 'view_closed',
  ...basics(core, person),
  view: viewGiven(core, view),
  is_cleared: isCleared,
});
