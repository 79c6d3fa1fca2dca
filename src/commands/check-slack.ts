import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { clientOptions, directoryFor, identify } from '#adapters/slack/app.ts';
import { examineAppToken, examineBotToken } from '#adapters/slack/examine.ts';
import { caution, type Finding, fine } from '#domain/finding.ts';
import type { Result } from '#domain/result.ts';
import type { SlackConfig } from '#src/config.ts';
import { lookAtNamed } from '#src/named-in-slack.ts';
import type { Check } from './checks.ts';

/** Milliseconds for each call, once: a person waits for the answer. */
const patience = 5_000;

export const checkSlack = (
  { botToken, inbound, apiUrl }: SlackConfig,
  policy: Promise<Result<PolicyFolder, readonly string[]> | undefined>,
): Check => {
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
    const token = await examineBotToken(client, apiUrl);
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
