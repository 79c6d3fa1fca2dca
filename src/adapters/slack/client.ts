import { LogLevel, type WebClient, type WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { createDirectory, type SlackDirectory } from './directory.ts';

/**
 * How every Web API call is made: short and with few retries. Bolt's own defaults retry for half an hour without a
 * time limit, and a retried post may be posted twice; what has to be posted is brought up to date by the projection.
 */
export const clientOptions = (apiUrl: string): WebClientOptions => ({
  slackApiUrl: apiUrl,
  timeout: 5_000,
  retryConfig: { retries: 1, minTimeout: 200, maxTimeout: 500 },
  rejectRateLimitedCalls: true,
  // What matters is alarmed by whoever called; the libraries' own lines are not JSON.
  logLevel: LogLevel.ERROR,
});

const identity = z.object({
  team_id: z.string(),
  enterprise_id: z.string().optional(),
  user_id: z.string(),
  bot_id: z.string(),
  /** The workspace's own address: links into Slack lead there. */
  url: z.url().optional(),
});
export type BotIdentity = z.infer<typeof identity>;

/** Asks Slack who the bot is; the first call, so a wrong token is said at start. */
export const identify = async (client: WebClient): Promise<BotIdentity> => identity.parse(await client.auth.test());

/** The directory of the bot's own workspace. */
export const directoryFor = (client: WebClient, { team_id, enterprise_id }: BotIdentity): SlackDirectory =>
  createDirectory(client, { team: team_id, enterprise: enterprise_id });
