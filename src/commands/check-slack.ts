import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { clientOptions, directoryFor, identify } from '#adapters/slack/client.ts';
import { examineAppToken, examineBotToken, examineLookupToken } from '#adapters/slack/examine.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { Result } from '#domain/result.ts';
import type { Config, SlackConfig } from '#src/config.ts';
import { lookAtNamed } from '#src/named-in-slack.ts';
import type { Check } from './checks.ts';

type Policy = Result<PolicyFolder, readonly string[]> | undefined;

const hasTemplate = (folder: Policy): boolean =>
  folder?.ok === true && folder.value.settings.identityTemplate !== undefined;

/** Milliseconds for each call, once: a person waits for the answer. */
const patience = 5_000;

export const checkSlack = ({ botToken, inbound, apiUrl }: SlackConfig, policy: Promise<Policy>): Check => {
  const options: WebClientOptions = { ...clientOptions(apiUrl), timeout: patience, retryConfig: { retries: 0 } };
  const wayIn = async (): Promise<readonly Finding[]> => {
    switch (inbound.type) {
      case 'http':
        return [
          fine('Slack sends signed HTTP. Whether it reaches the bot, and with this secret, cannot be seen from here.'),
        ];
      case 'socket':
        return inbound.appToken === '' ? [] : examineAppToken(new WebClient(inbound.appToken, { ...options }), apiUrl);
    }
  };
  const named = async (client: WebClient): Promise<readonly Finding[]> => {
    const folder = await policy;
    if (folder?.ok !== true) return [caution('Groups and channels are not known: the policy cannot be read.')];
    return lookAtNamed(folder.value, directoryFor(client, await identify(client)));
  };
  const asBot = async (): Promise<readonly Finding[]> => {
    if (botToken === '') return [];
    const client = new WebClient(botToken, { ...options });
    const folder = await policy;
    const token = await examineBotToken(client, apiUrl, hasTemplate(folder));
    return token[0]?.type !== 'fine' ? token : [...token, ...(await named(client))];
  };
  return {
    about: 'Slack',
    look: async () => {
      const [bot, way] = await Promise.all([asBot(), wayIn()]);
      return [...bot, ...way];
    },
  };
};

/** What the worker asks Slack for, where the policy makes it. */
export const checkLookup = ({ lookup, slack }: Config, policy: Promise<Policy>): Check => ({
  about: 'Slack, worker',
  look: async () => {
    if (!hasTemplate(await policy)) return [];
    // In one process with the bot its token will do, which is looked at by itself.
    if (lookup === undefined && slack !== undefined) return [];
    if (lookup === undefined)
      return [
        wrong(
          'identities.yaml has a template, and SLACK_LOOKUP_TOKEN is not set: whoever has no line of their own gets nothing. Take the bot token of an app made from manifests/slack-lookup-app.yaml.',
        ),
      ];
    const options = { ...clientOptions(lookup.apiUrl), timeout: patience, retryConfig: { retries: 0 } };
    return examineLookupToken(new WebClient(lookup.token, options), lookup.apiUrl);
  },
});
