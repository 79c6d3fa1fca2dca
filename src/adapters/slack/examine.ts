import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { addressScope, lookupScopes, neededScopes } from './scopes.ts';
import { faultOf } from './slack-faults.ts';

const who = z.object({
  team: z.string(),
  team_id: z.string(),
  user: z.string(),
  user_id: z.string(),
  /** web-api has them from the header `x-oauth-scopes`, which Slack sends with every answer to a known token. */
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** What web-api keeps of a fault that is not Slack's answer, down to the system's code. */
const wrapped = z.object({
  original: z.object({
    message: z.string(),
    cause: z.object({ code: z.string().optional(), message: z.string() }).optional(),
  }),
});

/** Why Slack does not take a token, or does not answer; and what to do. */
const refusal = (setting: string, apiUrl: string, remedy: string, cause: unknown): Finding => {
  const fault = faultOf(cause);
  switch (fault.type) {
    case 'limited':
      return caution(
        `Slack wants a pause of ${fault.milliseconds / 1_000} s before it looks at ${setting}. Try again then.`,
      );
    case 'refused':
      return wrong(`Slack does not take ${setting} at ${apiUrl} (${fault.error}). ${remedy}`);
    case 'uncertain': {
      const original = wrapped.safeParse(cause).data?.original;
      const why =
        original?.cause?.code ??
        original?.cause?.message ??
        original?.message ??
        (cause instanceof Error ? cause.message : fault.error);
      return wrong(
        `Slack does not answer at ${apiUrl}, so ${setting} could not be tried (${why}). Let the bot reach slack.com and *.slack.com, port 443.`,
      );
    }
  }
};

/** Whose token this is, and whether it may do what the bot does; `withAddresses` where a template wants these. */
export const examineBotToken = async (
  client: WebClient,
  apiUrl: string,
  withAddresses: boolean,
): Promise<readonly Finding[]> => {
  try {
    const { team, team_id, user, user_id, response_metadata } = who.parse(await client.auth.test());
    return [
      fine(`SLACK_BOT_TOKEN is of the bot @${user} (${user_id}) in the workspace "${team}" (${team_id}).`),
      scopesOf(response_metadata?.scopes, withAddresses ? [...neededScopes, addressScope] : neededScopes),
    ];
  } catch (cause) {
    const remedy = 'Copy the Bot User OAuth Token of the installed app (OAuth & Permissions).';
    return [refusal('SLACK_BOT_TOKEN', apiUrl, remedy, cause)];
  }
};

/** Whether the worker's token may look up addresses, and nothing else: a taken worker must not be able to do more. */
export const examineLookupToken = async (client: WebClient, apiUrl: string): Promise<readonly Finding[]> => {
  try {
    const { team, team_id, response_metadata } = who.parse(await client.auth.test());
    const granted = response_metadata?.scopes ?? [];
    const missing = lookupScopes.filter((scope) => !granted.includes(scope));
    const others = granted.filter((scope) => !lookupScopes.some((needed) => needed === scope));
    return [
      fine(`SLACK_LOOKUP_TOKEN is of the workspace "${team}" (${team_id}).`),
      ...(missing.length > 0
        ? [
            wrong(
              `SLACK_LOOKUP_TOKEN lacks the scopes ${missing.join(', ')}. Take that of an app made from ${lookupApp}.`,
            ),
          ]
        : []),
      ...(others.length > 0
        ? [
            caution(
              `SLACK_LOOKUP_TOKEN may do more than look up addresses: ${others.join(', ')}. Make an app from ${lookupApp} for it.`,
            ),
          ]
        : []),
    ];
  } catch (cause) {
    return [refusal('SLACK_LOOKUP_TOKEN', apiUrl, `Take the bot token of an app made from ${lookupApp}.`, cause)];
  }
};

const lookupApp = 'manifests/slack-lookup-app.yaml';

const scopesOf = (granted: readonly string[] | undefined, needed: readonly string[]): Finding => {
  if (granted === undefined)
    return caution('Slack does not say which scopes the token has. Compare them with manifests/slack-app.yaml.');
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length > 0)
    return wrong(
      `The bot's token lacks the scopes ${missing.join(', ')}. Add them (OAuth & Permissions; manifests/slack-app.yaml has all), then install the app to the workspace again.`,
    );
  const others = granted.filter((scope) => !needed.includes(scope));
  return others.length > 0
    ? caution(
        `The bot's token has more scopes than it needs: ${others.join(', ')}. Take them away (OAuth & Permissions), then install the app again.`,
      )
    : fine(`It has the ${needed.length} scopes that the bot needs, and no more.`);
};

const opened = z.object({ url: z.url({ protocol: /^wss?$/ }) });

/** Whether Slack lets the app connect (Socket Mode). The address that it answers with is not used. */
export const examineAppToken = async (client: WebClient, apiUrl: string): Promise<readonly Finding[]> => {
  try {
    opened.parse(await client.apps.connections.open({}));
    return [fine('SLACK_APP_TOKEN opens connections (Socket Mode).')];
  } catch (cause) {
    const remedy =
      'Make an app-level token with the scope connections:write (Basic Information → App-Level Tokens), and switch Socket Mode on in the same app.';
    return [refusal('SLACK_APP_TOKEN', apiUrl, remedy, cause)];
  }
};
